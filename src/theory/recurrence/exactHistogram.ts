import { bucketTop } from './buckets.ts';
import type { DimensionHistogram } from './histogram.ts';
import { EXACT_DIGITS, magnitudeOf, multiply, type Magnitude } from '../numbers/magnitude.ts';
import { ScaledHistogram } from './scaledHistogram.ts';
import { visitExact } from '../numbers/sequence.ts';
import type { Transition } from './transition.ts';

/** Several masses are kept as integers up to this many digits; a single one as far as integers are written out. */
const DIGITS_OF_MANY = 2500;
const MANY_STAGES = 5;

/** Integers are given up early where the projected work is this many times the limit. */
const GIVE_UP_FACTOR = 4;

/** What a product of short integers costs beside those of their words. */
const STEP_OVERHEAD = 10;

/** Masses as integers. Changes to scaled numbers where the integers get too long, or too expensive for `work`. */
export class ExactHistogram implements DimensionHistogram {
  readonly top: number;
  private known: Magnitude | null = null;

  /** `masses[i]` belongs to dimension `low + i`; `guess` is about the log10 of their sum. */
  constructor(
    readonly low: number,
    private readonly masses: readonly bigint[],
    /** What all further steps may cost, as in `affordable`. */
    private readonly work: number,
    private readonly guess = 0,
    /** What all steps together may cost. */
    private readonly allowed = work,
  ) {
    this.top = low + masses.length - 1;
  }

  private trimmed(low: number, masses: bigint[], guess: number, work = this.work): ExactHistogram {
    let first = 0;
    let last = masses.length;
    while (first < last - 1 && masses[first] === 0n) first++;
    while (last - 1 > first && masses[last - 1] === 0n) last--;
    return new ExactHistogram(low + first, masses.slice(first, last), work, guess, this.allowed);
  }

  total(): Magnitude {
    return (this.known ??= magnitudeOf(
      this.masses.reduce((total, mass) => total + mass, 0n),
      this.guess,
    ));
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
    return new ExactHistogram(low, [...masses, rest], this.work, this.guess, this.allowed);
  }

  weighted(factor: (dimension: number) => Magnitude): DimensionHistogram {
    const factors = this.masses.map((mass, i) => (mass === 0n ? magnitudeOf(0n) : factor(this.low + i)));
    const masses = factors.map(({ exact }, i) => (exact === null ? null : exact * this.masses[i]));
    const exact = masses.filter((mass) => mass !== null);
    if (exact.length < masses.length) return this.scaled().weighted(factor);
    return new ExactHistogram(this.low, exact, this.work, 0, this.allowed);
  }

  coarsened(count: number): DimensionHistogram {
    const step = Math.ceil(this.masses.length / count);
    if (step <= 1) return this;
    const masses = this.masses.map(() => 0n);
    this.masses.forEach((mass, i) => (masses[bucketTop(i, step, masses.length)] += mass));
    return this.trimmed(this.low, masses, this.guess);
  }

  demoteIfCostly(share: number): DimensionHistogram {
    return this.allowed - this.work > GIVE_UP_FACTOR * share * this.allowed ? this.scaled() : this;
  }

  stepped(stage: Transition): DimensionHistogram {
    // No more dimensions than units leave, and none beyond their number makes a difference to them.
    if (this.top > stage.neurons) return this.capped(stage.neurons).stepped(stage);
    const total = this.total();
    const factor = stage.total(this.top);
    const guess = total.log10 + factor.log10;
    const most = this.masses.length < MANY_STAGES ? EXACT_DIGITS : DIGITS_OF_MANY;
    if (factor.exact === null || guess > most) return this.scaled().stepped(stage);
    const left = this.work - this.cost(total.log10, factor.log10, stage);
    if (left <= 0) return this.scaled().stepped(stage);
    return stage.isRectifier ? this.dropped(stage, guess, left) : this.kept(stage, guess, left);
  }

  /** Long integers cost about the product of their lengths; the limit is deterministic, unlike time. */
  private cost(total: number, factor: number, stage: Transition): number {
    const words = (log10: number): number => 1 + log10 / (64 * Math.log10(2));
    const products = this.masses.reduce((count, _, i) => count + (stage.dimensionRow(this.low + i)?.entries ?? 2), 0);
    const binomials = this.losesDimensions(stage) ? this.top : this.masses.length;
    return products * (STEP_OVERHEAD + words(total) * words(factor)) + binomials * (STEP_OVERHEAD + words(factor));
  }

  /** With enough units no activation pattern with few inactive ones takes a dimension away. */
  private losesDimensions(stage: Transition): boolean {
    return stage.isRectifier && stage.neurons < 2 * this.top;
  }

  private kept(stage: Transition, guess: number, work: number): DimensionHistogram {
    const masses: bigint[] = [];
    const isKnown = visitExact(stage.numbers, this.low, this.top, (_, _term, prefix) => {
      masses.push(this.masses[masses.length] * prefix);
    });
    return isKnown ? this.trimmed(this.low, masses, guess, work) : this.scaled().stepped(stage);
  }

  private dropped(stage: Transition, guess: number, work: number): DimensionHistogram {
    const n = stage.neurons;
    const { low, top } = this;
    const rows = this.masses.map((mass, i) => (mass === 0n ? null : stage.dimensionRow(low + i)));
    if (rows.every((row) => row === null)) {
      if (!this.losesDimensions(stage)) return this.kept(stage, guess, work);
      // Several masses of that size take no further step as integers. Their sum is known without them.
      if (this.masses.length === 1 && guess > DIGITS_OF_MANY && 2 * top - n >= MANY_STAGES)
        return this.scaled()
          .stepped(stage)
          .withTotal(multiply(this.total(), stage.total(top)));
    }
    const masses = Array<bigint>(top + 1).fill(0n);
    rows.forEach((row, i) => row && addMultiple(masses, this.masses[i], row.exact));
    const entering = this.masses.map((mass, i) => (rows[i] ? 0n : mass));
    const atLeast = sumsFromAbove(entering);
    const keep = (d: number, patterns: bigint) => {
      if (d >= low && d <= top && entering[d - low] > 0n) masses[d] += entering[d - low] * patterns;
    };
    const isKnown = visitExact(stage.numbers, 0, top, (j, term, prefix) => {
      // At most j inactive units leave dimensions j and n - j as they were; exactly j take higher ones down to n - j.
      if (2 * j <= n) keep(j, prefix);
      if (2 * j < n) keep(n - j, prefix);
      const above = Math.max(j, n - j + 1, low);
      if (n - j <= top && above <= top) masses[n - j] += term * atLeast[above - low];
    });
    return isKnown ? this.trimmed(0, masses, guess, work) : this.scaled().stepped(stage);
  }

  private scaled(): ScaledHistogram {
    return ScaledHistogram.of(this.low, this.masses);
  }
}

/** At every index the sum of what is there and above. */
function sumsFromAbove(masses: readonly bigint[]): bigint[] {
  const sums = [...masses];
  for (let i = sums.length - 2; i >= 0; i--) sums[i] += sums[i + 1];
  return sums;
}

function addMultiple(masses: bigint[], mass: bigint, counts: readonly bigint[]): void {
  for (let e = 0; e < counts.length; e++) if (counts[e] > 0n) masses[e] += mass * counts[e];
}
