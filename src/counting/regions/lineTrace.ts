import type { LineRegions } from '../count.ts';
import type { LineIds } from '../exact/lineIds.ts';
import { grown, type Program } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import type { Segments } from '../geometry/segments.ts';

/** More outputs than this are not kept: a plot tells no more lines apart. */
const MAX_OUTPUTS = 12;
/** From where, to where, the line that the piece starts at; then slope and constant of each output. */
const HEAD = 3;

/**
 * Keeps the pieces of a line for drawing: where they meet, which layer bends there, and the outputs at these points.
 */
export class LineTrace {
  private readonly outputs: number;
  private readonly size: number;
  private pieces = new Float64Array(1024);
  private count = 0;

  constructor(private readonly program: Program) {
    const all = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    this.outputs = Math.min(all, MAX_OUTPUTS);
    this.size = HEAD + 2 * this.outputs;
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

  /** What was taken in, from one end of the line to the other. */
  regions(): LineRegions {
    const { pieces, size, outputs, count } = this;
    const order = Uint32Array.from({ length: count }, (_, i) => i * size);
    // Two breakpoints may round to one place: the piece between them stands before the one that starts there.
    order.sort((a, b) => pieces[a] - pieces[b] || pieces[a + 1] - pieces[b + 1]);
    const knots = new Float64Array(count + 1);
    const layers = new Int32Array(count + 1).fill(-1);
    const values = new Float64Array((count + 1) * outputs);
    order.forEach((at, i) => {
      knots[i] = pieces[at];
      layers[i] = pieces[at + 2];
      this.evaluate(at, pieces[at], values, i);
    });
    if (count > 0) {
      const last = order[count - 1];
      knots[count] = pieces[last + 1];
      this.evaluate(last, pieces[last + 1], values, count);
    }
    return { knots, layers, outputs: values, outputCount: outputs };
  }

  private evaluate(piece: number, x: number, values: Float64Array, knot: number): void {
    for (let o = 0; o < this.outputs; o++) {
      const at = piece + HEAD + 2 * o;
      values[knot * this.outputs + o] = this.pieces[at] * x + this.pieces[at + 1];
    }
  }
}
