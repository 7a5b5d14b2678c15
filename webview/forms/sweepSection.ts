import type { SweptRow } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import type { SweepChoice } from '../app/store.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { SweepPlot, type SweepAxis } from '../plots/sweepPlot.ts';
import { createSweptTable } from '../tables/sweptTable.ts';
import { element, setHidden, setPowerText, setText, statusLine } from '../widgets/dom.ts';
import { button, dropdown, slider, underLabel, type Choice } from '../widgets/toolkit.ts';
import { asItIs, optionsOf, rowText, valuesToAsk, variedAmong, type Varied } from './sweepChoice.ts';

/**
 * What if: the network's figures while something in it has another size, without an edit; and the edit, when it is
 * wanted.
 */
export class SweepSection implements Plot {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #subjects = dropdown(t('Size to vary'), (id) => this.#choose(id));
  readonly #axes = dropdown(t('Plotted against'), (id) => {
    this.#axis = id as SweepAxis;
    if (this.#view !== null) this.update(this.#view);
  });
  readonly #values = slider(t('Value'), (value) => {
    if (this.#choice !== null) this.#keep({ ...this.#choice, value });
  });
  readonly #figures = statusLine('sweepFigures');
  readonly #problem = element('p', { class: 'sweepProblem' });
  readonly #apply = button(t('Apply to File'), 'secondary', () => {
    if (this.#choice !== null) this.#actions.apply(this.#choice.subject, this.#choice.value);
  });
  readonly #plot = new SweepPlot();
  readonly #table = createSweptTable();
  #view: View | null = null;
  #choice: SweepChoice | null = null;
  #axis: SweepAxis = 'value';
  #asked = '';
  #askedOptions = '';
  /** Values that are there, or on their way. */
  #awaited: ReadonlySet<number> = new Set();

  constructor(actions: Actions) {
    this.#actions = actions;
    const tools = [underLabel(t('vary'), this.#subjects.element), underLabel(t('plotted against'), this.#axes.element)];
    this.element = element('section', { class: 'sweep' }, [
      element('h2', { text: t('Vary a size') }),
      element('div', { class: 'sweepTools' }, [...tools, this.#values.element, this.#apply.element]),
      this.#figures,
      this.#problem,
      this.#plot.element,
      this.#table.element,
    ]);
  }

  update(view: View): void {
    this.#view = view;
    if (view.page !== 'compare') return;
    this.#askOptions(view);
    const options = optionsOf(view);
    setHidden(this.element, options.length === 0);
    if (options.length === 0) return;
    const varied = variedAmong(options, view.compare.sweep);
    const { option, choice } = varied;
    this.#choice = choice;
    this.#subjects.setChoices(
      options.map(({ id, text }) => ({ value: id, text })),
      option.id,
    );
    this.#axes.setChoices(AXES, this.#axis);
    this.#values.set(1, choice.to, choice.value);
    this.#ask(view, varied);
    const rows = view.swept?.value ?? [];
    this.#plot.show({ rows, subject: option.text, now: option.now, value: choice.value, axis: this.#axis });
    this.#drawFigures(rows, varied);
    this.#table.show(rows);
  }

  resize(): void {
    this.#plot.resize();
  }

  #choose(id: string): void {
    const option = this.#view && optionsOf(this.#view).find((one) => one.id === id);
    if (option) this.#keep(asItIs(option));
  }

  /** Kept here too: a value may be chosen before the page is drawn with its subject. */
  #keep(sweep: SweepChoice): void {
    this.#choice = sweep;
    this.#actions.compareBy({ sweep });
  }

  #askOptions({ network, model }: View): void {
    const wanted = JSON.stringify([network.key, model.version]);
    if (wanted === this.#askedOptions) return;
    this.#askedOptions = wanted;
    this.#actions.askSweepOptions();
  }

  /**
   * The curve once; a value beside it when the slider rests on one. The curve again only where it is another one; else
   * what is still missing of it, behind the value that is wanted now.
   */
  #ask({ network, swept }: View, varied: Varied): void {
    const { option, choice } = varied;
    const wanted = JSON.stringify([network.key, network.fingerprint, option.id, choice.to]);
    const isSame = wanted === this.#asked;
    if (isSame && this.#awaited.has(choice.value)) return;
    const known = new Set(isSame ? (swept?.value ?? []).map(({ value }) => value) : []);
    const missing = valuesToAsk(varied, known);
    if (!isSame) this.#actions.forgetSweep();
    this.#asked = wanted;
    this.#awaited = new Set([...known, ...missing]);
    this.#actions.askSweep(option.subject, missing);
  }

  #drawFigures(rows: readonly SweptRow[], { option: { now }, choice: { value } }: Varied): void {
    const row = rows.find((one) => one.value === value);
    const before = rows.find((one) => one.value === now);
    const figures = row === undefined ? t('Computing…') : row.problem === null ? rowText(row, before) : '';
    setPowerText(this.#figures, figures);
    setText(this.#problem, row?.problem ? t('{0} does not fit: {1}', value, row.problem) : '');
    setHidden(this.#problem, !row?.problem);
    this.#apply.setText(value === now ? t('Apply to File') : t('Apply to File: {0} → {1}', now, value));
    this.#apply.setDisabled(value === now || row?.problem !== null);
  }
}

const AXES: readonly (Choice & { readonly value: SweepAxis })[] = [
  { value: 'value', text: t('the size') },
  { value: 'parameters', text: t('parameters') },
];
