import type { Layer } from '../../network/network.ts';
import { tropicalGeometry, type WindowGeometry } from '../../network/window.ts';
import { weightedBinomial } from '../numbers/binomial.ts';
import { magnitudeOf, power, product, smaller, type Magnitude } from '../numbers/magnitude.ts';
import { windowsAlong, type Interval } from './windowsAlong.ts';

/**
 * At most this many activation patterns of a tropical layer on any region, whatever is before it: the number of load
 * vectors, which say of how many units each input is the choice. Null for other layers.
 *
 * The sum of max-plus units is convex, and its gradient in their inputs is the load vector. Two patterns with one load
 * vector would be two parts of one affine piece, on which every unit is affine, since convex functions with an affine
 * sum are: so they are one pattern. Min-plus units are max-plus units of the negatives. Units of different
 * channels that are added up read inputs of their own, so that channels multiply. In two dimensions the product over
 * rows of windows, or over columns, is a bound.
 */
export function tropicalPatterns(layer: Layer): Magnitude | null {
  const { operation } = layer;
  if (operation.kind !== 'tropicalDense' && operation.kind !== 'tropicalConvolution') return null;
  const geometry = tropicalGeometry(layer);
  const isSummed = operation.kind === 'tropicalConvolution' && operation.sumsChannels;
  const depth = isSummed ? 1 : geometry.inC;
  return power(loadVectors(geometry, depth), isSummed ? geometry.inC : 1);
}

/** The same as a formula: `L` where that is not a single binomial coefficient. */
export function tropicalFormula({ operation, inputShapes: [shape] }: Layer): string {
  if (operation.kind !== 'tropicalDense') return 'L';
  return `C(${operation.units + shape[0] - 1}, ${shape[0] - 1})`;
}

/** Of windows that read `depth` numbers at each place. */
function loadVectors(geometry: WindowGeometry, depth: number): Magnitude {
  const { outC, outH, outW, kernel } = geometry;
  const apart = power(ofWindow(outC, kernel[0] * kernel[1] * depth), outH * outW);
  const [rows, columns] = [windowsAlong(geometry, 0), windowsAlong(geometry, 1)];
  if (rows === null || columns === null) return apart;
  const lines = [ofLines(columns, kernel[0] * depth, outC, outH), ofLines(rows, kernel[1] * depth, outC, outW)];
  return lines.reduce<Magnitude>((least, line) => (line ? smaller(least, line) : least), apart);
}

/** Units with all inputs in common: the ways to share them out. */
function ofWindow(units: number, inputs: number): Magnitude {
  return weightedBinomial(units + inputs - 1, inputs - 1);
}

/** This many equal lines of windows. */
function ofLines(lists: readonly Interval[][], cells: number, units: number, times: number): Magnitude | null {
  const each = lists.map((windows) => ofLine(windows, cells, units));
  return each.every((loads) => loads !== null) ? power(product(each.map(magnitudeOf)), times) : null;
}

/** Products that one line of windows may take: some hundredths of a second. */
const MAX_STEPS = 2e5;

/**
 * Load vectors of windows that move along a line, with `units` at each window and `cells` inputs at every place. Where
 * a unit that waits longest chooses first, all that matters is how many still wait: at each place some of them choose,
 * and no more may be left than there are units whose windows reach further.
 */
function ofLine(windows: readonly Interval[], cells: number, units: number): bigint | null {
  const places = openWindows(windows);
  const most = units * places.reduce((widest, { starting, open }) => Math.max(widest, starting + open), 0);
  if (places.length * (most + 1) ** 2 > 2 * MAX_STEPS) return null;
  const ways = waysToShare(most, cells);
  let waiting = [1n];
  for (const { starting, open } of places) {
    const next = Array<bigint>(units * open + 1).fill(0n);
    waiting.forEach((loads, before) => {
      const all = before + units * starting;
      for (let left = 0; left <= Math.min(all, units * open); left++) next[left] += loads * ways[all - left];
    });
    waiting = next;
  }
  return waiting[0];
}

/** At each place, how many windows begin, and how many reach beyond it. */
function openWindows(windows: readonly Interval[]): { starting: number; open: number }[] {
  const from = windows[0].first;
  const places = Array.from({ length: windows[windows.length - 1].last - from + 1 }, () => ({
    starting: 0,
    ending: 0,
  }));
  for (const { first, last } of windows) {
    places[first - from].starting++;
    places[last - from].ending++;
  }
  let open = 0;
  return places.map(({ starting, ending }) => ({ starting, open: (open += starting - ending) }));
}

/** C(a + cells - 1, cells - 1) for a = 0 .. most: ways to share a units out among the cells of a place. */
function waysToShare(most: number, cells: number): bigint[] {
  const ways = [1n];
  for (let a = 1; a <= most; a++) ways.push((ways[a - 1] * BigInt(a + cells - 1)) / BigInt(a));
  return ways;
}
