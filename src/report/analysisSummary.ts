import { contributionLog10, type Analysis, type NetworkAnalysis } from '../analysis/analyze.ts';
import type { LineIndex } from '../analysis/lineIndex.ts';
import { formatFactor, formatMagnitude } from '../common/formatFigures.ts';
import { multiplyAdds } from '../network/cost.ts';
import type { Problem } from '../network/definition.ts';
import { writtenShape, type Layer } from '../network/network.ts';
import { networkParameters } from '../network/openSizes.ts';
import { formatShape } from '../network/shape.ts';
import type { BoundResult } from '../theory/bound.ts';
import { describeTightest, inDigits, networkSizes } from './reportTable.ts';
import { byteLength, fittingLines, MAX_SUMMARY_BYTES, shortName, shortSentence, withinSummary } from './shortText.ts';

const MAX_PROBLEM_BYTES = 500;
const ORDER: readonly Problem['severity'][] = ['error', 'warning', 'information'];

/**
 * The analysis in less than 2 KB, for a reader whose attention is limited: of one network its figures, what caps it,
 * what is wrong with it and a line for each layer; of several a line for each. `lines` is null where the reader has not
 * written the text, so that places in it say nothing.
 */
export function analysisSummary(file: string, analysis: Analysis, lines: LineIndex | null): string {
  const { networks, format } = analysis;
  const name = shortName(file, 120);
  const problems = problemLines(analysis, lines);
  if (networks.length !== 1) {
    const head = `${name} (${format}) holds ${networks.length === 0 ? 'no network' : `${networks.length} networks`}:`;
    const room = MAX_SUMMARY_BYTES - byteLength([head, ...problems, CHOOSE].join('\n')) - 2;
    const all = fittingLines(networks.map(networkLine), room, (missing) => `… ${missing} more networks`);
    return withinSummary([head, ...all, ...(networks.length > 0 ? [CHOOSE] : []), ...problems]);
  }
  const [network] = networks;
  const cap = describeTightest(network, shortName);
  const parts = [
    `${shortName(network.network.name)} (${name}, ${format})`,
    shortSentences(networkSizes(network)),
    ...figureLines(network),
    ...(cap === null ? [] : [`Capped by: ${shortSentence(cap)}`]),
    ...problems,
    ...(network.network.layers.length > 0 ? ['Layers, × the factor of the upper bound:'] : []),
  ];
  const room = MAX_SUMMARY_BYTES - byteLength(parts.join('\n')) - 2;
  const rest = (missing: number) => `… ${missing} more layers; format "json" has all of them`;
  const important = network.bottleneck === null ? [] : [network.bottleneck];
  const layers = network.network.layers.map((layer) => layerLine(network, layer));
  return withinSummary([...parts, ...fittingLines(layers, room, rest, important)]);
}

const CHOOSE = 'Pass one of these names as network for its layers.';

function shortSentences(text: string): string {
  return text.split('\n').map(shortSentence).join('\n');
}

function figureLines(analysis: NetworkAnalysis): string[] {
  const upper = analysis.applying('tightest-upper');
  const lower = analysis.applying('best-lower');
  const { mean, network } = analysis;
  if (!upper && !lower) return ['Activation regions: nothing can be said of the network as it stands.'];
  const expected = mean
    ? `Expected: ${figure(mean)}, ${shortSentence(mean.note ?? mean.citation.label)}.`
    : `Expected: no formula applies${network.complete ? '; count_regions counts random networks' : ''}.`;
  return [`Activation regions: at most ${withSource(upper)}; some weights reach ${withSource(lower)}.`, expected];
}

function figure(bound: BoundResult | undefined): string {
  return bound?.value ? formatMagnitude(bound.value) : 'unknown';
}

/** The figure and its theorem, which combinations name in their note. */
function withSource(bound: BoundResult | undefined): string {
  return bound ? `${figure(bound)} [${shortName(bound.note ?? bound.citation.label, 60)}]` : 'unknown';
}

function networkLine(analysis: NetworkAnalysis): string {
  const { network, definition, mean } = analysis;
  const parameters = inDigits(networkParameters(network, definition)) ?? 'an unknown number of';
  const expected = mean ? `, expected ${figure(mean)} (${mean.id})` : '';
  return `- ${shortName(network.name)}: ${network.layers.length} layers, ${parameters} parameters, at most ${figure(analysis.applying('tightest-upper'))} activation regions${expected}`;
}

function layerLine(analysis: NetworkAnalysis, layer: Layer): string {
  const { network } = analysis;
  const inputs = layer.inputs.map((tensor) => formatShape(writtenShape(network, tensor))).join(' + ');
  const factor = contributionLog10(analysis.applying('tightest-upper'), layer.index);
  const activation =
    layer.activation.name === 'linear' || layer.activation.name === layer.type ? '' : ` ${layer.activation.name}`;
  const costs = [
    ...(layer.parameters === 0 ? [] : [`${inDigits(layer.parameters) ?? 'unknown'} parameters`]),
    ...(multiplyAdds(layer) === 0 ? [] : [`${inDigits(multiplyAdds(layer)) ?? 'unknown'} MACs`]),
    ...(layer.neurons === 0 || factor === null ? [] : [`×${formatFactor(factor)}`]),
    ...(layer.scope === 'beyond' ? ['not in the figures'] : []),
  ];
  const shapes = `${inputs} → ${formatShape(writtenShape(network, layer.index))}`;
  return `- ${shortName(layer.name, 32)}: ${[`${shortName(layer.type, 24)}${activation} ${shapes}`, ...costs].join(', ')}`;
}

/** Errors first. Hints are advice that the figures give already. */
function problemLines({ problems }: Analysis, lines: LineIndex | null): string[] {
  const shown = problems
    .filter(({ severity }) => severity !== 'hint')
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  if (shown.length === 0) return [];
  const sentences = shown.map(({ severity, message, span }) => {
    const line = lines ? `, line ${lines.positionAt(span.start).line + 1}` : '';
    return `- ${severity}${line}: ${shortSentence(message)}`;
  });
  const rest = (missing: number) => `… ${missing} more; format "json" has all of them`;
  return ['To look at:', ...fittingLines(sentences, MAX_PROBLEM_BYTES, rest, [...sentences.keys()])];
}
