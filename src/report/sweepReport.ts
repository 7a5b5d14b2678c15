import { commonMean } from '../analysis/designs/figures.ts';
import type { SweepRow, SweepSubject } from '../analysis/designs/sweep.ts';
import { figuresCells, figuresHead, figuresJson, noFigures } from './figuresReport.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';

/** The published JSON form of one row. */
export function sweepRowJson(file: string, network: string, { layers, field }: SweepSubject, row: SweepRow) {
  const { value, measures } = row;
  const head = { schemaVersion: SCHEMA_VERSION, file, network, layers, field, value };
  const figures = measures ? figuresJson(measures, commonMean([measures])) : noFigures;
  return { ...head, ...figures, problems: row.problems.map(({ message }) => message) };
}

/** All rows as a table a person reads. Ends with a newline. */
export function sweepTable({ layers, field }: SweepSubject, rows: readonly SweepRow[]): string {
  const mean = commonMean(rows.flatMap(({ measures }) => (measures ? [measures] : [])));
  const head = [`${layers.join(', ')} ${field}`, ...figuresHead(mean)];
  const cells = rows.map(({ value, measures }) => [String(value), ...figuresCells(measures, mean)]);
  return alignColumns([head, ...cells], 0);
}
