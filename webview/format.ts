import { formatCount } from '../src/common/formatFigures.ts';
import type { Quantity } from '../src/protocol/panel.ts';

/** What stands where there is no figure. */
export const NO_FIGURE = '—';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Label of a tick at 10^power, in parts so that the exponent can be raised. */
export function tickParts(power: number): { readonly base: string; readonly exponent: string | null } {
  return power === 0 ? { base: '1', exponent: null } : { base: '10', exponent: String(power).replace('-', '−') };
}

/** Characters of an integer that still fits beside its short form. */
export const LONG_INTEGER = 30;

/** The quantity with its exact value, where that says more than its short text: `10^7.44 = 27,270,901`. */
export function exactText(quantity: Quantity): string {
  const { text, exact } = quantity;
  return exact === null || exact === text || exact.length > LONG_INTEGER ? text : `${text} = ${exact}`;
}

/** `R^2` as `R²`, wherever a domain is shown; no bracket is torn apart at a line's end. */
export function formatDomain(domain: string): string {
  return domain
    .replace(/\^(\d+)/g, (_, digits: string) => [...digits].map((digit) => SUPERSCRIPTS[Number(digit)]).join(''))
    .replaceAll(', ', ',\u00a0');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A name cut in its middle, because names differ at their ends. */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.floor((length - 1) / 2);
  return `${name.slice(0, length - 1 - tail)}…${tail > 0 ? name.slice(-tail) : ''}`;
}

/** Names of at most `length` characters: where some are longer, what all have in common goes first. */
export function shortNames(names: readonly string[], length: number): string[] {
  if (names.length < 2 || names.every((name) => name.length <= length))
    return names.map((name) => shorten(name, length));
  const start = commonStart(names);
  const rests = names.map((name) => (start > 1 ? `…${name.slice(start)}` : name));
  if (rests.every((rest) => rest.length <= length)) return rests;
  const end = commonStart(rests.map((rest) => [...rest].reverse().join('')));
  return rests.map((rest) => shorten(end > 1 ? `${rest.slice(0, rest.length - end)}…` : rest, length));
}

/** Length of the longest common start that ends with a whole word (`block_1` and `block_12` share `block_`). */
function commonStart(names: readonly string[]): number {
  let length = 0;
  while (names.every((name) => name.length > length && name[length] === names[0][length])) length += 1;
  while (length > 0 && /[\p{L}\p{N}]/u.test(names[0][length - 1])) length -= 1;
  return length;
}

/** How long something takes, to the precision that a wait is felt with: `40 s`, `3 min`, `2 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
