/** Comments, strings, brackets and the ends of lines; strings that are not closed end with their line. */
const tokens =
  /#[^\n]*|"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[()[\]{}]|\n/g;

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const compound = /^(?:async|def|class|for|if|elif|else|while|with|try|except|finally|match|case)\b/;

/** Lines that begin a statement, and do not go on with what stands in brackets. */
const statement =
  /^(?:(?:async|def|class|for|if|elif|else|while|with|try|except|finally|return|raise|import|from|pass|assert|del|global|nonlocal|break|continue)\b|@|[A-Za-z_][\w., ]*(?:\[[^\]\n]*\])?\s*(?:[-+*/%|&^@]|\/\/|\*\*|>>|<<)?=(?!=)[^\n]*[^,\s]\s*$)/;

/** Likewise, for lines that might be parameters of a function. */
const certain = /^(?:return|raise|self\.|super\(|(?:for|if|with|while)\b.*:$|[\w.]+(?:, [\w.]+)* = )/;

/** A statement whose brackets are not closed before the next one begins. */
interface Unclosed {
  readonly start: number;
  /** The line break that ends it. */
  readonly end: number;
  /** Where the next statement begins behind its indentation. */
  readonly next: number;
  readonly closers: string;
  readonly hasComment: boolean;
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Closes the brackets of statements that someone is writing, so that the statements below them do not become their
 * arguments. Nothing moves: characters are only replaced. Undefined where there is nothing to close.
 */
export function withClosedBrackets(text: string): string | undefined {
  let mended = '';
  let done = 0;
  for (const found of unclosedStatements(text)) {
    const replacement = closed(text, found);
    if (!replacement) continue;
    mended += text.slice(done, replacement.from) + replacement.text;
    done = replacement.to;
  }
  return done === 0 ? undefined : mended + text.slice(done);
}

function unclosedStatements(text: string): Unclosed[] {
  const found: Unclosed[] = [];
  let start = 0;
  let open: string[] = [];
  let commentEnd = -1;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token in closing) open.push(closing[token]);
    else if (token === open.at(-1)) open.pop();
    else if (token.startsWith('#')) commentEnd = index + token.length;
    if (token !== '\n') continue;
    const next = index + 1 + indentAt(text, index + 1);
    if (open.length > 0 && !beginsStatement(text, start, index + 1)) continue;
    if (open.length > 0) {
      const closers = open.reverse().join('');
      found.push({ start, end: index, next, closers, hasComment: commentEnd === index });
    }
    open = [];
    start = index + 1;
  }
  return found;
}

/** Whether the line goes not on with the unclosed statement that begins at `start`. */
function beginsStatement(text: string, start: number, lineStart: number): boolean {
  const indent = indentAt(text, start);
  const [deeper, line] = [indentAt(text, lineStart) > indent, lineAt(text, lineStart + indentAt(text, lineStart))];
  // Below the head of a function or a loop stand its parameters, or what was written before the head.
  return deeper ? compound.test(lineAt(text, start + indent)) && certain.test(line) : statement.test(line);
}

function indentAt(text: string, lineStart: number): number {
  let at = lineStart;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at - lineStart;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : Math.min(end, start + 300));
}

/** The statement with its brackets closed; left out where there is no room for that and it is not finished. */
function closed(text: string, { start, end, next, closers, hasComment }: Unclosed): Replacement | undefined {
  const first = start + indentAt(text, start);
  // What stands below a head may be the rest of the block above it.
  const isHead = compound.test(lineAt(text, first));
  const without = (by: string) => ({
    from: first,
    to: end,
    text: by + text.slice(first + 1, end).replace(/[^\n]/g, ' '),
  });
  if (isHead) return without('#');
  let from = end;
  while (from > first && /\s/.test(text[from - 1])) from--;
  if (hasComment) return without('0');
  if (end - from >= closers.length) return { from, to: end, text: closers.padEnd(end - from) };
  const isAlike = next - end - 1 === first - start && !compound.test(lineAt(text, next)) && text[next] !== '@';
  const room = next - from;
  if (isAlike && room > closers.length) return { from, to: next, text: `${closers};`.padEnd(room) };
  return /[^\w)\]}'"]/.test(text[from - 1]) ? without('0') : undefined;
}
