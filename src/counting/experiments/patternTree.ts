import { grown } from '../program/program.ts';

/** Arguments of one call, whose number is limited. */
const CHUNK = 4096;

/** The distinct patterns of one stage, in the order in which they were met. */
export interface StagePatterns {
  /** The pattern of the stages before, by its place among theirs. */
  readonly parents: Int32Array;
  /** What the units of this stage do in each, packed in as many numbers. */
  readonly packed: Uint16Array;
}

/** The distinct patterns that some points met, packed to be handed over. */
export interface MetPatterns {
  readonly stages: readonly StagePatterns[];
  /** How many points met each pattern of the last stage. */
  readonly times: Int32Array;
  /** 1 where one of these was among the first points. */
  readonly early: Uint8Array;
}

/**
 * Distinct patterns of a network cut after each stage. A pattern is that of the stages before, by its number, and the
 * pieces of one stage more, so that nothing is held twice; it is held exactly, not by a hash.
 */
export class PatternTree {
  private readonly numbers: readonly Map<string, number>[];
  private times = new Int32Array(64);
  private early = new Uint8Array(64);

  constructor(stages: number) {
    this.numbers = Array.from({ length: stages }, () => new Map<string, number>());
  }

  /** Distinct patterns after each stage. */
  get sizes(): number[] {
    return this.numbers.map(({ size }) => size);
  }

  /** The number of a pattern, which may be new: pieces of a stage behind pattern `parent` of the stage before. */
  add(stage: number, parent: number, packed: Uint16Array): number {
    const numbers = this.numbers[stage];
    const key = keyOf(parent, packed);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  }

  /** A pattern of the last stage was met this many times more, at one of the first points or not. */
  meet(pattern: number, times: number, isEarly: boolean): void {
    while (pattern >= this.times.length) {
      this.times = grown(this.times);
      this.early = grown(this.early);
    }
    this.times[pattern] += times;
    if (isEarly) this.early[pattern] = 1;
  }

  /** Of the patterns of the last stage. */
  met(): Pick<MetPatterns, 'times' | 'early'> {
    const size = this.numbers.at(-1)?.size ?? 0;
    return { times: this.times.slice(0, size), early: this.early.slice(0, size) };
  }

  handOver(): MetPatterns {
    return { stages: this.numbers.map(packedStage), ...this.met() };
  }

  /** Takes in what another thread met. */
  unite({ stages, times, early }: MetPatterns): void {
    let numbers = new Int32Array(1);
    stages.forEach(({ parents, packed }, stage) => {
      const length = packed.length / parents.length;
      const before = numbers;
      numbers = parents.map((parent, k) =>
        this.add(stage, before[parent], packed.subarray(k * length, (k + 1) * length)),
      );
    });
    times.forEach((count, k) => this.meet(numbers[k], count, early[k] === 1));
  }
}

function keyOf(parent: number, packed: Uint16Array): string {
  let key = String.fromCharCode(parent & 0xffff, parent >>> 16);
  for (let from = 0; from < packed.length; from += CHUNK)
    key += String.fromCharCode(...packed.subarray(from, from + CHUNK));
  return key;
}

function packedStage(numbers: ReadonlyMap<string, number>): StagePatterns {
  const parents = new Int32Array(numbers.size);
  let packed: Uint16Array | null = null;
  let [count, at] = [0, 0];
  for (const key of numbers.keys()) {
    packed ??= new Uint16Array(numbers.size * (key.length - 2));
    parents[count++] = key.charCodeAt(0) | (key.charCodeAt(1) << 16);
    for (let k = 2; k < key.length; k++) packed[at++] = key.charCodeAt(k);
  }
  return { parents, packed: packed ?? new Uint16Array() };
}
