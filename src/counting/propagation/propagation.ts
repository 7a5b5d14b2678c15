import { AffineUpdate, greatest } from './affineUpdate.ts';
import {
  isContinuous,
  type AffineStep,
  type MaxStep,
  type Program,
  type Step,
  type UnitStep,
} from '../program/program.ts';
import { RELATIVE_ERROR, UNDERFLOW_ERROR, type Box } from '../geometry/geometry.ts';
import { greatestSize } from '../exact/norm.ts';
import { ChangeLog } from './changeLog.ts';
import { LocalNetwork, type WholeNetwork } from './localNetwork.ts';
import { lastDerivatives, mixedProgram } from './mixedProgram.ts';
import { Sizes } from './sizes.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';

/** Affine maps of a network's tensors on one cell after another, as coefficients over the slice and a constant. */
export interface Propagator {
  /** Maps of the source tensor of a stage, `dimension + 1` numbers each. */
  preActivations(stage: number): Float64Array;
  /** Greatest size of numbers met in those maps, for rounding errors. */
  scale(stage: number): number;
  /**
   * Enters a cell: stage `stage` has this pattern now, earlier ones are unchanged; updates `preActivations(stage + 1)`.
   */
  advance(stage: number, pattern: Int32Array): void;
  /** What lies behind a stage is computed from scratch when it advances next, as if there had been no cell before. */
  restart(stage: number): void;
  /** Where the pieces of a stage are to be written, if it matters. */
  patternOf?(stage: number): Int32Array;
  /** Classifies the units of a stage by a box around the cell, where it can. */
  readonly coarse?: CoarseClassifier;
  /** The walk is over: what was lent is given back. */
  release?(): void;
  /** Leaves out rows of the last stage where it can. */
  readonly narrow?: NarrowPropagation;
  /** Takes over in small parts of the plane. */
  readonly local?: LocalNetwork;
  /** Followed in the plane where it is asked for. */
  readonly mixed?: MixedMap;
  readonly derivatives?: MixedDerivatives;
  /** Maps of the network's output, once the last stage has advanced. */
  output(): Float64Array[];
  /** Greatest size of numbers met in those. */
  outputScale(): number;
}

/** A random combination of the outputs: where two regions have the same map, so they have the same combination. */
export interface MixedMap {
  /**
   * Its two coefficients and its constant, up to a number that is the same everywhere, in a cell of the stage before
   * the last one that cuts the current part, whose units have these pieces.
   */
  find(pattern: Int32Array): Float64Array;
  /** What one of these units of two pieces adds on its upper one, as a multiple of its distance to the breakpoint. */
  step(unit: number): number;
  /** How far each number of a map may be off, as far as known. */
  readonly error: number;
}

/** By how much that combination changes with what units of the stage before the last put out. */
export interface MixedDerivatives {
  /**
   * The derivative by a unit that bounds the current cell of that stage, whose units of the last stage have these
   * pieces.
   */
  find(unit: number, pattern: Int32Array): number;
  /** Whether it is surely not zero, whatever their pieces; false says nothing. */
  isClear(unit: number): boolean;
  /** The same in a cell that the units of the last stage in the query cut: their pieces alone are left open. */
  isClearIn(unit: number, query: SignQuery): boolean;
  /** What it is greater by where a unit of the last stage is on its upper piece and not on its lower. */
  step(unit: number, last: number): number;
  /** How far a derivative may be off. */
  readonly error: number;
  /** Whether the combination surely bends with a unit of the last stage. */
  doesBend(last: number): boolean;
}

/** A first look at all units of a stage, which bend at 0, on a box around the cell. */
export interface CoarseClassifier {
  /**
   * Gives each unit the piece of its sign at the center; returns how many may vanish in the box: the first of
   * `uncertain`. Negative where numbers are larger than any before: `scale` has grown, and with it the tolerance.
   */
  classify(stage: number, box: Box, tolerance: number): number;
  readonly uncertain: Int32Array;
}

/** What a propagator offers for leaving out rows of the last stage that cannot vanish in a part of the plane. */
export interface NarrowPropagation {
  /**
   * In a part in which only the units of the stage before the last at `from` to `to` in `units` are still undecided:
   * makes the last stage's rows right for the pattern as it stands. `reach` says how far the function of each of these
   * units goes on its other side.
   */
  open(pattern: Int32Array, units: Int32Array, from: number, to: number, reach: Float64Array): void;
  /**
   * From now on, in parts of the box, only rows are kept right that may vanish there: as many as it returns, the first
   * of `candidates`. Negative where numbers are larger than any before: the tolerance has grown.
   */
  start(box: Box, tolerance: number): number;
  /** Between the two, where this is there: called for each unit that bounds the part, on this piece. */
  readonly bound?: (unit: number, piece: number) => void;
  readonly candidates: Int32Array;
  /** The open units have these pieces now. */
  advance(pattern: Int32Array): void;
  end(): void;
}

/**
 * Propagation through any program. An affine step remembers what it read last: rows of its source that did not change
 * since cost nothing, so that in a convolution only the receptive field of a flipped neuron is touched.
 */
export class SparsePropagator implements Propagator {
  private readonly tensors: Float64Array[];
  private readonly width: number;
  private readonly sizes: Sizes;
  /** Steps up to stage 0, from stage 0 to stage 1, ...; a bending step leads its group. */
  private readonly groups: Step[][] = [[]];
  private readonly updates = new Map<AffineStep, AffineUpdate>();
  /** What was written of each tensor, and how far each stage has read its source, with which pieces. */
  private readonly logs: readonly ChangeLog[];
  private readonly read: Float64Array;
  private readonly patterns: readonly Int32Array[];
  /** Greatest size of a slope of each stage. */
  private readonly slopes: readonly number[];
  private madeLocal?: LocalNetwork;
  private readonly program: Program;
  readonly mixed?: MixedMap;

  /** With `mixes` it follows the mixed output. */
  constructor(whole: Program, slice: Slice, mixes = false) {
    const program = mixes ? mixedProgram(whole) : whole;
    this.program = program;
    this.width = slice.dimension + 1;
    this.tensors = program.sizes.map((size) => new Float64Array(size * this.width));
    this.tensors[0].set(slice.rows);
    this.logs = program.sizes.map((size) => new ChangeLog(size));
    this.logs[0].addAll();
    this.read = new Float64Array(program.stages.length);
    this.patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
    this.slopes = program.stages.map((step) => (step.kind === 'max' ? 1 : greatestSize(step.slopes)));
    this.sizes = new Sizes(program.sizes.length);
    this.sizes.first(0, greatest(slice.rows, this.width));
    for (const step of program.steps) {
      if (step.kind === 'affine') this.updates.set(step, new AffineUpdate(step, this.tensors, this.logs, this.width));
      else this.groups.push([]);
      this.groups[this.groups.length - 1].push(step);
    }
    this.run(this.groups[0]);
    if (mixes) this.mixed = this.mixedMap(program.sizes.length - 1);
  }

  private mixedMap(tensor: number): MixedMap {
    const { program, sizes, tensors } = this;
    const last = program.stages.length - 1;
    const derivatives = lastDerivatives(program);
    const local = () => (this.madeLocal?.isOn ? this.madeLocal : null);
    return {
      find: (pattern) => {
        const part = local();
        if (part) return part.findMixed(pattern);
        this.advance(last, pattern);
        return tensors[tensor];
      },
      step: (unit) => {
        const part = local();
        const { slopes } = program.stages[part?.last ?? last] as UnitStep;
        const derivative = part ? part.mixedDerivative(unit) : derivatives[unit];
        return derivative * (slopes[2 * unit + 1] - slopes[2 * unit]);
      },
      get error() {
        return 2 * (RELATIVE_ERROR * sizes.scale(tensor) + UNDERFLOW_ERROR);
      },
    };
  }

  /** Made where it is asked for: counts that visit every region do without it. */
  get local(): LocalNetwork | undefined {
    if (this.width !== 3 || !isContinuous(this.program)) return undefined;
    return (this.madeLocal ??= new LocalNetwork(this.whole()));
  }

  private whole(): WholeNetwork {
    const { program, tensors, sizes, groups, updates } = this;
    return {
      program,
      tensors,
      sizes,
      groups,
      mixed: this.mixed ? program.sizes.length - 1 : null,
      columnsOf: (step) => updates.get(step)!.columns,
      advance: (stage, pattern) => this.advance(stage, pattern),
    };
  }

  preActivations(stage: number): Float64Array {
    return this.tensors[this.program.stages[stage].source];
  }

  scale(stage: number): number {
    return this.sizes.scale(this.program.stages[stage].source);
  }

  output(): Float64Array[] {
    return this.program.outputs.map((tensor) => this.tensors[tensor]);
  }

  outputScale(): number {
    return Math.max(...this.program.outputs.map((tensor) => this.sizes.scale(tensor)));
  }

  advance(stage: number, pattern: Int32Array): void {
    this.bend(stage, pattern);
    this.run(this.groups[stage + 1]);
  }

  restart(stage: number): void {
    for (let s = stage; s < this.read.length; s++) {
      this.read[s] = 0;
      this.sizes.clear(this.program.stages[s].output);
      for (const step of this.groups[s + 1]) {
        if (step.kind !== 'affine') continue;
        this.updates.get(step)!.restart();
        this.sizes.clear(step.output);
      }
    }
  }

  private bend(stage: number, pattern: Int32Array): void {
    const step = this.program.stages[stage];
    const size = step.kind === 'max' ? this.bendGroups(stage, step, pattern) : this.bendUnits(stage, step, pattern);
    this.read[stage] = this.logs[step.source].count;
    this.sizes.bent(step.output, step.source, size, this.slopes[stage]);
  }

  // Only what changed its piece is looked at, and what the source's log lists. Both return the greatest size of a row
  // that was.

  private bendGroups(stage: number, step: MaxStep, pattern: Int32Array): number {
    const { width } = this;
    const log = this.logs[step.output];
    const isFirst = this.read[stage] === 0;
    const isNew = this.read[stage] !== this.logs[step.source].count;
    const source = this.tensors[step.source];
    const output = this.tensors[step.output];
    const before = this.patterns[stage];
    let most = 0;
    for (let g = 0; g < pattern.length; g++) {
      const piece = pattern[g];
      if (piece === before[g] && !isNew) continue;
      before[g] = piece;
      const from = step.members[step.start[g] + piece] * width;
      let sum = 0;
      let isChanged = isFirst;
      for (let k = 0; k < width; k++) {
        const value = source[from + k];
        isChanged ||= output[g * width + k] !== value;
        output[g * width + k] = value;
        sum += Math.abs(value);
      }
      if (isChanged) log.add(g);
      if (!(sum <= most)) most = sum;
    }
    return most;
  }

  private bendUnits(stage: number, step: UnitStep, pattern: Int32Array): number {
    const { slopes, breakpoints } = step;
    const before = this.patterns[stage];
    const count = breakpoints.length + 1;
    const log = this.logs[step.source];
    const from = this.read[stage];
    const isFirst = from === 0;
    const isLost = isFirst || log.isLost(from);
    let most = 0;
    for (let i = 0; i < pattern.length; i++) {
      const piece = pattern[i];
      // On a flat piece nothing follows the source.
      if (piece === before[i] && !(isLost && (isFirst || slopes[i * count + piece] !== 0))) continue;
      before[i] = piece;
      const size = this.bendUnit(step, i, piece);
      if (!(size <= most)) most = size;
    }
    for (let k = isLost ? log.count : from; k < log.count; k++) {
      const i = log.at(k);
      if (slopes[i * count + before[i]] === 0) continue;
      const size = this.bendUnit(step, i, before[i]);
      if (!(size <= most)) most = size;
    }
    return most;
  }

  /** Writes one row of a stage's output; returns its size. */
  private bendUnit({ source, output, breakpoints, slopes, intercepts }: UnitStep, unit: number, piece: number): number {
    const { width } = this;
    const from = this.tensors[source];
    const to = this.tensors[output];
    const at = unit * width;
    const place = unit * (breakpoints.length + 1) + piece;
    const slope = slopes[place];
    for (let k = at; k < at + width; k++) to[k] = slope * from[k];
    to[at + width - 1] += intercepts[place];
    this.logs[output].add(unit);
    let sum = 0;
    for (let k = at; k < at + width; k++) sum += Math.abs(to[k]);
    return sum;
  }

  private run(steps: readonly Step[]): void {
    for (const step of steps) if (step.kind === 'affine') this.updates.get(step)?.run(this.sizes);
  }
}
