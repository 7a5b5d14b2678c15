import { visibleLine } from './visibleText.ts';

/** Longest summary for an assistant, in bytes of UTF-8. */
export const MAX_SUMMARY_BYTES = 2000;
const MAX_NAME = 40;
const MAX_SENTENCE = 180;

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** A name from a file, on one line; of a long one its beginning and its end. */
export function shortName(name: string, most = MAX_NAME): string {
  const line = visibleLine(name);
  if (line.length <= most) return line;
  const end = Math.floor((most - 1) / 2);
  return `${line.slice(0, most - 1 - end)}…${line.slice(-end)}`;
}

/** A sentence that may quote what stands in a file; of a long one the beginning. */
export function shortSentence(sentence: string): string {
  const line = visibleLine(sentence);
  return line.length <= MAX_SENTENCE ? line : `${line.slice(0, MAX_SENTENCE - 1)}…`;
}

/**
 * As many of the lines as fit into this many bytes, in their order: those of `first` before the others, which are taken
 * from both ends. `rest` says how many are missing, where they are.
 */
export function fittingLines(
  lines: readonly string[],
  bytes: number,
  rest: (missing: number) => string,
  first: readonly number[] = [],
): string[] {
  const sizes = lines.map((line) => byteLength(line) + 1);
  if (sizes.reduce((sum, size) => sum + size, 0) <= bytes) return [...lines];
  const taken = new Set<number>();
  let room = bytes - (byteLength(rest(lines.length)) + 1);
  for (const index of byImportance(lines.length, first)) {
    if (sizes[index] > room) break;
    room -= sizes[index];
    taken.add(index);
  }
  const kept = lines.flatMap((line, i) => (taken.has(i) ? [line] : []));
  const gap = lines.findIndex((_, i) => !taken.has(i));
  kept.splice(gap, 0, rest(lines.length - taken.size));
  return kept;
}

/** Indices below `count`: the first ones, then 0, the last, 1, the last but one, ... */
function byImportance(count: number, first: readonly number[]): Set<number> {
  const order = new Set(first);
  for (let i = 0; i < count; i++) order.add(i % 2 === 0 ? i / 2 : count - (i + 1) / 2);
  return order;
}

/** The lines as one text. Names in scripts of many bytes can still make it too long: then its end is missing. */
export function withinSummary(lines: readonly string[]): string {
  const end = '… too long to show whole; format "json" has all of it';
  return fittingLines(lines, MAX_SUMMARY_BYTES, () => end, [...lines.keys()]).join('\n');
}
