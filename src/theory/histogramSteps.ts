import { singleRegion, type DimensionHistogram } from './histogram.ts';
import type { Transition } from './transition.ts';

/** Steps from histogram to histogram, each computed once: blocks of one shape on one dimension are the same steps. */
export class HistogramSteps {
  private readonly singles = new Map<string, DimensionHistogram>();
  private readonly known = new Map<DimensionHistogram, Map<Transition | number, DimensionHistogram>>();

  single(dimension: number, work: number): DimensionHistogram {
    const key = `${dimension} ${work}`;
    const single = this.singles.get(key) ?? singleRegion(dimension, work);
    this.singles.set(key, single);
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
    const steps = this.known.get(histogram) ?? new Map<Transition | number, DimensionHistogram>();
    this.known.set(histogram, steps);
    const after = steps.get(step) ?? compute();
    steps.set(step, after);
    return after;
  }
}
