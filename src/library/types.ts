/**
 * A network: the text of a file that defines it, the bytes of a model or of a file of weights that holds one, or an
 * object in the native format.
 */
export type Source = string | Uint8Array | { readonly layers: readonly unknown[]; readonly [field: string]: unknown };

export interface ReadOptions {
  /**
   * The file's name. Its ending tells source code apart: `.ts`, `.py`, `.ipynb`. By default `network.json`, under which
   * every JSON format is recognized.
   */
  readonly fileName?: string;
  /**
   * Another file by its path from the folder of this one: what source code imports, and shards or external data that a
   * model names. Undefined where there is none.
   */
  readonly readFile?: (path: string) => string | Uint8Array | undefined;
}

export interface AnalyzeOptions extends ReadOptions {
  /** Bounds for a slice of this dimension in place of the whole input space. */
  readonly sliceDimension?: number;
  /** The segment that the mean on a line is for. By default the diagonal of [-1, 1]^n. */
  readonly segment?: Omit<Segment, 'kind'>;
  /** The parallelogram that the mean in a plane is for. By default, for two inputs, the square [-1, 1]^2. */
  readonly parallelogram?: Omit<Parallelogram, 'kind'>;
}

/** Zero-based; characters are UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Diagnostic {
  /** Stable: `shape-mismatch`, `unknown-layer`, ... */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly range: Range;
}

/** What is known of every network in a file: the object that `region-lens analyze --json` prints. */
export interface AnalysisReport {
  readonly schemaVersion: number;
  readonly file: string;
  /** `native`, `keras`, `pytorch`, ... */
  readonly format: string;
  readonly networks: readonly NetworkReport[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Shapes have no batch. They are written as the network writes them. */
export interface InputReport {
  readonly shape: readonly number[];
  readonly size: number;
}

export interface NetworkReport {
  readonly name: string;
  readonly range: Range;
  /** The first input, with the size of all of them together. */
  readonly input: InputReport;
  readonly inputs: readonly (InputReport & { readonly name: string })[];
  /** False where some layers could not be read: figures are then of what could. */
  readonly complete: boolean;
  /** Null where not all are known. */
  readonly parameters: number | null;
  /** Multiply-adds for one input. */
  readonly macs: number | null;
  /** Numbers in the outputs of all layers. */
  readonly activationMemory: number;
  /** `whole`, or the layer at which the piecewise-linear part ends: bounds are of the part before it. */
  readonly scope: string;
  readonly neurons: number;
  readonly layers: readonly LayerReport[];
  readonly bounds: readonly BoundReport[];
  /** The layer that loses most dimensions; null where none does. */
  readonly bottleneck: (Bottleneck & { readonly layer: number; readonly name: string }) | null;
}

export interface Bottleneck {
  /** Dimension that enters, and the lower one that leaves. */
  readonly from: number;
  readonly to: number;
  /** log10 of what one more unit here multiplies the upper bound by; null where it was not computed. */
  readonly oneMoreLog10: number | null;
}

export interface LayerReport {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly activation: string;
  /** Names of the layers and inputs that it reads. */
  readonly inputs: readonly string[];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly neurons: number;
  /** Linear pieces of one unit. */
  readonly pieces: number;
  readonly parameters: number | null;
  readonly macs: number | null;
  readonly activationMemory: number;
  readonly receptiveField: readonly number[] | null;
  readonly dimensionIn: number | null;
  /** False behind the piecewise-linear part. */
  readonly analyzed: boolean;
  readonly range: Range;
  /** log10 of what this layer multiplies the upper bound by. */
  readonly contribution: { readonly bound: string; readonly log10: number } | null;
  /** log10 of the upper bound of the network cut after this layer. */
  readonly cumulative: { readonly log10: number } | null;
  readonly explanation: {
    readonly formula: string | null;
    readonly numbers: string | null;
    readonly standing: string | null;
    readonly advice: string | null;
    readonly bottleneck: Bottleneck | null;
  } | null;
}

/** One theorem, applied to the network. */
export interface BoundReport {
  /** `tightest-upper`, `best-lower`, `kac-rice-plane`, ...: see docs/theory.md. */
  readonly id: string;
  readonly kind: 'upper' | 'lower' | 'exact' | 'mean' | 'scale';
  /** What it bounds. Activation regions are at least as many as linear regions. */
  readonly of: 'activation' | 'linear';
  readonly applies: boolean;
  /** Why it does not apply, as a sentence. */
  readonly reason: string | null;
  /** The exact integer in decimal digits, where it is one that is written out. */
  readonly value: string | null;
  readonly log10: number | null;
  /** The true log10 differs from the one given by no more than this. */
  readonly log10Error: number | null;
  /** log10 for the network cut after each layer. */
  readonly perLayer: readonly (number | null)[] | null;
  readonly note: string | null;
  readonly citation: { readonly label: string; readonly url: string };
}

/** The box [lower, upper]^n, the same interval for each input. */
export interface Box {
  readonly kind: 'box';
  readonly lower: number;
  readonly upper: number;
}

/** All of R^n. */
export interface All {
  readonly kind: 'all';
}

/** Points have a coordinate for each input. */
export interface Segment {
  readonly kind: 'segment';
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** `origin + s u + t v` with s and t in [0, 1]. */
export interface Parallelogram {
  readonly kind: 'parallelogram';
  readonly origin: readonly number[];
  readonly u: readonly number[];
  readonly v: readonly number[];
}

export type Place = Box | All | Segment | Parallelogram;

export type Method = 'line' | 'plane' | 'cells' | 'sample';

export interface CountOptions extends ReadOptions {
  /** A name, or a position among the networks of the file; the first by default. */
  readonly network?: string | number;
  /**
   * `line` and `plane` count in a segment and in a parallelogram, `cells` in all input dimensions; `sample` finds a
   * lower bound at random points. `auto` takes what fits the inputs and the place, and is the default.
   */
  readonly method?: Method | 'auto';
  /** By default the box [-1, 1]^n; a line takes its diagonal, a plane a random plane through its center. */
  readonly place?: Place;
  /** Of weights that the source does not give, and of random places; by default the network's own, mostly 1. */
  readonly seed?: number;
  /** Weights from a file: HDF5, .keras, PyTorch, safetensors, .npz, .npy. */
  readonly weights?: { readonly name: string; readonly bytes: Uint8Array };
  /** Points of a sample; 10,000 by default. */
  readonly samples?: number;
  /** The count ends there, with what it has found. */
  readonly maxRegions?: number;
  readonly maxSeconds?: number;
}

/** One count: the object that `region-lens count --json` prints. */
export interface CountReport {
  readonly schemaVersion: number;
  readonly method: Method;
  /** The method that was chosen, and why; with `auto` only. */
  readonly chosen?: { readonly method: Method; readonly why: string };
  /** False for samples, and after a limit: figures are then lower bounds, and no counts. */
  readonly exact: boolean;
  /** Why a count that was not stopped is not exact. */
  readonly doubt?: string;
  readonly stoppedBy: 'regions' | 'seconds' | 'memory' | 'request' | null;
  /** Regions in which every unit is on one of its linear pieces. */
  readonly activationRegions: number;
  /** Regions on which the output is one affine map; null where they were not found. */
  readonly linearRegions: number | null;
  /** Activation regions of the network cut after each layer. */
  readonly perLayer: readonly number[];
  readonly sampling?: { readonly samples: number; readonly chao1: number; readonly newAtEnd: number };
  readonly seconds: number;
  readonly regionsPerSecond: number | null;
  /** Where it was counted, with a coordinate for each input. */
  readonly domain: object | 'all';
  readonly seed: number;
  /** The file that the weights are from, where they are from one. */
  readonly weights?: string;
  /** Layers whose weights were drawn from the seed, as their source gives none. */
  readonly drawn: readonly string[];
}
