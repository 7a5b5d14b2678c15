import type { KernelInitializer } from '../common/kernelInitializers.ts';
import type { WeightsSource } from '../common/weightsSource.ts';
import type { Place, PlaneWindow } from '../common/place.ts';
import type { CountMethod, SamplingResult } from '../counting/count.ts';
import type { RegionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import type { PanelSeries, Quantity } from './panel.ts';

/** What counting sends to the panel and the panel asks of counting. Plain data. */

export type { CountMethod };
export type CountMethodName = 'auto' | CountMethod;

export interface CountSettings {
  readonly method: CountMethodName;
  readonly place: Place;
  readonly firstSeed: number;
  readonly seeds: number;
  /** Use the weights in the file in place of drawn ones. */
  readonly fileWeights: boolean;
  /** Points of a sample. */
  readonly samples: number;
  /** How weights are drawn; null: as the file says. */
  readonly kernel: KernelInitializer | null;
  readonly biasStddev: number | null;
  /** Threads; 0: as the settings say. */
  readonly workers: number;
}

/** One counted network. `perLayer` by layer index. */
export interface PanelCount {
  readonly source: WeightsSource;
  readonly exact: boolean;
  readonly activationRegions: number;
  readonly perLayer: readonly number[];
  readonly seconds: number;
  /** Of samples, which are not counts but lower bounds. */
  readonly sampling: SamplingResult | null;
  /** An upper bound for these weights here; null where none was looked for. */
  readonly atMost: RegionsAtMost | null;
}

/** What is known of one run before it: its method, and what theory says for its place and its weights. */
export interface RunTheory {
  readonly method: CountMethod;
  /** Why that method was chosen; null where the user did. */
  readonly why: string | null;
  /** For example `[−1, 1]²`. */
  readonly domain: string;
  readonly initialization: string;
  readonly expected: PanelSeries | null;
  /** Why there is no mean; null where there is one. */
  readonly noMean: string | null;
  /** The upper bound for a slice of this dimension, where the input space has more. */
  readonly slice: PanelSeries | null;
}

/** How far a run is. */
export interface RunProgress {
  /** Networks that are counted, and how many there are. */
  readonly done: number;
  readonly of: number;
  /** Found so far in the network that reported last. */
  readonly regions: number;
  /** Of all the work, 0 to 1. */
  readonly share: number;
  /** Null where there is nothing yet to tell it by. */
  readonly secondsLeft: number | null;
  /** Of a count that others make in parts: those that are done, and how many there are. Null for other counts. */
  readonly parts: { readonly done: number; readonly of: number } | null;
}

/** What points of a file are wanted for: the counts, or the page with the line. */
export type PointUse = 'count' | 'line';

export type RunStatus = 'running' | 'done' | 'cancelled' | 'failed';

/** The counts of one network: those of its last run. Kept by the extension, for all panels. */
export interface PanelRun {
  readonly settings: CountSettings;
  readonly theory: RunTheory;
  /** That of the network they were counted for: after an edit that changes it they say nothing any more. */
  readonly fingerprint: string;
  readonly counts: readonly PanelCount[];
  readonly status: RunStatus;
  readonly message: string | null;
}

/** The regions of one network in a window, in coordinates of the window, [0, 1]². */
export interface PanelPicture {
  readonly source: WeightsSource;
  readonly window: PlaneWindow;
  /** False where a limit ended the count: then parts of the window are missing. */
  readonly exact: boolean;
  /** x and y of the corners of all polygons. */
  readonly vertices: Float32Array;
  /** Polygon `i` has corners `offsets[i]` to `offsets[i + 1]`. */
  readonly offsets: Uint32Array;
  /** Of the first output, over the whole parallelogram's coordinates; two numbers a polygon. */
  readonly gradients: Float32Array;
  /** For the edge from each corner to the next: the layer that bends there, or -1 on the window's edge. */
  readonly edgeLayers: Int32Array;
  /** Segments of the decision boundary: x and y of both ends. Empty where it was not asked for. */
  readonly boundary: Float32Array;
  /** Numbers of the first output. */
  readonly outputs: number;
  /** Lengths of the whole parallelogram's sides in the input space. */
  readonly sides: readonly [number, number];
  /** Activation regions to be expected in this window for drawn weights; null where no mean applies. */
  readonly expected: number | null;
}

/** A network along a line: from 0 to 1, in the coordinate of the segment. */
export interface PanelLine {
  readonly source: WeightsSource;
  readonly exact: boolean;
  readonly knots: Float64Array;
  /** Layer that bends at each knot, -1 at the ends. */
  readonly layers: Int32Array;
  readonly outputs: Float64Array;
  readonly outputCount: number;
  /** Of the segment in the input space. */
  readonly length: number;
}

/** What a count of one network will take. */
export interface PanelCost {
  /** On one thread; null where a short count did not get far enough to tell. */
  readonly seconds: number | null;
}

/** How far random points of the box are from the nearest boundary of their region, in the input space. */
export interface PanelDistances {
  readonly source: WeightsSource;
  /** The box, for people. */
  readonly box: string;
  /** Of the points that were measured; those without any boundary are left out. */
  readonly distances: Float64Array;
  readonly points: number;
  /** False where time ended the measurement before all points were done. */
  readonly complete: boolean;
}

/** What is the case at one point of the picture. */
export interface PanelProbe {
  readonly source: WeightsSource;
  /** In the whole parallelogram's coordinates. */
  readonly x: number;
  readonly y: number;
  /** By layer that bends: a character for each unit, its piece (`0` and `1` for ReLU), cut after some hundreds. */
  readonly pattern: readonly {
    readonly layer: number;
    readonly units: number;
    readonly above: number;
    readonly pieces: string;
  }[];
  /**
   * Each output as an affine function of the inputs: its first coefficients, their size all together, and the value at
   * the point.
   */
  readonly outputs: readonly {
    readonly coefficients: readonly number[];
    readonly size: number;
    readonly constant: number;
    readonly value: number;
  }[];
}

/** A network held against others. */
export interface ComparedRow {
  readonly key: string;
  readonly file: string;
  readonly name: string;
  readonly role: 'network' | 'dense-same-parameters' | 'shallow-same-neurons';
  /** What a counterpart is, or why there is none. */
  readonly how: string | null;
  /** Null where there is no such network. */
  readonly figures: ComparedFigures | null;
}

export interface ComparedFigures {
  readonly inputSize: number;
  readonly neurons: number;
  readonly parameters: number;
  readonly layerNames: readonly string[];
  readonly atMost: ComparedBound | null;
  readonly canReach: ComparedBound | null;
  readonly expected: ComparedBound | null;
}

export interface ComparedBound {
  readonly total: Quantity;
  /** log10 after each layer that bends. */
  readonly perLayer: readonly (number | null)[];
  /** Regions divided by parameters. */
  readonly perParameter: Quantity | null;
}

/** What is compared with a network. */
export interface ComparisonParts {
  /** Files, all networks of each. */
  readonly uris: readonly string[];
  /** One-layer counterparts of every network. */
  readonly counterparts: boolean;
  /** The other networks of its own file. */
  readonly siblings: boolean;
}

/** One random network of a row, counted. */
export interface ComparedCount {
  readonly seed: number;
  readonly exact: boolean;
  readonly regions: number;
  /** After each layer that bends. */
  readonly perLayer: readonly number[];
}

export interface PanelComparison {
  readonly rows: readonly ComparedRow[];
  /** What the means are for; null where there is none in common. */
  readonly mean: string | null;
  /** Files that could not be read, as sentences. */
  readonly problems: readonly string[];
}

/** What is varied in a network. */
export type SweepSubject =
  /** A size of a layer, and of the layers that must have the same. */
  | { readonly kind: 'size'; readonly layer: number; readonly field: string }
  /** A number with a name in the text: `ordinal` tells those of one name apart. */
  | { readonly kind: 'variable'; readonly name: string; readonly ordinal: number }
  /** All widths that can be chosen, in percent of what they are. */
  | { readonly kind: 'widths' }
  /** All of them, one by one. */
  | { readonly kind: 'design'; readonly widths: readonly number[] };

/** Something that can be varied, with what it is now. */
export interface SweepOption {
  readonly subject: SweepSubject;
  /** Names of the layers whose size it is; none for a variable. */
  readonly layers: readonly string[];
  readonly now: number;
  /** The largest value that is offered. */
  readonly to: number;
}

export interface SweptRow {
  readonly value: number;
  readonly parameters: number;
  readonly atMost: Quantity | null;
  readonly canReach: Quantity | null;
  readonly expected: Quantity | null;
  /** What does not fit together at this value. */
  readonly problem: string | null;
}

/** A search for the best design under a budget. */
export interface FitQuestion {
  readonly maxParameters: number;
  /** Null: as many as it takes. */
  readonly maxMultiplyAdds: number | null;
  /** `automatic`: what random networks do, where there is a mean; else what is possible. */
  readonly objective: 'expected-plane' | 'expected-line' | 'at-most' | 'can-reach' | 'automatic';
  /** Also the best design for each number of repeats of the last repeatable layer, up to this one; null: none. */
  readonly depth: number | null;
}

export interface PanelDesign {
  /** How often the repeated layer stands in a row. */
  readonly copies: number;
  /** By layer of the fit. */
  readonly widths: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number | null;
  readonly atMost: Quantity | null;
  readonly expected: Quantity | null;
}

export interface PanelFit {
  /** The layers whose widths were chosen; of a group that must be equal, the first. */
  readonly layers: readonly string[];
  readonly objective: string;
  readonly repeated: string | null;
  /** Best first; with a depth, the best of each. */
  readonly designs: readonly PanelDesign[];
  /** The network as it is. */
  readonly start: PanelDesign | null;
  readonly isExhaustive: boolean;
  readonly evaluated: number;
}
