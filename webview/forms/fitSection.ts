import { formatCount } from '../../src/common/formatFigures.ts';
import type { FitQuestion, PanelDesign, PanelFit } from '../../src/protocol/runs.ts';
import type { Actions, Section } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { NO_FIGURE } from '../format.ts';
import { makeStackable } from '../tables/stackable.ts';
import { columnHeads, element, plainButton, rowHead, setPowerText, showText, statusLine } from '../widgets/dom.ts';
import { button, checkbox, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { MULTIPLY_ADDS, PARAMETERS } from './ranges.ts';

const FRONTIER_DEPTH = 6;
type Objective = FitQuestion['objective'];

/** The widths with the most regions that a number of parameters allows; on demand for each depth. */
export class FitSection implements Section {
  readonly element: HTMLElement;
  readonly #actions: Actions;
  readonly #budget = numberField(t('parameters at most'), PARAMETERS, (value) => (this.#typed = value));
  readonly #adds = numberField(
    t('multiply-adds at most (0: any)'),
    MULTIPLY_ADDS,
    (value) => (this.#maxMultiplyAdds = value),
  );
  readonly #objectives = dropdown(t('Rank by'), (value) => (this.#objective = value as Objective));
  readonly #depths = checkbox(t('also for each depth'), 'visibly', (on) => (this.#isFrontier = on));
  readonly #find = button(t('Find Designs'), 'secondary', () => this.#ask());
  readonly #outcome = statusLine('muted caption');
  readonly #results = element('div');
  #view: View | null = null;
  /** Null: as many as the network has. */
  #typed: number | null = null;
  #maxMultiplyAdds = 0;
  #objective: Objective = 'automatic';
  #isFrontier = false;
  #shown: PanelFit | null = null;

  constructor(actions: Actions) {
    this.#actions = actions;
    const ranked = underLabel(t('rank by'), this.#objectives.element);
    const tools = [this.#budget.element, this.#adds.element, ranked, this.#depths.element, this.#find.element];
    this.element = element('section', { class: 'fit' }, [
      element('h2', { text: t('Fit a budget') }),
      element('div', { class: 'sweepTools' }, tools),
      this.#outcome,
      this.#results,
    ]);
  }

  update(view: View): void {
    const isOther = this.#view?.network.key !== view.network.key;
    this.#view = view;
    if (view.page !== 'compare') return;
    if (isOther) [this.#typed, this.#maxMultiplyAdds] = [null, 0];
    this.#budget.setValue(this.#typed ?? Math.max(1, view.network.parameters ?? 1));
    this.#adds.setValue(this.#maxMultiplyAdds);
    this.#objectives.setChoices(OBJECTIVES, this.#objective);
    this.#depths.setChecked(this.#isFrontier);
    const { fit } = view;
    this.#find.setDisabled(fit !== null && fit.value === null && fit.message === null);
    showText(this.#outcome, outcomeText(fit));
    this.#showDesigns(fit?.value ?? null);
  }

  #ask(): void {
    const view = this.#view;
    const objective = this.#objective;
    if (view === null) return;
    const maxParameters = this.#typed ?? view.network.parameters ?? 1;
    const depth = this.#isFrontier ? FRONTIER_DEPTH : null;
    this.#actions.askFit({ maxParameters, maxMultiplyAdds: this.#maxMultiplyAdds || null, objective, depth });
  }

  #showDesigns(fit: PanelFit | null): void {
    if (fit === this.#shown) return;
    this.#shown = fit;
    this.#results.replaceChildren(...(fit === null ? [] : [designTable(fit, this.#actions)]));
  }
}

const OBJECTIVES: readonly { value: Objective; text: string }[] = [
  { value: 'automatic', text: t('automatic') },
  { value: 'expected-plane', text: t('expected in a plane') },
  { value: 'expected-line', text: t('expected on a line') },
  { value: 'at-most', text: t('at most') },
  { value: 'can-reach', text: t('can reach') },
];

function outcomeText(fit: View['fit']): string {
  if (fit === null) return '';
  if (fit.value === null) return fit.message ?? t('Searching…');
  const { designs, isExhaustive, evaluated } = fit.value;
  if (designs.length === 0) return t('No design within this budget has a figure to rank by.');
  const count = formatCount(evaluated);
  const search = isExhaustive
    ? t('All {0} designs that use the budget were compared.', count)
    : t('A search compared {0} designs; others may be better.', count);
  return `${search} ${t('More regions do not by themselves mean better accuracy.')}`;
}

function designTable(fit: PanelFit, actions: Actions): HTMLElement {
  const { layers, repeated, designs, start } = fit;
  const titles = [
    t('design'),
    ...layers,
    ...(repeated === null ? [] : [t('repeats of {0}', repeated)]),
    t('parameters'),
    t('multiply-adds'),
    t('expected'),
    t('at most'),
    t('apply'),
  ];
  const head = columnHeads(titles);
  const rows = [
    ...(start === null ? [] : [designRow(t('as it is'), start, fit, null)]),
    ...designs.map((design, i) => designRow(t('design {0}', i + 1), design, fit, actions)),
  ];
  const table = element('table', { attributes: { 'aria-label': t('Designs') } }, [
    element('thead', {}, [element('tr', {}, head)]),
    element('tbody', {}, rows),
  ]);
  makeStackable(table);
  return element('div', { class: 'scroller designs' }, [table]);
}

function designRow(name: string, design: PanelDesign, fit: PanelFit, actions: Actions | null): HTMLElement {
  const { widths, copies, parameters, multiplyAdds, expected, atMost } = design;
  const texts = [
    ...widths.map(formatCount),
    ...(fit.repeated === null ? [] : [formatCount(copies)]),
    formatCount(parameters),
    multiplyAdds === null ? NO_FIGURE : formatCount(multiplyAdds),
    expected?.text ?? NO_FIGURE,
    atMost?.text ?? NO_FIGURE,
  ];
  const cells = texts.map((text) => {
    const cell = element('td');
    setPowerText(cell, text);
    return cell;
  });
  return element('tr', {}, [rowHead(name), ...cells, element('td', {}, [applyLink(design, actions)])]);
}

/** Repeats are written by the slider over them; here widths are. */
function applyLink({ widths, copies }: PanelDesign, actions: Actions | null): HTMLElement | string {
  if (actions === null || copies > 1) return NO_FIGURE;
  return plainButton('chip', t('Apply to File'), () => actions.apply({ kind: 'design', widths }, 1));
}
