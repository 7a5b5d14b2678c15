import { parse } from '@babel/parser';
import type { ParserOptions, ParserPlugin } from '@babel/parser';
import type { File, Node } from '@babel/types';
import { EditedText } from './draft.ts';
import { repairs, withoutRest } from './repair.ts';

/** Faults that are repaired, and attempts in all; long texts get fewer. */
const MAX_SYNTAX_ERRORS = 5;
const MAX_ATTEMPTS = 40;
const LONG_TEXT_LENGTH = 200_000;

export interface ParsedSource {
  readonly file: File;
  /** Something was completed, blanked out or skipped: the text is not (yet) a program. */
  readonly hasSyntaxErrors: boolean;
}

/**
 * Parses TypeScript or JavaScript, also while it is being written: what the parser gives up on is completed or blanked
 * out. Offsets are those of the text as it stands. Undefined where nothing can be made of it.
 */
export function parseSource(text: string, fileName: string): ParsedSource | undefined {
  const options = optionsFor(fileName);
  let draft = new EditedText(text);
  let { file, fault } = attempt(draft, options);
  let attempts = text.length > LONG_TEXT_LENGTH ? MAX_ATTEMPTS - 6 : 0;
  for (let round = 0; !file && fault !== undefined && round < MAX_SYNTAX_ERRORS; round++) {
    let best: { draft: EditedText; file: File | undefined; fault: number; reached: number } | undefined;
    for (const candidate of repairs(draft, fault)) {
      if (++attempts > MAX_ATTEMPTS) break;
      const result = attempt(candidate, options);
      if (result.file) return { file: inOriginal(result.file, candidate), hasSyntaxErrors: true };
      const reached = result.fault === undefined ? -1 : candidate.toOriginal(result.fault);
      if (result.fault !== undefined && reached > (best?.reached ?? draft.toOriginal(fault))) {
        best = { draft: candidate, file: result.file, fault: result.fault, reached };
      }
    }
    if (!best) break;
    ({ draft, fault } = best);
  }
  if (file || fault === undefined)
    return file && { file: inOriginal(file, draft), hasSyntaxErrors: !draft.isUnchanged };
  const rest = withoutRest(draft, fault);
  ({ file } = attempt(rest, options));
  return file && { file: inOriginal(file, rest), hasSyntaxErrors: true };
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

/** `fault` is where the parser gave up; undefined if the error is not about syntax. */
function attempt(draft: EditedText, options: ParserOptions): { file?: File; fault?: number } {
  try {
    return { file: parse(draft.text, options) };
  } catch (error) {
    if (error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number') return { fault: error.pos };
    if (error instanceof RangeError) return {}; // Nested too deeply for the host's stack.
    throw error;
  }
}

/** Moves all nodes and comments to where they are in the text without the repairs. */
function inOriginal(file: File, draft: EditedText): File {
  if (draft.isUnchanged) return file;
  const moved = new Set<object>();
  const pending: unknown[] = [file.program, file.comments];
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item !== 'object' || item === null || moved.has(item)) continue;
    moved.add(item);
    const node = item as Pick<Node, 'start' | 'end'>;
    if (typeof node.start === 'number') node.start = draft.toOriginal(node.start);
    if (typeof node.end === 'number') node.end = draft.toOriginal(node.end);
    for (const [key, child] of Object.entries(item)) if (key !== 'loc') pending.push(child);
  }
  return file;
}
