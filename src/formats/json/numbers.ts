import type { Tensor } from '../../network/operation.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const COLON = 0x3a;

/** What stands between numbers. */
const isSeparator = new Uint8Array(128);
for (const character of '[]{}, \t\r\n') isSeparator[character.charCodeAt(0)] = 1;

/** Characters of numbers, of NaN and Infinity, and what stands between them. */
const allowed = new Uint8Array(128);
for (const character of '0123456789+-.eE,NaInfity \t\r\n') allowed[character.charCodeAt(0)] = 1;

/**
 * Runs over a list of numbers, nested or not, that begins at `start`. `whole` says whether it is one up to its closing
 * bracket, just before `end`; else `end` is where something else stands. `count` is the number of commas and lists.
 */
export function endOfNumbers(text: string, start: number): { end: number; count: number; whole: boolean } {
  let depth = 0;
  let count = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) count++;
    else if (code === OPEN_BRACKET) {
      depth++;
      count++;
    } else if (code === CLOSE_BRACKET) {
      if (--depth === 0) return { end: at + 1, count, whole: true };
    } else if (code >= 128 || allowed[code] === 0) return { end: at, count, whole: false };
  }
  return { end: text.length, count, whole: false };
}

const beginsIndexed = /\{\s*"0"\s*:/y;

/**
 * Just after `{ "0": 1.5, "1": 2, ... }` that begins at `start`, and how many commas it has; null for any other object.
 */
export function endOfIndexedNumbers(text: string, start: number): { end: number; count: number } | null {
  beginsIndexed.lastIndex = start;
  if (!beginsIndexed.test(text)) return null;
  let count = 0;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === CLOSE_BRACE) return { end: at + 1, count };
    if (code === COMMA) count++;
    if (code !== QUOTE && code !== COLON && (code >= 128 || allowed[code] === 0)) return null;
  }
  return null;
}

/**
 * All numbers that a text has between two offsets, in their order: of lists, or of objects whose keys are indices; or a
 * sentence why they cannot be read.
 */
export function flatNumbersOf(text: string, start: number, end: number): Float64Array | string {
  let data = new Float64Array(256);
  let count = 0;
  const pattern = /"\d+"\s*:|[[\]{},\s]+|[^[\]{},\s"]+|"/g;
  pattern.lastIndex = start;
  for (let match = pattern.exec(text); match && match.index < end; match = pattern.exec(text)) {
    const [token] = match;
    const first = token.charCodeAt(0);
    if (first === QUOTE && token.length > 1) continue;
    if (isSeparator[first] === 1) continue;
    const value = Number(token);
    if (!Number.isFinite(value) || first === QUOTE) return `${token.slice(0, 20)} is not a finite number`;
    if (count === data.length) data = grown(data);
    data[count++] = value;
  }
  return data.slice(0, count);
}

function grown(data: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * data.length);
  larger.set(data);
  return larger;
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
    if (this.count === this.data.length) this.data = grown(this.data);
    this.data[this.count++] = value;
  }

  private tensor(): Tensor {
    return { shape: this.extents, data: this.data.slice(0, this.count) };
  }
}

const mixed = 'numbers and lists stand side by side';
