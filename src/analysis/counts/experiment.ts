import { cornersOf, DEFAULT_BOX, type Box, type Segment, type SegmentPlace } from '../../common/place.ts';
import type { WeightsSource } from '../../common/weightsSource.ts';
import { boundaryDensity, lengthOf, randomChords, randomPoints } from '../../counting/experiments/crofton.ts';
import type { Experiment, MeasureRequest } from '../../counting/experiments/measure.ts';
import type { Initialization } from '../../network/definition.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { meanRegionsOnSegment } from '../../theory/kacRice/segment.ts';
import { networkToCount } from './countPlan.ts';
import { settleSegment } from '../places/settlePlace.ts';
import { meanOf, spreadOf, type Spread } from '../statistics.ts';
import { unitBreakpoints, type UnitBreakpoints } from './unitFigures.ts';

/** What a user chooses about a measurement. */
export interface ExperimentChoice {
  readonly source: WeightsSource;
  /** Of the chords and points: the same for all networks that are to be compared. */
  readonly placesSeed: number;
  readonly initialization?: Partial<Initialization>;
  /** Where chords and points are drawn; the default box if absent. */
  readonly box?: Box<number>;
  /** The box's diagonal if absent. */
  readonly segment?: SegmentPlace;
  readonly chords: number;
  readonly points: number;
  /** Also the breakpoints of each unit on the segment. */
  readonly units?: boolean;
}

export const DEFAULT_CHORDS = 100;
export const DEFAULT_POINTS = 100;

/** A measurement ready to run: weights drawn, places settled. Errors: RangeError for a segment that does not fit. */
export function planExperiment(network: Network, choice: ExperimentChoice): MeasureRequest {
  const places = placesOf(network.inputSize, choice);
  return { network: networkToCount(network, choice), ...places, unitsOnSegment: choice.units };
}

function placesOf(inputs: number, choice: ExperimentChoice) {
  const box = cornersOf(choice.box ?? DEFAULT_BOX, inputs);
  return {
    segment: settleSegment(choice.segment ?? choice.box ?? DEFAULT_BOX, inputs),
    chords: randomChords(box, choice.chords, choice.placesSeed),
    points: randomPoints(box, choice.points, choice.placesSeed),
  };
}

/** Figures over the networks of several seeds. Those of a single network have no deviation. */
export interface ExperimentSummary {
  readonly networks: number;
  readonly complete: boolean;
  readonly segment: Segment;
  /** Regions on the segment after each layer, by layer index. */
  readonly regionsOnSegment: readonly (Spread | null)[];
  /**
   * Breakpoints that the neurons of each layer put on the segment, for each neuron of it; null for layers without
   * neurons.
   */
  readonly breakpointsPerNeuron: readonly (Spread | null)[];
  /**
   * The same for each single neuron, of all networks together: those of one after those of another. Null where they
   * were not asked for, or are not known of some network.
   */
  readonly unitBreakpoints: UnitBreakpoints | null;
  /** Boundary after each layer over the volume it lies in, by Crofton's formula. */
  readonly boundaryDensity: readonly (Spread | null)[];
  /** The same times the volume of the box; null where that is too large or small a number. */
  readonly boundaryVolume: Spread | null;
  readonly distance: DistanceSummary;
  /** The Kac-Rice means of the same figures on the same segment and chords, or why there are none. */
  readonly expected:
    | { readonly regionsOnSegment: readonly (number | null)[]; readonly boundaryDensity: readonly (number | null)[] }
    | { readonly reason: string };
}

export interface DistanceSummary {
  readonly points: number;
  /** Mean over the points of one network, over networks; points that no boundary is near are left out. */
  readonly mean: Spread | null;
  /** The same times the number of neurons: Hanin and Rolnick's theorem makes it of order one. */
  readonly timesNeurons: Spread | null;
  /** Share of points where the outputs' map is another one beyond the nearest boundary. */
  readonly outputBends: Spread | null;
}

/** Sums up what was measured of networks with the same layers, with the means beside. */
export function summarize(
  network: Network,
  choice: ExperimentChoice,
  measured: readonly Experiment[],
): ExperimentSummary {
  const { inputSize: inputs } = network;
  const { segment, chords } = placesOf(inputs, choice);
  const { lower, upper } = choice.box ?? DEFAULT_BOX;
  const lines = measured.flatMap((each) => (each.segment ? [each.segment] : []));
  const overNetworks = (figure: (each: Experiment) => number | null) =>
    spreadOf(measured.map(figure).filter((value) => value !== null));
  const layers = network.layers.map(({ index, scope }) => (scope === 'beyond' ? null : index));
  const density = layers.map((layer) =>
    layer === null ? null : overNetworks((each) => densityOf(each, layer, inputs)),
  );
  const total = layers.findLastIndex((layer) => layer !== null);
  const volume = (upper - lower) ** inputs;
  return {
    networks: measured.length,
    complete: measured.every(({ complete }) => complete),
    segment,
    regionsOnSegment: layers.map((layer) => (layer === null ? null : spreadOf(lines.map((regions) => regions[layer])))),
    breakpointsPerNeuron: network.layers.map(({ index, neurons }) =>
      layers[index] === null || neurons === 0
        ? null
        : spreadOf(lines.map((regions) => (regions[index] - (regions[index - 1] ?? 1)) / neurons)),
    ),
    unitBreakpoints: choice.units === true ? unitBreakpoints(unitsOf(network, measured), 1, true) : null,
    boundaryDensity: density,
    boundaryVolume: total >= 0 && Number.isFinite(volume) && volume > 0 ? scaled(density[total], volume) : null,
    distance: distanceSummary(network, measured),
    // Of what was measured: after a stop most chords were not.
    expected: expectedFigures(
      network,
      choice,
      segment,
      chords.slice(0, Math.max(0, ...measured.map((each) => each.chords.length))),
    ),
  };
}

/** Breakpoints on the segment of the units of all networks, by layer index; null where some are not known. */
function unitsOf({ layers }: Network, measured: readonly Experiment[]): number[][] | null {
  const found = measured.flatMap(({ segmentUnits }) => (segmentUnits ? [segmentUnits] : []));
  if (found.length < measured.length) return null;
  return layers.map(({ index }) => found.flatMap((units) => units[index]));
}

function scaled(spread: Spread | null, factor: number): Spread | null {
  if (!spread) return null;
  const times = (x: number | null) => (x === null ? null : x * factor);
  return { mean: spread.mean * factor, deviation: times(spread.deviation), standardError: times(spread.standardError) };
}

function densityOf({ chords }: Experiment, layer: number, inputs: number): number | null {
  if (chords.length === 0) return null;
  return boundaryDensity(meanOf(chords.map(({ length, breakpoints }) => breakpoints[layer] / length)), inputs);
}

function distanceSummary(network: Network, measured: readonly Experiment[]): DistanceSummary {
  const neurons = analyzedLayers(network).reduce((sum, layer) => sum + layer.neurons, 0);
  const means = measured.flatMap(({ points }) => {
    const distances = points.flatMap(({ distance }) => (distance === null ? [] : [distance]));
    return distances.length > 0 ? [meanOf(distances)] : [];
  });
  const shares = measured.flatMap(({ points }) =>
    points.length > 0 ? [points.filter(({ bendsOutput }) => bendsOutput).length / points.length] : [],
  );
  const mean = spreadOf(means);
  return {
    points: Math.max(0, ...measured.map(({ points }) => points.length)),
    mean,
    timesNeurons: scaled(mean, neurons),
    outputBends: spreadOf(shares),
  };
}

function expectedFigures(
  network: Network,
  choice: ExperimentChoice,
  segment: Segment,
  chords: readonly Segment[],
): ExperimentSummary['expected'] {
  const drawn = { ...network, initialization: { ...network.initialization, ...choice.initialization } };
  const onSegment = meanRegionsOnSegment(drawn, segment);
  if ('reason' in onSegment) return onSegment;
  const sums: (number | null)[] = onSegment.perLayer.map((value) => (value === null ? null : 0));
  for (const chord of chords) {
    const mean = meanRegionsOnSegment(drawn, chord);
    if ('reason' in mean) return mean;
    mean.perLayer.forEach((value, l) => {
      if (value !== null) sums[l] = (sums[l] ?? 0) + (value - 1) / lengthOf(chord) / chords.length;
    });
  }
  const density = sums.map((sum) =>
    sum === null || chords.length === 0 ? null : boundaryDensity(sum, network.inputSize),
  );
  return { regionsOnSegment: onSegment.perLayer, boundaryDensity: density };
}
