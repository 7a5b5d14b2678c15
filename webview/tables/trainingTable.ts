import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { MeanFigure, PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import { NO_FIGURE } from '../format.ts';
import { axisName, loggedNames } from '../plots/trainingFigures.ts';
import { element } from '../widgets/dom.ts';

export interface TrainingTable {
  readonly element: HTMLElement;
  show(training: PanelTraining): void;
}

/** Every snapshot a row; filled while it is open. */
export function createTrainingTable(): TrainingTable {
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', { attributes: { 'aria-label': t('Snapshots') } }, [
    element('thead', {}, [head]),
    body,
  ]);
  const scroller = element('div', { class: 'tableScroller' }, [table]);
  scroller.tabIndex = 0;
  const root = element('details', { class: 'plotTable' }, [
    element('summary', { text: t('These figures as a table') }),
    scroller,
  ]);
  let shown: PanelTraining | null = null;

  function draw(): void {
    if (shown === null || !root.open) return;
    const logged = loggedNames(shown.snapshots);
    const hasPlanes = shown.snapshots.some(({ inPlanes }) => inPlanes !== null);
    const hasTest = shown.snapshots.some(({ nearTest }) => nearTest !== null);
    const severalRuns = shown.runs.length > 1;
    const names = [
      ...(severalRuns ? [t('run')] : []),
      axisName(shown),
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
    head.replaceChildren(...names.map((text) => element('th', { text, attributes: { scope: 'col' } })));
    const { runs } = shown;
    body.replaceChildren(
      ...shown.snapshots.map((snapshot) =>
        element(
          'tr',
          {},
          cellsOf(snapshot, { run: severalRuns ? runs[snapshot.run].label : null, hasPlanes, hasTest, logged }).map(
            (text, i) =>
              i === (severalRuns ? 1 : 0)
                ? element('th', { text, attributes: { scope: 'row' } })
                : element('td', { text }),
          ),
        ),
      ),
    );
  }

  root.addEventListener('toggle', draw);
  return {
    element: root,
    show: (training) => {
      if (training === shown) return;
      shown = training;
      draw();
    },
  };
}

const UNIT_FIGURES = ['none', 'median', 'most'] as const;

interface Columns {
  readonly run: string | null;
  readonly hasPlanes: boolean;
  readonly hasTest: boolean;
  readonly logged: readonly string[];
}

function cellsOf(snapshot: PanelSnapshot, { run, hasPlanes, hasTest, logged }: Columns): string[] {
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
    ...(run === null ? [] : [run]),
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
