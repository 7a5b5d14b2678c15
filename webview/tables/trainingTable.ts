import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { MeanFigure, PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import { NO_FIGURE } from '../format.ts';
import { axisName, loggedNames } from '../plots/steps/trainingFigures.ts';
import { columnHeads, element, rowHead } from '../widgets/dom.ts';
import { foldedTable } from './foldedTable.ts';

/** Every snapshot a row; filled while it is open. */
export class TrainingTable {
  readonly element: HTMLDetailsElement;
  readonly #head = element('tr');
  readonly #body = element('tbody');
  #shown: PanelTraining | null = null;

  constructor() {
    const table = element('table', { attributes: { 'aria-label': t('Snapshots') } }, [
      element('thead', {}, [this.#head]),
      this.#body,
    ]);
    const scroller = element('div', { class: 'tableScroller' }, [table]);
    scroller.tabIndex = 0;
    this.element = foldedTable(scroller);
    this.element.addEventListener('toggle', () => this.#draw());
  }

  show(training: PanelTraining): void {
    if (training === this.#shown) return;
    this.#shown = training;
    this.#draw();
  }

  #draw(): void {
    const shown = this.#shown;
    if (shown === null || !this.element.open) return;
    const columns = columnsOf(shown);
    this.#head.replaceChildren(...columnHeads(titlesOf(shown, columns)));
    this.#body.replaceChildren(...shown.snapshots.map((snapshot) => rowOf(snapshot, columns)));
  }
}

const UNIT_FIGURES = ['none', 'median', 'most'] as const;

/** Columns that are not there for all runs. */
interface Columns {
  /** Labels of several runs; null for one. */
  readonly runs: readonly string[] | null;
  readonly hasPlanes: boolean;
  readonly hasTest: boolean;
  readonly logged: readonly string[];
}

function columnsOf({ runs, snapshots }: PanelTraining): Columns {
  return {
    runs: runs.length > 1 ? runs.map(({ label }) => label) : null,
    hasPlanes: snapshots.some(({ inPlanes }) => inPlanes !== null),
    hasTest: snapshots.some(({ nearTest }) => nearTest !== null),
    logged: loggedNames(snapshots),
  };
}

function titlesOf(training: PanelTraining, { runs, hasPlanes, hasTest, logged }: Columns): string[] {
  return [
    ...(runs === null ? [] : [t('run')]),
    axisName(training),
    t('regions'),
    t('regions for each neuron'),
    t('neurons without a breakpoint'),
    t('median breakpoints'),
    t('most breakpoints'),
    ...(hasPlanes ? [t('regions in planes')] : []),
    t('neurons × distance'),
    t('breakpoints near data'),
    ...(hasTest ? [t('breakpoints near test data')] : []),
    t('breakpoints elsewhere'),
    t('dead'),
    t('always active'),
    ...logged,
  ];
}

/** The step heads its row. */
function rowOf(snapshot: PanelSnapshot, columns: Columns): HTMLElement {
  const head = columns.runs === null ? 0 : 1;
  const cells = cellsOf(snapshot, columns).map((text, i) => (i === head ? rowHead(text) : element('td', { text })));
  return element('tr', {}, cells);
}

function cellsOf(snapshot: PanelSnapshot, { runs, hasPlanes, hasTest, logged }: Columns): string[] {
  const {
    at,
    exact,
    regions,
    perNeuron,
    unitBreakpoints,
    inPlanes,
    distance,
    nearData,
    nearTest,
    nearUniform,
    dead,
    alwaysActive,
    log,
  } = snapshot;
  return [
    ...(runs === null ? [] : [runs[snapshot.run]]),
    formatCount(at),
    `${exact ? '' : '≥ '}${formatCount(regions)}`,
    spread(perNeuron),
    ...UNIT_FIGURES.map((name) => (unitBreakpoints === null ? NO_FIGURE : significant(unitBreakpoints.all[name]))),
    ...(hasPlanes ? [`${inPlanes?.exact === false ? '≥ ' : ''}${spread(inPlanes)}`] : []),
    ...[distance, nearData, ...(hasTest ? [nearTest] : []), nearUniform].map(spread),
    ...[dead, alwaysActive].map((count) => (count === null ? NO_FIGURE : formatCount(count))),
    ...logged.map((name) => (log[name] === undefined ? NO_FIGURE : significant(log[name]))),
  ];
}

function spread(figure: MeanFigure | null): string {
  if (figure === null) return NO_FIGURE;
  return figure.error === null
    ? significant(figure.mean)
    : `${significant(figure.mean)} ± ${significant(figure.error)}`;
}
