import { blank, EditedText, insert } from './draft.ts';

/** Lines with open brackets that are tried. */
const MAX_LINES = 4;

/**
 * Changes of a text that the parser gave up on at `fault` (an offset in the draft), one of which may be what the author
 * is about to write, or at least leaves the rest readable. The last one always parses further, or leaves nothing.
 */
export function repairs(draft: EditedText, fault: number): EditedText[] {
  const { text, original } = draft;
  const scan = scanBrackets(text, fault);
  const at = (offset: number) => draft.toOriginal(offset);
  const candidates: EditedText[] = [];
  const before = contentBefore(text, fault);
  // An operand is missing: `units: ,`
  if (wantsOperand(text, before)) candidates.push(draft.with(insert(at(before + 1), '_')));
  if (fault < text.length) {
    candidates.push(...closings(draft, scan));
    for (const place of new Set([fault, Math.max(0, before)])) {
      candidates.push(draft.with(blank(original, at(lineStart(text, place)), at(lineEnd(text, place)))));
    }
  }
  candidates.push(cut(draft, fault), cut(draft, scan.piece));
  for (const { at: opened } of scan.open.slice(-2).reverse()) candidates.push(cut(draft, opened));
  return candidates;
}

/** The text without what stands from the line of `fault` on. */
export function withoutRest(draft: EditedText, fault: number): EditedText {
  return cut(draft, lineStart(draft.text, fault));
}

/** Closes, on a line that leaves brackets open, those brackets: the statement there is being written. */
function closings(draft: EditedText, { open, contentEnds }: Scan): EditedText[] {
  const lines = [...new Set(open.map((bracket) => bracket.line))].reverse().slice(0, MAX_LINES);
  return lines.flatMap((line) => {
    const first = open.findIndex((bracket) => bracket.line === line);
    const closers = closersOf(open.filter((bracket) => bracket.line === line));
    const end = contentEnds.get(line) ?? 0;
    const outer = open[first - 1]?.bracket;
    const separators = outer === '[' || outer === '(' ? [','] : [';', ','];
    const operand = wantsOperand(draft.text, end - 1) ? '_' : '';
    return separators.map((separator) => draft.with(insert(draft.toOriginal(end), operand + closers + separator)));
  });
}

/** Blanks out everything from `from` on and closes what is open there. */
function cut(draft: EditedText, from: number): EditedText {
  const { open, unfinished } = scanBrackets(draft.text, from);
  const start = draft.toOriginal(unfinished ?? from);
  const kept = draft.edits.filter((edit) => edit.end <= start);
  const { original } = draft;
  return new EditedText(original, [
    ...kept,
    blank(original, start, original.length),
    insert(original.length, closersOf(open)),
  ]);
}

/** Whether the character here makes one expect another operand. */
function wantsOperand(text: string, at: number): boolean {
  return /[:=.+*/?&|<>-]/.test(text[at] ?? '');
}

/** The last character before `at` that is not a space. */
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

interface Bracket {
  readonly bracket: string;
  readonly at: number;
  readonly line: number;
}

interface Scan {
  readonly open: readonly Bracket[];
  /** The end of each line without trailing spaces and comments. */
  readonly contentEnds: ReadonlyMap<number, number>;
  /** Start of a string or comment that is not closed. */
  readonly unfinished: number | undefined;
  /** The last separator or bracket. */
  readonly piece: number;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '`': '`' };

function closersOf(open: readonly Bracket[]): string {
  return [...open]
    .reverse()
    .map(({ bracket }) => closing[bracket])
    .join('');
}

/** A look at brackets, strings and comments before `end`; regular expressions are taken as they come. */
function scanBrackets(text: string, end: number): Scan {
  const open: Bracket[] = [];
  const contentEnds = new Map<number, number>();
  let piece = 0;
  let line = 0;
  const result = (unfinished?: number): Scan => ({ open, contentEnds, unfinished, piece });
  for (let i = 0; i < end; i++) {
    const character = text[i];
    const inTemplate = open.at(-1)?.bracket === '`';
    if (character === '\n') line++;
    if (inTemplate) {
      contentEnds.set(line, i + 1);
      if (character === '\\') i++;
      else if (character === '`') open.pop();
      else if (character === '$' && text[i + 1] === '{') open.push({ bracket: '{', at: ++i, line });
      continue;
    }
    if (/\s/.test(character)) continue;
    if (character === '/' && (text[i + 1] === '/' || text[i + 1] === '*')) {
      const close = text[i + 1] === '/' ? lineEnd(text, i) - 1 : text.indexOf('*/', i + 2) + 1;
      if (close < i || close >= end) return result(i);
      line += linesIn(text, i, close);
      i = close;
      continue;
    }
    if (character === '"' || character === "'") {
      const close = stringEnd(text, i, end);
      if (close === undefined) return result(i);
      i = close;
    } else if (character in closing) {
      open.push({ bracket: character, at: i, line });
      piece = i + 1;
    } else if (')]}'.includes(character)) {
      open.pop();
      piece = i + 1;
    } else if (character === ',' || character === ';') piece = i;
    contentEnds.set(line, i + 1);
  }
  return result();
}

function linesIn(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The closing quote, or the end of the line for a string that is not closed there. */
function stringEnd(text: string, start: number, end: number): number | undefined {
  for (let i = start + 1; i < end; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i;
    else if (text[i] === '\n') return i - 1;
  }
  return undefined;
}
