import type { Problem } from '../network/definition.ts';
import { endOfTheory } from '../analysis/networkDiagnostics.ts';
import { activationMemory, multiplyAdds, totalMultiplyAdds } from '../network/cost.ts';
import { totalNeurons, writtenShape, type Layer, type Network, type NetworkInput } from '../network/network.ts';
import { networkParameters } from '../network/openSizes.ts';
import { receptiveFields } from '../network/receptiveField.ts';
import { asWritten, sizeOf } from '../network/shape.ts';
import type { BoundResult } from '../theory/bound.ts';
import type { LayerExplanation } from '../theory/explain/explanation.ts';
import { contributionLog10, definitionOf, type Analysis, type NetworkAnalysis } from '../analysis/analyze.ts';
import type { LineIndex, Range } from '../analysis/lineIndex.ts';

export const SCHEMA_VERSION = 1;

/**
 * The published JSON form of an analysis: one object a file. Field names and meanings are kept within a schema version.
 */
export function reportJson(file: string, analysis: Analysis, lines: LineIndex) {
  return {
    schemaVersion: SCHEMA_VERSION,
    file,
    format: analysis.format,
    networks: analysis.networks.map((network) => networkJson(network, lines)),
    diagnostics: analysis.problems.map((problem) => diagnosticJson(problem, lines)),
  };
}

export function diagnosticJson(problem: Problem, lines: LineIndex) {
  const { code, severity, message, span } = problem;
  return { code, severity, message, range: lines.rangeOf(span) };
}

function networkJson(analysis: NetworkAnalysis, lines: LineIndex) {
  const { definition, network } = analysis;
  const fields = receptiveFields(network);
  return {
    name: network.name,
    range: lines.rangeOf(definition.span),
    input: { ...inputShape(network.inputs[0]), size: network.inputSize },
    inputs: network.inputs.map((input) => ({ name: input.name, ...inputShape(input), size: sizeOf(input.shape) })),
    complete: network.complete,
    parameters: networkParameters(network, definition),
    macs: totalMultiplyAdds(network.layers),
    activationMemory: network.layers.reduce((sum, layer) => sum + activationMemory(layer), 0),
    scope: scopeOf(network),
    neurons: totalNeurons(network.layers),
    layers: network.layers.map((layer) => layerJson(analysis, layer, fields[layer.index], lines)),
    bounds: analysis.bounds.map(boundJson),
    bottleneck: bottleneckJson(analysis),
  };
}

function inputShape(input: NetworkInput | undefined) {
  const { shape = [], channelsFirst, source } = input ?? {};
  return { shape: asWritten(shape, channelsFirst), ...(source !== undefined && { source }) };
}

/** The layer that loses most: dimensions in and out, and log10 of what one more unit there multiplies the bound by. */
function bottleneckJson(analysis: NetworkAnalysis) {
  const index = analysis.bottleneck;
  if (index === null) return null;
  const { from, to, oneMore } = analysis.explanations[index].bottleneck!;
  return { layer: index, name: analysis.network.layers[index].name, from, to, oneMoreLog10: oneMore };
}

/** `whole`, or the name of the layer at which the piecewise-linear part ends: all figures are of the part before it. */
function scopeOf(network: Network): string {
  return endOfTheory(network)[0]?.layer.name ?? 'whole';
}

function layerJson(analysis: NetworkAnalysis, layer: Layer, field: readonly number[] | null, lines: LineIndex) {
  const upper = analysis.bound('tightest-upper');
  const contribution = contributionLog10(upper, layer.index);
  const cumulative = upper?.perLayer?.[layer.index]?.log10 ?? null;
  return {
    index: layer.index,
    name: layer.name,
    type: layer.type,
    activation: layer.activation.name,
    inputs: layer.inputs.map(
      (tensor) => (tensor < 0 ? analysis.network.inputs[-1 - tensor] : analysis.network.layers[tensor]).name,
    ),
    inputShape: writtenShape(analysis.network, layer.inputs[0]),
    outputShape: writtenShape(analysis.network, layer.index),
    neurons: layer.neurons,
    pieces: layer.pieceCount,
    parameters: layer.parameters,
    macs: multiplyAdds(layer),
    activationMemory: activationMemory(layer),
    receptiveField: field,
    dimensionIn: analysis.explanations[layer.index]?.dimensionIn ?? null,
    analyzed: layer.scope !== 'beyond',
    range: rangeOfLayer(analysis, layer, lines),
    contribution: contribution === null ? null : { bound: 'tightest-upper', log10: contribution },
    cumulative: cumulative === null ? null : { log10: cumulative },
    explanation: explanationJson(analysis.explanations[layer.index]),
  };
}

function explanationJson(explanation: LayerExplanation | undefined) {
  if (!explanation) return null;
  const { formula, numbers, tightness: standing, advice, bottleneck } = explanation;
  return {
    formula,
    numbers,
    standing,
    advice,
    bottleneck: bottleneck && { from: bottleneck.from, to: bottleneck.to, oneMoreLog10: bottleneck.oneMore },
  };
}

function rangeOfLayer(analysis: NetworkAnalysis, layer: Layer, lines: LineIndex): Range {
  return lines.rangeOf(definitionOf(analysis, layer).span);
}

function boundJson(bound: BoundResult) {
  const { id, kind, of, applies, reason, value, citation, note } = bound;
  return {
    id,
    kind,
    of,
    applies,
    reason,
    value: value?.exact?.toString() ?? null,
    log10: value?.log10 ?? null,
    log10Error: value?.log10Error ?? null,
    perLayer: bound.perLayer?.map((magnitude) => magnitude?.log10 ?? null) ?? null,
    note,
    ...(bound.standardError !== undefined && { standardError: bound.standardError }),
    citation,
  };
}
