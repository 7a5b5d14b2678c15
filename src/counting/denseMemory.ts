import type { DenseChain } from './denseChain.ts';
import { planeKernel } from './planeKernel.ts';

/** What `scripts/assembly/planeKernel.ts` exports; a layer is given by where its numbers are. */
interface Kernel {
  /** 0 where so many units flipped that nothing was done. */
  update(layer: number): number;
  fresh(layer: number): void;
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly kernel: Kernel;
}

/** Numbers of `Layer` in the kernel. */
const FIELDS = 11;
const PAGE = 1 << 16;
/** Memory is 16 bytes wide where the kernel reads it. */
const ALIGNED = 16;

let compiled: WebAssembly.Module | undefined;
/** Given back by counts that are done: making one takes longer than a small count, and calls into a new one are slow at first. */
const idle: Instance[] = [];
/** More memory than this is not kept for the next count. */
const MOST_KEPT = 1 << 26;

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

/** The numbers of a dense chain in the memory of the kernel, until it is given back. */
export class DenseMemory {
  /** Maps of each layer's pre-activations, three numbers each. */
  readonly maps: readonly Float64Array[];
  /** Pieces of each stage's units in the cell at hand. */
  readonly pieces: readonly Int32Array[];
  private readonly instance: Instance;
  private readonly kernel: Kernel;
  private readonly layerAt: readonly number[];
  private top = ALIGNED;

  constructor({ layers, slopes }: DenseChain) {
    const widest = Math.max(...layers.map(({ outputs }) => outputs));
    const maps = layers.map(({ outputs }) => this.place(3 * even(outputs)));
    const pieces = slopes.map(({ length }) => this.place(length / 4));
    const chosen = this.place(widest / 2 + 2);
    const factors = this.place(widest + 4);
    const next = layers.slice(1).map(({ inputs, outputs }) => ({
      rows: even(outputs),
      columns: this.place(inputs * even(outputs)),
      bias: this.place(even(outputs)),
      slopes: this.place(2 * inputs),
      pattern: this.place(inputs / 2),
      layer: this.place(FIELDS),
    }));
    this.instance = takeInstance(this.top);
    this.kernel = this.instance.kernel;
    const { buffer } = this.instance.memory;
    next.forEach((at, stage) => {
      const { inputs, outputs, columns, bias } = layers[stage + 1];
      const weights = new Float64Array(buffer, at.columns, inputs * at.rows);
      for (let c = 0; c < inputs; c++) weights.set(columns.subarray(c * outputs, (c + 1) * outputs), c * at.rows);
      new Float64Array(buffer, at.bias, outputs).set(bias);
      new Float64Array(buffer, at.slopes, 2 * inputs).set(slopes[stage]);
      new Int32Array(buffer, at.layer, FIELDS).set([
        inputs, at.rows, at.slopes, at.pattern, pieces[stage], maps[stage], at.columns, at.bias, maps[stage + 1], chosen, factors,
      ]); // prettier-ignore
    });
    this.layerAt = next.map(({ layer }) => layer);
    this.maps = layers.map(({ outputs }, k) => new Float64Array(buffer, maps[k], 3 * outputs));
    this.pieces = slopes.map(({ length }, k) => new Int32Array(buffer, pieces[k], length / 2));
  }

  /** Makes the maps after stage `stage` right by the units that flipped since; false where it is better done from scratch. */
  update(stage: number): boolean {
    return this.kernel.update(this.layerAt[stage]) !== 0;
  }

  /** Computes the maps after stage `stage` from scratch. */
  fresh(stage: number): void {
    this.kernel.fresh(this.layerAt[stage]);
  }

  /** Gives the memory to the next count: this object must not be used any more. */
  release(): void {
    if (this.top <= MOST_KEPT) idle.push(this.instance);
  }

  /** Takes room for so many doubles; returns where it will be. */
  private place(doubles: number): number {
    const at = this.top;
    this.top += ALIGNED * Math.ceil((8 * doubles) / ALIGNED);
    return at;
  }
}

function even(count: number): number {
  return count + (count & 1);
}
