import type { BaselineRole } from '../analysis/baselines.ts';
import type { Comparison } from '../analysis/compare.ts';
import { figuresCells, figuresHead, figuresJson, noFigures } from './figuresReport.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';
import { visibleLine } from './visibleText.ts';

/** The published JSON form of a comparison: one object a row. */
export function comparisonJson({ rows, mean }: Comparison) {
  return rows.map(({ file, name, role, how, measures }) => ({
    schemaVersion: SCHEMA_VERSION,
    file,
    network: name,
    role,
    how,
    ...(measures ? figuresJson(measures, mean) : noFigures),
  }));
}

const ROLE_DESCRIPTIONS: Readonly<Record<BaselineRole, string>> = {
  'dense-same-parameters': 'dense, same parameters',
  'shallow-same-neurons': 'shallow, same neurons',
};

/** The comparison as a table a person reads, with a line on every counterpart below it. Ends with a newline. */
export function comparisonTable({ rows, mean }: Comparison): string {
  const severalFiles = new Set(rows.map(({ file }) => file)).size > 1;
  const cells = rows.map(({ file, name, role, measures }) => [
    role === 'network' ? name : `  ${ROLE_DESCRIPTIONS[role]}`,
    ...(severalFiles ? [role === 'network' ? file : ''] : []),
    measures ? String(measures.inputSize) : '–',
    measures ? String(measures.depth) : '–',
    ...figuresCells(measures, mean),
  ]);
  const texts = severalFiles ? 2 : 1;
  const head = ['network', ...(severalFiles ? ['file'] : []), 'inputs', 'layers', ...figuresHead(mean)];
  const notes = rows.flatMap(({ role, name, how }) =>
    role === 'network' ? [] : [visibleLine(`  ${name}, ${ROLE_DESCRIPTIONS[role]}: ${how}`)],
  );
  return alignColumns([head, ...cells], texts) + (notes.length > 0 ? `\n${notes.join('\n')}\n` : '');
}
