import type { BaselineRole } from '../analysis/designs/baselines.ts';
import type { Comparison, ComparisonRow } from '../analysis/designs/compare.ts';
import { formatLog10, formatNumber } from '../common/formatFigures.ts';
import { meanOf } from '../analysis/statistics.ts';
import { leaderOf } from '../common/leader.ts';
import { countedCells, countedHead, countedJson, countedNotes, type CountedNetworks } from './countedReport.ts';
import { figuresCells, figuresHead, figuresJson, noFigures } from './figuresReport.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';
import { visibleLine } from './visibleText.ts';

/** By row of the comparison; null where a row has no network. Without, nothing was counted. */
type Counted = readonly (CountedNetworks | null)[];

/** The published JSON form of a comparison: one object a row. */
export function comparisonJson({ rows, mean }: Comparison, counted?: Counted) {
  return rows.map(({ file, name, role, how, measures }, i) => ({
    schemaVersion: SCHEMA_VERSION,
    file,
    network: name,
    role,
    how,
    ...(measures ? figuresJson(measures, mean) : noFigures),
    ...(counted && { counted: counted[i] && countedJson(counted[i], measures?.parameters ?? 0) }),
  }));
}

const ROLE_DESCRIPTIONS: Readonly<Record<BaselineRole, string>> = {
  'dense-same-parameters': 'dense, same parameters',
  'shallow-same-neurons': 'shallow, same neurons',
};

const WHAT_FOR =
  'At most is the ceiling over all weights. Expected and counted are what random networks have at initialization.';

/** The comparison as a table a person reads, with who is ahead and a line on every counterpart. Ends with a newline. */
export function comparisonTable({ rows, mean }: Comparison, counted?: Counted): string {
  const severalFiles = new Set(rows.map(({ file }) => file)).size > 1;
  const first = counted?.find((one) => one !== null);
  const cells = rows.map(({ file, name, role, measures }, i) => [
    role === 'network' ? name : `  ${ROLE_DESCRIPTIONS[role]}`,
    ...(severalFiles ? [role === 'network' ? file : ''] : []),
    measures ? String(measures.inputSize) : '–',
    measures ? String(measures.depth) : '–',
    ...figuresCells(measures, mean),
    ...(first ? countedCells(counted?.[i] ?? null, measures?.parameters ?? 0) : []),
  ]);
  const texts = severalFiles ? 2 : 1;
  const countedHeads = first ? [countedHead(first.method, first.asked), 'counted, per parameter'] : [];
  const head = [
    'network',
    ...(severalFiles ? ['file'] : []),
    'inputs',
    'layers',
    ...figuresHead(mean),
    ...countedHeads,
  ];
  const hows = rows.flatMap(({ role, name, how }) =>
    role === 'network' ? [] : [`${name}, ${ROLE_DESCRIPTIONS[role]}: ${how}`],
  );
  const stopped = rows.flatMap((row, i) => (counted?.[i] ? countedNotes(fullName(row), counted[i]) : []));
  const ahead = leaders({ rows, mean }, counted);
  const notes = [...ahead, ...(ahead.length > 0 ? [WHAT_FOR] : []), ...stopped, ...hows];
  return alignColumns([head, ...cells], texts) + (notes.length > 0 ? `\n${notes.map(indented).join('\n')}\n` : '');
}

function indented(line: string): string {
  return visibleLine(`  ${line}`);
}

function fullName({ name, role }: ComparisonRow): string {
  return role === 'network' ? name : `${name} (${ROLE_DESCRIPTIONS[role]})`;
}

/** A line for each figure: which network is ahead by it. Counterparts take part where there is only one network. */
function leaders({ rows, mean }: Comparison, counted?: Counted): string[] {
  const networks = rows.filter(({ role }) => role === 'network');
  const among = networks.length > 1 ? networks : rows;
  const by = (title: string, log10Of: (row: ComparisonRow) => number | null): string[] => {
    const leader = leaderOf(among.map((row) => ({ name: fullName(row), log10: log10Of(row) })));
    if (leader === null) return [];
    const { name, log10, second } = leader;
    const text = formatLog10(log10);
    if (second.ratioLog10 === 0) return [`By ${title}, ${name} and ${second.name} are equal: ${text}.`];
    const ratio = second.ratioLog10 < 6 ? formatNumber(10 ** second.ratioLog10) : formatLog10(second.ratioLog10);
    return [`By ${title}, ${name} is ahead: ${text}, ${ratio} times ${second.name}.`];
  };
  return [
    ...by('expected regions', (row) => row.measures?.means.find(({ id }) => id === mean)?.value?.log10 ?? null),
    ...by('counted regions', (row) => log10Counted(counted?.[rows.indexOf(row)])),
    ...by('the most regions possible (at most)', (row) => row.measures?.upper?.value?.log10 ?? null),
  ];
}

/** Lower bounds do not say who is ahead. */
function log10Counted(counted: CountedNetworks | null | undefined): number | null {
  if (!counted || counted.results.length === 0 || counted.results.some(({ exact }) => !exact)) return null;
  return Math.log10(meanOf(counted.results.map(({ activationRegions }) => activationRegions)));
}
