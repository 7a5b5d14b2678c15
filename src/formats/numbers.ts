import type { Tensor } from '../network/operation.ts';

const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Characters of numbers, of NaN and Infinity, and what stands between them. */
const allowed = new Uint8Array(128);
for (const character of '0123456789+-.eE,NaInfity \t\r\n') allowed[character.charCodeAt(0)] = 1;

/**
 * Runs over a list of numbers, nested or not, that begins at `start`. `whole` says whether it is one up to its closing
 * bracket, just before `end`; else `end` is where something else stands.
 */
export function endOfNumbers(text: string, start: number): { end: number; whole: boolean } {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === openBracket) depth++;
    else if (code === closeBracket) {
      if (--depth === 0) return { end: at + 1, whole: true };
    } else if (code >= 128 || allowed[code] === 0) return { end: at, whole: false };
  }
  return { end: text.length, whole: false };
}

/**
 * The tensor that nested lists of finite numbers between two offsets write, row-major, or a sentence why they do not.
 * Works on the text alone, without a value for each number.
 */
export function tensorOf(text: string, start: number, end: number): Tensor | string {
  return new TensorReader(text, start, end).read();
}

class TensorReader {
  private data = new Float64Array(1024);
  private count = 0;
  /** Extents by depth, from the first list of that depth that has ended; -1 before. */
  private readonly extents: number[] = [];

  constructor(
    private readonly text: string,
    private readonly start: number,
    private readonly end: number,
  ) {}

  read(): Tensor | string {
    const lengths: number[] = [];
    let leafDepth = -1;
    const pattern = /[[\]]|[^[\],\s]+/g;
    pattern.lastIndex = this.start;
    for (let match = pattern.exec(this.text); match && match.index < this.end; match = pattern.exec(this.text)) {
      const token = match[0];
      if (token === ']') {
        const fault = this.close(lengths);
        if (fault !== null) return fault;
        if (lengths.length === 0) return this.tensor();
        continue;
      }
      if (lengths.length > 0) lengths[lengths.length - 1]++;
      if (token === '[') {
        if (leafDepth === lengths.length) return mixed;
        lengths.push(0);
        continue;
      }
      if (leafDepth === -1) leafDepth = lengths.length;
      if (leafDepth !== lengths.length) return mixed;
      const value = Number(token);
      if (!Number.isFinite(value)) return `${token.slice(0, 20)} is not a finite number`;
      this.push(value);
      if (leafDepth === 0) return this.tensor();
    }
    return 'the list is not closed';
  }

  private close(lengths: number[]): string | null {
    const depth = lengths.length - 1;
    const length = lengths.pop();
    if (length === undefined) return 'a bracket is closed that was not opened';
    const extent = this.extents[depth] ?? -1;
    if (extent === -1) {
      while (this.extents.length <= depth) this.extents.push(-1);
      this.extents[depth] = length;
    } else if (extent !== length) {
      return `the rows differ in length: ${extent} and ${length}`;
    }
    return null;
  }

  private push(value: number): void {
    if (this.count === this.data.length) {
      const larger = new Float64Array(2 * this.data.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.count++] = value;
  }

  private tensor(): Tensor {
    return { shape: this.extents, data: this.data.slice(0, this.count) };
  }
}

const mixed = 'numbers and lists stand side by side';
