import { transpose, type AffineStep, type Program, type SparseMatrix, type UnitStep } from '../program/program.ts';
import { gaussians } from '../../common/random.ts';
import { MAX_TERMS } from './subsetSums.ts';

/** Added to the sizes of sums, so that what underflow loses is a small share of them as well. */
const UNDERFLOW = 2 ** -1000;
/** Products of weights of two stages that are computed beforehand, at most. */
export const MAX_PRODUCTS = 1 << 20;

/** A number for each element of a tensor; null stands for zeros. */
type Adjoint = Float64Array | null;

/**
 * How much the network's output changes with the output of one unit, all others keeping their pieces: its derivative,
 * by reverse differentiation. Several outputs are mixed into one at random. Some units of the last stage are open: each
 * adds a term of its own where it changes its piece. For units of two pieces.
 */
export class UnitEffects {
  /** The effect while the open units keep their pieces, and what each of them adds on its other piece. */
  base = 0;
  readonly terms = new Float64Array(MAX_TERMS);
  /** By stage: the greatest sum of the sizes of all that an effect is made of. */
  readonly sizes: readonly Float64Array[];
  /** What the output changes with each tensor along ways without a unit. */
  private readonly onwards: readonly Adjoint[];
  /** The places of the stages among the steps. */
  private readonly places: readonly number[];
  private readonly last: UnitStep;
  private readonly lastStage: number;
  /** Slopes of the last stage's units on their pieces. */
  private readonly slopes: Float64Array;
  /** The weights of the last stage's units times what the output changes with them, by unit of the stage before. */
  private readonly products: Float64Array | null;

  // The cell that effects are asked for.
  private patterns: readonly ArrayLike<number>[] = [];
  private open: Int32Array = new Int32Array(0);
  private from = 0;
  private to = 0;
  /** Adjoints for the base and each open unit by tensor, and the number of the cell that they are for. */
  private readonly adjoints: Float64Array[][] = [];
  private readonly isKnown: Uint8Array[] = [];
  private reached = 0;

  constructor(private readonly program: Program) {
    const { sizes, stages, steps, outputs } = program;
    this.lastStage = stages.length - 1;
    this.last = stages[this.lastStage] as UnitStep;
    this.places = stages.map((stage) => steps.indexOf(stage));
    this.slopes = new Float64Array(sizes[this.last.output]);
    const isSingle = outputs.reduce((sum, tensor) => sum + sizes[tensor], 0) === 1;
    const factor = isSingle ? () => 1 : gaussians(2);
    const mixed = sizes.map((): Adjoint => null);
    for (const tensor of outputs)
      mixed[tensor] = (mixed[tensor] ?? new Float64Array(sizes[tensor])).map(() => factor());
    this.onwards = this.along(mixed, (value) => value, null, 0);
    const greatest = this.along(
      mixed,
      Math.abs,
      ({ slopes }, i) => Math.max(Math.abs(slopes[2 * i]), Math.abs(slopes[2 * i + 1])),
      UNDERFLOW,
    );
    this.sizes = stages.map(({ output }) => greatest[output] ?? new Float64Array(sizes[output]));
    this.products = this.findProducts();
  }

  /** Effects of the stage before the last, or of a single one, take no passes through weights. */
  get isDirect(): boolean {
    return this.products !== null || this.lastStage === 0;
  }

  /** All the way back from the outputs: through units with this slope, or not at all. */
  private along(
    from: readonly Adjoint[],
    of: (weight: number) => number,
    slope: ((step: UnitStep, unit: number) => number) | null,
    least: number,
  ): Adjoint[] {
    const { steps, sizes } = this.program;
    const all = from.map((adjoint) => adjoint?.map(of) ?? null);
    for (let k = steps.length - 1; k >= 0; k--) {
      const step = steps[k];
      const own = all[step.output];
      if (!own || step.kind === 'max') continue;
      if (step.kind === 'units') {
        if (!slope) continue;
        const to = (all[step.source] ??= new Float64Array(sizes[step.source]));
        own.forEach((value, i) => (to[i] += slope(step, i) * value));
      } else {
        for (const { source, matrix } of step.terms) {
          const to = (all[source] ??= new Float64Array(sizes[source]));
          const { start, end, base, offset, value } = matrix;
          for (let r = 0; r < own.length; r++) {
            for (let e = start[r]; e < end[r]; e++) to[base[r] + offset[e]] += of(value[e]) * own[r] + least;
          }
        }
      }
    }
    return all;
  }

  /** Null where the stage before the last reaches it in other ways than by one matrix, or where there are too many. */
  private findProducts(): Float64Array | null {
    const { steps, stages, sizes } = this.program;
    const step = steps.find(({ output }) => output === this.last.source);
    const onwards = this.onwards[this.last.output];
    if (this.lastStage === 0 || step?.kind !== 'affine' || !onwards) return null;
    const { output } = stages[this.lastStage - 1];
    const isDirect = step.terms.every(({ source }) => source === 0 || stages.some((stage) => stage.output === source));
    const terms = step.terms.filter(({ source }) => source === output);
    const units = onwards.length;
    if (!isDirect || units * sizes[output] > MAX_PRODUCTS) return null;
    const products = new Float64Array(units * sizes[output]);
    for (const { matrix } of terms) addColumns(products, transpose(matrix), onwards);
    return products;
  }

  /**
   * From now on effects are those in a cell with these patterns; the units of the last stage at `from` to `to` in
   * `open` are open.
   */
  enter(patterns: readonly ArrayLike<number>[], open: Int32Array, from: number, to: number): void {
    this.patterns = patterns;
    this.open = open;
    this.from = from;
    this.to = to;
    this.reached = this.places[this.lastStage];
    const { slopes } = this.last;
    const pattern = patterns[this.lastStage];
    for (let i = 0; i < this.slopes.length; i++) this.slopes[i] = slopes[2 * i + pattern[i]];
  }

  /** Finds the effect of unit `unit` of stage `stage`. */
  find(stage: number, unit: number): void {
    const { lastStage, products, terms } = this;
    const tensor = this.program.stages[stage].output;
    this.base = this.onwards[tensor]?.[unit] ?? 0;
    const count = this.to - this.from;
    if (stage === lastStage) {
      terms.fill(0, 0, count);
      return;
    }
    if (stage === lastStage - 1 && products) return this.findDirect(products, unit);
    const upTo = this.places[stage];
    if (this.reached > upTo) this.goBack(upTo);
    this.base = this.isKnown[0][tensor] === 1 ? this.adjoints[0][tensor][unit] : 0;
    for (let k = 0; k < count; k++) {
      terms[k] = this.isKnown[k + 1][tensor] === 1 ? this.adjoints[k + 1][tensor][unit] : 0;
    }
  }

  private findDirect(products: Float64Array, unit: number): void {
    const { slopes, terms, open, from, to } = this;
    const first = unit * slopes.length;
    // Four sums, none of which waits for the others.
    let [a, b, c, d] = [this.base, 0, 0, 0];
    let i = 0;
    for (; i + 3 < slopes.length; i += 4) {
      a += slopes[i] * products[first + i];
      b += slopes[i + 1] * products[first + i + 1];
      c += slopes[i + 2] * products[first + i + 2];
      d += slopes[i + 3] * products[first + i + 3];
    }
    for (; i < slopes.length; i++) a += slopes[i] * products[first + i];
    this.base = a + b + (c + d);
    for (let k = from; k < to; k++) terms[k - from] = this.turn(open[k]) * products[first + open[k]];
  }

  /** How much the slope of a unit of the last stage changes with its piece. */
  private turn(unit: number): number {
    const { slopes } = this.last;
    return slopes[2 * unit + 1 - this.patterns[this.lastStage][unit]] - this.slopes[unit];
  }

  /** Computes adjoints of the outputs of all steps from `upTo` on. */
  private goBack(upTo: number): void {
    const count = this.to - this.from;
    for (let f = 0; f <= count; f++) {
      if (this.reached === this.places[this.lastStage]) this.start(f);
      for (let k = this.reached - 1; k > upTo; k--) this.pass(f, this.program.steps[k] as AffineStep | UnitStep);
    }
    this.reached = upTo + 1;
  }

  /** Adjoints at the last stage: of the base, or of one open unit. */
  private start(f: number): void {
    const { sizes } = this.program;
    if (!this.adjoints[f]) {
      this.adjoints[f] = sizes.map((size) => new Float64Array(size));
      this.isKnown[f] = new Uint8Array(sizes.length);
    }
    const { source, output } = this.last;
    const onwards = this.onwards[output];
    this.isKnown[f].fill(0);
    if (f === 0) {
      // Those of other tensors would be passed on to these once more.
      for (const { output: tensor } of this.program.stages) {
        const adjoint = this.onwards[tensor];
        if (adjoint) this.adjointOf(0, tensor).set(adjoint);
      }
    }
    if (!onwards) return;
    const at = this.adjointOf(f, source);
    if (f === 0) for (let i = 0; i < at.length; i++) at[i] += this.slopes[i] * onwards[i];
    else {
      const unit = this.open[this.from + f - 1];
      at[unit] += this.turn(unit) * onwards[unit];
    }
  }

  /** Where to add to the adjoint of a tensor. */
  private adjointOf(f: number, tensor: number): Float64Array {
    const adjoint = this.adjoints[f][tensor];
    if (this.isKnown[f][tensor] === 0) adjoint.fill(0);
    this.isKnown[f][tensor] = 1;
    return adjoint;
  }

  private pass(f: number, step: AffineStep | UnitStep): void {
    if (this.isKnown[f][step.output] === 0) return;
    const own = this.adjoints[f][step.output];
    if (step.kind === 'affine') {
      for (const { source, matrix } of step.terms) addTransposed(this.adjointOf(f, source), matrix, own);
      return;
    }
    const to = this.adjointOf(f, step.source);
    const pattern = this.patterns[this.program.stages.indexOf(step)];
    for (let i = 0; i < own.length; i++) to[i] += step.slopes[2 * i + pattern[i]] * own[i];
  }
}

function addColumns(products: Float64Array, matrix: SparseMatrix, factors: Float64Array): void {
  const { rows, start, end, base, offset, value } = matrix;
  for (let unit = 0; unit < rows; unit++) {
    for (let e = start[unit]; e < end[unit]; e++) {
      const c = base[unit] + offset[e];
      products[unit * factors.length + c] += factors[c] * value[e];
    }
  }
}

/** The transposed matrix times `from`, whose numbers are often zero. */
function addTransposed(to: Float64Array, matrix: SparseMatrix, from: Float64Array): void {
  const { rows, start, end, base, offset, value } = matrix;
  for (let r = 0; r < rows; r++) {
    const factor = from[r];
    if (factor === 0) continue;
    const first = base[r];
    for (let e = start[r]; e < end[r]; e++) to[first + offset[e]] += factor * value[e];
  }
}
