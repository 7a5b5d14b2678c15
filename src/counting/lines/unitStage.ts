import { isRectified, type UnitStep } from '../program/program.ts';
import { pieceAtZero } from '../program/zeroEntries.ts';
import { crossingOf, insertKnots, type Crossing } from './crossings.ts';
import { ACTIVE, CHANGES, pointOf, SILENT, type Knot, type Stretch } from './knots.ts';
import type { LineContext, StageInput } from './lineContext.ts';
import { LineTensor } from './lineTensor.ts';
import { columnsOf, settled, Tracer, type Trace } from './trace.ts';

/** A unit that may change its piece on the stretch. */
interface Changing {
  readonly unit: number;
  readonly trace: Trace;
  /** Its piece at the beginning of each cell. */
  readonly begins: Int32Array;
  /** In order. */
  readonly crossings: readonly Crossing[];
}

/** Bends a tensor along a stretch by the units of a stage; the knots that this makes come to the stretch. */
export class UnitStage {
  private readonly tracer: Tracer;
  private readonly pieceCount: number;

  constructor(
    private readonly context: LineContext,
    private readonly input: StageInput,
    private readonly step: UnitStep,
  ) {
    this.tracer = new Tracer(context.memory, input.stretch, input.source, input.steps);
    this.pieceCount = step.breakpoints.length + 1;
  }

  run(): LineTensor {
    const { context, input, step } = this;
    const { memory } = context;
    const { stretch, stage, source } = input;
    const { size } = source;
    const pieces = stretch.pieces[stage];
    const changing = this.changingUnits(pieces);
    const traced = changing.map((unit) => this.trace(unit));
    const changed = [...source.columns.keys()];
    const output = new LineTensor(memory, size, input.isLast ? source : undefined);
    output.startsAtZero = source.startsAtZero && step.intercepts.every((x) => x === 0);
    const factors = output.vector();
    this.fill(output, factors, pieces);
    for (const unit of changing) memory.floats[factors / 8 + unit] = 0;
    for (const knot of changed) memory.kernel.scale(size, source.dense(knot), factors, output.dense(knot));
    const columns = columnsOf(stretch, output);
    const { knots } = stretch;
    context.count(
      stage,
      insertKnots(
        context.settlement,
        stretch,
        stage,
        traced.flatMap(({ crossings }) => crossings),
        context.nextId,
      ),
    );
    for (const unit of traced) this.bend(unit, output, knots, columns);
    if (context.readsStates && isRectified(step)) stretch.states.set(stage, this.states(pieces, changing));
    return output;
  }

  /** Gives the pieces of units that keep theirs; returns the others. */
  private changingUnits(pieces: Int32Array): readonly number[] {
    const { context, input, step } = this;
    const { lows, highs, steepest } = context.scan;
    const { floats } = context.memory;
    const { breakpoints } = step;
    const changing: number[] = [];
    for (let unit = 0; unit < pieces.length; unit++) {
      const low = floats[lows / 8 + unit];
      const high = floats[highs / 8 + unit];
      if (low === 0 && high === 0 && context.isZero(input.stage, unit)) {
        pieces[unit] = pieceAtZero(breakpoints);
        continue;
      }
      const margin = 3 * input.tolerance + input.error * floats[steepest / 8 + unit];
      let piece = 0;
      while (piece < breakpoints.length && low - breakpoints[piece] > margin) piece++;
      pieces[unit] = piece;
      if (piece < breakpoints.length && !(high - breakpoints[piece] < -margin)) changing.push(unit);
    }
    return changing;
  }

  /** Values and slopes at the start, and by what slopes are multiplied, for the pieces there. */
  private fill(output: LineTensor, factors: number, pieces: Int32Array): void {
    const { slopes, intercepts } = this.step;
    const { source } = this.input;
    const { floats } = this.context.memory;
    for (let unit = 0; unit < pieces.length; unit++) {
      const at = unit * this.pieceCount + pieces[unit];
      const slope = slopes[at];
      floats[factors / 8 + unit] = slope;
      floats[output.values / 8 + unit] = slope * floats[source.values / 8 + unit] + intercepts[at];
      floats[output.slopes / 8 + unit] = slope * floats[source.slopes / 8 + unit];
    }
  }

  private trace(unit: number): Changing {
    const { context, input, step } = this;
    const { stretch, stage, tolerance } = input;
    const { breakpoints } = step;
    const trace = this.tracer.trace(unit);
    const above = breakpoints.map((_, b) => this.above(trace, unit, b));
    const begins = new Int32Array(trace.slopes.length);
    const crossings: Crossing[] = [];
    for (let cell = 0; cell < begins.length; cell++) {
      let piece = 0;
      while (piece < above.length && isPositive(above[piece][cell], above[piece][cell + 1])) piece++;
      begins[cell] = piece;
      const first = crossings.length;
      for (let b = 0; b < above.length; b++) {
        const [left, right] = [above[b][cell], above[b][cell + 1]];
        if (!((left > 0 && right < 0) || (left < 0 && right > 0))) continue;
        const line = context.lines.ofBreakpoint(stage, unit, b);
        crossings.push(crossingOf(stretch, { cell, line, piece: right > 0 ? b + 1 : b, left, right, tolerance }));
      }
      // Breakpoints ascend, so a falling value meets the last one first.
      if (crossings.length > first + 1 && crossings[first].before > 0)
        crossings.push(...crossings.splice(first).reverse());
    }
    return { unit, trace, begins, crossings };
  }

  /** How far the unit's value is above a breakpoint at each knot, with the right sign. */
  private above(trace: Trace, unit: number, b: number): Float64Array {
    const { context, input, step, tracer } = this;
    const { stretch, stage, tolerance, source } = input;
    const breakpoint = step.breakpoints[b];
    const above = trace.values.slice();
    for (let k = 0; k < above.length; k++) {
      const difference = (above[k] -= breakpoint);
      const margin = tracer.margin(trace, k, tolerance);
      if (Math.abs(difference) > margin) continue;
      if (k === 0 && source.startsAtZero && breakpoint === 0) continue;
      const sign = context.settlement.signAt(stretch, k, stage, context.lines.ofBreakpoint(stage, unit, b));
      above[k] = settled(difference, tolerance, sign);
    }
    return above;
  }

  /** Writes a unit that was traced; `knots` are those from before, with their columns. */
  private bend(
    { unit, trace, begins, crossings }: Changing,
    output: LineTensor,
    knots: readonly Knot[],
    columns: Int32Array,
  ): void {
    const { input, step, pieceCount } = this;
    const { stage, stretch } = input;
    const { slopes } = trace;
    const { floats } = this.context.memory;
    const first = unit * pieceCount;
    let piece = begins[0];
    let slope = step.slopes[first + piece];
    stretch.pieces[stage][unit] = piece;
    floats[output.values / 8 + unit] = slope * trace.values[0] + step.intercepts[first + piece];
    floats[output.slopes / 8 + unit] = slope * slopes[0];
    let next = 0;
    for (let cell = 0; cell < begins.length; cell++) {
      for (; next < crossings.length && crossings[next].cell === cell; next++) {
        const { knot, piece: beyond } = crossings[next];
        output.setChange(knot!, unit, (step.slopes[first + beyond] - slope) * slopes[cell]);
        knot!.flips.push(stage, unit, beyond);
        piece = beyond;
        slope = step.slopes[first + piece];
      }
      if (cell === knots.length) break;
      const beyond = begins[cell + 1];
      const before = slope * slopes[cell];
      if (beyond !== piece) {
        knots[cell].flips.push(stage, unit, beyond);
        piece = beyond;
        slope = step.slopes[first + piece];
      }
      const change = slope * slopes[cell + 1] - before;
      if (columns[cell] > 0) floats[columns[cell] + unit] = change;
      else if (change !== 0) output.setChange(knots[cell], unit, change);
    }
  }

  private states(pieces: Int32Array, changing: readonly number[]): Uint8Array {
    const states = Uint8Array.from(pieces, (piece) => (piece === 0 ? SILENT : ACTIVE));
    for (const unit of changing) states[unit] = CHANGES;
    return states;
  }
}

/** Positive at the beginning of a cell with these values at its ends. */
function isPositive(left: number, right: number): boolean {
  return left > 0 || (left === 0 && right > 0);
}

/** The greatest error of the knots of a stretch. */
export function greatestError(stretch: Stretch): number {
  let most = 0;
  for (let k = 0; k < stretch.knots.length + 2; k++) most = Math.max(most, pointOf(stretch, k).error);
  return most;
}
