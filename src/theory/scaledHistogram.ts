import { bucketTop } from './buckets.ts';
import type { DimensionHistogram } from './histogram.ts';
import { magnitudeOf, unitRoundoff, zero, type Magnitude } from './magnitude.ts';
import { magnitudeOfScaled, ScaledArray, scaledOfMagnitude } from './scaled.ts';
import type { Transition, TransitionRow } from './transition.ts';

/** Share of all regions that may be left out at the low end, where a region can only have fewer descendants. */
const negligible = 2 ** -60;

/** Histograms over more dimensions are not spread out. */
const mostDimensions = 1 << 20;

/** Masses as scaled numbers with one bound on their relative errors. */
export class ScaledHistogram implements DimensionHistogram {
  readonly top: number;

  private constructor(
    readonly low: number,
    private readonly masses: ScaledArray,
    private readonly error: number,
  ) {
    this.top = low + masses.length - 1;
  }

  static of(low: number, exact: readonly bigint[]): ScaledHistogram {
    const masses = new ScaledArray(exact.length);
    let error = 0;
    exact.forEach((mass, i) => {
      const value = scaledOfMagnitude(mass === 0n ? zero : magnitudeOf(mass));
      masses.put(i, value.mantissa, value.exponent);
      error = Math.max(error, value.error);
    });
    return new ScaledHistogram(low, masses, error);
  }

  /** Drops empty ends, and from the bottom what together is negligible beside the rest. */
  private static trimmed(low: number, masses: ScaledArray, error: number): ScaledHistogram {
    let last = masses.length - 1;
    while (last > 0 && masses.mantissas[last] === 0) last--;
    const running = new ScaledArray(2);
    for (let i = 0; i <= last; i++) running.add(0, masses.mantissas[i], masses.exponents[i]);
    const [whole, exponent] = [running.mantissas[0], running.exponents[0]];
    let first = 0;
    for (; first < last; first++) {
      running.add(1, masses.mantissas[first], masses.exponents[first]);
      // Mantissas lie within 2^-128 .. 2^128: two exponents below, the sum is negligible whatever they are.
      const distance = running.exponents[1] - exponent;
      if (distance < -1 || running.mantissas[1] === 0) continue;
      if ((running.mantissas[1] / whole) * 2 ** (256 * distance) > negligible) break;
    }
    return new ScaledHistogram(low + first, masses.slice(first, last + 1), error + 2 * negligible);
  }

  total(): Magnitude {
    const running = new ScaledArray(1);
    for (let i = 0; i < this.masses.length; i++) running.add(0, this.masses.mantissas[i], this.masses.exponents[i]);
    return magnitudeOfScaled(running.at(0, this.error + 2 * unitRoundoff * this.masses.length));
  }

  entries(): { dimension: number; mass: Magnitude }[] {
    const found: { dimension: number; mass: Magnitude }[] = [];
    for (let i = 0; i < this.masses.length; i++) {
      if (this.masses.mantissas[i] > 0) {
        found.push({ dimension: this.low + i, mass: magnitudeOfScaled(this.masses.at(i, this.error)) });
      }
    }
    return found;
  }

  capped(width: number): DimensionHistogram {
    if (this.top <= width) return this;
    const low = Math.min(this.low, width);
    const masses = new ScaledArray(width - low + 1);
    for (let i = 0; i < this.masses.length; i++) {
      masses.add(Math.min(i, width - low), this.masses.mantissas[i], this.masses.exponents[i]);
    }
    return new ScaledHistogram(low, masses, this.error + 2 * unitRoundoff * this.masses.length);
  }

  weighted(factor: (dimension: number) => Magnitude): DimensionHistogram {
    const masses = new ScaledArray(this.masses.length);
    let error = 0;
    for (let i = 0; i < masses.length; i++) {
      if (this.masses.mantissas[i] === 0) continue;
      const value = scaledOfMagnitude(factor(this.low + i));
      masses.put(i, this.masses.mantissas[i] * value.mantissa, this.masses.exponents[i] + value.exponent);
      error = Math.max(error, value.error);
    }
    return new ScaledHistogram(this.low, masses, productError(this.error, error));
  }

  coarsened(count: number): DimensionHistogram {
    const length = this.masses.length;
    const step = Math.ceil(length / count);
    if (step <= 1) return this;
    const masses = new ScaledArray(length);
    for (let i = 0; i < length; i++) {
      masses.add(bucketTop(i, step, length), this.masses.mantissas[i], this.masses.exponents[i]);
    }
    return ScaledHistogram.trimmed(this.low, masses, this.error + 2 * unitRoundoff * step);
  }

  stepped(stage: Transition): DimensionHistogram {
    // Leaving every region its dimension gives a weaker upper bound that needs no room.
    const reached = Math.min(this.top, stage.neurons) - Math.max(0, Math.min(this.low, stage.neurons - this.top));
    return stage.drops && reached < mostDimensions ? this.dropped(stage) : this.kept(stage);
  }

  private kept(stage: Transition): DimensionHistogram {
    const from = Math.min(this.low, stage.neurons);
    const { prefixes, error } = stage.scaledSequence(from, Math.min(this.top, stage.neurons));
    const masses = new ScaledArray(prefixes.length);
    for (let i = 0; i < this.masses.length; i++) {
      const d = Math.min(this.low + i, stage.neurons) - from;
      addProduct(masses, d, this.masses, i, prefixes, d);
    }
    return ScaledHistogram.trimmed(from, masses, productError(this.error, error) + roundings(this.masses.length));
  }

  private dropped(stage: Transition): DimensionHistogram {
    const n = stage.neurons;
    const { low, top } = this;
    const rows = stage.hasRows ? Array.from(this.masses.mantissas, (mass, i) => (mass === 0 ? null : stage.row(low + i))) : []; // prettier-ignore
    const hasRows = rows.some((row) => row !== null);
    const last = Math.min(top, n);
    // Rows may reach down to dimension 0.
    const first = hasRows ? 0 : Math.max(0, Math.min(low, n - top));
    const masses = new ScaledArray(last - first + 1);
    const plain = hasRows ? new ScaledArray(this.masses.length) : this.masses;
    rows.forEach((row, i) => {
      if (row) this.addRow(masses, i, row);
      else if (hasRows) plain.put(i, this.masses.mantissas[i], this.masses.exponents[i]);
    });
    const error = Math.max(this.addKept(masses, first, plain, stage), this.addDropped(masses, first, plain, stage));
    return ScaledHistogram.trimmed(first, masses, productError(this.error, error) + roundings(2 * plain.length));
  }

  private addRow(masses: ScaledArray, i: number, { rounded }: TransitionRow): void {
    const mantissa = this.masses.mantissas[i];
    const exponent = this.masses.exponents[i];
    // Rows stay below 2^100, far inside what a sum of scaled numbers takes.
    for (let e = 0; e < rounded.length; e++) masses.add(e, mantissa * rounded[e], exponent);
  }

  /** Those activation patterns that leave the dimension as it was: at most n - d units inactive. Returns their error. */
  private addKept(masses: ScaledArray, first: number, plain: ScaledArray, stage: Transition): number {
    const n = stage.neurons;
    const last = Math.min(this.top, n);
    if (this.low > last) return 0;
    const ends = [this.low, last].map((d) => Math.min(d, n - d));
    const middle = Math.floor(n / 2);
    const most = this.low <= middle && middle <= last ? middle : Math.max(...ends);
    const { from, prefixes, error } = stage.scaledSequence(Math.min(...ends), most);
    for (let d = this.low; d <= last; d++) {
      addProduct(masses, d - first, plain, d - this.low, prefixes, Math.min(d, n - d) - from);
    }
    return error;
  }

  /** Those that leave e < d dimensions, because n - e units are inactive. Returns their error. */
  private addDropped(masses: ScaledArray, first: number, plain: ScaledArray, stage: Transition): number {
    const n = stage.neurons;
    const last = Math.min(this.top, n);
    const lowest = Math.max(0, n - this.top);
    if (lowest > last) return 0;
    const atLeast = new ScaledArray(plain.length);
    for (let i = plain.length - 1; i >= 0; i--) {
      if (i < plain.length - 1) atLeast.put(i, atLeast.mantissas[i + 1], atLeast.exponents[i + 1]);
      atLeast.add(i, plain.mantissas[i], plain.exponents[i]);
    }
    const { from, terms, error } = stage.scaledSequence(n - last, n - lowest);
    for (let e = lowest; e <= last; e++) {
      const above = Math.max(n - e, e + 1);
      if (above > this.top) continue;
      addProduct(masses, e - first, atLeast, Math.max(above - this.low, 0), terms, n - e - from);
    }
    return error + roundings(plain.length);
  }
}

function roundings(operations: number): number {
  return 4 * unitRoundoff * (operations + 8);
}

function productError(a: number, b: number): number {
  return a + b + a * b + 4 * unitRoundoff;
}

function addProduct(out: ScaledArray, at: number, a: ScaledArray, i: number, b: ScaledArray, j: number): void {
  const mantissa = a.mantissas[i] * b.mantissas[j];
  if (mantissa === 0) return;
  let exponent = a.exponents[i] + b.exponents[j];
  let m = mantissa;
  // A product of two mantissas spans twice their range; the sum needs it inside.
  if (m >= 2 ** 128) {
    m *= 2 ** -256;
    exponent++;
  } else if (m < 2 ** -128) {
    m *= 2 ** 256;
    exponent--;
  }
  out.add(at, m, exponent);
}
