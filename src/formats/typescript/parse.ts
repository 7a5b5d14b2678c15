import { parse } from '@babel/parser';
import type { ParserOptions, ParserPlugin } from '@babel/parser';
import type { File } from '@babel/types';

const mostRepairs = 12;

/**
 * Parses TypeScript or JavaScript, also while it is being written: what cannot be parsed is blanked out, the rest
 * keeps its offsets. Undefined where nothing can be made of the text.
 */
export function parseSource(text: string, fileName: string): File | undefined {
  const options = optionsFor(fileName);
  const tried = new Set<string>();
  let current = text;
  for (let round = 0; round < mostRepairs; round++) {
    const { file, at } = attempt(current, options);
    if (file || at === undefined) return file;
    tried.add(current);
    const next = repairs(text, current, at).find((candidate) => !tried.has(candidate));
    if (next === undefined) return undefined;
    current = next;
  }
  return attempt(cutAt(text, lineStart(text, firstFault(text, options))), options).file;
}

function optionsFor(fileName: string): ParserOptions {
  const plugins: ParserPlugin[] = ['decorators-legacy'];
  if (/\.(?:tsx|jsx|[cm]?js)$/i.test(fileName)) plugins.push('jsx');
  if (/\.(?:tsx|[cm]?ts)$/i.test(fileName)) plugins.push('typescript');
  return {
    plugins,
    sourceType: 'unambiguous',
    errorRecovery: true,
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowNewTargetOutsideFunction: true,
    allowReturnOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    allowYieldOutsideFunction: true,
  };
}

/** `at` is where the parser gave up; undefined when it is no matter of syntax. */
function attempt(text: string, options: ParserOptions): { file?: File; at?: number } {
  try {
    return { file: parse(text, options) };
  } catch (error) {
    if (error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number') return { at: error.pos };
    if (error instanceof RangeError) return {}; // Nested too deeply for the host's stack.
    throw error;
  }
}

function firstFault(text: string, options: ParserOptions): number {
  return attempt(text, options).at ?? text.length;
}

/** Texts of which one may parse, the least change first. `original` is what the author wrote, without our closers. */
function repairs(original: string, current: string, at: number): string[] {
  const fault = Math.min(at, original.length);
  const body = current.slice(0, original.length);
  const candidates: string[] = [];
  if (at >= original.length) {
    // The text ends too early: close what is open, without the last piece if that is unfinished.
    candidates.push(cutAt(body, original.length));
    const piece = lastPiece(body, original.length);
    candidates.push(cutAt(body, piece), cutAt(body, lineStart(body, Math.max(0, piece - 1))));
  } else {
    const hole = holeBefore(body, fault);
    if (hole >= 0) candidates.push(`${body.slice(0, hole)}_${body.slice(hole + 1)}`);
    const start = lineStart(body, fault);
    candidates.push(blank(body, start, lineEnd(body, fault)));
    candidates.push(blank(body, lineStart(body, Math.max(0, contentBefore(body, fault))), lineEnd(body, fault)));
    candidates.push(cutAt(body, fault), cutAt(body, lastPiece(body, fault)), cutAt(body, start));
  }
  return candidates;
}

/** A space just before the fault that an operand fits into: `units: ,`. */
function holeBefore(text: string, fault: number): number {
  const content = contentBefore(text, fault);
  return /[:=.(,[+*/-]/.test(text[content] ?? '') && content + 1 < fault ? content + 1 : -1;
}

/** The last character before `at` that is no space. */
function contentBefore(text: string, at: number): number {
  let i = at - 1;
  while (i >= 0 && /\s/.test(text[i])) i--;
  return i;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n\r]/g, ' ') + text.slice(end);
}

/** Blanks everything from `at` on and closes the brackets that are open there, behind the end of the text. */
function cutAt(text: string, at: number): string {
  const { closers, unfinished } = scan(text, at);
  return blank(text, unfinished ?? at, text.length) + closers;
}

/** Start of the piece, between commas, brackets or semicolons, that `at` stands in. */
function lastPiece(text: string, at: number): number {
  return scan(text, at).piece;
}

interface Scan {
  /** What closes all brackets open at the end. */
  readonly closers: string;
  /** Start of a string or comment that is not closed. */
  readonly unfinished: number | undefined;
  /** After the last separator or bracket. */
  readonly piece: number;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '`': '`' };

/** A look at brackets, strings and comments before `end`; regular expressions are taken as they come. */
function scan(text: string, end: number): Scan {
  const open: string[] = [];
  let piece = 0;
  const result = (unfinished?: number): Scan => ({ closers: open.reverse().map((bracket) => closing[bracket[0]]).join(''), unfinished, piece }); // prettier-ignore
  for (let i = 0; i < end; i++) {
    const character = text[i];
    if (open.at(-1) === '`') {
      if (character === '\\') i++;
      else if (character === '`') open.pop();
      else if (character === '$' && text[i + 1] === '{') open.push('{');
      continue;
    }
    if (character === '/' && (text[i + 1] === '/' || text[i + 1] === '*')) {
      const close = text[i + 1] === '/' ? lineEnd(text, i) : text.indexOf('*/', i + 2) + 1;
      if (close <= 0 || close >= end) return result(i);
      i = close;
    } else if (character === '"' || character === "'") {
      const close = stringEnd(text, i, end);
      if (close === undefined) return result(i);
      i = close;
    } else if ('([{`'.includes(character)) {
      open.push(character);
      piece = i + 1;
    } else if (')]}'.includes(character)) {
      open.pop();
      piece = i + 1;
    } else if (character === ',' || character === ';') piece = i;
  }
  return result();
}

function stringEnd(text: string, start: number, end: number): number | undefined {
  for (let i = start + 1; i < end; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i;
    else if (text[i] === '\n') return i;
  }
  return undefined;
}
