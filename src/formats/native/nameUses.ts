import type { NetworkDefinition, Span } from '../../network/definition.ts';
import { itemsOf, member, parseJson } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { paramUses } from './paramUses.ts';

/** Something that has a name in a native file. */
export interface NamedThing {
  readonly name: string;
  readonly kind: 'layer' | 'input' | 'param';
  /** The whole of it. */
  readonly span: Span;
  /** The name between its quotes; null where it is made up from the type. */
  readonly written: Span | null;
}

/** A name where it stands for something: a tensor in `inputs`, `outputs` or `shared_with`, a param in an expression. */
export interface NameUse {
  readonly of: 'tensor' | 'param';
  /** Between the quotes, as far as they are closed. */
  readonly span: Span;
  readonly name: string;
}

/** A place where names are written, or may be. */
export interface NamePlace {
  /** The value of the field. */
  readonly span: Span;
  /** Names that make sense here: a layer reads from what stands above it. */
  readonly before: number;
}

export interface NativeNames {
  readonly things: readonly NamedThing[];
  readonly uses: readonly NameUse[];
  readonly places: readonly NamePlace[];
}

/** The names of a native file, where they are given and where they are used. */
export function nativeNames(text: string, { inputs, layers }: NetworkDefinition): NativeNames {
  const root = parseJson(text).root ?? undefined;
  const things: NamedThing[] = [...inputNames(text, root, inputs)];
  for (const { name, span, fields } of layers) {
    const written = fields.name && text[fields.name.start] === '"' ? inQuotes(text, fields.name) : null;
    if (!things.some((thing) => thing.name === name)) things.push({ name, kind: 'layer', span, written });
  }
  for (const param of params(text, member(root, 'params'))) things.push(param);
  const uses: NameUse[] = paramUses(text, root).map((use) => ({ of: 'param', ...use }));
  const places: NamePlace[] = [];
  const collect = (node: JsonNode | undefined, before: number): void => {
    if (!node) return;
    places.push({ span: node, before });
    for (const item of node.kind === 'list' ? itemsOf(node) : [node]) {
      if (item.kind !== 'scalar' || typeof item.value !== 'string' || text[item.start] !== '"') continue;
      uses.push({ of: 'tensor', span: inQuotes(text, item), name: item.value });
    }
  };
  for (const layer of itemsOf(member(root, 'layers'))) {
    collect(member(layer, 'inputs'), layer.start);
    collect(member(layer, 'shared_with'), layer.start);
  }
  collect(member(root, 'outputs'), text.length);
  return { things, uses, places };
}

/** Inputs are named by the keys of `input`; a single shape is called `input`. */
function inputNames(text: string, root: JsonNode | undefined, inputs: NetworkDefinition['inputs']): NamedThing[] {
  const node = member(root, 'input');
  return inputs.map(({ name, span }, i) => {
    const key = node?.kind === 'object' ? node.entries[i]?.keySpan : undefined;
    return { name, kind: 'input', span: key ?? span, written: key ? inQuotes(text, key) : null };
  });
}

function params(text: string, node: JsonNode | undefined): NamedThing[] {
  const entries = node?.kind === 'object' ? node.entries : [];
  return entries.map(({ key, keySpan, value }) => {
    return {
      name: key,
      kind: 'param',
      span: { start: keySpan.start, end: value.end },
      written: inQuotes(text, keySpan),
    };
  });
}

/** Tensors and params have names of their own. */
function isMeant({ kind, name }: NamedThing, use: NameUse): boolean {
  return use.name === name && (kind === 'param') === (use.of === 'param');
}

function inQuotes(text: string, { start, end }: Span): Span {
  const closed = end > start + 1 && text[end - 1] === '"';
  return { start: start + 1, end: closed ? end - 1 : end };
}

/** The thing that the name at an offset means, whether given or used there; and that place. */
export function nameAt({ things, uses }: NativeNames, offset: number): { thing: NamedThing; span: Span } | null {
  const at = (span: Span | null): span is Span => span !== null && span.start <= offset && offset <= span.end;
  const given = things.find(({ written }) => at(written));
  if (given) return { thing: given, span: given.written! };
  const use = uses.find(({ span }) => at(span));
  const thing = use && things.find((each) => isMeant(each, use));
  return thing ? { thing, span: use.span } : null;
}

/** Where a thing's name is used. */
export function usesOf({ uses }: NativeNames, thing: NamedThing): Span[] {
  return uses.filter((use) => isMeant(thing, use)).map(({ span }) => span);
}
