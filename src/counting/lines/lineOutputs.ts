import type { LineRegions } from '../count.ts';
import { ExactMaps } from '../exact/exactMaps.ts';
import type { Slice } from '../geometry/slice.ts';
import { concatenated } from '../program/concatenated.ts';
import { evaluate, grown, type Program } from '../program/program.ts';
import { pointOf, stepsOf, type Knot, type Stretch } from './knots.ts';
import type { LineTensor } from './lineTensor.ts';
import type { LineWalk } from './lineWalk.ts';
import { Tracer } from './trace.ts';

/** What sums along a line may lose of the size of their numbers, and what can be seen of an output. */
const LOST = 2 ** -46;
const VISIBLE = 1e-9;
/** More outputs than this are not kept: a plot tells no more lines apart. */
const MAX_OUTPUTS = 12;

/** The last cell of a stretch: its pattern is looked up when it is asked for. */
interface LastCell {
  readonly stretch: Stretch;
  readonly slopes: readonly Float64Array[];
  readonly tolerance: number;
}

/**
 * Counts the linear regions of a line. The outputs are continuous, so that their maps on both sides of a knot are equal
 * where their slopes are.
 */
export class LinearPieces {
  /** Knots at which the outputs' map changes. */
  bends = 0;
  private readonly exact: ExactMaps;
  private before: LastCell | null = null;
  /** Of all outputs, at the start of the last stretch. */
  startSlopes = new Float64Array();

  constructor(
    private readonly walk: LineWalk,
    private readonly program: Program,
    slice: Slice,
  ) {
    this.exact = new ExactMaps(program, slice.rows, walk.lines);
  }

  /** The next stretch does not begin where the last one ended. */
  restart(): void {
    this.before = null;
  }

  /** Of all outputs, at the end of the last stretch. */
  get endSlopes(): Float64Array {
    return concatenated(this.before!.slopes);
  }

  /** Stretches are to come in order. */
  add(stretch: Stretch, outputs: readonly LineTensor[]): void {
    const { memory } = this.walk;
    const tolerance = this.walk.tolerance(this.program.outputs);
    const starts = outputs.map((tensor) => memory.floats.slice(tensor.slopes / 8, tensor.slopes / 8 + tensor.size));
    this.startSlopes = concatenated(starts);
    if (this.before) this.addSeam(this.before, stretch, this.startSlopes, tolerance);
    const slopes = starts.map((vector) => vector.slice());
    stretch.knots.forEach((knot, k) => {
      const change = this.changeAt(knot, outputs, slopes);
      if (change > tolerance || this.differsExactly(stretch, k, stretch, k + 1)) this.bends++;
    });
    this.before = { stretch, slopes, tolerance };
  }

  /** Between the last cell before and the first of this stretch. */
  private addSeam(before: LastCell, stretch: Stretch, starts: Float64Array, tolerance: number): void {
    const last = before.stretch.knots.length;
    const isOther = greatestChange(concatenated(before.slopes), starts) > Math.max(before.tolerance, tolerance);
    if (isOther || this.differsExactly(before.stretch, last, stretch, 0)) this.bends++;
  }

  /** The greatest change of a slope, which comes to `slopes`. */
  private changeAt(knot: Knot, outputs: readonly LineTensor[], slopes: readonly Float64Array[]): number {
    let most = 0;
    outputs.forEach((tensor, k) => {
      if (!tensor.columns.has(knot)) return;
      const at = tensor.dense(knot) / 8;
      const { floats } = this.walk.memory;
      for (let i = 0; i < tensor.size; i++) {
        slopes[k][i] += floats[at + i];
        most = Math.max(most, Math.abs(floats[at + i]));
      }
    });
    return most;
  }

  /** Exactly: residues decide what is not clear from the patterns. */
  private differsExactly(stretch: Stretch, cell: number, other: Stretch, otherCell: number): boolean {
    const { settlement } = this.walk;
    return differExactly(this.exact, settlement.patternOf(stretch, cell), settlement.patternOf(other, otherCell));
  }
}

/** Whether the outputs are other maps in cells with these patterns: residues decide what is not clear from them. */
export function differExactly(exact: ExactMaps, p: Int32Array, q: Int32Array): boolean {
  return !exact.areClearlyEqual(p, q) && exact.ofOutputs(p) !== exact.ofOutputs(q);
}

/** Of slopes in two cells. */
export function greatestChange(before: Float64Array, after: Float64Array): number {
  return before.reduce((most, slope, i) => Math.max(most, Math.abs(after[i] - slope)), 0);
}

/** Keeps the pieces of a line for drawing. */
export class LineDrawing {
  private readonly outputCount: number;
  private knots = new Float64Array(256);
  private layers = new Int32Array(256);
  private outputs: Float64Array;
  private count = 0;

  constructor(
    private readonly walk: LineWalk,
    private readonly program: Program,
    private readonly slice: Slice,
  ) {
    const all = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    this.outputCount = Math.min(all, MAX_OUTPUTS);
    this.outputs = new Float64Array(256 * Math.max(1, this.outputCount));
  }

  /** Stretches are to come in order. */
  add(stretch: Stretch, outputs: readonly LineTensor[]): void {
    const steps = stepsOf(stretch);
    const traces = outputs.flatMap((tensor) => {
      const tracer = new Tracer(this.walk.memory, stretch, tensor, steps);
      return Array.from({ length: Math.min(tensor.size, this.outputCount) }, (_, i) => tracer.trace(i).values);
    });
    const isRough = this.isRough(traces);
    // The end of one stretch is the start of the next.
    if (this.count > 0) this.count--;
    for (let k = 0; k < stretch.knots.length + 2; k++) {
      const knot = pointOf(stretch, k);
      this.addKnot(knot, isRough ? this.forward(knot.x) : traces.map((values) => values[k]));
    }
  }

  /** Values are sums over the line, and behind a very steep piece its rounding errors could be seen in them. */
  private isRough(traces: readonly Float64Array[]): boolean {
    const { program, walk } = this;
    const scale = Math.max(...program.outputs.map((tensor) => walk.sizes.scale(tensor)));
    const size = traces.reduce((most, values) => values.reduce((x, y) => Math.max(x, Math.abs(y)), most), 0);
    return scale * LOST > VISIBLE * size;
  }

  /** The outputs at a point, from the inputs on. */
  private forward(x: number): number[] {
    const { program, slice } = this;
    const inputs = Float64Array.from(
      { length: program.inputSize },
      (_, i) => slice.rows[2 * i] * x + slice.rows[2 * i + 1],
    );
    const values = evaluate(program, inputs);
    return program.outputs.flatMap((tensor) => Array.from(values[tensor].subarray(0, this.outputCount)));
  }

  private addKnot({ x, stage }: Knot, values: readonly number[]): void {
    if (this.count === this.knots.length) {
      this.knots = grown(this.knots);
      this.layers = grown(this.layers);
      this.outputs = grown(this.outputs);
    }
    this.knots[this.count] = x;
    this.layers[this.count] = stage < 0 ? -1 : this.program.stages[stage].layer;
    for (let o = 0; o < this.outputCount; o++) this.outputs[this.count * this.outputCount + o] = values[o];
    this.count++;
  }

  regions(): LineRegions {
    const { count, outputCount } = this;
    return {
      knots: this.knots.slice(0, count),
      layers: this.layers.slice(0, count),
      outputs: this.outputs.slice(0, count * outputCount),
      outputCount,
    };
  }
}
