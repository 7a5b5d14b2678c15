import { randomState } from '../../common/random.ts';
import { drawsKernel } from './drawsKernel.ts';
import { PANEL, PANEL_BYTES } from './panels.ts';

/** What `scripts/assembly/drawsKernel.ts` exports; vectors are given by where they are. */
interface DrawsKernel {
  normals(count: number, to: number, state: number): void;
  pack(rows: number, width: number, from: number, factor: number, to: number): void;
  products(
    taps: number,
    input: number,
    starts: number,
    places: number,
    pairs: number,
    panel: number,
    tapBytes: number,
    sums: number,
  ): void;
  combine(count: number, first: number, second: number, panel: number, sums: number): void;
  innerProducts(
    a: number,
    count: number,
    rows: number,
    rowBytes: number,
    slopes: number,
    products: number,
    side: number,
  ): void;
  mirror(side: number, matrix: number): void;
  covariances(
    p: number,
    taps: number,
    rows: number,
    products: number,
    productSide: number,
    variance: number,
    bias: number,
    matrix: number,
    side: number,
  ): void;
  rootRow(i: number, side: number, matrix: number, root: number): number;
  clear(at: number, bytes: number): void;
}

const PAGE = 1 << 16;
/** Of any vector, for the widest reads of the kernel. */
const ALIGNED = 16;
/** The state of the generator, a number that is drawn alone, and then what is taken. */
const STATE = 0;
const ALONE = 16;
const FIRST = 32;

let compiled: WebAssembly.Module | undefined;

/** Normal numbers of a seed, the same as those of `gaussians`, and room for what they are multiplied with. */
export class Chance {
  readonly kernel: DrawsKernel;
  floats!: Float64Array;
  words!: Int32Array;
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private top = FIRST;

  constructor(seed: number) {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(drawsKernel), (c) => c.charCodeAt(0)));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    this.kernel = exports as unknown as DrawsKernel;
    this.look();
    this.begin(seed);
  }

  /** Begins the numbers of a seed; all that was taken is given back. */
  begin(seed: number): void {
    this.top = FIRST;
    this.words.set(randomState(seed), STATE / 4);
  }

  gaussian(): number {
    this.kernel.normals(1, ALONE, STATE);
    return this.floats[ALONE / 8];
  }

  /** The next numbers, row by row, times a factor, in panels. */
  takePanels(rows: number, width: number, factor: number): number {
    const panels = this.take(rows * PANEL_BYTES * Math.ceil(width / PANEL));
    const numbers = this.take(8 * rows * width);
    this.kernel.normals(rows * width, numbers, STATE);
    this.kernel.clear(panels, numbers - panels);
    this.kernel.pack(rows, width, numbers, factor, panels);
    this.giveBack(numbers);
    return panels;
  }

  /** Room for as many bytes, with whatever they hold. */
  take(bytes: number): number {
    const at = this.top;
    this.top += ALIGNED * Math.ceil(bytes / ALIGNED);
    const missing = Math.ceil(this.top / PAGE) - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) {
      this.memory.grow(missing);
      this.look();
    }
    return at;
  }

  /** What was taken since, too. */
  giveBack(at: number): void {
    this.top = at;
  }

  private look(): void {
    const { buffer } = this.memory;
    this.floats = new Float64Array(buffer);
    this.words = new Int32Array(buffer);
  }
}
