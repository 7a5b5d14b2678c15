import type { LineIndex, Range } from '../analysis/lineIndex.ts';
import type { CheckResult } from '../analysis/check/results.ts';
import { formatCount } from '../common/formatFigures.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';

/** A result with its place in the text that it is about. */
export type LocatedResult = Omit<CheckResult, 'span'> & { readonly range: Range };

export function located({ span, ...result }: CheckResult, lines: LineIndex): LocatedResult {
  return { ...result, range: lines.rangeOf(span) };
}

export const CHECK_FORMATS = ['table', 'json', 'sarif', 'junit'] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** The published JSON form of a check. */
export function checkJson(results: readonly LocatedResult[]) {
  const failed = results.filter(({ passed }) => !passed).length;
  return { schemaVersion: SCHEMA_VERSION, passed: results.length - failed, failed, results };
}

/** What a person reads: failures first, each with its place, then what has passed. Ends with a newline. */
export function checkTable(results: readonly LocatedResult[]): string {
  const failed = results.filter(({ passed }) => !passed);
  const passed = results.filter((result) => result.passed);
  const rows = [...failed, ...passed].map(({ passed: isFine, file, network, check, message, range }) => [
    isFine ? 'ok' : 'FAILED',
    isFine ? file : `${file}:${range.start.line + 1}`,
    network ?? '–',
    check,
    message,
  ]);
  const count = (list: readonly unknown[]) => formatCount(list.length);
  return `${alignColumns(rows, rows.length + 5)}\n${count(passed)} passed, ${count(failed)} failed\n`;
}
