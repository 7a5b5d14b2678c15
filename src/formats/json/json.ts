// A JSON parser that keeps the span of every value, so that a problem can point at its place. It goes on after syntax
// errors, reads a text that ends too early, and skips long lists of numbers without making a node for each.

import { createScanner } from 'jsonc-parser';
import type { JSONScanner } from 'jsonc-parser';
import type { Problem, Span } from '../../network/definition.ts';
import type { PlainValue } from './plain.ts';
import { endOfIndexedNumbers, endOfNumbers } from './numbers.ts';

export interface JsonObject extends Span {
  readonly kind: 'object';
  readonly entries: readonly JsonEntry[];
  /** The text ends inside. */
  readonly cut: boolean;
}

export interface JsonList extends Span {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
  readonly cut: boolean;
}

/**
 * A long list of nothing but numbers (or of lists of them), or numbers by index: only its place, for it may have
 * millions.
 */
export interface JsonNumbers extends Span {
  readonly kind: 'numbers';
  /** The same with a node for each number, for fields that need them. */
  expand(): JsonNode;
}

export interface JsonScalar extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export type JsonNode = JsonObject | JsonList | JsonNumbers | JsonScalar;

export interface JsonEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonNode;
}

export interface ParsedJson {
  readonly root: JsonNode | null;
  readonly problems: readonly Problem[];
}

/** The scanner's tokens, whose enumeration the library declares for the compiler only. */
const Token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  unknown: 16,
  end: 17,
} as const;

/** No network is nested deeper; the limit keeps the parser's own stack small. */
const MAX_DEPTH = 400;

/** More messages about one broken text help nobody. */
const MAX_PROBLEMS = 5;

/**
 * Reads JSON as people and programs write it: comments, trailing commas, NaN and Infinity are fine; for everything
 * else that is wrong there is a `syntax` problem, and the tree holds what can be read. Fields whose names are left out
 * are checked and not kept. Never throws.
 */
export function parseJson(text: string, isLeftOut: (key: string) => boolean = () => false): ParsedJson {
  return new JsonReader(text, isLeftOut).read();
}

/** Lists with more commas and brackets than this are kept as places. */
const MAX_LIST_LENGTH = 32;

/** Keeps the text, so that the numbers can be read when they are asked for. */
class Numbers implements JsonNumbers {
  readonly kind = 'numbers';
  private expanded: JsonNode | undefined;

  constructor(
    private readonly text: string,
    readonly start: number,
    readonly end: number,
  ) {}

  expand(): JsonNode {
    return (this.expanded ??= new JsonReader(this.text, () => false, Infinity).readAt(this.start, this.end));
  }
}

/** One of thousands: as little as it can be. */
class Entry implements JsonEntry {
  constructor(
    readonly key: string,
    private readonly start: number,
    private readonly end: number,
    readonly value: JsonNode,
  ) {}

  get keySpan(): Span {
    return { start: this.start, end: this.end };
  }
}

class JsonReader {
  private readonly scanner: JSONScanner;
  private readonly problems: Problem[] = [];
  private token: number = Token.end;
  /** The token before the current one. */
  private lastStart = 0;
  private lastEnd = 0;
  /** The end of the text, or of what is read of it, has been reported. */
  private ended = false;
  /** Before this offset no list of numbers begins: a scan for one ended here. */
  private noNumbersBefore = 0;

  constructor(
    private readonly text: string,
    private readonly isLeftOut: (key: string) => boolean,
    private readonly longest = MAX_LIST_LENGTH,
  ) {
    this.scanner = createScanner(text, true);
  }

  /** The value between two offsets. */
  readAt(start: number, end: number): JsonNode {
    this.scanner.setPosition(start);
    this.next();
    return this.value(0) ?? { kind: 'scalar', value: null, start, end };
  }

  read(): ParsedJson {
    if (this.text.charCodeAt(0) === 0xfeff) this.scanner.setPosition(1);
    this.next();
    if (this.token === Token.end) return { root: null, problems: [] };
    const root = this.value(0);
    if (root && this.token !== Token.end) this.report('The file should end here.');
    return { root, problems: this.problems };
  }

  private next(): void {
    if (this.token !== Token.end) {
      this.lastStart = this.start;
      this.lastEnd = this.end;
    }
    this.token = this.scanner.scan();
  }

  private get last(): Span {
    return { start: this.lastStart, end: this.lastEnd };
  }

  private is(token: number): boolean {
    return this.token === token;
  }

  /** The string at this token is closed and its escapes are valid. */
  private get sound(): boolean {
    const error: number = this.scanner.getTokenError();
    return error === 0;
  }

  private get start(): number {
    return this.scanner.getTokenOffset();
  }

  private get end(): number {
    return this.start + this.scanner.getTokenLength();
  }

  private report(message: string, span: Span = { start: this.start, end: this.end }): void {
    if (this.problems.length >= MAX_PROBLEMS || this.ended) return;
    // Where the text ends, everything that is open is incomplete for this one reason.
    this.ended = this.token === Token.end;
    const [text, place] = this.ended ? ['The text ends here, in the middle of something.', this.last] : [message, span];
    this.problems.push({ code: 'syntax', severity: 'error', message: text, span: place });
  }

  /** The value at the current token, or null (said) where there is none; then the token is not consumed. */
  private value(depth: number): JsonNode | null {
    switch (this.token) {
      case Token.openBrace:
        return this.indexedNumbers() ?? this.object(depth);
      case Token.openBracket:
        return this.numbers() ?? this.list(depth);
      case Token.string:
        return this.scalar(this.scanner.getTokenValue());
      case Token.number:
        return this.scalar(Number(this.scanner.getTokenValue()));
      case Token.true:
        return this.scalar(true);
      case Token.false:
        return this.scalar(false);
      case Token.null:
        return this.scalar(null);
      case Token.unknown:
        return this.word();
      default:
        this.report('A value is expected here.');
        return null;
    }
  }

  private scalar(value: JsonScalar['value'], start = this.start): JsonScalar {
    const { end } = this;
    if (!this.sound) this.report('This text is not closed or not valid.');
    this.next();
    return { kind: 'scalar', value, start, end };
  }

  /** What JSON has no token for: NaN and Infinity as Python writes them; anything else is taken as a text. */
  private word(): JsonNode {
    const { start } = this;
    let word = this.scanner.getTokenValue();
    if (word === '-' && this.text.startsWith('Infinity', this.end)) {
      this.next();
      word += this.scanner.getTokenValue();
    }
    if (word === 'NaN' || word === 'Infinity' || word === '-Infinity') return this.scalar(Number(word), start);
    this.report(`${word} is not a value; texts stand in double quotes.`);
    return this.scalar(word, start);
  }

  private numbers(): JsonNumbers | null {
    const { start } = this;
    if (start < this.noNumbersBefore) return null;
    const { end, count, whole } = endOfNumbers(this.text, start);
    if (whole && count > this.longest) return this.skipContents(start, end, count);
    // Lists inside this one would stop at the same place, or hold fewer numbers.
    this.noNumbersBefore = end;
    return null;
  }

  /** A typed array as JSON writes it: an object whose keys are the places of its numbers. */
  private indexedNumbers(): JsonNumbers | null {
    const { start } = this;
    const found = endOfIndexedNumbers(this.text, start);
    return found && this.skipContents(start, found.end, found.count);
  }

  /** How many there are decides, not how far apart they are written: indentation has no meaning. */
  private skipContents(start: number, end: number, count: number): JsonNumbers | null {
    if (count <= this.longest) return null;
    this.scanner.setPosition(end);
    this.next();
    [this.lastStart, this.lastEnd] = [end - 1, end];
    return new Numbers(this.text, start, end);
  }

  private list(depth: number): JsonList {
    const { start } = this;
    const items: JsonNode[] = [];
    this.next();
    while (!this.closes(Token.closeBracket)) {
      const item = this.element(depth);
      if (item) items.push(item);
      this.comma(Token.closeBracket);
    }
    return { kind: 'list', items, start, ...this.close(Token.closeBracket, '"]" is missing.') };
  }

  private object(depth: number): JsonObject {
    const { start } = this;
    const entries: JsonEntry[] = [];
    this.next();
    while (!this.closes(Token.closeBrace)) {
      const entry = this.entry(depth);
      if (entry) entries.push(entry);
      this.comma(Token.closeBrace);
    }
    return { kind: 'object', entries, start, ...this.close(Token.closeBrace, '"}" is missing.') };
  }

  private entry(depth: number): JsonEntry | null {
    if (this.token !== Token.string) {
      this.report('A field name in double quotes is expected here.');
      // A name without quotes is still a name.
      if (this.token !== Token.unknown) {
        this.skip(depth);
        return null;
      }
    } else if (!this.sound) {
      this.report('This text is not closed or not valid.');
    }
    const key = this.scanner.getTokenValue();
    const { start, end } = this;
    this.next();
    if (!this.is(Token.colon)) {
      this.report(`":" and a value are expected after ${key}.`, { start, end });
      return null;
    }
    this.next();
    const value = this.element(depth);
    return value === null || this.isLeftOut(key) ? null : new Entry(key, start, end, value);
  }

  private element(depth: number): JsonNode | null {
    if (depth < MAX_DEPTH) return this.value(depth + 1);
    this.report('This is nested too deeply to be read.');
    this.ended = true;
    this.scanner.setPosition(this.text.length);
    this.next();
    return null;
  }

  private closes(token: number): boolean {
    const { token: current } = this;
    if (current === token || current === Token.end) return true;
    // The other bracket closes something further out: this one was forgotten.
    return current === Token.closeBrace || current === Token.closeBracket;
  }

  private close(token: number, message: string): { end: number; cut: boolean } {
    if (this.token === token) {
      const { end } = this;
      this.next();
      return { end, cut: false };
    }
    this.report(message, this.last);
    return { end: this.lastEnd, cut: this.token === Token.end };
  }

  private comma(closing: number): void {
    if (this.token === Token.comma) {
      this.next();
      return;
    }
    if (this.closes(closing)) return;
    this.report('"," is missing before this.');
    if (this.token === Token.colon) this.next();
  }

  /** Steps over something that has no place here. */
  private skip(depth: number): void {
    if (this.token === Token.openBrace || this.token === Token.openBracket) this.element(depth);
    else if (this.token !== Token.comma) this.next();
  }
}

/** The value of a field, the last where it is given twice. */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return entryOf(node, key)?.value;
}

export function entryOf(node: JsonNode | undefined, key: string): JsonEntry | undefined {
  if (node?.kind !== 'object') return undefined;
  const { entries } = node;
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i].key === key) return entries[i];
  return undefined;
}

export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  if (node?.kind === 'numbers') return itemsOf(node.expand());
  return node?.kind === 'list' ? node.items : [];
}

export function spanOf({ start, end }: Span): Span {
  return { start, end };
}

/** The tree as plain data. */
export function plainOf(node: JsonNode): PlainValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainOf);
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
    case 'numbers':
      return plainOf(node.expand());
  }
}
