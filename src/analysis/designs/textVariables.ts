import type { NearbyFiles } from '../../formats/format.ts';
import { read } from '../../formats/registry.ts';
import type { NetworkDefinition, Span } from '../../network/definition.ts';

/** A number with a name in the text of a network: a param, a constant, a parameter's default, a value in a comment. */
export interface TextVariable {
  readonly name: string;
  /** Which of several of this name, in the order of the text. */
  readonly ordinal: number;
  readonly value: number;
  /** Of the number. */
  readonly span: Span;
}

/** A text with networks in it, and one of them. */
export interface NetworkText {
  readonly text: string;
  readonly fileName: string;
  readonly network: number;
  readonly files: NearbyFiles;
}

/** Each is tried by reading the text once more. */
const MAX_TRIED = 16;
const MAX_LENGTH = 100_000;
const MAX_VALUE = 1e7;

/**
 * The variables that the network depends on. What may be one is found by its form, `name = 16` or a member of `params`;
 * whether it is one is found by trial: with another number there, the text defines another network.
 */
export function textVariables(source: NetworkText, definition: NetworkDefinition): TextVariable[] {
  if (source.text.length > MAX_LENGTH) return [];
  const before = signatureOf(definition);
  const candidates = candidatesIn(source.text, source.fileName).slice(0, MAX_TRIED);
  return candidates.filter((variable) => {
    const after = withVariable(source, variable, variable.value + 1);
    return after !== null && signatureOf(after) !== before;
  });
}

/** The variable of this name, without a trial; null where the text has none. */
export function variableNamed(
  { text, fileName }: NetworkText,
  { name, ordinal }: Pick<TextVariable, 'name' | 'ordinal'>,
): TextVariable | null {
  return candidatesIn(text, fileName).find((each) => each.name === name && each.ordinal === ordinal) ?? null;
}

/** The network with another number for the variable; null where the text defines none any more. */
export function withVariable(source: NetworkText, { span }: TextVariable, value: number): NetworkDefinition | null {
  return readEdited(source, [{ span, newText: String(value) }]);
}

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/** The network as it is after edits that do not overlap. */
export function readEdited({ text, fileName, network, files }: NetworkText, edits: readonly TextEdit[]) {
  const edited = [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((now, { span, newText }) => now.slice(0, span.start) + newText + now.slice(span.end), text);
  return read(edited, fileName, { weights: false, files })?.networks[network] ?? null;
}

/** What makes one network another, but for names and weights. */
export function signatureOf({ layers, inputs }: NetworkDefinition): string {
  const order = new Map([...inputs, ...layers].map(({ name }, i) => [name, i]));
  return JSON.stringify([
    inputs.map(({ shape }) => shape),
    layers.map((layer) => [layer.operation, layer.activation, layer.inputs.map((name) => order.get(name))]),
  ]);
}

const ASSIGNED = /(?<![\w$.])([A-Za-z_$][\w$]*)\s*(?::\s*(?:number|int)\s*)?=\s*(\d+)(?![\w.])/g;
const PARAMS = /"params"\s*:\s*\{([^}]*)\}/g;
const MEMBER = /"([^"\\]+)"\s*:\s*(\d+)(?![\w.])/g;

function candidatesIn(text: string, fileName: string): TextVariable[] {
  const found = /\.jsonc?$/.test(fileName)
    ? [...text.matchAll(PARAMS)].flatMap((params) =>
        matchesIn(params[1], MEMBER, params.index + params[0].indexOf('{') + 1),
      )
    : matchesIn(text, ASSIGNED, 0);
  const seen = new Map<string, number>();
  return found.map(({ name, value, start, end }) => {
    const ordinal = seen.get(name) ?? 0;
    seen.set(name, ordinal + 1);
    return { name, ordinal, value, span: { start, end } };
  });
}

function matchesIn(text: string, pattern: RegExp, offset: number) {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const value = Number(match[2]);
    const end = offset + match.index + match[0].length;
    return value >= 1 && value <= MAX_VALUE ? [{ name: match[1], value, start: end - match[2].length, end }] : [];
  });
}
