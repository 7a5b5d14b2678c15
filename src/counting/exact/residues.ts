import {
  isContinuousStep,
  type AffineStep,
  type MaxStep,
  type Program,
  type Step,
  type UnitStep,
} from '../program/program.ts';

const words = new DataView(new ArrayBuffer(8));
/**
 * How many products of two residues can be added before the sum exceeds the integers that a double represents exactly.
 */
const MAX_PRODUCTS = 16;

/** The values of a program's tensors at a point, on one piece of each unit. */
export type Values = readonly Float64Array[];

/**
 * A network over the integers modulo a prime below 2^24: doubles are integers times powers of two, which have residues.
 * Where two functions of the network are equal so are their residues, without rounding; where they differ, their
 * residues at a random point are equal with probability one over the prime (Schwartz 1980).
 */
export class ResidueNetwork {
  private readonly known = new Map<ArrayLike<number>, Float64Array>();
  private readonly joined = new Map<UnitStep, Float64Array>();
  /** Powers of two from 2^-1074 on. */
  private readonly powers = new Float64Array(2100);

  constructor(
    private readonly program: Program,
    readonly prime: number,
  ) {
    const half = (prime + 1) / 2;
    let power = 1;
    for (let k = 0; k < 1074; k++) power = this.times(power, half);
    for (let k = 0; k < this.powers.length; k++) {
      this.powers[k] = power;
      power = (2 * power) % prime;
    }
  }

  times(a: number, b: number): number {
    return (a * b) % this.prime;
  }

  minus(a: number, b: number): number {
    return a >= b ? a - b : a - b + this.prime;
  }

  /** By Fermat's little theorem. */
  inverse(a: number): number {
    let result = 1;
    for (let exponent = this.prime - 2, power = a; exponent > 0; exponent >>= 1) {
      if (exponent & 1) result = this.times(result, power);
      power = this.times(power, power);
    }
    return result;
  }

  /** Of a vector that never changes. */
  of(values: ArrayLike<number>): Float64Array {
    let residues = this.known.get(values);
    if (!residues) this.known.set(values, (residues = Float64Array.from(values, (value) => this.residue(value))));
    return residues;
  }

  /** A double is a whole number of 53 digits times a power of two. */
  private residue(value: number): number {
    if (value === 0) return 0;
    words.setFloat64(0, value);
    const high = words.getUint32(0);
    const biased = (high >>> 20) & 0x7ff;
    const top = (high & 0xfffff) + (biased === 0 ? 0 : 0x100000);
    const mantissa = ((top % this.prime) * (2 ** 32 % this.prime) + words.getUint32(4)) % this.prime;
    const size = this.times(mantissa, this.powers[Math.max(biased, 1) - 1]);
    return value < 0 && size > 0 ? this.prime - size : size;
  }

  /**
   * The values at a point, given those of the inputs, up to the source of stage `end`. `pieces` holds the piece of each
   * unit, one stage after another. Pieces that meet up to rounding meet exactly; see `exactIntercepts`.
   */
  values(inputs: Float64Array, pieces: ArrayLike<number>, end = Infinity): Values {
    const values: Float64Array[] = [inputs];
    let [stage, at] = [0, 0];
    for (const step of this.program.steps) {
      if (step.kind === 'affine') values[step.output] = this.affine(step, values);
      else {
        if (stage++ === end) break;
        const size = this.program.sizes[step.output];
        values[step.output] = this.bent(step, values[step.source], pieces, at, size);
        at += size;
      }
    }
    return values;
  }

  private affine({ terms, bias }: AffineStep, values: Values): Float64Array {
    const { prime } = this;
    const output = this.of(bias).slice();
    for (const { source, matrix } of terms) {
      const weights = this.of(matrix.value);
      const from = values[source];
      const { start, end, base, offset } = matrix;
      for (let r = 0; r < output.length; r++) {
        let sum = output[r];
        const first = base[r];
        for (let e = start[r]; e < end[r];) {
          const stop = Math.min(end[r], e + MAX_PRODUCTS);
          for (; e < stop; e++) sum += weights[e] * from[first + offset[e]];
          sum %= prime;
        }
        output[r] = sum;
      }
    }
    return output;
  }

  private bent(
    step: Exclude<Step, AffineStep>,
    source: Float64Array,
    pieces: ArrayLike<number>,
    at: number,
    size: number,
  ): Float64Array {
    const output = new Float64Array(size);
    if (step.kind === 'max') return chosen(step, source, pieces, at, output);
    const count = step.breakpoints.length + 1;
    const slopes = this.of(step.slopes);
    const intercepts = this.intercepts(step);
    for (let i = 0; i < size; i++) {
      const k = i * count + pieces[at + i];
      output[i] = (slopes[k] * source[i] + intercepts[k]) % this.prime;
    }
    return output;
  }

  private intercepts(step: UnitStep): Float64Array {
    let known = this.joined.get(step);
    if (!known)
      this.joined.set(step, (known = isContinuousStep(step) ? this.joinedOf(step) : this.of(step.intercepts)));
    return known;
  }

  /** All from that of the first piece. */
  private joinedOf(step: UnitStep): Float64Array {
    const joined = this.of(step.intercepts).slice();
    const slopes = this.of(step.slopes);
    const breakpoints = this.of(step.breakpoints);
    const count = breakpoints.length + 1;
    joined.forEach((_, k) => {
      const b = (k % count) - 1;
      if (b >= 0)
        joined[k] = (joined[k - 1] + this.times(this.minus(slopes[k - 1], slopes[k]), breakpoints[b])) % this.prime;
    });
    return joined;
  }
}

function chosen(
  { members, start }: MaxStep,
  source: Float64Array,
  pieces: ArrayLike<number>,
  at: number,
  output: Float64Array,
) {
  for (let g = 0; g < output.length; g++) output[g] = source[members[start[g] + pieces[at + g]]];
  return output;
}
