import type { Quantity } from '../../src/protocol/panel.ts';
import type { SweepSubject, SweptRow } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { element, setHidden, setPowerText, setText } from '../widgets/dom.ts';
import { formatCount, NO_FIGURE } from '../format.ts';
import type { SweepChoice } from '../app/store.ts';
import { t } from '../app/strings.ts';
import { makeStackable } from '../tables/stackable.ts';
import { createSweepPlot } from '../plots/sweepPlot.ts';
import { button, dropdown, slider } from '../widgets/toolkit.ts';
import type { View } from '../app/view.ts';

const VALUES = 24;
const MIN_RANGE = 8;
/** Deeper networks take longer than a slider is waited for. */
const MAX_COPIES = 12;

interface Option {
  readonly id: string;
  readonly text: string;
  readonly subject: SweepSubject;
  readonly now: number;
}

/**
 * What if: the network's figures while one size of one layer is another, without an edit; and the edit, when it is
 * wanted.
 */
export function createSweepSection(actions: Actions): Plot {
  const subjects = dropdown(t('Size to vary'), (id) => choose(id));
  const values = slider(t('Value'), (value) => move(value));
  const figures = element('p', { class: 'sweepFigures', attributes: { role: 'status' } });
  const problem = element('p', { class: 'muted caption' });
  const apply = button(t('Apply to file'), 'secondary', () => {
    if (view === null || choice === null) return;
    actions.apply(choice.subject, choice.value);
  });
  const plot = createSweepPlot();
  const body = element('tbody');
  const columns = [t('value'), t('parameters'), t('at most'), t('can reach'), t('expected')];
  const table = element('details', { class: 'plotTable' }, [
    element('summary', { text: t('These figures as a table') }),
    element('table', { class: 'sweptTable', attributes: { 'aria-label': t('The network over its size') } }, [
      element('thead', {}, [
        element(
          'tr',
          {},
          columns.map((text) => element('th', { text, attributes: { scope: 'col' } })),
        ),
      ]),
      body,
    ]),
  ]);
  const root = element('section', { class: 'sweep' }, [
    element('h2', { text: t('What if') }),
    element('div', { class: 'sweepTools' }, [subjects.element, values.element, apply.element]),
    figures,
    problem,
    plot.element,
    table,
  ]);
  let view: View | null = null;
  let choice: SweepChoice | null = null;
  let asked = '';
  /** Values that are there, or on their way. */
  let awaited: ReadonlySet<number> = new Set();

  function choose(id: string): void {
    const option = view && optionsOf(view).find((one) => one.id === id);
    if (option) keep({ subject: option.subject, to: rangeOf(option), value: option.now });
  }

  function move(value: number): void {
    if (choice !== null) keep({ ...choice, value });
  }

  function keep(sweep: SweepChoice): void {
    if (view !== null) actions.compareBy({ ...view.compare, sweep });
  }

  function update(next: View): void {
    view = next;
    const options = optionsOf(next);
    setHidden(root, options.length === 0);
    if (next.page !== 'compare' || options.length === 0) return;
    const option = optionFor(options, next.compare.sweep);
    choice =
      next.compare.sweep &&
      option.subject.layer === next.compare.sweep.subject.layer &&
      option.subject.field === next.compare.sweep.subject.field
        ? next.compare.sweep
        : { subject: option.subject, to: rangeOf(option), value: option.now };
    subjects.setChoices(
      options.map(({ id, text }) => ({ value: id, text })),
      option.id,
    );
    values.set(1, choice.to, choice.value);
    ask(next, option);
    const rows = next.swept?.value ?? [];
    plot.show(rows, option.text, option.now, choice.value);
    drawFigures(rows, option);
    drawTable(rows);
  }

  /** The curve once; a value beside it when the slider rests on one. */
  function ask(next: View, option: Option): void {
    if (choice === null) return;
    const wanted = JSON.stringify([next.network.key, next.network.fingerprint, option.subject, choice.to]);
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
    const parts = row
      ? [
          figure(t('at most'), row.atMost, before?.atMost),
          figure(t('can reach'), row.canReach, before?.canReach),
          figure(t('expected'), row.expected, before?.expected),
        ]
      : [];
    const parameters = row ? t('{0} parameters', formatCount(row.parameters)) : t('Computing…');
    setPowerText(figures, [...parts.filter(Boolean), parameters].join(' · '));
    setText(problem, row?.problem ?? '');
    setHidden(problem, !row?.problem);
    apply.setText(choice.value === now ? t('As in the file') : t('Apply to file: {0} → {1}', now, choice.value));
    // No number in a file says how often a layer stands there.
    const isWritten = choice.subject.field !== 'copies';
    if (!isWritten && choice.value !== now) apply.setText(t('Copies are written by hand'));
    apply.setDisabled(choice.value === now || row?.problem !== null || !isWritten);
  }

  function drawTable(rows: readonly SweptRow[]): void {
    drawRows(rows);
    makeStackable(body.closest('table')!);
  }

  function drawRows(rows: readonly SweptRow[]): void {
    body.replaceChildren(
      ...rows.map((row) => {
        const cells = [
          formatCount(row.parameters),
          ...[row.atMost, row.canReach, row.expected].map((value) => value?.text ?? NO_FIGURE),
        ];
        return element('tr', {}, [
          element('th', { text: String(row.value), attributes: { scope: 'row' } }),
          ...cells.map((text) => {
            const cell = element('td');
            setPowerText(cell, text);
            return cell;
          }),
        ]);
      }),
    );
  }
  return { element: root, update, resize: () => plot.resize() };
}

function optionsOf({ network }: View): Option[] {
  return network.layers.flatMap((layer) =>
    layer.sizes.map(({ field, value }): Option => {
      const subject = { layer: layer.index, field };
      return { id: `${layer.index}/${field}`, text: `${layer.name} · ${field}`, subject, now: value };
    }),
  );
}

function rangeOf({ subject, now }: Option): number {
  return subject.field === 'copies' ? MAX_COPIES : Math.max(MIN_RANGE, 4 * now);
}

function optionFor(options: readonly Option[], sweep: SweepChoice | null): Option {
  const isMeant = ({ subject }: Option): boolean =>
    subject.layer === sweep?.subject.layer && subject.field === sweep.subject.field;
  return options.find(isMeant) ?? options[0];
}

function figure(label: string, quantity: Quantity | null, before: Quantity | null | undefined): string {
  if (quantity === null) return '';
  const change =
    before && Math.abs(quantity.log10 - before.log10) > 1e-9 ? ` (× ${ratio(quantity.log10 - before.log10)})` : '';
  return `${label} ${quantity.text}${change}`;
}

function ratio(log10: number): string {
  return Math.abs(log10) >= 4
    ? `10^${log10.toFixed(2).replace('-', '−')}`
    : String(Number((10 ** log10).toPrecision(3)));
}
