import { WeightsError } from '../weights/weightsFile.ts';
import type { ByteReader } from '../binary/byteReader.ts';

/**
 * What a pickle holds, as plain data. Lists, tuples and sets are arrays, and nothing that a pickle names is ever looked
 * up or called: names stay names.
 */
export type Pickled =
  null | boolean | number | bigint | string | Uint8Array | Pickled[] | PickledDict | PickledName | PickledObject;

export type PickledDict = Map<Pickled, Pickled>;

/** The name of a class or function, such as `collections.OrderedDict`. */
export class PickledName {
  constructor(readonly name: string) {}
}

/** An object of a class, or what a function would have made. */
export class PickledObject {
  /** The fields that the pickle gives it. */
  state: Pickled = null;

  constructor(
    readonly className: string,
    readonly args: readonly Pickled[],
  ) {}
}

/** What stands in for the functions and the foreign objects of a pickle. */
export interface PickleHost {
  /** What a call of this function gives. Throws a `WeightsError` for a function that may not be called. */
  call(name: string, args: readonly Pickled[]): Pickled;
  /** What a reference to something outside of the pickle gives. */
  persistent(id: Pickled): Pickled;
}

/** Checkpoints of the largest models take a tenth of it. */
const MAX_STEPS = 3_000_000;

/** Longer texts and lists of bytes in a pickle are not names. */
const MAX_TEXT_BYTES = 2 ** 24;

/** Pickled whole numbers beyond this are nothing that describes weights. */
const MAX_LONG_BYTES = 64;

const mark = Symbol('mark');

const decoder = new TextDecoder();

/** One pickle, up to its STOP; the reader is left behind it (Python's `pickletools` documents the opcodes). */
export function readPickle(reader: ByteReader, host: PickleHost): Pickled {
  return new Unpickler(reader, host).run();
}

class Unpickler {
  private readonly stack: (Pickled | typeof mark)[] = [];
  private readonly memo = new Map<number, Pickled>();

  constructor(
    private readonly reader: ByteReader,
    private readonly host: PickleHost,
  ) {}

  run(): Pickled {
    for (let step = 0; step < MAX_STEPS; step++) {
      const code = String.fromCharCode(this.reader.byte());
      if (code === '.') return this.pop();
      if (!Object.hasOwn(opcodes, code)) throw this.damaged();
      opcodes[code](this, this.reader);
    }
    throw new WeightsError(
      `${this.reader.name} has a pickle of more than ${MAX_STEPS} steps: no weights need that many.`,
    );
  }

  damaged(): WeightsError {
    return new WeightsError(`${this.reader.name} is damaged: its pickle cannot be followed.`);
  }

  push(value: Pickled | typeof mark): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined || value === mark) throw this.damaged();
    return value;
  }

  /** What stands on top, which stays there. */
  top(): Pickled {
    const value = this.stack.at(-1);
    if (value === undefined || value === mark) throw this.damaged();
    return value;
  }

  /** POP may also take away a mark. */
  drop(): void {
    if (this.stack.pop() === undefined) throw this.damaged();
  }

  /** All above the last mark, which is taken away too. */
  popMarked(): Pickled[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw this.damaged();
    const items = this.stack.splice(at);
    return items.slice(1) as Pickled[];
  }

  popMany(count: number): Pickled[] {
    const items = Array.from({ length: count }, () => this.pop());
    return items.reverse();
  }

  popText(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw this.damaged();
    return value;
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.damaged();
    this.push(value);
  }

  text(length: number): string {
    return decoder.decode(this.bytes(length));
  }

  bytes(length: number): Uint8Array {
    if (length > MAX_TEXT_BYTES) throw this.damaged();
    // A copy, so that a short text does not keep a long buffer alive.
    return this.reader.bytes(length).slice();
  }

  long(length: number): number | bigint {
    if (length > MAX_LONG_BYTES) throw this.damaged();
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    if (length > 0 && bytes[length - 1] >= 0x80) value -= 1n << BigInt(8 * length);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  append(items: readonly Pickled[]): void {
    const list = this.top();
    // A class derived from list keeps its items where no one looks for weights.
    if (list instanceof PickledObject) return;
    if (!Array.isArray(list)) throw this.damaged();
    for (const item of items) list.push(item);
  }

  setItems(items: readonly Pickled[]): void {
    const dict = this.top();
    if (dict instanceof PickledObject) return;
    if (!(dict instanceof Map) || items.length % 2 === 1) throw this.damaged();
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  global(module: string, name: string): void {
    this.push(new PickledName(`${module}.${name}`));
  }

  /** The call of a function, or a class with arguments for its constructor. */
  call(callee: Pickled, args: Pickled): void {
    if (!(callee instanceof PickledName) || !Array.isArray(args)) throw this.damaged();
    this.push(this.host.call(callee.name, args));
  }

  /** A bare object of a class: its fields follow with BUILD, and nothing else of the class is needed. */
  create(callee: Pickled, args: Pickled): void {
    if (!(callee instanceof PickledName) || !Array.isArray(args)) throw this.damaged();
    this.push(containers[callee.name]?.() ?? new PickledObject(callee.name, args));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickledObject) target.state = state;
  }

  persistent(id: Pickled): void {
    this.push(this.host.persistent(id));
  }
}

/** Classes of containers, which may also be made without a call. */
const containers: Readonly<Record<string, (() => Pickled) | undefined>> = {
  'collections.OrderedDict': () => new Map(),
  'builtins.dict': () => new Map(),
  'builtins.list': () => [],
};

type Opcode = (machine: Unpickler, reader: ByteReader) => void;

const pushing =
  (read: (reader: ByteReader, machine: Unpickler) => Pickled): Opcode =>
  (machine, reader) =>
    machine.push(read(reader, machine));

/** The numbers of text opcodes: `I01` is true, `L12L` a long. */
function numberFrom(text: string): Pickled {
  if (text === '00' || text === '01') return text === '01';
  return Number(text.replace(/L$/, ''));
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/, '$2');
}

const opcodes: Readonly<Record<string, Opcode>> = {
  // Protocol and frames say nothing about the values.
  '\x80': (_, reader) => void reader.byte(),
  '\x95': (_, reader) => void reader.bytes(8),
  '(': (machine) => machine.push(mark),
  '0': (machine) => machine.drop(),
  '1': (machine) => void machine.popMarked(),
  '2': (machine) => machine.push(machine.top()),
  N: pushing(() => null),
  '\x88': pushing(() => true),
  '\x89': pushing(() => false),
  // Numbers.
  I: pushing((reader) => numberFrom(reader.line())),
  L: pushing((reader) => numberFrom(reader.line())),
  F: pushing((reader) => Number(reader.line())),
  J: pushing((reader) => reader.view(4).getInt32(0, true)),
  K: pushing((reader) => reader.byte()),
  M: pushing((reader) => reader.view(2).getUint16(0, true)),
  G: pushing((reader) => reader.view(8).getFloat64(0)),
  '\x8a': pushing((reader, machine) => machine.long(reader.byte())),
  '\x8b': pushing((reader, machine) => machine.long(reader.view(4).getUint32(0, true))),
  // Texts and bytes.
  S: pushing((reader) => unquoted(reader.line())),
  V: pushing((reader) => reader.line()),
  U: pushing((reader, machine) => machine.text(reader.byte())),
  T: pushing((reader, machine) => machine.text(reader.view(4).getUint32(0, true))),
  X: pushing((reader, machine) => machine.text(reader.view(4).getUint32(0, true))),
  '\x8c': pushing((reader, machine) => machine.text(reader.byte())),
  '\x8d': pushing((reader, machine) => machine.text(reader.longLength())),
  C: pushing((reader, machine) => machine.bytes(reader.byte())),
  B: pushing((reader, machine) => machine.bytes(reader.view(4).getUint32(0, true))),
  '\x8e': pushing((reader, machine) => machine.bytes(reader.longLength())),
  '\x96': pushing((reader, machine) => machine.bytes(reader.longLength())),
  // Containers.
  ']': pushing(() => []),
  ')': pushing(() => []),
  '}': pushing(() => new Map()),
  '\x8f': pushing(() => []),
  l: pushing((_, machine) => machine.popMarked()),
  t: pushing((_, machine) => machine.popMarked()),
  '\x91': pushing((_, machine) => machine.popMarked()),
  '\x85': pushing((_, machine) => machine.popMany(1)),
  '\x86': pushing((_, machine) => machine.popMany(2)),
  '\x87': pushing((_, machine) => machine.popMany(3)),
  d: (machine) => {
    const items = machine.popMarked();
    machine.push(new Map());
    machine.setItems(items);
  },
  a: (machine) => machine.append(machine.popMany(1)),
  e: (machine) => machine.append(machine.popMarked()),
  '\x90': (machine) => machine.append(machine.popMarked()),
  s: (machine) => machine.setItems(machine.popMany(2)),
  u: (machine) => machine.setItems(machine.popMarked()),
  // The memo.
  p: (machine, reader) => machine.remember(Number(reader.line())),
  q: (machine, reader) => machine.remember(reader.byte()),
  r: (machine, reader) => machine.remember(reader.view(4).getUint32(0, true)),
  '\x94': (machine) => machine.rememberNext(),
  g: (machine, reader) => machine.recall(Number(reader.line())),
  h: (machine, reader) => machine.recall(reader.byte()),
  j: (machine, reader) => machine.recall(reader.view(4).getUint32(0, true)),
  // Names, calls and objects.
  c: (machine, reader) => machine.global(reader.line(), reader.line()),
  '\x93': (machine) => {
    const [module, name] = [machine.popText(), machine.popText()].reverse();
    machine.global(module, name);
  },
  R: (machine) => {
    const [callee, args] = machine.popMany(2);
    machine.call(callee, args);
  },
  i: (machine, reader) => {
    const name = new PickledName(`${reader.line()}.${reader.line()}`);
    machine.call(name, machine.popMarked());
  },
  o: (machine) => {
    const [callee, ...args] = machine.popMarked();
    machine.call(callee ?? null, args);
  },
  '\x81': (machine) => {
    const [callee, args] = machine.popMany(2);
    machine.create(callee, args);
  },
  '\x92': (machine) => {
    const [callee, args] = machine.popMany(3);
    machine.create(callee, args);
  },
  b: (machine) => machine.build(),
  P: (machine, reader) => machine.persistent(reader.line()),
  Q: (machine) => machine.persistent(machine.pop()),
};
