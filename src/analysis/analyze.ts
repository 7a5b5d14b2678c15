import { read } from '../formats/registry.ts';
import { buildNetwork } from '../network/build.ts';
import type { LayerDefinition, NetworkDefinition, Problem } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import type { BoundResult, TheoryOptions } from '../theory/bound.ts';
import { explainLayers } from '../theory/explainLayers.ts';
import type { LayerExplanation } from '../theory/explanation.ts';
import { BoundTable } from '../theory/registry.ts';
import { remarksOn } from './remarks.ts';

/** One network with everything that can be said of it; each part is computed when it is first asked for. */
export class NetworkAnalysis {
  private table: BoundTable | undefined;
  private explained: readonly LayerExplanation[] | undefined;

  constructor(
    readonly definition: NetworkDefinition,
    readonly network: Network,
    private readonly options: TheoryOptions,
    private readonly simulated: readonly BoundResult[] = [],
  ) {}

  /** All bounds, in the order of the report. */
  get bounds(): readonly BoundResult[] {
    return [...this.boundTable.all(), ...this.simulated];
  }

  /** The same with simulated means: counts, which are no part of what every text is analysed for. */
  with(simulated: readonly BoundResult[]): NetworkAnalysis {
    const extended = new NetworkAnalysis(this.definition, this.network, this.options, simulated);
    extended.table = this.boundTable;
    return extended;
  }

  bound(id: string): BoundResult | undefined {
    return this.boundTable.get(id) ?? this.simulated.find((mean) => mean.id === id);
  }

  /** The first of these bounds that applies. */
  firstApplying(ids: readonly string[]): BoundResult | undefined {
    return ids.map((id) => this.bound(id)).find((bound) => bound?.applies);
  }

  /** By layer index. */
  get explanations(): readonly LayerExplanation[] {
    return (this.explained ??= explainLayers(this.network, this.options));
  }

  private get boundTable(): BoundTable {
    return (this.table ??= new BoundTable(this.network, this.options));
  }
}

/** All that is known of one text: what the editor, the panel and the command line show is a view of this. */
export class Analysis {
  private sorted: readonly Problem[] | undefined;

  constructor(
    readonly format: string,
    readonly networks: readonly NetworkAnalysis[],
    /** What reading the text and inferring shapes found; see `problems` for all. */
    private readonly found: readonly Problem[],
  ) {}

  /** What to tell the author, in the order of the text. */
  get problems(): readonly Problem[] {
    this.sorted ??= [...this.found, ...this.networks.flatMap(remarksOn)].sort(
      (a, b) => a.span.start - b.span.start || a.span.end - b.span.end,
    );
    return this.sorted;
  }

  /** The same for some of the networks alone. */
  only(networks: readonly NetworkAnalysis[]): Analysis {
    return new Analysis(this.format, networks, this.found);
  }
}

/**
 * Reads every network in a text. Null for a text that holds none. Never throws on any text; what cannot be read is among
 * the problems.
 */
export function analyze(text: string, fileName: string, options: TheoryOptions = {}): Analysis | null {
  const result = read(text, fileName, { weights: false });
  if (result === null) return null;
  const built = result.networks.map((definition) => ({ definition, ...buildNetwork(definition) }));
  const networks = built.map(({ definition, network }) => new NetworkAnalysis(definition, network, options));
  return new Analysis(result.format, networks, [...result.problems, ...built.flatMap(({ problems }) => problems)]);
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
