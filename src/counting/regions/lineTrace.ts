import type { LineRegions } from '../count.ts';
import type { LineIds } from '../exact/lineIds.ts';
import { grown, type Program } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import type { Segments } from '../geometry/segments.ts';
import { inOrder, joined, PartRuns, type Runs } from './partRuns.ts';

/** More outputs than this are not kept: a plot tells no more lines apart. */
const MAX_OUTPUTS = 12;
/** From where, to where, the line that the piece starts at; then slope and constant of each output. */
const HEAD = 3;

/** The pieces that one thread keeps. */
export interface TracePart {
  /** How many outputs are kept. */
  readonly outputs: number;
  readonly pieces: Float64Array;
  readonly runs: Runs;
}

/**
 * Keeps the pieces of a line for drawing: where they meet, which layer bends there, and the outputs at these points.
 */
export class LineTrace {
  private readonly outputs: number;
  private readonly size: number;
  private pieces = new Float64Array(1024);
  private count = 0;
  private readonly runs = new PartRuns();

  constructor(private readonly program: Program) {
    const all = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    this.outputs = Math.min(all, MAX_OUTPUTS);
    this.size = HEAD + 2 * this.outputs;
  }

  /** The pieces from now on are of this part. */
  begin(part: number): void {
    this.runs.begin(part, this.count);
  }

  /** Bytes held. */
  get held(): number {
    return this.pieces.byteLength;
  }

  /** Takes in the piece on top. */
  add(segments: Segments, propagator: Propagator, lines: LineIds): void {
    const at = this.count++ * this.size;
    while (this.pieces.length < at + this.size) this.pieces = grown(this.pieces);
    const { from, to } = segments;
    this.pieces[at] = from.x;
    this.pieces[at + 1] = to.x;
    this.pieces[at + 2] = from.line < 0 ? -1 : this.program.stages[lines.stageOf(from.line)].layer;
    let row = 0;
    for (const tensor of propagator.output()) {
      for (let k = 0; k < tensor.length && row < this.outputs; k += 2, row++) {
        this.pieces[at + HEAD + 2 * row] = tensor[k];
        this.pieces[at + HEAD + 2 * row + 1] = tensor[k + 1];
      }
    }
  }

  /** What was taken in; nothing more can be. */
  part(): TracePart {
    const { outputs, size, pieces, count, runs } = this;
    return { outputs, pieces: pieces.subarray(0, count * size), runs: runs.all(count) };
  }
}

/** The line from one end to the other, from what each thread keeps of it. */
export function joinTraces(traces: readonly TracePart[]): LineRegions {
  const [{ outputs }] = traces;
  const size = HEAD + 2 * outputs;
  const stretches = inOrder(traces, ({ runs }) => runs);
  const pieces = stretches.length > 0 ? joined(stretches, (trace) => trace.pieces, size) : new Float64Array();
  const count = pieces.length / size;
  const order = Uint32Array.from({ length: count }, (_, i) => i * size);
  // Two breakpoints may round to one place: the piece between them stands before the one that starts there.
  order.sort((a, b) => pieces[a] - pieces[b] || pieces[a + 1] - pieces[b + 1]);
  const knots = new Float64Array(count + 1);
  const layers = new Int32Array(count + 1).fill(-1);
  const values = new Float64Array((count + 1) * outputs);
  const evaluate = (piece: number, x: number, knot: number) => {
    for (let o = 0; o < outputs; o++) {
      const at = piece + HEAD + 2 * o;
      values[knot * outputs + o] = pieces[at] * x + pieces[at + 1];
    }
  };
  order.forEach((at, i) => {
    knots[i] = pieces[at];
    layers[i] = pieces[at + 2];
    evaluate(at, pieces[at], i);
  });
  if (count > 0) {
    const last = order[count - 1];
    knots[count] = pieces[last + 1];
    evaluate(last, pieces[last + 1], count);
  }
  return { knots, layers, outputs: values, outputCount: outputs };
}
