import type { Slice } from '../geometry/slice.ts';
import type { AffineStep, MaxStep, Program, Step, UnitStep } from './program.ts';

/**
 * Which numbers of a tensor are one function on a slice, since they are made in the same way: by the same weights, in
 * the same order, from numbers that are one function each. On an image of one color those of most positions are. What
 * is equal for other reasons is not found.
 */
export class SameFunctions {
  private readonly known = new Map<number, Int32Array>();
  private readonly makers: ReadonlyMap<number, Step>;

  constructor(
    program: Program,
    private readonly slice: Slice,
  ) {
    this.makers = new Map(program.steps.map((step) => [step.output, step]));
  }

  /** For each number of a tensor the first one that is the same function. */
  firstOf(tensor: number): Int32Array {
    const known = this.known.get(tensor);
    if (known) return known;
    const step = this.makers.get(tensor);
    const found = step ? this.ofStep(step) : this.ofInput();
    this.known.set(tensor, found);
    return found;
  }

  private ofInput(): Int32Array {
    const { rows, dimension } = this.slice;
    const width = dimension + 1;
    return firstAlike(rows.length / width, (i, visit) => {
      for (let d = 0; d < width; d++) visit(rows[i * width + d]);
    });
  }

  private ofStep(step: Step): Int32Array {
    switch (step.kind) {
      case 'affine':
        return this.ofAffine(step);
      case 'units':
        return this.ofUnits(step);
      case 'max':
        return this.ofMaxima(step);
    }
  }

  private ofAffine({ terms, bias }: AffineStep): Int32Array {
    const sources = terms.map(({ source }) => this.firstOf(source));
    return firstAlike(bias.length, (row, visit) => {
      visit(bias[row]);
      terms.forEach(({ matrix: { start, end, base, offset, value } }, k) => {
        visit(end[row] - start[row]);
        for (let e = start[row]; e < end[row]; e++) {
          visit(sources[k][base[row] + offset[e]]);
          visit(value[e]);
        }
      });
    });
  }

  private ofUnits({ source, breakpoints, slopes, intercepts }: UnitStep): Int32Array {
    const from = this.firstOf(source);
    const pieces = breakpoints.length + 1;
    return firstAlike(from.length, (unit, visit) => {
      visit(from[unit]);
      for (let k = unit * pieces; k < (unit + 1) * pieces; k++) {
        visit(slopes[k]);
        visit(intercepts[k]);
      }
    });
  }

  private ofMaxima({ source, start, members }: MaxStep): Int32Array {
    const from = this.firstOf(source);
    return firstAlike(start.length - 1, (group, visit) => {
      visit(start[group + 1] - start[group]);
      for (let k = start[group]; k < start[group + 1]; k++) visit(from[members[k]]);
    });
  }
}

/** Visits the numbers that item `i` is made of. */
type Visitor = (i: number, visit: (x: number) => void) => void;

/** For each of `count` items the first one that is made of the same numbers, in the same order. */
function firstAlike(count: number, numbersOf: Visitor): Int32Array {
  const first = new Int32Array(count);
  const byHash = new Map<number, number[]>();
  const float = new Float64Array(1);
  const bits = new Int32Array(float.buffer);
  let hash = 0;
  const addToHash = (x: number) => {
    float[0] = x;
    hash = Math.imul(hash ^ bits[0], 0x9e3779b1);
    hash = Math.imul((hash >>> 15) ^ hash ^ bits[1], 0x85ebca6b);
  };
  for (let i = 0; i < count; i++) {
    hash = 0;
    numbersOf(i, addToHash);
    const alike = byHash.get(hash) ?? [];
    const same = alike.find((other) => areEqual(i, other, numbersOf));
    first[i] = same ?? i;
    if (same === undefined) byHash.set(hash, [...alike, i]);
  }
  return first;
}

function areEqual(i: number, j: number, numbersOf: Visitor): boolean {
  const numbers: number[] = [];
  numbersOf(j, (x) => numbers.push(x));
  let [k, isEqual] = [0, true];
  numbersOf(i, (x) => (isEqual &&= Object.is(x, numbers[k++])));
  return isEqual && k === numbers.length;
}
