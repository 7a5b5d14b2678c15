import type { DimensionHistogram, HistogramStage } from './histogram.ts';
import { bitLength, exactDigits, magnitudeOf, type Magnitude } from './magnitude.ts';
import { ScaledHistogram } from './scaledHistogram.ts';
import { exactSequence } from './sequence.ts';

/** Masses as integers. Goes over to scaled numbers where the integers get too long, or too dear for `work`. */
export class ExactHistogram implements DimensionHistogram {
  readonly top: number;

  /** `masses[i]` belongs to dimension `low + i`. */
  constructor(
    readonly low: number,
    private readonly masses: readonly bigint[],
    private readonly work: { left: number },
  ) {
    this.top = low + masses.length - 1;
  }

  private static trimmed(low: number, masses: bigint[], work: { left: number }): ExactHistogram {
    let first = 0;
    let last = masses.length;
    while (first < last - 1 && masses[first] === 0n) first++;
    while (last - 1 > first && masses[last - 1] === 0n) last--;
    return new ExactHistogram(low + first, masses.slice(first, last), work);
  }

  private sum(): bigint {
    return this.masses.reduce((total, mass) => total + mass, 0n);
  }

  total(): Magnitude {
    return magnitudeOf(this.sum());
  }

  entries(): { dimension: number; mass: Magnitude }[] {
    return this.masses
      .map((mass, i) => ({ dimension: this.low + i, mass: magnitudeOf(mass) }))
      .filter(({ mass }) => mass.exact !== 0n);
  }

  capped(width: number): DimensionHistogram {
    if (this.top <= width) return this;
    const low = Math.min(this.low, width);
    const masses = this.masses.slice(0, width - low);
    const rest = this.masses.slice(width - low).reduce((total, mass) => total + mass, 0n);
    return new ExactHistogram(low, [...masses, rest], this.work);
  }

  weighted(factor: (dimension: number) => Magnitude): DimensionHistogram {
    const factors = this.masses.map((mass, i) => (mass === 0n ? magnitudeOf(0n) : factor(this.low + i)));
    const masses = factors.map(({ exact }, i) => (exact === null ? null : exact * this.masses[i]));
    const exact = masses.filter((mass) => mass !== null);
    if (exact.length < masses.length) return this.scaled().weighted(factor);
    return new ExactHistogram(this.low, exact, this.work);
  }

  coarsened(count: number): DimensionHistogram {
    const step = Math.ceil(this.masses.length / count);
    if (step <= 1) return this;
    const masses = this.masses.map(() => 0n);
    this.masses.forEach((mass, i) => (masses[bucketTop(i, step, masses.length)] += mass));
    return ExactHistogram.trimmed(this.low, masses, this.work);
  }

  stepped(stage: HistogramStage): DimensionHistogram {
    const total = this.sum();
    const factor = stage.numbers.prefixSum(Math.min(this.top, stage.neurons));
    if (factor.exact === null || !this.affordable(total, factor.exact)) {
      return this.scaled().stepped(stage);
    }
    return stage.drops ? this.dropped(stage) : this.kept(stage);
  }

  /** Long integers cost about the product of their lengths; the limit is deterministic, unlike time. */
  private affordable(total: bigint, factor: bigint): boolean {
    const [a, b] = [bitLength(total), bitLength(factor)];
    if ((a + b) * Math.LOG10E * Math.LN2 > exactDigits) return false;
    this.work.left -= 2 * this.masses.length * (1 + a / 64) * (1 + b / 64);
    return this.work.left > 0;
  }

  private kept(stage: HistogramStage): DimensionHistogram {
    const { low, top, numbers } = { low: this.low, top: this.top, numbers: stage.numbers };
    const from = Math.min(low, stage.neurons);
    const sequence = exactSequence(numbers, from, Math.min(top, stage.neurons));
    if (!sequence) return this.scaled().stepped(stage);
    const masses = sequence.prefixes.map(() => 0n);
    this.masses.forEach((mass, i) => {
      const d = Math.min(low + i, stage.neurons) - from;
      masses[d] += mass * sequence.prefixes[d];
    });
    return ExactHistogram.trimmed(from, masses, this.work);
  }

  private dropped(stage: HistogramStage): DimensionHistogram {
    const { neurons: n, tighter } = stage;
    const rows = this.masses.map((mass, i) => (mass === 0n ? null : (tighter?.(this.low + i) ?? null)));
    // With so many units no activation pattern of few enough inactive ones takes a dimension away.
    if (n >= 2 * this.top && rows.every((row) => row === null)) return this.kept(stage);
    const last = Math.min(this.top, n);
    const sequence = exactSequence(stage.numbers, 0, Math.min(n, this.top));
    if (!sequence) return this.scaled().stepped(stage);
    const masses = Array<bigint>(last + 1).fill(0n);
    // Regions of dimension at least d, for those d whose transition is not known more tightly.
    const atLeast = Array<bigint>(this.top + 2).fill(0n);
    for (let d = this.top; d >= 0; d--) {
      const mass = d < this.low ? 0n : this.masses[d - this.low];
      const row = d < this.low ? null : rows[d - this.low];
      atLeast[d] = atLeast[d + 1] + (row ? 0n : mass);
      if (row) row.forEach((count, e) => (masses[e] += mass * count));
      else if (d <= n && mass > 0n) masses[d] += mass * sequence.prefixes[Math.min(d, n - d)];
    }
    for (let e = Math.max(0, n - this.top); e <= last; e++) {
      const above = Math.max(n - e, e + 1);
      if (above <= this.top) masses[e] += sequence.terms[n - e] * atLeast[above];
    }
    return ExactHistogram.trimmed(0, masses, this.work);
  }

  private scaled(): ScaledHistogram {
    return ScaledHistogram.of(this.low, this.masses);
  }
}

/** The last index of the bucket that index i falls into, buckets of `step` counted from the end. */
export function bucketTop(i: number, step: number, length: number): number {
  return length - 1 - Math.floor((length - 1 - i) / step) * step;
}
