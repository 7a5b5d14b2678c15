import { networkParameters } from '../network/openSizes.ts';
import { asWritten, formatShape } from '../network/shape.ts';
import type { BoundResult } from '../theory/bound.ts';
import { contributionLog10, type Analysis, type NetworkAnalysis } from '../analysis/analyze.ts';
import type { LineIndex } from '../analysis/lineIndex.ts';
import { type Notation, formatBytes, formatCount, formatFactor, formatMagnitude } from '../common/formatFigures.ts';
import { activationMemory, multiplyAdds, totalMultiplyAdds } from '../network/cost.ts';
import { totalNeurons, type Network } from '../network/network.ts';
import { describeBottleneck, endOfTheory } from '../analysis/networkDiagnostics.ts';
import { DRAWN_ID, SIMULATED_IDS } from '../theory/boundIds.ts';
import { visibleLine } from './visibleText.ts';

/** The analysis as a table a person reads, in a terminal or a text editor. Ends with a newline. */
export function reportTable(file: string, analysis: Analysis, lines: LineIndex, notation: Notation = 'power'): string {
  const sections = analysis.networks.map((network) => networkSection(file, network, notation));
  const problems = analysis.problems
    .filter((problem) => problem.severity !== 'hint')
    .map((problem) => {
      const { line, character } = lines.positionAt(problem.span.start);
      return visibleLine(`${file}:${line + 1}:${character + 1}  ${problem.severity}: ${problem.message}`);
    });
  return [...sections, ...(problems.length > 0 ? [problems.join('\n') + '\n'] : [])].join('\n');
}

function networkSection(file: string, analysis: NetworkAnalysis, notation: Notation): string {
  const name = visibleLine(`${analysis.network.name}  (${file})`);
  return `${name}\n${networkSizes(analysis)}\n\n${layerTable(analysis, notation)}${bottleneckLine(analysis)}\n${boundTable(analysis, notation)}`;
}

/** Shapes, units, parameters and costs, and which part of the network the figures are of; lines without names. */
export function networkSizes({ network, definition }: NetworkAnalysis): string {
  const shapes = network.inputs.map(({ shape, channelsFirst, source }) => {
    if (shape.length === 0) return 'of unknown size';
    const written = formatShape(asWritten(shape, channelsFirst));
    return source === undefined ? written : `${written} (${source})`;
  });
  const inputs = shapes.join(' and ') || 'not known';
  const isNothingKnown = network.layers.length === 0 && !network.complete;
  return (
    `input ${inputs}, ${isNothingKnown ? 'an unknown number of' : formatCount(totalNeurons(network.layers))} neurons, ` +
    `${inDigits(networkParameters(network, definition)) ?? 'an unknown number of'} parameters` +
    `${costOf(network)}${partOf(network)}`
  );
}

function costOf({ layers, complete }: Network): string {
  if (layers.length === 0 && !complete) return '';
  const products = totalMultiplyAdds(layers);
  const memory = layers.reduce((sum, layer) => sum + activationMemory(layer), 0);
  return products === null ? '' : `\n${formatCount(products)} multiply-adds, ${formatBytes(memory)} of activations`;
}

/** Which part of the network the figures are of, if they are not of all of it. */
function partOf(network: Network): string {
  const [end] = endOfTheory(network);
  const smooth = end
    ? visibleLine(
        `'${end.what}' in ${end.layer.name} is not piecewise linear: the figures are for the layers before it.`,
      )
    : '';
  const isPart = !network.complete && network.layers.length > 0;
  const unread = isPart ? 'Some layers could not be read: the figures are for the layers before them.' : '';
  return [smooth, unread].map((sentence) => (sentence === '' ? '' : `\n${sentence}`)).join('');
}

/** The layer that loses most, with what one more unit there is worth; nothing where none is a bottleneck. */
function bottleneckLine(analysis: NetworkAnalysis): string {
  const words = describeTightest(analysis);
  return words === null ? '' : `\n${visibleLine(`Tightest bottleneck: ${words}`)}\n`;
}

/** What caps the network most, as a sentence; null where nothing does. */
export function describeTightest(analysis: NetworkAnalysis, nameOf = (name: string) => name): string | null {
  const index = analysis.bottleneck;
  const bottleneck = index === null ? null : analysis.explanations[index].bottleneck;
  if (index === null || !bottleneck) return null;
  return describeBottleneck(nameOf(analysis.network.layers[index].name), bottleneck, true);
}

function layerTable(analysis: NetworkAnalysis, notation: Notation): string {
  return alignColumns(layerCells(analysis, notation), 3);
}

/** A row for each layer, below one of headings. */
export function layerCells(analysis: NetworkAnalysis, notation: Notation = 'power'): string[][] {
  const upper = analysis.bound('tightest-upper');
  const lower = analysis.bound('best-lower');
  const { mean } = analysis;
  const cell = (bound: BoundResult | undefined, layer: number) => {
    const magnitude = bound?.perLayer?.[layer];
    return magnitude ? formatMagnitude(magnitude, notation) : '–';
  };
  const rows = analysis.network.layers.map((layer) => {
    const factor = contributionLog10(upper, layer.index);
    return [
      layer.name,
      layer.type,
      formatShape(asWritten(layer.outputShape, layer.channelsFirst)),
      layer.neurons === 0 ? '–' : formatCount(layer.neurons),
      inDigits(layer.parameters) ?? 'unknown',
      inDigits(multiplyAdds(layer)) ?? 'unknown',
      layer.neurons === 0 || layer.scope === 'beyond'
        ? '–'
        : formatCount(analysis.explanations[layer.index]?.dimensionIn ?? '–'),
      layer.neurons === 0 || factor === null ? '' : `×${formatFactor(factor, notation)}`,
      cell(upper, layer.index),
      cell(lower, layer.index),
      ...(mean ? [cell(mean, layer.index)] : []),
    ];
  });
  const head = [
    'layer',
    'type',
    'output',
    'neurons',
    'parameters',
    'multiply-adds',
    'dims in',
    'factor',
    'at most',
    'can reach',
  ];
  return [[...head, ...(mean ? [meanHeading(mean)] : [])], ...rows];
}

/** With its kind of domain: the bounds beside it hold for all of the input space. */
function meanHeading(mean: BoundResult): string {
  const domain = mean.domainDimension === 2 ? ' on a plane' : mean.domainDimension === 1 ? ' on a line' : '';
  return describeReason(mean) + domain;
}

/** With digits in groups; null for what is not known. */
export function inDigits(count: number | null): string | null {
  return count === null ? null : formatCount(count);
}

function boundTable(analysis: NetworkAnalysis, notation: Notation): string {
  const reasons = refusals(analysis);
  return (
    alignColumns(boundCells(analysis, notation), 2) +
    (reasons.length > 0 ? `\nNot applicable:\n${reasons.join('\n')}\n` : '')
  );
}

/** For each theorem that applies: what it says, its figure, its id, its source and a note, which may be empty. */
export function boundCells({ bounds }: NetworkAnalysis, notation: Notation = 'power'): string[][] {
  return bounds
    .filter(({ applies, value }) => applies && value !== null)
    .map((bound) => [
      describeReason(bound),
      formatMagnitude(bound.value!, notation),
      bound.id,
      bound.citation.label,
      bound.note ?? '',
    ]);
}

/** One line a reason: theorems of a family are refused together. */
export function refusals(analysis: NetworkAnalysis): string[] {
  const byReason = new Map<string, string[]>();
  for (const { applies, reason, id } of analysis.bounds) {
    if (!applies) byReason.set(reason ?? '', [...(byReason.get(reason ?? '') ?? []), id]);
  }
  return [...byReason].map(([reason, ids]) => visibleLine(`  ${ids.join(', ')}: ${reason}`));
}

function describeReason({ id, kind }: BoundResult): string {
  return [...SIMULATED_IDS, DRAWN_ID].some((simulated) => simulated === id) ? 'simulated' : KIND_DESCRIPTIONS[kind];
}

const KIND_DESCRIPTIONS: Readonly<Record<BoundResult['kind'], string>> = {
  upper: 'at most',
  lower: 'can reach',
  exact: 'exactly',
  mean: 'expected',
  scale: 'order of growth',
};

/** Columns padded to their widest cell; those from `firstRight` on (numbers) flush right unless they hold sentences. */
export function alignColumns(cells: readonly (readonly string[])[], firstRight: number): string {
  const rows = cells.map((row) => row.map(visibleLine));
  const widths: number[] = [];
  for (const row of rows) row.forEach((text, i) => (widths[i] = Math.max(widths[i] ?? 0, text.length)));
  const isNumber = widths.map(
    (_, i) => i >= firstRight && rows.slice(1).every((row) => /^[×–±\d,.^ e+−-]*$/.test(row[i] ?? '')),
  );
  return rows
    .map(
      (row) =>
        row
          .map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}
