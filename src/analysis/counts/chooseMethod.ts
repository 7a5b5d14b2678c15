import { givenMethod } from '../../common/givenMethod.ts';
import type { Place } from '../../common/place.ts';
import type { ChosenMethod, CountMethod } from '../../counting/count.ts';
import { MAX_PROGRAM_DIMENSIONS, MAX_VERTEX_DIMENSIONS } from '../../counting/countRegions.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { formatLog10 } from '../../common/formatFigures.ts';

/** About a minute's work on one thread, with linear regions. */
const MAX_CELLS_BY_VERTICES = 2e6;
const MAX_CELLS_BY_PROGRAMS = 2e5;
const MAX_POLYGONS = 5e6;

/**
 * The method for a place and a network: whole cells where there are few enough, else a plane, else a line; samples
 * where nothing is exact. The estimate is what one layer of all the neurons would make of this many dimensions
 * (Zaslavsky 1975), which is the order of what deep networks make at initialization (Hanin and Rolnick 2019).
 */
export function chooseMethod(network: Network, place: Place): ChosenMethod {
  const { inputSize: inputs } = network;
  const given = givenMethod(place);
  if (given !== null) return given;
  const neurons = analyzedLayers(network).reduce((sum, layer) => sum + layer.neurons * (layer.pieceCount - 1), 0);
  const cells = estimatedRegions(neurons, inputs);
  const mostCells =
    inputs > MAX_VERTEX_DIMENSIONS || place.kind === 'all' ? MAX_CELLS_BY_PROGRAMS : MAX_CELLS_BY_VERTICES;
  const fits = inputs <= MAX_PROGRAM_DIMENSIONS && cells <= mostCells;
  if (place.kind === 'all') {
    if (fits) return chosen('cells', `all of R^${inputs} has an estimated ${regions(cells)}`);
    return chosen('sample', tooMany(cells, inputs, `all of R^${inputs}`));
  }
  if (inputs === 1) return chosen('line', 'the box of one input is a segment');
  const polygons = estimatedRegions(neurons, 2);
  if (inputs === 2) return chosen('plane', `the box of two inputs is a plane, of an estimated ${regions(polygons)}`);
  if (fits) return chosen('cells', `the box of ${inputs} inputs has an estimated ${regions(cells)}`);
  const why = tooMany(cells, inputs, 'the box');
  if (polygons <= MAX_POLYGONS) return chosen('plane', `${why}; a plane has an estimated ${regions(polygons)}`);
  return chosen('line', `${why}; even a plane has an estimated ${regions(polygons)}`);
}

/** The method that a user names, or that `auto` comes to for this network and place, with the reason for it. */
export function methodFor(
  network: Network,
  place: Place,
  method: CountMethod | 'auto',
): { readonly method: CountMethod; readonly chosen?: ChosenMethod } {
  if (method !== 'auto') return { method };
  const chosen = chooseMethod(network, place);
  return { method: chosen.method, chosen };
}

function chosen(method: CountMethod, why: string): ChosenMethod {
  return { method, why };
}

function tooMany(cells: number, inputs: number, where: string): string {
  if (inputs > MAX_PROGRAM_DIMENSIONS) return `${inputs} inputs are too many to count ${where} whole`;
  return `${where} has an estimated ${regions(cells)}, too many to count`;
}

/** Sum of C(neurons, j), j at most `dimension`. */
function estimatedRegions(neurons: number, dimension: number): number {
  let term = 1;
  let sum = 1;
  for (let j = 1; j <= Math.min(dimension, neurons) && sum < Infinity; j++) {
    term *= (neurons - j + 1) / j;
    sum += term;
  }
  return sum;
}

function regions(count: number): string {
  const figure = Number.isFinite(count) ? formatLog10(Math.log10(count)) : 'more than 10^308';
  return `${figure} ${count === 1 ? 'region' : 'regions'}`;
}
