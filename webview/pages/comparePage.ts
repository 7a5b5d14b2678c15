import { formatCount } from '../../src/common/formatFigures.ts';
import { describePlace } from '../../src/common/describePlace.ts';
import type { PanelComparison } from '../../src/protocol/runs.ts';
import { createFitSection } from '../forms/fitSection.ts';
import { createSweepSection } from '../forms/sweepSection.ts';
import { createComparePlot } from '../plots/comparePlot.ts';
import {
  comparedFigures,
  fullName,
  MEASURE_NAMES,
  type ComparedFigureSet,
  type Measure,
} from '../tables/comparedFigures.ts';
import { createCompareTable } from '../tables/compareTable.ts';
import { createCompareVerdict } from '../tables/compareVerdict.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { button, checkbox, dropdown, underLabel } from '../widgets/toolkit.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { comparableSettings } from '../app/comparedCounts.ts';
import type { CompareChoice, ComparedCounts } from '../app/store.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';

/** This network beside others: those of its file and of other files, one-layer counterparts, and other sizes of it. */
export function createComparePage(actions: Actions): Plot {
  const change = (part: Partial<CompareChoice>): void => {
    if (view !== null) actions.compareBy({ ...view.compare, ...part });
  };
  const add = button(t('Compare With…'), 'secondary', () => actions.pickNetworks());
  const counterparts = checkbox(t('one-layer counterparts'), 'visibly', (on) => change({ counterparts: on }));
  const siblings = checkbox(t('other networks of this file'), 'visibly', (on) => change({ siblings: on }));
  const count = button(t('Count All'), 'primary', () => countOrStop());
  const progress = element('p', { class: 'muted caption', attributes: { role: 'status' } });
  const verdict = createCompareVerdict();
  const table = createCompareTable();
  const measures = dropdown(t('Figure to plot'), (value) => {
    chosen = value as Measure;
    if (view !== null) draw(view);
  });
  const plot = createComparePlot(underLabel(t('plotted'), measures.element));
  const waiting = element('p', { class: 'muted', text: t('Comparing…'), attributes: { role: 'status' } });
  const results = element('div', { class: 'compareResults' }, [verdict.element, table.element, plot.element]);
  setHidden(results, true);
  const tools = [add.element, count.element, siblings.element, counterparts.element];
  const overlay = element('section', { class: 'overlaySection' }, [
    element('div', { class: 'compareTools' }, tools),
    progress,
    waiting,
    results,
  ]);
  const sweep = createSweepSection(actions);
  const fit = createFitSection(actions);
  const root = element('div', { class: 'comparePage' }, [overlay, sweep.element, fit.element]);
  let view: View | null = null;
  /** Null: what is known of random networks, where anything is. */
  let chosen: Measure | null = null;
  let asked = '';

  function countOrStop(): void {
    const rows = view?.comparison?.value?.rows;
    if (view === null || !rows) return;
    if (view.comparedCounts?.isRunning === true) return actions.stopComparedCounts();
    const built = rows.filter(({ figures }) => figures !== null).map(({ key }) => key);
    actions.countCompared(asked, built, comparableSettings(view.settings, rows));
  }

  function update(next: View): void {
    view = next;
    if (next.page !== 'compare') return;
    if (next.comparisonId !== asked) {
      asked = next.comparisonId;
      actions.askComparison(next.compare);
    }
    counterparts.setChecked(next.compare.counterparts);
    siblings.setChecked(next.compare.siblings);
    setHidden(siblings.element, next.model.networks.length < 2);
    draw(next);
    sweep.update(next);
    fit.update(next);
  }

  function draw(next: View): void {
    const value = next.comparison?.value ?? null;
    // What was compared last stays until the next is there.
    setHidden(waiting, value !== null || !results.hidden);
    if (value === null) return;
    setHidden(results, false);
    const counts = next.comparedCounts;
    const set = comparedFigures(value, counts);
    verdict.show(set);
    table.show(set, value, countedOn(value, counts), refusals(value, counts));
    drawCounting(value, counts);
    drawPlot(set);
  }

  function drawPlot(set: ComparedFigureSet): void {
    const measure = chosen !== null && set.measures.includes(chosen) ? chosen : set.measures[0];
    measures.setChoices(
      set.measures.map((one) => ({ value: one, text: MEASURE_NAMES[one] })),
      measure,
    );
    plot.show(set, measure);
  }

  function drawCounting({ rows }: PanelComparison, counts: ComparedCounts | null): void {
    const isRunning = counts?.isRunning === true;
    count.setText(isRunning ? t('Stop') : t('Count All'));
    count.setPrimary(!isRunning);
    count.element.title = t(
      'Counts {0} random networks of each, with the same seeds in the same place',
      formatCount(view?.settings.seeds ?? 0),
    );
    setText(progress, isRunning ? progressText(rows, counts) : counts === null ? '' : stoppedText(rows, counts));
    setHidden(progress, progress.textContent === '');
  }
  return {
    element: root,
    update,
    resize: () => {
      plot.resize();
      sweep.resize();
    },
  };
}

function countedOn({ rows }: PanelComparison, counts: ComparedCounts | null): string {
  if (counts === null) return '';
  const { method, place } = counts.settings;
  const inputs = new Set(rows.flatMap(({ figures }) => (figures ? [figures.inputSize] : [])));
  const [first = 1] = inputs;
  if (method === 'auto') return '';
  return inputs.size > 1 && place.kind === 'box'
    ? t('each network’s box, {0}', method)
    : describePlace(first, method, place, t);
}

function progressText(rows: PanelComparison['rows'], { rows: counted, settings }: ComparedCounts): string {
  const done = Object.values(counted).reduce((sum, counts) => sum + counts.length, 0);
  const all = rows.filter(({ figures }) => figures !== null).length * settings.seeds;
  return t(
    'Counting: {0} of {1} random networks so far. Figures are for those that are counted.',
    formatCount(done),
    formatCount(all),
  );
}

/** What a comparison that was stopped is of: no word where it is complete. */
function stoppedText(rows: PanelComparison['rows'], { rows: counted, settings, refused }: ComparedCounts): string {
  const least = Math.min(
    ...rows
      .filter(({ figures, key }) => figures !== null && refused[key] === undefined)
      .map(({ key }) => counted[key]?.length ?? 0),
  );
  return least >= settings.seeds || !Number.isFinite(least)
    ? ''
    : t('Stopped: {0} of {1} random networks of each are counted.', formatCount(least), formatCount(settings.seeds));
}

function refusals({ rows }: PanelComparison, counts: ComparedCounts | null): string[] {
  return rows.flatMap((row) => {
    const why = counts?.refused[row.key];
    return why === undefined ? [] : [t('{0} was not counted: {1}', fullName(row), why)];
  });
}
