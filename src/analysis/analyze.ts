import type { Content, NearbyFiles } from '../formats/format.ts';
import { read } from '../formats/registry.ts';
import { buildNetwork, type BuiltNetwork } from '../network/build.ts';
import type { LayerDefinition, NetworkDefinition, Problem, Span } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import type { BoundResult, TheoryOptions } from '../theory/bound.ts';
import type { BoundId } from '../theory/boundIds.ts';
import { TheoryContext } from '../theory/context.ts';
import { explainLayers } from '../theory/explain/explainLayers.ts';
import { mainBottleneck, type LayerExplanation } from '../theory/explain/explanation.ts';
import { BoundTable } from '../theory/registry.ts';
import { networkDiagnostics } from './networkDiagnostics.ts';
import { sameData } from './sameData.ts';
import { sameDefinition, sameNetwork } from './sameDefinition.ts';

/** What the theory says of one network, wherever it is written; each part is computed when it is first asked for. */
class NetworkTheory {
  private readonly context: TheoryContext;
  private readonly tables = new Map<number | undefined, BoundTable>();
  private explained: readonly LayerExplanation[] | undefined;
  /** The mean from draws, once it is known: that takes seconds, so that someone else has it computed. */
  drawn: BoundResult | null = null;

  constructor(
    readonly network: Network,
    readonly options: TheoryOptions,
  ) {
    this.context = TheoryContext.of(network, options);
  }

  /** The bounds on a slice of this dimension; undefined for what the options say. */
  table(sliceDimension?: number): BoundTable {
    let table = this.tables.get(sliceDimension);
    if (!table) {
      table = new BoundTable(sliceDimension === undefined ? this.context : this.context.onSlice(sliceDimension));
      this.tables.set(sliceDimension, table);
    }
    return table;
  }

  get explanations(): readonly LayerExplanation[] {
    return (this.explained ??= explainLayers(this.context));
  }
}

/** One network as a file defines it, with everything that can be said of it. */
export class NetworkAnalysis {
  constructor(
    readonly definition: NetworkDefinition,
    private readonly built: BuiltNetwork,
    private readonly theory: NetworkTheory,
    private readonly simulated: readonly BoundResult[] = [],
  ) {}

  get network(): Network {
    return this.built.network;
  }

  /** All bounds, in the order of the report. */
  get bounds(): readonly BoundResult[] {
    const { drawn } = this.theory;
    return [...this.theory.table().all(), ...this.simulated, ...(drawn ? [drawn] : [])];
  }

  /** The same with simulated means: counts, which are not part of what every text is analyzed for. */
  with(simulated: readonly BoundResult[]): NetworkAnalysis {
    return new NetworkAnalysis(this.definition, this.built, this.theory, simulated);
  }

  bound(id: BoundId): BoundResult {
    return this.theory.table().get(id);
  }

  /** The same bound for what a slice of this dimension meets. */
  boundOnSlice(id: BoundId, dimension: number): BoundResult {
    return this.theory.table(dimension).get(id);
  }

  /** The bound, if it applies. */
  applying(id: BoundId): BoundResult | undefined {
    const bound = this.bound(id);
    return bound.applies ? bound : undefined;
  }

  /**
   * The mean to compare counts with: in a plane before one on a segment, from formulas before one from draws or counts.
   */
  get mean(): BoundResult | undefined {
    const { drawn } = this.theory;
    const others = [...this.simulated, ...(drawn ? [drawn] : [])].filter(({ applies }) => applies);
    return (
      this.applying('kac-rice-plane') ??
      others.find(({ domainDimension }) => domainDimension === 2) ??
      this.applying('kac-rice-line') ??
      others[0]
    );
  }

  /**
   * No formula gives a mean where the network is counted by default: in the plane of two inputs, else on a segment.
   * None was drawn, nor was it tried.
   */
  get lacksMean(): boolean {
    if (this.theory.drawn !== null) return false;
    const { mean } = this;
    return mean === undefined || (this.network.inputSize === 2 && mean.domainDimension !== 2);
  }

  /** Keeps a mean from draws or counts, or why there is none, for all texts in which the network is the same. */
  keepDrawn(mean: BoundResult): void {
    this.theory.drawn = mean;
  }

  sharesTheory(other: NetworkAnalysis): boolean {
    return this.theory === other.theory;
  }

  /** By layer index. */
  get explanations(): readonly LayerExplanation[] {
    return this.theory.explanations;
  }

  /**
   * The layer, by index, that loses most of what enters it to the layers behind it; null where none is a bottleneck.
   */
  get bottleneck(): number | null {
    return mainBottleneck(this.explanations);
  }

  isOfSameNetwork(other: NetworkAnalysis): boolean {
    return this === other || sameNetwork(this.network, other.network);
  }

  /** The same network where another version of the text has it; undefined where that is another network. */
  movedTo(definition: NetworkDefinition, options: TheoryOptions): NetworkAnalysis | undefined {
    const { network, problems } = this.built;
    // What building found stands at places of this version.
    if (problems.length > 0 || !sameData(this.theory.options, options)) return undefined;
    if (!sameDefinition(this.definition, definition)) return undefined;
    const inputs = network.inputs.map((input, i) => {
      const { source } = definition.inputs[i];
      return source === input.source ? input : { ...input, source };
    });
    return new NetworkAnalysis(definition, { network: { ...network, inputs }, problems }, this.theory);
  }

  /** This network's theory, if it is for the same network under the same options; else null. */
  theoryFor(network: Network, options: TheoryOptions): NetworkTheory | null {
    return sameNetwork(this.network, network) && sameData(this.theory.options, options) ? this.theory : null;
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
    /** The text breaks its language's grammar, as while someone types. */
    readonly hasSyntaxErrors = false,
    /** What the reader of the next version of the text may use. */
    readonly kept?: object,
  ) {}

  /** Whether the text, or a network in it, cannot be read as it stands. */
  get hasErrors(): boolean {
    return this.hasSyntaxErrors || this.found.some(isError);
  }

  /** The same for a part of the text, syntax apart. */
  hasErrorIn({ start, end }: Span): boolean {
    return this.found.some((problem) => isError(problem) && problem.span.start < end && problem.span.end > start);
  }

  /** What to tell the author, in the order of the text. */
  get problems(): readonly Problem[] {
    this.sorted ??= [...this.found, ...this.networks.flatMap(networkDiagnostics)].sort(
      (a, b) => a.span.start - b.span.start || a.span.end - b.span.end,
    );
    return this.sorted;
  }

  /** What reading found, which costs nothing more. */
  get readingProblems(): readonly Problem[] {
    return this.found;
  }

  /** The same with one more thing to say. */
  saying(problem: Problem): Analysis {
    return new Analysis(this.format, this.networks, [problem, ...this.found], this.hasSyntaxErrors, this.kept);
  }

  /** The same for some of the networks alone. */
  only(networks: readonly NetworkAnalysis[]): Analysis {
    return new Analysis(this.format, networks, this.found, this.hasSyntaxErrors, this.kept);
  }
}

/**
 * Reads every network in a file. Null for one that holds none. Never throws on any content; what cannot be read is
 * among the problems. With the analysis of an earlier version of the text, what was computed for networks that are
 * still the same is taken over: only where they stand is found again. `files` are those that a text may need beside it.
 */
export function analyze(
  content: Content,
  fileName: string,
  options: TheoryOptions = {},
  earlier: Analysis | null = null,
  files?: NearbyFiles,
): Analysis | null {
  const result = read(content, fileName, { weights: false, files, kept: earlier?.kept });
  if (result === null) return null;
  const known = new Set(earlier?.networks);
  const theoryOf = (network: Network): NetworkTheory => {
    for (const candidate of known) {
      const theory = candidate.theoryFor(network, options);
      if (!theory) continue;
      known.delete(candidate);
      return theory;
    }
    return new NetworkTheory(network, options);
  };
  const problems = [...result.problems];
  const movedTo = (definition: NetworkDefinition): NetworkAnalysis | undefined => {
    for (const candidate of known) {
      const moved = candidate.movedTo(definition, options);
      if (moved) known.delete(candidate);
      if (moved) return moved;
    }
    return undefined;
  };
  const networks = result.networks.map((definition) => {
    const moved = movedTo(definition);
    if (moved) return moved;
    const built = buildNetwork(definition);
    for (const problem of built.problems) problems.push(problem);
    return new NetworkAnalysis(definition, built, theoryOf(built.network));
  });
  const hasSyntaxErrors = result.hasSyntaxErrors ?? problems.some(({ code }) => code === 'syntax');
  return new Analysis(result.format, networks, problems, hasSyntaxErrors, result.kept);
}

/** An unknown word where an activation stands is most often one that is being typed. */
function isError({ severity, code }: Problem): boolean {
  return severity === 'error' || code === 'unknown-activation';
}

/**
 * What the bound gains by this layer: log10 of B(cut after it) / B(cut before it). Null where the bound says nothing.
 */
export function contributionLog10(bound: BoundResult | undefined, layer: number): number | null {
  const after = bound?.perLayer?.[layer];
  if (!after) return null;
  const before = layer === 0 ? 0 : bound?.perLayer?.[layer - 1]?.log10;
  return before === undefined ? null : Math.max(0, after.log10 - before);
}

export function definitionOf(analysis: NetworkAnalysis, layer: Layer): LayerDefinition {
  return analysis.definition.layers[layer.definition];
}
