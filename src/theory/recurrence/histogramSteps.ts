import { singleRegion, type DimensionHistogram } from './histogram.ts';
import type { Transition } from './transition.ts';

/** Entries of all cached histograms together: about ten megabytes. */
const MAX_CACHED_ENTRIES = 1 << 20;

/** Steps between shorter histograms cost less than caching them. */
const MIN_CACHED_ENTRIES = 256;

/** Steps from histogram to histogram, each computed once: blocks of one shape on one dimension are the same steps. */
export class HistogramSteps {
  private cachedEntries = 0;
  private readonly singles = new Map<string, DimensionHistogram>();
  private readonly known = new Map<DimensionHistogram, Map<Transition | number, DimensionHistogram>>();

  single(dimension: number, work: number): DimensionHistogram {
    const key = `${dimension} ${work}`;
    const single = this.singles.get(key) ?? singleRegion(dimension, work);
    if (dimension >= MIN_CACHED_ENTRIES) this.singles.set(key, single);
    return single;
  }

  capped(histogram: DimensionHistogram, width: number): DimensionHistogram {
    return histogram.top <= width ? histogram : this.once(histogram, width, () => histogram.capped(width));
  }

  stepped(histogram: DimensionHistogram, stage: Transition): DimensionHistogram {
    return this.once(histogram, stage, () => histogram.stepped(stage));
  }

  private once(
    histogram: DimensionHistogram,
    step: Transition | number,
    compute: () => DimensionHistogram,
  ): DimensionHistogram {
    if (histogram.top < MIN_CACHED_ENTRIES) return compute();
    const known = this.known.get(histogram)?.get(step);
    if (known) return known;
    const after = compute();
    this.cache(histogram, step, after);
    return after;
  }

  private cache(before: DimensionHistogram, step: Transition | number, after: DimensionHistogram): void {
    this.cachedEntries += after.top - after.low + 1;
    if (this.cachedEntries > MAX_CACHED_ENTRIES) {
      this.cachedEntries = 0;
      this.singles.clear();
      this.known.clear();
    }
    const steps = this.known.get(before) ?? new Map<Transition | number, DimensionHistogram>();
    this.known.set(before, steps.set(step, after));
  }
}
