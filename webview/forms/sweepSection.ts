import { formatFactor } from '../../src/common/formatFigures.ts';
import type { Quantity } from '../../src/protocol/panel.ts';
import type { SweepOption, SweepSubject, SweptRow } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import type { SweepChoice } from '../app/store.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { plural } from '../format.ts';
import { createSweepPlot, type SweepAxis } from '../plots/sweepPlot.ts';
import { createSweptTable } from '../tables/sweptTable.ts';
import { element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import { button, dropdown, slider, underLabel, type Choice } from '../widgets/toolkit.ts';

const VALUES = 24;

/** An option under a name, for the list. */
interface Option extends SweepOption {
  readonly id: string;
  readonly text: string;
}

/**
 * What if: the network's figures while something in it has another size, without an edit; and the edit, when it is
 * wanted.
 */
export function createSweepSection(actions: Actions): Plot {
  const subjects = dropdown(t('Size to vary'), (id) => choose(id));
  const axes = dropdown(t('Plotted against'), (id) => {
    axis = id as SweepAxis;
    if (view !== null) update(view);
  });
  const values = slider(t('Value'), (value) => move(value));
  const figures = element('p', { class: 'sweepFigures', attributes: { role: 'status' } });
  const problem = element('p', { class: 'sweepProblem' });
  const apply = button(t('Apply to File'), 'secondary', () => {
    if (view === null || choice === null) return;
    actions.apply(choice.subject, choice.value);
  });
  const plot = createSweepPlot();
  const table = createSweptTable();
  const tools = [underLabel(t('vary'), subjects.element), underLabel(t('plotted against'), axes.element)];
  const root = element('section', { class: 'sweep' }, [
    element('h2', { text: t('Vary a size') }),
    element('div', { class: 'sweepTools' }, [...tools, values.element, apply.element]),
    figures,
    problem,
    plot.element,
    table.element,
  ]);
  let view: View | null = null;
  let choice: SweepChoice | null = null;
  let axis: SweepAxis = 'value';
  let asked = '';
  let askedOptions = '';
  /** Values that are there, or on their way. */
  let awaited: ReadonlySet<number> = new Set();

  function choose(id: string): void {
    const option = view && optionsOf(view).find((one) => one.id === id);
    if (option) keep({ subject: option.subject, to: option.to, value: option.now });
  }

  function move(value: number): void {
    if (choice !== null) keep({ ...choice, value });
  }

  function keep(sweep: SweepChoice): void {
    if (view !== null) actions.compareBy({ ...view.compare, sweep });
  }

  function update(next: View): void {
    view = next;
    if (next.page !== 'compare') return;
    askOptions(next);
    const options = optionsOf(next);
    setHidden(root, options.length === 0);
    if (options.length === 0) return;
    const { sweep } = next.compare;
    const option = options.find(({ id }) => id === idOf(sweep?.subject ?? null)) ?? options[0];
    choice =
      sweep !== null && option.id === idOf(sweep.subject)
        ? sweep
        : { subject: option.subject, to: option.to, value: option.now };
    subjects.setChoices(options.map(choiceOf), option.id);
    axes.setChoices(AXES, axis);
    values.set(1, choice.to, choice.value);
    ask(next, option);
    const rows = next.swept?.value ?? [];
    plot.show({ rows, subject: option.text, now: option.now, value: choice.value, axis });
    drawFigures(rows, option);
    table.show(rows);
  }

  function askOptions({ network, model }: View): void {
    const wanted = JSON.stringify([network.key, model.version]);
    if (wanted === askedOptions) return;
    askedOptions = wanted;
    actions.askSweepOptions();
  }

  /** The curve once; a value beside it when the slider rests on one. */
  function ask(next: View, option: Option): void {
    if (choice === null) return;
    const wanted = JSON.stringify([next.network.key, next.network.fingerprint, option.id, choice.to]);
    const spread = Array.from({ length: VALUES }, (_, i) => Math.round(1 + ((choice!.to - 1) * i) / (VALUES - 1)));
    if (wanted === asked && awaited.has(choice.value)) return;
    // The curve again only where it is another one; else what is still missing of it, behind the value that is wanted
    // now.
    const known = new Set(wanted === asked ? (next.swept?.value ?? []).map(({ value }) => value) : []);
    const missing = [choice.value, option.now, ...spread].filter((value) => !known.has(value));
    if (wanted !== asked) actions.forgetSweep();
    asked = wanted;
    awaited = new Set([...known, ...missing]);
    actions.askSweep(option.subject, [...new Set(missing)]);
  }

  function drawFigures(rows: readonly SweptRow[], { now }: Option): void {
    if (choice === null) return;
    const row = rows.find(({ value }) => value === choice!.value);
    const before = rows.find(({ value }) => value === now);
    setPowerText(figures, row === undefined ? t('Computing…') : row.problem === null ? rowText(row, before) : '');
    setText(problem, row?.problem ? t('{0} does not fit: {1}', choice.value, row.problem) : '');
    setHidden(problem, !row?.problem);
    apply.setText(choice.value === now ? t('Apply to File') : t('Apply to File: {0} → {1}', now, choice.value));
    apply.setDisabled(choice.value === now || row?.problem !== null);
  }
  return { element: root, update, resize: () => plot.resize() };
}

const AXES: readonly Choice[] = [
  { value: 'value', text: t('the size') },
  { value: 'parameters', text: t('parameters') },
];

function idOf(subject: SweepSubject | null): string {
  return JSON.stringify(subject);
}

function choiceOf({ id, text }: Option): Choice {
  return { value: id, text };
}

function optionsOf({ sweepOptions }: View): Option[] {
  return (sweepOptions?.value ?? []).map((option) => {
    return { ...option, id: idOf(option.subject), text: optionText(option) };
  });
}

function optionText({ subject, layers }: SweepOption): string {
  switch (subject.kind) {
    case 'variable':
      return subject.ordinal === 0 ? subject.name : `${subject.name} (${subject.ordinal + 1})`;
    case 'widths':
      return t('all hidden widths, in %');
    case 'design':
      return t('all hidden widths');
    case 'size': {
      const names = layers.length > 2 ? `${layers[0]} +${layers.length - 1}` : layers.join(' + ');
      return `${names} · ${subject.field === 'copies' ? t('repeats of this layer') : subject.field}`;
    }
  }
}

function rowText(row: SweptRow, before: SweptRow | undefined): string {
  const parts = [
    figure(t('expected'), row.expected, before?.expected),
    figure(t('at most'), row.atMost, before?.atMost),
    figure(t('can reach'), row.canReach, before?.canReach),
    plural(row.parameters, t('parameter'), t('parameters')),
  ];
  return parts.filter(Boolean).join(' · ');
}

function figure(label: string, quantity: Quantity | null, before: Quantity | null | undefined): string {
  if (quantity === null) return '';
  const change =
    before && Math.abs(quantity.log10 - before.log10) > 1e-9
      ? ` (× ${formatFactor(quantity.log10 - before.log10)})`
      : '';
  return `${label} ${quantity.text}${change}`;
}
