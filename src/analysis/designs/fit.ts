import { buildNetwork } from '../../network/build.ts';
import { totalMultiplyAdds } from '../../network/cost.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import type { Network } from '../../network/network.ts';
import { totalParameters } from '../../network/parameters.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import type { BoundId } from '../../theory/boundIds.ts';
import { TheoryContext } from '../../theory/context.ts';
import { BoundTable } from '../../theory/registry.ts';
import { networkFigures, type NetworkFigures } from './figures.ts';
import { resized, stacked } from './sweep.ts';
import type { WidthGroup } from './widthGroups.ts';

/** By what designs are ranked: two say what random networks do on average, two what is possible. */
export const OBJECTIVES = ['expected-plane', 'expected-line', 'at-most', 'can-reach'] as const;
export type Objective = (typeof OBJECTIVES)[number];

export const OBJECTIVE_BOUNDS: Readonly<Record<Objective, BoundId>> = {
  'expected-plane': 'kac-rice-plane',
  'expected-line': 'kac-rice-line',
  'at-most': 'tightest-upper',
  'can-reach': 'best-lower',
};

export interface FitTask {
  readonly definition: NetworkDefinition;
  /** The widths that may change. */
  readonly groups: readonly WidthGroup[];
  /** How many copies of `repeated` stand in a row, from and to; nothing is repeated without. */
  readonly depth: { readonly layer: string; readonly from: number; readonly to: number } | null;
  readonly maxParameters: number;
  /** Infinity where nothing limits the multiply-adds. */
  readonly maxMultiplyAdds: number;
  readonly objective: Objective;
  /** No width becomes less: the means are for wide layers. */
  readonly minWidth: number;
  readonly options: TheoryOptions;
  /** Designs that are evaluated at most; what takes more is searched, not enumerated. */
  readonly maxEvaluations: number;
}

/** One network under the budget. */
export interface Design {
  /** By group of the task. */
  readonly widths: readonly number[];
  /** Copies of the repeated layer. */
  readonly copies: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** log10 of the objective. */
  readonly log10: number;
}

export interface FitResult {
  /** Best first, all different. */
  readonly designs: readonly Design[];
  /** Every design that uses the budget was evaluated: none is better. Else some that were not looked at may be. */
  readonly isExhaustive: boolean;
  readonly evaluated: number;
}

const MAX_DESIGNS = 5;
const MAX_WIDTH = 1 << 20;

/**
 * The widths (and the depth) with the largest objective under a budget of parameters and multiply-adds. Both costs grow
 * with each width, so the last width is as large as the budget leaves room for, and only the others are enumerated.
 * Bounds grow with each width as well, and so do means in the wide limit, to which each neuron adds its crossings;
 * where a mean does not apply at the largest last width, smaller ones are not tried. If there are too many designs to
 * enumerate, a hill climb from several proportions of widths takes its place. `pause` is awaited between evaluations
 * and ends the search with what it found by returning true.
 */
export async function fit(task: FitTask, pause: () => Promise<boolean>): Promise<FitResult> {
  const search = new Search(task, pause);
  const depths = range(task.depth?.from ?? 1, task.depth?.to ?? 1);
  let isExhaustive = true;
  for (const copies of depths) {
    const room = Math.floor(task.maxEvaluations / depths.length);
    if (search.countAtMost(copies, room) <= room) await search.enumerate(copies);
    else {
      isExhaustive = false;
      await search.climb(copies, room);
    }
  }
  return { designs: search.best, isExhaustive: isExhaustive && !search.hasEnded, evaluated: search.evaluated };
}

/** The figures of a design, or of the network as it is. */
export function designFigures(task: FitTask, design: Pick<Design, 'widths' | 'copies'> | null): NetworkFigures | null {
  const network = design ? networkOf(task, design.widths, design.copies) : buildNetwork(task.definition).network;
  return network && networkFigures(network, task.options);
}

/** The definition of a design, for writing it down. */
export function designDefinition(
  { definition, groups, depth }: Pick<FitTask, 'definition' | 'groups' | 'depth'>,
  widths: readonly number[],
  copies: number,
): NetworkDefinition {
  const sized = groups.reduce(
    (current, { layers, field }, i) => resized(current, { layers, field }, widths[i]),
    definition,
  );
  return depth && copies > 1 ? stacked(sized, [depth.layer], copies) : sized;
}

function networkOf(task: FitTask, widths: readonly number[], copies: number): Network | null {
  const { network, problems } = buildNetwork(designDefinition(task, widths, copies));
  return problems.some(({ severity }) => severity === 'error') ? null : network;
}

class Search {
  evaluated = 0;
  hasEnded = false;
  private readonly known = new Map<string, Design | null>();
  private found: Design[] = [];

  constructor(
    private readonly task: FitTask,
    private readonly pause: () => Promise<boolean>,
  ) {}

  get best(): readonly Design[] {
    return this.found;
  }

  /** How many combinations of all widths but the last fit the budget; no more than `most` + 1 are counted. */
  countAtMost(copies: number, most: number): number {
    let count = 0;
    for (const _ of this.combinations(copies)) if (++count > most) break;
    return count;
  }

  async enumerate(copies: number): Promise<void> {
    for (const widths of this.combinations(copies)) {
      await this.evaluate(widths, copies);
      if (this.hasEnded) return;
    }
  }

  /** All widths but the last, each with the largest last one that fits. */
  private *combinations(copies: number): Generator<number[]> {
    const count = this.task.groups.length;
    const { minWidth } = this.task;
    const widths = Array.from({ length: count }, () => minWidth);
    if (!this.fits(widths, copies)) return;
    for (;;) {
      const last = this.largest(widths, count - 1, copies);
      yield [...widths.slice(0, -1), last];
      widths[count - 1] = minWidth;
      let k = count - 2;
      for (; k >= 0; k--) {
        widths[k]++;
        if (this.fits(widths, copies)) break;
        widths[k] = minWidth;
      }
      if (k < 0) return;
    }
  }

  /** Improves designs of several proportions, one width at a time, until no step helps. */
  async climb(copies: number, room: number): Promise<void> {
    const end = this.evaluated + room;
    for (const proportions of this.starts()) {
      let current = await this.evaluate(this.scaled(proportions, copies), copies);
      for (let step = 2; step > 1 && current && this.evaluated < end && !this.hasEnded;) {
        const better = await this.betterNeighbor(current, step, copies);
        if (better) current = better;
        else step = step > 1.05 ? Math.sqrt(step) : 1;
      }
      if (this.hasEnded) return;
    }
  }

  private async betterNeighbor(current: Design, step: number, copies: number): Promise<Design | null> {
    for (let i = 0; i < current.widths.length; i++) {
      for (const factor of [step, 1 / step]) {
        const widths = [...current.widths];
        const changed = Math.round(widths[i] * factor);
        widths[i] = Math.max(this.task.minWidth, changed === widths[i] ? changed + Math.sign(factor - 1) : changed);
        const design = await this.evaluate(this.scaled(widths, copies, i), copies);
        if (design && design.log10 > current.log10 + 1e-12) return design;
      }
    }
    return null;
  }

  /** Widths as they are now, all equal, growing and falling. */
  private starts(): number[][] {
    const { groups } = this.task;
    const tapered = (ratio: number) => groups.map((_, i) => 1000 * ratio ** i);
    return [groups.map(({ width }) => width), tapered(1), tapered(1.5), tapered(1 / 1.5), tapered(2), tapered(0.5)];
  }

  /** The largest multiple of these widths that fits, `kept` as it is; what is left over goes to single widths. */
  private scaled(widths: readonly number[], copies: number, kept = -1): number[] {
    const at = (scale: number) =>
      widths.map((width, i) => (i === kept ? width : Math.max(this.task.minWidth, Math.floor(width * scale))));
    let [low, high] = [0, 1];
    while (high < MAX_WIDTH && this.fits(at(high), copies)) [low, high] = [high, high * 2];
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2;
      if (this.fits(at(middle), copies)) low = middle;
      else high = middle;
    }
    const scaled = at(low);
    for (let i = widths.length - 1; i >= 0; i--) if (i !== kept) scaled[i] = this.largest(scaled, i, copies);
    return scaled;
  }

  /** The largest i-th width that fits beside the others. */
  private largest(widths: readonly number[], i: number, copies: number): number {
    const fits = (width: number) => this.fits([...widths.slice(0, i), width, ...widths.slice(i + 1)], copies);
    let [low, high] = [widths[i], widths[i] * 2];
    while (high < MAX_WIDTH && fits(high)) [low, high] = [high, high * 2];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  private fits(widths: readonly number[], copies: number): boolean {
    const network = networkOf(this.task, widths, copies);
    if (!network) return false;
    const { parameters, multiplyAdds } = costsOf(network);
    return parameters <= this.task.maxParameters && multiplyAdds <= this.task.maxMultiplyAdds;
  }

  private async evaluate(widths: readonly number[], copies: number): Promise<Design | null> {
    const key = `${copies} ${widths.join(' ')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.hasEnded ||= await this.pause();
    if (this.hasEnded) return null;
    const network = networkOf(this.task, widths, copies);
    const design = network && this.designOf(network, widths, copies);
    this.known.set(key, design);
    if (design) this.keep(design);
    return design;
  }

  private designOf(network: Network, widths: readonly number[], copies: number): Design | null {
    this.evaluated++;
    const { parameters, multiplyAdds } = costsOf(network);
    if (parameters > this.task.maxParameters || multiplyAdds > this.task.maxMultiplyAdds) return null;
    const bound = new BoundTable(TheoryContext.of(network, this.task.options)).get(
      OBJECTIVE_BOUNDS[this.task.objective],
    );
    if (!bound.applies || bound.value === null) return null;
    return { widths, copies, parameters, multiplyAdds, log10: bound.value.log10 };
  }

  /** Of two that are as good, the one of fewer parameters comes first. */
  private keep(design: Design): void {
    this.found = [...this.found, design]
      .sort((a, b) => b.log10 - a.log10 || a.parameters - b.parameters)
      .slice(0, MAX_DESIGNS);
  }
}

function costsOf({ layers }: Network): { parameters: number; multiplyAdds: number } {
  return { parameters: totalParameters(layers) ?? Infinity, multiplyAdds: totalMultiplyAdds(layers) ?? 0 };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
