import type { Blocks } from '../evaluation/blocks.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { Moves } from '../syntax/moves.ts';
import { PassKeys } from './passKey.ts';
import type { PassKey } from './passKey.ts';
import type { Callable, Instance } from '../evaluation/values.ts';

/** Versions of a text for which passes that none of them needs are kept. */
const MAX_AGE = 12;
/** Characters in the keys that are kept. */
const MAX_CHARACTERS = 16e6;
/** Modules that are kept for searches for shapes, the latest ones. */
const MAX_BLOCKS = 400;
/** A pass stands for another one only if it takes no more than this share of the work that is left: no limit saw it. */
const MAX_SHARE = 1 / 6;

/** What a forward pass gave, what it took, and what it did besides. */
interface Kept {
  readonly value: unknown;
  /** Gives it other places; undefined for a value without any. */
  readonly moved: ((value: unknown, moves: Moves) => unknown) | undefined;
  readonly steps: number;
  readonly bytes: number;
  /** It asked comments for values. */
  readonly asked: boolean;
  /** The functions that it called, by their numbers in the key. */
  readonly called: readonly number[];
}

interface Group {
  readonly key: PassKey;
  readonly passes: Map<string, Kept>;
  age: number;
}

/** What passes gave, at the places of another key of the same text; without those that have no place there. */
function movedPasses({ key, passes }: Group, now: PassKey): Map<string, Kept> {
  const hasPlaces = [...passes.values()].some(({ moved }) => moved);
  if (!hasPlaces || Moves.isNone(key, now)) return new Map(passes);
  const found = new Map<string, Kept>();
  const moves = Moves.between(key, now);
  for (const [name, kept] of passes) {
    const { moved } = kept;
    const value = moved ? moves && moved(kept.value, moves) : kept.value;
    if (value !== undefined) found.set(name, { ...kept, value });
  }
  return found;
}

/** Forward passes of one version of a text, for the next one. */
export class PassMemory {
  readonly groups = new Map<string, Group>();
  readonly blocks: Blocks = new Map();
}

/** A module with its key; undefined where its passes are not kept. */
export type Keyed = PassKey | undefined;

export interface PassOptions<T> {
  /** Tells this pass apart from others of the module: its inputs, and what is wanted. */
  readonly name: string;
  /** The value for another place of the module; none for a value without places. */
  readonly moved?: (value: NonNullable<T>, moves: Moves) => T | undefined;
  /** Whether objects and functions that it makes, and functions that it calls, matter afterwards. */
  readonly isDuringEvaluation: boolean;
}

/**
 * Forward passes that need not be followed again: those of modules that are as they were, in this version of the text
 * or the one before.
 */
export class Passes {
  readonly memory = new PassMemory();
  private readonly keys = new PassKeys();
  private readonly fixed = new Map<Instance, Keyed>();
  /** The texts of the keys that are used while somebody wants to know them. */
  private heard: Set<string> | undefined;

  constructor(
    private readonly e: Evaluator,
    private readonly earlier: PassMemory | undefined,
  ) {}

  /** The key of a module in the state in which it is now. */
  keyOf(object: Instance, isFinal: boolean): Keyed {
    if (!isFinal) return this.keys.of(object);
    if (!this.fixed.has(object)) this.fixed.set(object, this.keys.of(object));
    return this.fixed.get(object);
  }

  /** A value that a pass gives, from an earlier one or by following it. */
  of<T>(key: Keyed, options: PassOptions<T>, follow: () => T): T {
    if (!key) return follow();
    const group = this.group(key);
    const kept = group.passes.get(options.name);
    if (kept && this.stands(kept)) {
      this.e.meter.spend(kept.steps, kept.bytes);
      for (const number of kept.called) this.e.caller.noteCalled(key.functions[number]);
      return kept.value as T;
    }
    return this.followed(group, options, follow);
  }

  /** What modules with this key make of tensors, by their shapes. */
  blocks(key: string): NonNullable<ReturnType<Blocks['get']>> {
    const { blocks } = this.memory;
    const found = blocks.get(key) ?? this.earlier?.blocks.get(key) ?? new Map<string, never>();
    blocks.set(key, found);
    return found;
  }

  /** Runs something and adds the texts of the keys that are used meanwhile to `heard`. */
  hearing(heard: Set<string>, body: () => void): void {
    this.heard = heard;
    try {
      body();
    } finally {
      this.heard = undefined;
    }
  }

  /** Keeps the passes of modules that are not followed again; gives the texts of the keys that are still there. */
  keep(texts: readonly string[]): readonly string[] {
    return texts.filter((text) => {
      const group = this.memory.groups.get(text) ?? this.earlier?.groups.get(text);
      if (group) this.memory.groups.set(text, group.age === 0 ? group : { ...group, age: 0 });
      return group !== undefined;
    });
  }

  /** Takes over what is kept of the version before and was not needed in this one. */
  finish(): PassMemory {
    let room = MAX_CHARACTERS;
    for (const text of this.memory.groups.keys()) room -= text.length;
    for (const [text, group] of this.earlier?.groups ?? []) {
      if (this.memory.groups.has(text) || group.age >= MAX_AGE || text.length > room) continue;
      room -= text.length;
      this.memory.groups.set(text, { ...group, age: group.age + 1 });
    }
    for (const [key, outcomes] of this.earlier?.blocks ?? []) {
      if (this.memory.blocks.has(key) || this.memory.blocks.size >= MAX_BLOCKS) continue;
      this.memory.blocks.set(key, outcomes);
    }
    return this.memory;
  }

  private group(key: PassKey): Group {
    this.heard?.add(key.text);
    const { groups } = this.memory;
    const found = groups.get(key.text) ?? this.earlier?.groups.get(key.text);
    if (found?.key === key) return found;
    const group = { key, passes: found ? movedPasses(found, key) : new Map<string, Kept>(), age: 0 };
    groups.set(key.text, group);
    return group;
  }

  private stands({ steps, bytes, asked }: Kept): boolean {
    if (asked && !this.e.main.directives.isEmpty) return false;
    return this.hasRoomFor({ steps, bytes });
  }

  hasRoomFor({ steps, bytes }: { readonly steps: number; readonly bytes: number }): boolean {
    return this.e.meter.hasRoom(steps / MAX_SHARE, bytes / MAX_SHARE);
  }

  private followed<T>(group: Group, { name, moved, isDuringEvaluation }: PassOptions<T>, follow: () => T): T {
    const { e } = this;
    const before = { ...e.meter.used };
    const state = this.state(isDuringEvaluation);
    const { asked } = e;
    const called = new Set<Callable>();
    const value = e.caller.hearing(called, follow);
    const numbers = isDuringEvaluation ? this.numbers(group.key, called) : [];
    const [steps, bytes] = [e.meter.used.steps - before.steps, e.meter.used.bytes - before.bytes];
    if (value === undefined || !numbers || state.some((count, i) => count !== this.state(isDuringEvaluation)[i]))
      return value;
    group.passes.set(name, {
      value,
      moved: moved as Kept['moved'],
      steps,
      bytes,
      asked: e.asked !== asked,
      called: numbers,
    });
    return value;
  }

  /** Counts of all that a pass can leave behind. */
  state(isDuringEvaluation: boolean): number[] {
    const { e } = this;
    const always = [e.notes.length, e.stops.length, e.lasting, e.torch.imageSizes.length, e.loader.count];
    return isDuringEvaluation
      ? [...always, e.instances.length, e.functions.length, e.classes.length, e.keras.models.length]
      : always;
  }

  /** Functions by their numbers; undefined where one that matters afterwards has none. */
  private numbers({ functions }: PassKey, called: ReadonlySet<Callable>): number[] | undefined {
    const numbers = new Map(functions.map((callee, i) => [callee, i]));
    const own = new Set<Callable>(this.e.functions.map(({ node }) => node));
    const found: number[] = [];
    for (const callee of called) {
      const number = numbers.get(callee);
      if (number !== undefined) found.push(number);
      else if (own.has(callee)) return undefined;
    }
    return found;
  }
}
