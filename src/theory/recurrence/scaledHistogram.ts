import { bucketTop } from './buckets.ts';
import type { DimensionHistogram } from './histogram.ts';
import { magnitudeOf, UNIT_ROUNDOFF, zero, type Magnitude } from '../numbers/magnitude.ts';
import {
  exponentError,
  inverseStep,
  magnitudeOfScaled,
  mantissaHigh,
  mantissaLow,
  ScaledArray,
  scaledOfMagnitude,
  scaleStep,
} from '../numbers/scaled.ts';
import type { ScaledSequence } from '../numbers/sequence.ts';
import type { Transition, TransitionRow } from './transition.ts';

/** Share of all regions that may be left out at the low end, where a region can only have fewer descendants. */
const NEGLIGIBLE = 2 ** -60;

/** Histograms over more dimensions are not spread out. */
const MAX_DIMENSIONS = 1 << 20;

/** Masses as scaled numbers with one bound on their relative errors. */
export class ScaledHistogram implements DimensionHistogram {
  readonly top: number;

  private constructor(
    readonly low: number,
    private readonly masses: ScaledArray,
    private readonly error: number,
    private known: Magnitude | null = null,
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

  /** Removes empty ends, and entries from the bottom whose sum is NEGLIGIBLE compared with the rest. */
  private static trimmed(low: number, masses: ScaledArray, error: number): ScaledHistogram {
    const { mantissas, exponents } = masses;
    let last = masses.length - 1;
    while (last > 0 && mantissas[last] === 0) last--;
    const [whole, exponent] = masses.sum();
    let running = 0;
    let first = 0;
    for (; first < last; first++) {
      // Mantissas lie within 2^-128 .. 2^128: two exponents below, each mass is NEGLIGIBLE whatever it is.
      if (exponents[first] < exponent - 2 || mantissas[first] === 0) continue;
      running += mantissas[first] * scaleStep ** (exponents[first] - exponent);
      if (running > whole * NEGLIGIBLE) break;
    }
    return new ScaledHistogram(
      low + first,
      masses.part(first, last + 1),
      error + 2 * NEGLIGIBLE + exponentError(exponent),
    );
  }

  /** The same where the sum of all masses is known more exactly. */
  withTotal(total: Magnitude): ScaledHistogram {
    return new ScaledHistogram(this.low, this.masses, this.error, total);
  }

  total(): Magnitude {
    return (this.known ??= this.sum());
  }

  private sum(): Magnitude {
    const [mantissa, exponent] = this.masses.sum();
    return magnitudeOfScaled({ mantissa, exponent, error: this.error + 2 * UNIT_ROUNDOFF * this.masses.length });
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

  capped(width: number): ScaledHistogram {
    if (this.top <= width) return this;
    const low = Math.min(this.low, width);
    const masses = new ScaledArray(width - low + 1);
    for (let i = 0; i < this.masses.length; i++) {
      masses.add(Math.min(i, width - low), this.masses.mantissas[i], this.masses.exponents[i]);
    }
    return new ScaledHistogram(low, masses, this.error + 2 * UNIT_ROUNDOFF * this.masses.length);
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
    return ScaledHistogram.trimmed(this.low, masses, productError(this.error, error));
  }

  coarsened(count: number): DimensionHistogram {
    const length = this.masses.length;
    const step = Math.ceil(length / count);
    if (step <= 1) return this;
    const masses = new ScaledArray(length);
    for (let i = 0; i < length; i++) {
      masses.add(bucketTop(i, step, length), this.masses.mantissas[i], this.masses.exponents[i]);
    }
    return ScaledHistogram.trimmed(this.low, masses, this.error + 2 * UNIT_ROUNDOFF * step);
  }

  demoteIfCostly(): DimensionHistogram {
    return this;
  }

  stepped(stage: Transition): ScaledHistogram {
    // No more dimensions than units leave, and none beyond their number makes a difference to them.
    if (this.top > stage.neurons) return this.capped(stage.neurons).stepped(stage);
    // Leaving every region its dimension gives a weaker upper bound that needs no room.
    const reached = this.top - Math.min(this.low, stage.neurons - this.top);
    return stage.isRectifier && reached < MAX_DIMENSIONS ? this.dropped(stage) : this.kept(stage);
  }

  private kept(stage: Transition): ScaledHistogram {
    const { values, error } = stage.scaledPrefixes(this.low, this.top);
    const masses = new ScaledArray(values.length);
    for (let i = 0; i < values.length; i++) {
      masses.put(i, this.masses.mantissas[i] * values.mantissas[i], this.masses.exponents[i] + values.exponents[i]);
    }
    return ScaledHistogram.trimmed(this.low, masses, productError(this.error, error) + roundings(1));
  }

  private dropped(stage: Transition): ScaledHistogram {
    const n = stage.neurons;
    const { low, top } = this;
    const rows = stage.hasRows ? this.rowsOf(stage) : null;
    // There are enough units: no activation pattern with few inactive ones takes a dimension away.
    if (!rows && n >= 2 * top) return this.kept(stage);
    // Rows may reach down to dimension 0.
    const first = rows ? 0 : Math.min(low, n - top);
    const masses = new ScaledArray(top - first + 1);
    const error = this.putDropped(masses, first, rows, stage);
    rows?.forEach((row, i) => row && this.addRow(masses, i, row));
    return ScaledHistogram.trimmed(first, masses, productError(this.error, error) + roundings(3 * this.masses.length));
  }

  /** What is known more tightly for each dimension; null where nothing is. */
  private rowsOf(stage: Transition): readonly (TransitionRow | null)[] | null {
    const rows: (TransitionRow | null)[] = [];
    let found = false;
    for (let i = 0; i < this.masses.length; i++) {
      const row = this.masses.mantissas[i] === 0 ? null : stage.dimensionRow(this.low + i);
      found ||= row !== null;
      rows.push(row);
    }
    return found ? rows : null;
  }

  private addRow(masses: ScaledArray, i: number, { rounded }: TransitionRow): void {
    const mantissa = this.masses.mantissas[i];
    const exponent = this.masses.exponents[i];
    // Rows stay below 2^100, far inside what a sum of scaled numbers takes.
    for (let e = 0; e < rounded.length; e++) masses.add(e, mantissa * rounded[e], exponent);
  }

  /**
   * What dimensions without a row leave with every dimension e: the patterns of at most n - e inactive units that leave
   * it e, and those of exactly n - e that take a higher one down to e. Returns the error of the sequences.
   */
  private putDropped(
    masses: ScaledArray,
    first: number,
    rows: readonly (TransitionRow | null)[] | null,
    stage: Transition,
  ): number {
    const n = stage.neurons;
    const { low, top } = this;
    const kept = this.prefixesFor(stage);
    const taken = stage.scaledTerms(Math.min(n - top, top), top);
    const above = sumsFromAbove(this.masses, rows, stage.room(this.masses.length));
    const { mantissas, exponents } = masses;
    const { mantissas: own, exponents: ownExponents } = this.masses;
    for (let e = first; e <= top; e++) {
      let mantissa = 0;
      let exponent = 0;
      if (e >= low && !rows?.[e - low]) {
        const j = Math.min(e, n - e) - kept.from;
        mantissa = own[e - low] * kept.values.mantissas[j];
        exponent = ownExponents[e - low] + kept.values.exponents[j];
      }
      const least = Math.max(n - e, e + 1);
      if (e >= n - top && least <= top) {
        const i = Math.max(least - low, 0);
        const j = n - e - taken.from;
        let other = above.mantissas[i] * taken.values.mantissas[j];
        const distance = above.exponents[i] + taken.values.exponents[j] - exponent;
        // Products of two mantissas lie within 2^-256 .. 2^256: beyond two exponents the smaller one cannot be seen.
        if (mantissa === 0 || (distance > 2 && other > 0)) {
          mantissa = other;
          exponent += distance;
        } else if (distance >= -2 && other > 0) {
          for (let k = distance; k < 0; k++) other *= inverseStep;
          for (let k = distance; k > 0; k--) mantissa *= inverseStep;
          if (distance > 0) exponent += distance;
          mantissa += other;
        }
      }
      if (mantissa >= mantissaHigh) {
        mantissa *= inverseStep;
        exponent++;
      } else if (mantissa < mantissaLow && mantissa > 0) {
        mantissa *= scaleStep;
        exponent--;
      }
      mantissas[e - first] = mantissa;
      exponents[e - first] = exponent;
    }
    return Math.max(kept.error, taken.error);
  }

  /**
   * Prefix sums of the numbers of patterns that leave a dimension d as it was: at most min(d, n - d) inactive units.
   */
  private prefixesFor(stage: Transition): ScaledSequence {
    const n = stage.neurons;
    const ends = [this.low, this.top].map((d) => Math.min(d, n - d));
    const middle = Math.floor(n / 2);
    const most = this.low <= middle && middle <= this.top ? middle : Math.max(...ends);
    return stage.scaledPrefixes(Math.min(...ends), most);
  }
}

/** At every index the sum of what is there and above, without what has a row. */
function sumsFromAbove(
  { length, mantissas, exponents }: ScaledArray,
  rows: readonly (TransitionRow | null)[] | null,
  sums: ScaledArray,
): ScaledArray {
  sums.put(length - 1, 0, 0);
  for (let i = length - 1; i >= 0; i--) {
    if (i < length - 1) {
      sums.mantissas[i] = sums.mantissas[i + 1];
      sums.exponents[i] = sums.exponents[i + 1];
    }
    if (!rows?.[i]) sums.add(i, mantissas[i], exponents[i]);
  }
  return sums;
}

function roundings(operations: number): number {
  return 4 * UNIT_ROUNDOFF * (operations + 8);
}

function productError(a: number, b: number): number {
  return a + b + a * b + 4 * UNIT_ROUNDOFF;
}
