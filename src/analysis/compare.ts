import type { Network } from '../network/network.ts';
import type { TheoryOptions } from '../theory/bound.ts';
import { baselinesOf, type BaselineRole } from './baselines.ts';
import {
  commonMean,
  networkFigures,
  figuresCells,
  figuresHead,
  figuresJson,
  noFigures,
  type NetworkFigures,
} from './figures.ts';
import { SCHEMA_VERSION } from '../report/reportJson.ts';
import { alignColumns } from '../report/reportTable.ts';
import { visibleLine } from '../report/visibleText.ts';

export interface ComparedNetwork {
  readonly file: string;
  readonly network: Network;
}

export interface ComparisonRow {
  readonly file: string;
  /** Name of the network, for a counterpart of the one it is held against. */
  readonly name: string;
  readonly role: 'network' | BaselineRole;
  /** What a counterpart is, or why there is none. */
  readonly how: string | null;
  readonly measures: NetworkFigures | null;
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** Id of the mean shown, one for all. */
  readonly mean: string | null;
}

/**
 * Networks side by side, each followed by its fully connected counterparts of equal size: regions per parameter of
 * convolutions against dense layers (Xiong et al. 2020), and deep against shallow networks (Montúfar et al. 2014), for
 * these very sizes and not in a limit. Without `counterparts` only the networks themselves.
 */
export function compareNetworks(
  networks: readonly ComparedNetwork[],
  options: TheoryOptions,
  counterparts: boolean,
): Comparison {
  const rows = networks.flatMap(({ file, network }): ComparisonRow[] => [
    { file, name: network.name, role: 'network', how: null, measures: networkFigures(network, options) },
    ...(counterparts ? baselinesOf(network) : []).map(({ role, how, network: other }): ComparisonRow => ({
      file,
      name: network.name,
      role,
      how,
      measures: other && networkFigures(other, options),
    })),
  ]);
  return { rows, mean: commonMean(rows.flatMap(({ measures }) => (measures ? [measures] : []))) };
}

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
