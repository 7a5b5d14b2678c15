// The types of a count: what is requested (`CountRequest`), its limits and callbacks, and what comes back
// (`CountResult`). `countRegions.ts` does the counting.

import type { Domain } from '../common/place.ts';
import type { SliceRanges } from '../common/stageRange.ts';
import type { Network } from '../network/network.ts';

export type CountMethod = 'line' | 'plane' | 'cells' | 'sample';

/** The method that was chosen, and a sentence that says why. */
export interface ChosenMethod {
  readonly method: CountMethod;
  readonly why: string;
}

export interface CountRequest {
  /** With weights at every layer that has parameters (see `initializers.ts`). */
  readonly network: Network;
  readonly method: CountMethod;
  /** Set if the program chose the method. */
  readonly chosen?: ChosenMethod;
  readonly domain: Domain;
  /** Also merge activation regions whose output maps are equal (costs memory in the number of regions). */
  readonly linear: boolean;
  /** Also merge what was found before a limit, though it is counted nowhere: to see what merging takes. */
  readonly joinsPart?: boolean;
  /** Return the regions themselves, for pictures; memory grows with their number. */
  readonly keepRegions: boolean;
  /**
   * For pictures: the value of a single output at which the decision changes. Without it, no decision boundary is
   * looked for; of several outputs it does not matter which it is.
   */
  readonly level?: number;
  readonly limits: CountLimits;
  /** Also list everything about each activation region, for export; memory grows with their number. */
  readonly listRegions?: boolean;
  /** Also count the breakpoints of each unit, on a segment that is counted layer by layer. */
  readonly units?: boolean;
  /** For cells: by their vertices or by linear programs. By default the number of dimensions decides. */
  readonly cellsBy?: 'vertices' | 'programs';
  /** Also find which units can switch, where the count itself is exact. For what is not exact it is found anyway. */
  readonly ranges?: boolean;
  /** For sampling: the number of points, 10,000 by default. */
  readonly samples?: number;
  /** For sampling: the seed of the points, 1 by default. */
  readonly seed?: number;
}

/** Limits that stop a count early. */
export interface CountLimits {
  readonly regions?: number;
  readonly seconds?: number;
  /** For the data kept for each region, to merge regions or draw them. A plain count keeps nothing. */
  readonly bytes?: number;
}

export interface CountProgress {
  readonly regions: number;
  /** Share of the domain done, 0 to 1. */
  readonly fraction: number;
  /** Regions so far after each layer, where they are known. */
  readonly perLayer?: readonly number[];
}

/** Bytes held for merging regions and for pictures, unless a count says otherwise. */
export const MAX_HELD_BYTES = 2 ** 31;

export interface CountHooks {
  progress?(progress: CountProgress): void;
  /** Called at least every 50 ms of work; true ends the count with the result so far. */
  stopped?(): boolean;
}

/** Polygons of a plane in the parallelogram's coordinates (s, t) in [0, 1]^2, packed for transfer. */
export interface PlaneRegions {
  /** Vertices of all polygons, x and y in turn. */
  readonly vertices: Float64Array;
  /** Polygon `i` has vertices `offsets[i]` to `offsets[i + 1]` (in vertices, not in numbers). */
  readonly offsets: Uint32Array;
  /** Gradient of the first output over (s, t) on each polygon, two numbers each: for coloring. */
  readonly gradients: Float64Array;
  /**
   * For each edge (vertex k to k + 1 of its polygon): index of the layer that bends there, or -1 on the domain's edge.
   */
  readonly edgeLayers: Int32Array;
  /**
   * Segments of the decision boundary, x and y of both ends: where the first tensor of the output, if it is one number,
   * has the requested level, else where its two greatest numbers are equal. Empty where no level was requested.
   */
  readonly boundary: Float64Array;
  /** Numbers of that tensor. */
  readonly outputs: number;
}

/** The pieces of a line in the segment's coordinate, 0 at `from` and 1 at `to`, packed for transfer. */
export interface LineRegions {
  /** Where the pieces start and end, ascending: one more than there are regions. */
  readonly knots: Float64Array;
  /** Index of the layer that bends at each knot, or -1 at the segment's ends. */
  readonly layers: Int32Array;
  /** The first outputs at each knot, `outputCount` numbers each. */
  readonly outputs: Float64Array;
  readonly outputCount: number;
}

export interface CountResult {
  readonly method: CountMethod;
  /** Set if the program chose the method. */
  readonly chosen?: ChosenMethod;
  /**
   * False for samples, after a limit or a request to stop, and when `doubt` is set: the figures are then lower bounds.
   */
  readonly exact: boolean;
  /** A sentence that says why a finished count is not exact. */
  readonly doubt?: string;
  readonly stoppedBy: 'regions' | 'seconds' | 'memory' | 'request' | null;
  readonly activationRegions: number;
  /** Null if not requested, if the count was stopped or is in doubt, or if the network is not continuous. */
  readonly linearRegions: number | null;
  /** Activation regions of the network cut after layer `i`, by layer index. */
  readonly perLayer: readonly number[];
  readonly seconds: number;
  readonly regions: PlaneRegions | null;
  /** Set if requested. */
  readonly list?: RegionTable;
  readonly line: LineRegions | null;
  /**
   * If requested, the points of the segment at which each unit changes its piece, by layer index. Points that several
   * units share count for each. Null where they are not known: after a stop, and where cells were counted one by one.
   */
  readonly unitBreakpoints?: readonly (readonly number[])[] | null;
  /** For sampling only. */
  readonly sampling?: SamplingResult;
  /** What units do in the domain. Null where this was not asked for, or would take too long. */
  readonly ranges?: SliceRanges | null;
}

/**
 * An activation region in the coordinates of the domain: `s` in [0, 1]^k for a segment, a plane or a box, the inputs
 * for all of R^n.
 */
export interface RegionRecord {
  /** The piece of each unit, 0 the lowest, as digits and letters; a bar between layers that bend. */
  readonly pattern: string;
  /** In order around a polygon; null where cells are counted by linear programs. */
  readonly corners: readonly (readonly number[])[] | null;
  /** Facets, those on the edge of the domain included; null where cells are counted by linear programs. */
  readonly faces: number | null;
  /** A point inside; null where none is known. */
  readonly inside: readonly number[] | null;
  /** Length, area or volume in the input space. */
  readonly volume: number | null;
  /** Of each number of the output: its coefficients over the coordinates, and the constant. */
  readonly outputs: readonly (readonly number[])[];
}

/** Everything about each activation region, packed for transfer; `regions/regionTable.ts` reads it. */
export interface RegionTable {
  readonly count: number;
  /** Of the domain. */
  readonly dimension: number;
  /** Units of each stage, and the piece of each unit, all those of one region after another. */
  readonly stages: readonly number[];
  readonly pieces: Uint8Array | Uint16Array | Uint32Array;
  /** Corners of all regions; those of region `i` are from `offsets[i]` to `offsets[i + 1]`, none where not known. */
  readonly corners: Float64Array;
  readonly offsets: Uint32Array;
  /** -1 where not known. */
  readonly faces: Int32Array;
  /** A point inside each and its size, NaN where not known. */
  readonly inside: Float64Array;
  readonly volumes: Float64Array;
  /** Coefficients and constant of each of the network's outputs on each region. */
  readonly outputs: Float64Array;
  readonly outputCount: number;
}

/** Statistics of a sample. The number of patterns in it saturates far below the true count. */
export interface SamplingResult {
  readonly samples: number;
  /** Estimate of the number of patterns, met or not (Chao 1984): a lower bound in the mean, no bound of this count. */
  readonly chao1: number;
  /** Share of the last tenth of the samples that met a pattern for the first time: 0 when saturated, 1 at the start. */
  readonly newAtEnd: number;
}
