import { formatCount } from '../../src/common/formatFigures.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { comparableSettings } from '../app/comparedCounts.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { FitSection } from '../forms/fitSection.ts';
import { SweepSection } from '../forms/sweepSection.ts';
import { ComparePlot } from '../plots/comparePlot.ts';
import { comparedFigures, MEASURE_NAMES, type ComparedFigureSet, type Measure } from '../tables/comparedFigures.ts';
import { createCompareTable } from '../tables/compareTable.ts';
import { createCompareVerdict } from '../tables/compareVerdict.ts';
import { element, setHidden, showText, statusLine } from '../widgets/dom.ts';
import { button, checkbox, dropdown, underLabel } from '../widgets/toolkit.ts';
import { countedOn, countingText, refusals } from './comparedTexts.ts';

/** This network beside others: those of its file and of other files, one-layer counterparts, and other sizes of it. */
export class ComparePage implements Plot {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #add = button(t('Compare With…'), 'secondary', () => this.#actions.pickNetworks());
  readonly #counterparts = checkbox(t('one-layer counterparts'), 'visibly', (on) =>
    this.#actions.compareBy({ counterparts: on }),
  );
  readonly #siblings = checkbox(t('other networks of this file'), 'visibly', (on) =>
    this.#actions.compareBy({ siblings: on }),
  );
  readonly #count = button(t('Count All'), 'primary', () => this.#countOrStop());
  readonly #progress = statusLine('muted caption');
  readonly #verdict = createCompareVerdict();
  readonly #table = createCompareTable();
  readonly #measures = dropdown(t('Figure to plot'), (value) => {
    this.#chosen = value as Measure;
    if (this.#view !== null) this.#draw(this.#view);
  });
  readonly #plot = new ComparePlot(underLabel(t('plotted'), this.#measures.element));
  readonly #waiting = statusLine('muted', t('Comparing…'));
  readonly #results = element('div', { class: 'compareResults' }, [
    this.#verdict.element,
    this.#table.element,
    this.#plot.element,
  ]);
  readonly #sweep: SweepSection;
  readonly #fit: FitSection;
  #view: View | null = null;
  /** Null: what is known of random networks, where anything is. */
  #chosen: Measure | null = null;
  #asked = '';

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#sweep = new SweepSection(actions);
    this.#fit = new FitSection(actions);
    setHidden(this.#results, true);
    const tools = [this.#add, this.#count, this.#siblings, this.#counterparts].map((tool) => tool.element);
    const overlay = element('section', { class: 'overlaySection' }, [
      element('div', { class: 'compareTools' }, tools),
      this.#progress,
      this.#waiting,
      this.#results,
    ]);
    this.element = element('div', { class: 'comparePage' }, [overlay, this.#sweep.element, this.#fit.element]);
  }

  update(view: View): void {
    this.#view = view;
    if (view.page !== 'compare') return;
    if (view.comparisonId !== this.#asked) {
      this.#asked = view.comparisonId;
      this.#actions.askComparison(view.compare);
    }
    this.#counterparts.setChecked(view.compare.counterparts);
    this.#siblings.setChecked(view.compare.siblings);
    setHidden(this.#siblings.element, view.model.networks.length < 2);
    this.#draw(view);
    for (const part of [this.#sweep, this.#fit]) part.update(view);
  }

  resize(): void {
    for (const part of [this.#plot, this.#sweep]) part.resize();
  }

  #countOrStop(): void {
    const view = this.#view;
    const rows = view?.comparison?.value?.rows;
    if (view === null || !rows) return;
    if (view.comparedCounts?.isRunning === true) return this.#actions.stopComparedCounts();
    const built = rows.filter(({ figures }) => figures !== null).map(({ key }) => key);
    this.#actions.countCompared(this.#asked, built, comparableSettings(view.settings, rows));
  }

  #draw(view: View): void {
    const { comparison, comparedCounts: counts, settings } = view;
    const value = comparison?.value ?? null;
    // What was compared last stays until the next is there.
    setHidden(this.#waiting, value !== null || !this.#results.hidden);
    if (value === null) return;
    setHidden(this.#results, false);
    const set = comparedFigures(value, counts);
    this.#verdict.show(set);
    this.#table.show(set, value, countedOn(value, counts), refusals(value, counts));
    this.#drawCounting(counts?.isRunning === true, settings.seeds);
    showText(this.#progress, countingText(value, counts));
    this.#drawPlot(set);
  }

  #drawPlot(set: ComparedFigureSet): void {
    const chosen = this.#chosen;
    const measure = chosen !== null && set.measures.includes(chosen) ? chosen : set.measures[0];
    this.#measures.setChoices(
      set.measures.map((one) => ({ value: one, text: MEASURE_NAMES[one] })),
      measure,
    );
    this.#plot.show(set, measure);
  }

  #drawCounting(isRunning: boolean, seeds: number): void {
    this.#count.setText(isRunning ? t('Stop') : t('Count All'));
    this.#count.setPrimary(!isRunning);
    this.#count.element.title = t(
      'Counts {0} random networks of each, with the same seeds in the same place',
      formatCount(seeds),
    );
  }
}
