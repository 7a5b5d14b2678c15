import type { DenseChain } from '../program/denseChain.ts';
import type { Box } from '../geometry/geometry.ts';
import { planeKernel } from './planeKernel.ts';

/** What `scripts/assembly/planeKernel.ts` exports; a layer is given by where its numbers are. */
interface Kernel {
  /** 0 if too many units flipped: then nothing was done. */
  update(layer: number): number;
  fresh(layer: number): void;
  /** Pieces by the signs at the center of the box; returns how many units were listed because they may vanish in it. */
  classify(layer: number): number;
  /** Returns how many rows of the last stage were listed because they may vanish in the part. */
  narrow(layer: number, part: number): number;
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly kernel: Kernel;
}

/** Numbers of `Layer` and of `Part` in the kernel. */
const FIELDS = 18;
const PART_FIELDS = 11;
/** For this many units parts have room for `halves`, as in the kernel. */
export const MOST_SPREAD = 16;
/** Where in a part it says how many derivatives are found. */
const DERIVED = 8;
const PAGE = 1 << 16;
/** Memory is 16 bytes wide where the kernel reads it. */
const ALIGNED = 16;
/** Terms of a layer, and numbers of one, as in the kernel. */
const TERMS = 3;
const TERM = 4;
/** Center and reach of a box, the tolerance, and the size that was found. */
const BOX = 6;
/** Changes of a layer's maps that are not known as terms: what follows is computed from scratch. */
const UNKNOWN = -1;

let compiled: WebAssembly.Module | undefined;
/**
 * Returned by finished counts. Creating one takes longer than a small count, and the first calls into it are slow.
 */
const idle: Instance[] = [];
/** More memory than this is not kept for the next count. */
const MAX_KEPT = 1 << 26;

function takeInstance(bytes: number): Instance {
  const found = idle.pop() ?? newInstance();
  const missing = Math.ceil((bytes - found.memory.buffer.byteLength) / PAGE);
  if (missing > 0) found.memory.grow(missing);
  new Uint8Array(found.memory.buffer, 0, bytes).fill(0);
  return found;
}

function newInstance(): Instance {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(planeKernel), (c) => c.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, kernel: exports as unknown as Kernel };
}

/** A part of a cell in the memory of the kernel. */
export interface PartMemory {
  readonly at: number;
  /** How many units of the stage before the last cut it, which they are, and how much the output of each changes. */
  readonly count: Int32Array;
  readonly open: Int32Array;
  readonly changes: Float64Array;
  /** How many units are listed in `open` in all: behind those that cut the part may be some that bound it. */
  readonly derived: Int32Array;
  /** Rows of the last stage that may vanish in it. */
  readonly candidates: Int32Array;
  /** The mixed output of the others, and its derivative by each unit in `open`. */
  readonly rest: Float64Array;
  readonly derivatives: Float64Array;
  /** Null where the map is found. */
  readonly spread: SpreadDerivatives | null;
}

/**
 * The derivatives by the first units in `open`, at most `MOST_SPREAD`, are then of all rows, with the candidates half
 * way between their pieces.
 */
export interface SpreadDerivatives {
  /** How far each derivative may be from there. */
  readonly reaches: Float64Array;
  /** How far by each candidate, in their order: for each unit a row of this many numbers. */
  readonly halves: Float64Array;
  readonly rowLength: number;
}

/** The numbers of a dense chain in the memory of the kernel, until it is given back. */
export class DenseMemory {
  /** Maps of each layer's pre-activations, three numbers each. */
  readonly maps: readonly Float64Array[];
  /** Pieces of each stage's units in the current cell. */
  readonly patterns: readonly Int32Array[];
  /** What `classify` lists. */
  readonly uncertain: Int32Array;
  /** For a part that units of the stage before the last cut; null where there is none. */
  readonly part: PartMemory | null;
  private readonly instance: Instance;
  private readonly kernel: Kernel;
  private readonly layerAt: readonly number[];
  private readonly box: Float64Array;
  private top = ALIGNED;

  /** With `gains` of the last stage's units, two each, parts find the mixed output's derivatives, and it as well. */
  constructor({ layers, slopes }: DenseChain, gains: Float64Array | null, findsMap: boolean) {
    const widest = Math.max(...layers.map(({ outputs }) => outputs));
    const maps = layers.map(({ outputs }) => this.place(3 * even(outputs)));
    const pieces = slopes.map(({ length }) => this.place(length / 4));
    const [chosen, live] = [0, 1].map(() => this.place(widest / 2 + 2));
    const [factors, shares] = [0, 1].map(() => this.place(widest + 4));
    const box = this.place(BOX);
    const changes = layers.map(({ outputs }) => ({
      layer: this.place(FIELDS / 2),
      terms: this.place(TERMS * TERM),
      vectors: this.place(TERMS * even(outputs)),
    }));
    const next = layers.slice(1).map(({ inputs, outputs }) => ({
      rows: even(outputs),
      columns: this.place(inputs * even(outputs)),
      bias: this.place(even(outputs)),
      slopes: this.place(2 * inputs),
      pattern: this.place(inputs / 2),
    }));
    const last = slopes.length - 1;
    const part =
      last > 0 ? this.placePart(slopes[last - 1].length / 2, slopes[last].length / 2, !!gains && !findsMap) : null;
    this.instance = takeInstance(this.top);
    this.kernel = this.instance.kernel;
    const { buffer } = this.instance.memory;
    next.forEach((at, stage) => {
      const { inputs, outputs, columns, bias } = layers[stage + 1];
      const weights = new Float64Array(buffer, at.columns, inputs * at.rows);
      for (let c = 0; c < inputs; c++) weights.set(columns.subarray(c * outputs, (c + 1) * outputs), c * at.rows);
      new Float64Array(buffer, at.bias, outputs).set(bias);
      new Float64Array(buffer, at.slopes, 2 * inputs).set(slopes[stage]);
    });
    changes.forEach(({ layer, terms, vectors }, stage) => {
      const fields = new Int32Array(buffer, layer, FIELDS);
      const own = [UNKNOWN, terms, vectors, layers[stage].outputs, maps[stage], pieces[stage], chosen, box];
      fields.set(own);
      if (stage === next.length) return;
      const { rows, slopes, pattern, columns, bias } = next[stage];
      const following = [
        rows,
        slopes,
        pattern,
        columns,
        bias,
        maps[stage + 1],
        factors,
        live,
        shares,
        changes[stage + 1].layer,
      ];
      fields.set(following, own.length);
    });
    this.part = part && this.writePart(part, gains, findsMap);
    this.box = new Float64Array(buffer, box, BOX);
    this.uncertain = new Int32Array(buffer, chosen, widest + 4);
    this.layerAt = changes.map(({ layer }) => layer);
    this.maps = layers.map(({ outputs }, k) => new Float64Array(buffer, maps[k], 3 * outputs));
    this.patterns = slopes.map(({ length }, k) => new Int32Array(buffer, pieces[k], length / 2));
  }

  /**
   * Makes the maps after stage `stage` right by the units that flipped since; false where it is better done from
   * scratch.
   */
  update(stage: number): boolean {
    return this.kernel.update(this.layerAt[stage]) !== 0;
  }

  /** Computes the maps after stage `stage` from scratch. */
  fresh(stage: number): void {
    this.kernel.fresh(this.layerAt[stage]);
  }

  /**
   * Gives each unit of a stage the piece of its sign at the center of a box; returns how many may vanish in it: the
   * first of `uncertain`.
   */
  classify(stage: number, box: Box, tolerance: number): number {
    this.setBox(box, tolerance);
    return this.kernel.classify(this.layerAt[stage]);
  }

  /**
   * Lists the rows of the last stage that may vanish in the part: as many as it returns, the first of its candidates.
   * Finds the mixed output of the others, too.
   */
  narrow(part: PartMemory, box: Box, tolerance: number): number {
    this.setBox(box, tolerance);
    return this.kernel.narrow(this.layerAt[this.patterns.length - 2], part.at);
  }

  private setBox({ centerX, centerY, reachX, reachY }: Box, tolerance: number): void {
    const { box } = this;
    box[0] = centerX;
    box[1] = centerY;
    box[2] = reachX;
    box[3] = reachY;
    box[4] = tolerance;
  }

  /** The greatest size of a row that `classify` or `narrow` looked at last. */
  get size(): number {
    return this.box[BOX - 1];
  }

  /** Gives the memory to the next count: this object must not be used any more. */
  release(): void {
    if (this.top <= MAX_KEPT) idle.push(this.instance);
  }

  private placePart(before: number, units: number, isSpread: boolean) {
    return {
      at: this.place(even(PART_FIELDS) / 2),
      open: this.place(before / 2 + 2),
      changes: this.place(before),
      numbers: this.place(even(units)),
      candidates: this.place(units / 2 + 2),
      gains: this.place(2 * even(units)),
      rest: this.place(3),
      derivatives: this.place(before + 3),
      reaches: isSpread ? this.place(MOST_SPREAD) : 0,
      halves: isSpread ? this.place(MOST_SPREAD * even(units)) : 0,
      before,
      units,
    };
  }

  private writePart(
    place: ReturnType<DenseMemory['placePart']>,
    gains: Float64Array | null,
    findsMap: boolean,
  ): PartMemory {
    const { buffer } = this.instance.memory;
    const { at, open, changes, numbers, candidates, rest, derivatives, reaches, halves, before, units } = place;
    const fields = new Int32Array(buffer, at, PART_FIELDS);
    fields.set([0, open, changes, numbers, candidates, gains ? place.gains : 0, findsMap ? rest : 0, derivatives, 0]);
    fields.set([reaches, halves], DERIVED + 1);
    if (gains) new Float64Array(buffer, place.gains, gains.length).set(gains);
    return {
      at,
      count: fields.subarray(0, 1),
      derived: fields.subarray(DERIVED, DERIVED + 1),
      open: new Int32Array(buffer, open, before),
      changes: new Float64Array(buffer, changes, before),
      candidates: new Int32Array(buffer, candidates, units + 2),
      rest: new Float64Array(buffer, rest, 3),
      derivatives: new Float64Array(buffer, derivatives, before),
      spread: reaches === 0 ? null : this.spreadAt(reaches, halves, even(units)),
    };
  }

  private spreadAt(reaches: number, halves: number, rowLength: number): SpreadDerivatives {
    const { buffer } = this.instance.memory;
    return {
      reaches: new Float64Array(buffer, reaches, MOST_SPREAD),
      halves: new Float64Array(buffer, halves, MOST_SPREAD * rowLength),
      rowLength,
    };
  }

  /** Reserves room for this many doubles; returns its address. */
  private place(doubles: number): number {
    const at = this.top;
    this.top += ALIGNED * Math.ceil((8 * doubles) / ALIGNED);
    return at;
  }
}

function even(count: number): number {
  return count + (count & 1);
}
