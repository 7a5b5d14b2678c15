import type { Layer } from '../../../network/network.ts';
import { bilinearCells } from '../../../network/resampling.ts';
import { windowGeometry } from '../../../network/window.ts';
import { rowsAndColumns, type Cells } from './cells.ts';
import { Identities } from './identities.ts';
import { areEqualSums, hasOpenSums, hasWholeWeights, type Quotient } from './openSums.ts';
import { windowTaps, type Taps } from './taps.ts';

/** Positions of the input, each times a weight, in the order of a row; their sum is divided by a whole number. */
export interface WeightedPositions {
  readonly positions: readonly number[];
  readonly weights: readonly number[];
  readonly divisor: number;
}

/** A linear map of positions that is the same for all channels. */
export interface PositionMix {
  readonly height: number;
  readonly width: number;
  /** What each output position sums. */
  readonly sums: readonly WeightedPositions[];
}

/** Why a layer's mean is not followed where sums are equal up to rounding alone. */
export function openSums({ name }: Layer): string {
  return `${name} has sums that are equal up to rounding, but not exactly, and bend closer together than is followed.`;
}

/**
 * How a layer sums positions of its input before any weights: average pooling, bilinear resizing, neighbors in a graph.
 */
export function positionMix(layer: Layer): PositionMix | null {
  const { operation, inputShapes, outputShape } = layer;
  const [inH, inW] = rowsAndColumns(inputShapes[0]);
  if (operation.kind === 'averagePooling') {
    const geometry = windowGeometry(layer);
    return geometry && averages(windowTaps(geometry, 0), windowTaps(geometry, 1), geometry.inW);
  }
  if (operation.kind === 'globalAveragePooling') {
    const all = Array.from({ length: inH * inW }, (_, position) => position);
    return { height: 1, width: 1, sums: [mean(all)] };
  }
  if (operation.kind === 'upSampling' && operation.bilinear) {
    const [height, width] = rowsAndColumns(outputShape);
    const along = (extent: number, from: number, factor: number) =>
      Array.from({ length: extent }, (_, at) => interpolated(at, factor, from));
    const [down, across] = operation.factors;
    return products(along(height, inH, down), along(width, inW, across), inW);
  }
  if (operation.kind === 'graphConvolution') {
    const sums = operation.adjacency.map((row): WeightedPositions => {
      const positions = row.flatMap((factor, node) => (factor === 0 ? [] : [node]));
      return { positions, weights: positions.map((node) => row[node]), divisor: 1 };
    });
    return { height: 1, width: sums.length, sums };
  }
  return null;
}

/** How many positions of its input all positions of a layer sum together; 0 for a layer that sums none. */
export function summedPositions({ operation, inputShapes, outputShape }: Layer): number {
  const [from, to] = [inputShapes[0], outputShape].map((shape) => {
    const [height, width] = rowsAndColumns(shape);
    return height * width;
  });
  if (operation.kind === 'averagePooling') {
    const [rows, columns] = operation.window.kernel;
    return to * Math.min(rows * columns, from);
  }
  if (operation.kind === 'globalAveragePooling') return from;
  if (operation.kind === 'upSampling' && operation.bilinear) return 4 * to;
  return operation.kind === 'graphConvolution' ? operation.adjacency.length ** 2 : 0;
}

/** The cells that bilinear resizing reads along one axis. */
function interpolated(at: number, factor: number, extent: number): WeightedPositions {
  const { low, share, parts } = bilinearCells(at, factor, extent);
  if (share === 0) return mean([low]);
  return { positions: [low, low + 1], weights: [parts - share, share], divisor: parts };
}

function mean(positions: readonly number[]): WeightedPositions {
  return { positions, weights: positions.map(() => 1), divisor: positions.length };
}

/** Means over windows; padding is left out. */
function averages(rows: Taps, columns: Taps, inW: number): PositionMix {
  const inside = ({ extent, size, source }: Taps) =>
    Array.from({ length: extent }, (_, place) =>
      mean([...source.subarray(place * size, (place + 1) * size)].filter((cell) => cell >= 0)),
    );
  return products(inside(rows), inside(columns), inW);
}

function products(rows: readonly WeightedPositions[], columns: readonly WeightedPositions[], inW: number): PositionMix {
  const sums = rows.flatMap((down) =>
    columns.map((across) => ({
      positions: down.positions.flatMap((y) => across.positions.map((x) => y * inW + x)),
      weights: down.weights.flatMap((p) => across.weights.map((q) => p * q)),
      divisor: down.divisor * across.divisor,
    })),
  );
  return { height: rows.length, width: columns.length, sums };
}

/**
 * A tensor whose positions are sums, whether some may be multiples of others, and whether some are equal up to rounding
 * and yet different.
 */
interface MixedCells {
  readonly cells: Cells;
  readonly hasMultiples: boolean;
  readonly isOpen: boolean;
}

/**
 * The mixed tensor. `known`: of one that is known, how many components tell its functions apart, and its numbers
 * themselves are summed; else 0, the values are moments, and only the identities hold and whether they vanish.
 */
export function mixCells(cells: Cells, mix: PositionMix, known: number, identities: Identities): MixedCells {
  const { height, width, sums } = mix;
  const count = cells.groups.length;
  const from = cells.height * cells.width * count;
  const to = height * width * count;
  const values = new Float64Array(cells.components * to);
  for (let component = 0; component < cells.components; component++) {
    sums.forEach(({ positions, weights, divisor }, position) => {
      positions.forEach((source, k) => {
        const share = weights[k] / divisor;
        const factor = known > 0 ? share : share * share;
        for (let g = 0; g < count; g++)
          values[component * to + position * count + g] += factor * cells.values[component * from + source * count + g];
      });
    });
  }
  const { ids, hasMultiples, isOpen } = mixedIds(cells, mix, identities);
  const mixed = { ...cells, height, width, values, ids, distinct: false };
  return { cells: mixed, hasMultiples, isOpen: isOpen || (known > 0 && hasOpenSums(cells, mixed, mix, known)) };
}

/**
 * Equal sums of the same random numbers have one identity; a sum of one number alone has that of the number. Those that
 * are multiples of one another have different ones: `hasMultiples`. `isOpen`: some agree up to rounding alone.
 */
function mixedIds(cells: Cells, { sums }: PositionMix, identities: Identities) {
  const count = cells.groups.length;
  const ids = new Int32Array(cells.ids.length === 0 ? 0 : sums.length * count);
  const table = new SumTable(identities, sums);
  if (ids.length > 0)
    sums.forEach((sum, position) => {
      for (let g = 0; g < count; g++) ids[position * count + g] = table.idOf(sum, (p) => cells.ids[p * count + g]);
    });
  return { ids, hasMultiples: table.hasMultiples, isOpen: table.isOpen };
}

/** Whether some sums of positions are equal up to rounding alone, of an input whose equal positions are given. */
export function hasOpenMultiples({ sums }: PositionMix, idAt: (position: number) => number): boolean {
  const table = new SumTable(new Identities(), sums);
  for (const sum of sums) table.idOf(sum, idAt);
  return table.isOpen;
}

/** How often a sum holds one number. */
interface Multiple {
  readonly number: number;
  readonly factor: number;
  /** Null where rounding says what is equal. */
  readonly exact: Quotient | null;
}

const ONE: Quotient = { weights: [1], values: [1], divisor: 1 };
const NONE: Quotient = { weights: [], values: [], divisor: 1 };

/** Identities of sums by what they hold. */
class SumTable {
  hasMultiples = false;
  isOpen = false;
  private readonly known = new Map<string, { readonly id: number; readonly sum: readonly Multiple[] }>();
  private readonly byDirection = new Map<string, number>();

  /** Whole weights, of means and resizing, have sums with small denominators: what agrees in twelve digits is equal. */
  private readonly areWhole: boolean;

  constructor(
    private readonly identities: Identities,
    sums: readonly WeightedPositions[],
  ) {
    this.areWhole = sums.every(hasWholeWeights);
  }

  idOf({ positions, weights, divisor }: WeightedPositions, idAt: (position: number) => number): number {
    const totals = new Map<number, number>();
    const terms = new Map<number, number[]>();
    positions.forEach((position, k) => {
      const number = idAt(position);
      if (number === 0) return;
      totals.set(number, (totals.get(number) ?? 0) + weights[k]);
      if (!this.areWhole) terms.set(number, [...(terms.get(number) ?? []), weights[k]]);
    });
    const all = [...totals].map(([number, total]): Multiple => {
      const own = terms.get(number);
      return {
        number,
        factor: total / divisor,
        exact: own ? { weights: own, values: own.map(() => 1), divisor } : null,
      };
    });
    const sum = all.filter(({ factor, exact }) => Math.abs(factor) >= ROUNDING || !this.mustBe(exact, NONE));
    if (sum.length === 0) return 0;
    sum.sort((a, b) => a.number - b.number);
    const found = this.idOfSum(sum);
    const direction = textOf(sum.map(({ number, factor }) => [number, factor / sum[0].factor]));
    if ((this.byDirection.get(direction) ?? found) !== found) this.hasMultiples = true;
    this.byDirection.set(direction, found);
    return found;
  }

  private idOfSum(sum: readonly Multiple[]): number {
    const [{ number, factor, exact }] = sum;
    if (sum.length === 1 && Math.abs(factor - 1) < ROUNDING && this.mustBe(exact, ONE)) return number;
    const key = textOf(sum.map((multiple) => [multiple.number, multiple.factor]));
    const found = this.known.get(key);
    if (found?.sum.every((multiple, k) => this.mustBe(multiple.exact, sum[k].exact))) return found.id;
    const [id] = this.identities.fresh(1);
    this.known.set(key, { id, sum });
    return id;
  }

  /** Of two numbers that agree up to rounding. */
  private mustBe(a: Quotient | null, b: Quotient | null): boolean {
    if (!a || !b) return true;
    const areEqual = areEqualSums(a, b);
    this.isOpen ||= !areEqual;
    return areEqual;
  }
}

function textOf(multiples: readonly (readonly [number: number, factor: number])[]): string {
  return multiples.map(([number, factor]) => `${number} ${factor.toPrecision(12)}`).join();
}

const ROUNDING = 1e-12;
