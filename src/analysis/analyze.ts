import { read } from '../formats/registry.ts';
import { buildNetwork } from '../network/build.ts';
import type { LayerDefinition, NetworkDefinition, Problem } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import type { BoundResult, TheoryOptions } from '../theory/bound.ts';
import { explainLayers } from '../theory/explainLayers.ts';
import type { LayerExplanation } from '../theory/explanation.ts';
import { evaluateBounds } from '../theory/registry.ts';
import { remarksOn } from './remarks.ts';

export interface NetworkAnalysis {
  readonly definition: NetworkDefinition;
  readonly network: Network;
  readonly bounds: readonly BoundResult[];
  /** By layer index. */
  readonly explanations: readonly LayerExplanation[];
}

/** All that is known of one text: what the editor, the panel and the command line show is a view of this. */
export interface Analysis {
  readonly format: string;
  readonly networks: readonly NetworkAnalysis[];
  readonly problems: readonly Problem[];
}

/**
 * Reads every network in a text and computes its bounds. Null for a text that holds none.
 * Never throws on any text; what cannot be read is among the problems.
 */
export function analyze(text: string, fileName: string, options: TheoryOptions = {}): Analysis | null {
  const result = read(text, fileName, { weights: false });
  if (result === null) return null;
  const problems: Problem[] = [...result.problems];
  const networks = result.networks.map((definition) => {
    const { network, problems: found } = buildNetwork(definition);
    const explanations = explainLayers(network, options);
    problems.push(...found, ...remarksOn(definition, network, explanations));
    return { definition, network, explanations, bounds: evaluateBounds(network, options) };
  });
  problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return { format: result.format, networks, problems };
}

export function boundOf(analysis: NetworkAnalysis, id: string): BoundResult | undefined {
  return analysis.bounds.find((bound) => bound.id === id);
}

/** The first of these bounds that applies. */
export function firstApplying(analysis: NetworkAnalysis, ids: readonly string[]): BoundResult | undefined {
  return ids.map((id) => boundOf(analysis, id)).find((bound) => bound?.applies);
}

/** What the bound gains by this layer: log10 of B(cut after it) / B(cut before it). Null where the bound says nothing. */
export function contributionLog10(bound: BoundResult | undefined, layer: number): number | null {
  const after = bound?.perLayer?.[layer];
  if (!after) return null;
  const before = layer === 0 ? 0 : bound?.perLayer?.[layer - 1]?.log10;
  return before === undefined ? null : Math.max(0, after.log10 - before);
}

export function definitionOf(analysis: NetworkAnalysis, layer: Layer): LayerDefinition {
  return analysis.definition.layers[layer.definition];
}
