import { formatFactor } from '../../src/common/formatFigures.ts';
import type { Quantity } from '../../src/protocol/panel.ts';
import type { SweepOption, SweepSubject, SweptRow } from '../../src/protocol/runs.ts';
import type { SweepChoice } from '../app/store.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { plural } from '../format.ts';

/** What can be varied, which values are asked for, and how a value compares: plain functions, without a page. */

/** Values of a curve, about. */
const VALUES = 24;

/** An option under a name, for the list. */
export interface NamedOption extends SweepOption {
  readonly id: string;
  readonly text: string;
}

export function optionsOf({ sweepOptions }: Pick<View, 'sweepOptions'>): NamedOption[] {
  return (sweepOptions?.value ?? []).map((option) => {
    return { ...option, id: idOf(option.subject), text: optionText(option) };
  });
}

function idOf(subject: SweepSubject): string {
  return JSON.stringify(subject);
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

/** The option as it is in the file. */
export function asItIs({ subject, to, now }: SweepOption): SweepChoice {
  return { subject, to, value: now };
}

export interface Varied {
  readonly option: NamedOption;
  readonly choice: SweepChoice;
}

/** What was chosen, while the file has it; the first of the options otherwise, of which there is one at least. */
export function variedAmong(options: readonly NamedOption[], chosen: SweepChoice | null): Varied {
  const option = chosen === null ? undefined : options.find(({ id }) => id === idOf(chosen.subject));
  if (chosen === null || option === undefined) return { option: options[0], choice: asItIs(options[0]) };
  return { option, choice: chosen };
}

/** The value that is wanted now, and behind it those of the curve from 1 on that are not `known` yet, each once. */
export function valuesToAsk({ option: { now }, choice: { value, to } }: Varied, known: ReadonlySet<number>): number[] {
  const spread = Array.from({ length: VALUES }, (_, i) => Math.round(1 + ((to - 1) * i) / (VALUES - 1)));
  return [...new Set([value, now, ...spread])].filter((one) => !known.has(one));
}

/** The figures of a value, each with its change against those of the file; `before`: of the file. */
export function rowText(row: SweptRow, before: SweptRow | undefined): string {
  const parts = [
    figureText(t('expected'), row.expected, before?.expected),
    figureText(t('at most'), row.atMost, before?.atMost),
    figureText(t('can reach'), row.canReach, before?.canReach),
    plural(row.parameters, t('parameter'), t('parameters')),
  ];
  return parts.filter(Boolean).join(' · ');
}

function figureText(label: string, quantity: Quantity | null, before: Quantity | null | undefined): string {
  if (quantity === null) return '';
  const change =
    before && Math.abs(quantity.log10 - before.log10) > 1e-9
      ? ` (× ${formatFactor(quantity.log10 - before.log10)})`
      : '';
  return `${label} ${quantity.text}${change}`;
}
