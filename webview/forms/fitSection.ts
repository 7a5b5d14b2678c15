import { formatCount } from '../../src/common/formatFigures.ts';
import type { FitQuestion, PanelDesign, PanelFit } from '../../src/protocol/runs.ts';
import type { Actions, Section } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { NO_FIGURE } from '../format.ts';
import { makeStackable } from '../tables/stackable.ts';
import { element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import { button, checkbox, dropdown, numberField, underLabel } from '../widgets/toolkit.ts';
import { MULTIPLY_ADDS, PARAMETERS } from './ranges.ts';

const FRONTIER_DEPTH = 6;
type Objective = FitQuestion['objective'];

/** The widths with the most regions that a number of parameters allows; on demand for each depth. */
export function createFitSection(actions: Actions): Section {
  const budget = numberField(t('parameters at most'), PARAMETERS, (value) => (typed = value));
  const adds = numberField(t('multiply-adds at most (0: any)'), MULTIPLY_ADDS, (value) => (maxMultiplyAdds = value));
  const objectives = dropdown(t('Rank by'), (value) => {
    objective = value as Objective;
  });
  const depths = checkbox(t('also for each depth'), 'visibly', (on) => (isFrontier = on));
  const find = button(t('Find Designs'), 'secondary', () => {
    if (view === null) return;
    const maxParameters = typed ?? view.network.parameters ?? 1;
    const depth = isFrontier ? FRONTIER_DEPTH : null;
    actions.askFit({ maxParameters, maxMultiplyAdds: maxMultiplyAdds || null, objective, depth });
  });
  const outcome = element('p', { class: 'muted caption', attributes: { role: 'status' } });
  const results = element('div');
  const tools = [
    budget.element,
    adds.element,
    underLabel(t('rank by'), objectives.element),
    depths.element,
    find.element,
  ];
  const root = element('section', { class: 'fit' }, [
    element('h2', { text: t('Fit a budget') }),
    element('div', { class: 'sweepTools' }, tools),
    outcome,
    results,
  ]);
  let view: View | null = null;
  let typed: number | null = null;
  let maxMultiplyAdds = 0;
  let objective: Objective = 'automatic';
  let isFrontier = false;
  let shown: PanelFit | null = null;

  function update(next: View): void {
    const isOther = view?.network.key !== next.network.key;
    view = next;
    if (next.page !== 'compare') return;
    if (isOther) [typed, maxMultiplyAdds] = [null, 0];
    budget.setValue(typed ?? Math.max(1, next.network.parameters ?? 1));
    adds.setValue(maxMultiplyAdds);
    objectives.setChoices(OBJECTIVES, objective);
    depths.setChecked(isFrontier);
    const { fit } = next;
    find.setDisabled(fit !== null && fit.value === null && fit.message === null);
    setText(outcome, outcomeText(fit));
    setHidden(outcome, outcome.textContent === '');
    if ((fit?.value ?? null) === shown) return;
    shown = fit?.value ?? null;
    results.replaceChildren(...(shown === null ? [] : [designTable(shown, actions)]));
  }
  return { element: root, update };
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
  const head = titles.map((text) => element('th', { text, attributes: { scope: 'col' } }));
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
  return element('tr', {}, [
    element('th', { text: name, attributes: { scope: 'row' } }),
    ...cells,
    element('td', {}, [applyLink(design, actions)]),
  ]);
}

/** Repeats are written by the slider over them; here widths are. */
function applyLink({ widths, copies }: PanelDesign, actions: Actions | null): HTMLElement | string {
  if (actions === null || copies > 1) return NO_FIGURE;
  const made = element('button', { class: 'chip', text: t('Apply to File'), attributes: { type: 'button' } });
  made.addEventListener('click', () => actions.apply({ kind: 'design', widths }, 1));
  return made;
}
