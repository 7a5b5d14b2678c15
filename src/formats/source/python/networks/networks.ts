import { defaultInitialization } from '../../../../network/definition.ts';
import type { InputDefinition, LayerDefinition, NetworkDefinition, Span } from '../../../../network/definition.ts';
import { finished } from '../../../graph/draft.ts';
import type { LayerDraft, Source } from '../../../graph/draft.ts';
import type { Trace } from '../../library/torch/trace.ts';
import { Aside, Tensor } from '../../library/torch/tensor.ts';
import { Unknown } from '../../evaluation/values.ts';
import { hull } from '../../evaluation/problemList.ts';
import type { SourceFile } from '../syntax/ast.ts';
import { all } from '../syntax/moves.ts';
import type { Moves } from '../syntax/moves.ts';
import { Dict, List, Tuple } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

export interface InputNote {
  readonly source: string | undefined;
  readonly span: Span;
}

/** What a forward pass makes of a network: all but its name and what is known of its inputs. */
export interface NetworkBody {
  readonly inputs: readonly Omit<InputDefinition, 'span' | 'source'>[];
  readonly layers: readonly LayerDefinition[];
  readonly outputs: readonly string[];
  readonly isInexact: boolean;
}

/** The tensors that a forward pass gives back. */
export function outputsOf(value: Value): Tensor[] {
  return partsOf(value).filter((part) => part instanceof Tensor);
}

/** What is in tuples, lists and dictionaries, or the value itself. */
function partsOf(value: Value, depth = 0): Value[] {
  const isList = value instanceof Tuple || value instanceof List;
  if (!isList && !(value instanceof Dict)) return [value];
  if (depth > 3) return [];
  const items = isList ? value.items : [...value.entries.values()].map(([, item]) => item);
  const parts = items.slice(0, 64).flatMap((item) => partsOf(item, depth + 1));
  return value.doubt ? [...parts, value.doubt] : parts;
}

/** The tensors that tell the form of what a forward pass gives back: those beside it, too. */
export function allOutputsOf(value: Value): Tensor[] {
  return [...outputsOf(value), ...partsOf(value).flatMap((part) => (part instanceof Aside ? [part.beside] : []))];
}

/** A part of what a forward pass gives back that is not known, and may be anything of its input. */
export function unknownOutput(value: Value): Unknown | undefined {
  return partsOf(value).find((part) => part instanceof Unknown && !(part instanceof Aside)) as Unknown | undefined;
}

/** A forward pass as a network: the layers that its outputs depend on. */
export function bodyOf(trace: Trace, outputs: readonly Tensor[]): NetworkBody {
  const sources = outputs.map(({ value }) => value.source);
  const all = trace.writer.drafts;
  const used = sources.length > 0 ? reachable(sources) : new Set(all);
  const drafts = all.filter((draft) => used.has(draft));
  shareWithin(drafts);
  const names = trace.inputs.map((input) => input.name);
  const use = { decode: false, usable: !trace.writer.isInexact };
  const { layers, nameOf } = finished(drafts, names, use, () => undefined);
  const placed = layers.map((layer, i): LayerDefinition => {
    const { storedAs, ...rest } = layer;
    const kept = trace.writer.isInexact ? { ...rest, storedAs } : rest;
    return drafts[i].channelsFirst ? { ...kept, channelsFirst: true } : kept;
  });
  const inputs = trace.inputs.map((input, i): NetworkBody['inputs'][number] => {
    const { shape = [] } = trace.input(i);
    const isFirst = shape.length > 1 && !input.isChannelsLast;
    return { name: input.name, shape, ...(isFirst && { channelsFirst: true }) };
  });
  return { inputs, layers: placed, outputs: [...new Set(sources.map(nameOf))], isInexact: trace.writer.isInexact };
}

/** The network that a forward pass is, with its name and what is known of its inputs. */
export function definitionOf(
  { inputs, layers, outputs, isInexact }: NetworkBody,
  notes: readonly InputNote[],
  name: string,
  nameSpan: Span,
): NetworkDefinition {
  return {
    name,
    inputs: inputs.map((input, i): InputDefinition => {
      const { source, span } = notes[i];
      return { ...input, span, ...(source && { source }) };
    }),
    layers,
    outputs,
    ...(isInexact && { isInexact: true }),
    initialization: defaultInitialization,
    span: hull([nameSpan, ...layers.map(({ span }) => span)]),
    nameSpan,
  };
}

/** The same network at other places; undefined where a part of it has none. Its lines have to be its own. */
export function movedNetwork(
  network: NetworkDefinition,
  moves: Moves,
  file: SourceFile,
): NetworkDefinition | undefined {
  const nameSpan = moves.span(network.nameSpan);
  const inputs = all(network.inputs, (input): InputDefinition | undefined => {
    const span = moves.span(input.span);
    const [, before] = lineInSource.exec(input.source ?? '') ?? [];
    if (!span || before === undefined) return span && { ...input, span };
    return { ...input, span, source: `${before}${file.lineOf(span.start)}` };
  });
  const layers = movedLayers(network.layers, moves);
  return nameSpan && inputs && layers && placedAt(nameSpan, { ...network, inputs, layers });
}

/** The same network with its name at this place. */
export function placedAt(nameSpan: Span, network: NetworkDefinition): NetworkDefinition {
  return { ...network, nameSpan, span: hull([nameSpan, ...network.layers.map(({ span }) => span)]) };
}

/** Where the source of an input ends with a line. */
const lineInSource = /^(.* in line )(\d+)$/s;

/** Whether the lines that its inputs name are those in which they stand. */
export function hasOwnLines({ inputs }: NetworkDefinition, file: SourceFile): boolean {
  return inputs.every(({ source, span }) => {
    const [, , line] = lineInSource.exec(source ?? '') ?? [];
    return line === undefined || Number(line) === file.lineOf(span.start);
  });
}

/** All places that a network has in the text. */
export function placesIn({ nameSpan, inputs, layers }: NetworkDefinition): Span[] {
  const fields = layers.flatMap((layer) => Object.values(layer.fields));
  return [nameSpan, ...inputs.map(({ span }) => span), ...layers.map(({ span }) => span), ...fields];
}

/** The same layers at other places; undefined where one has none. */
export function movedBody(body: NetworkBody, moves: Moves): NetworkBody | undefined {
  const layers = movedLayers(body.layers, moves);
  return layers && { ...body, layers };
}

function movedLayers(layers: readonly LayerDefinition[], moves: Moves): LayerDefinition[] | undefined {
  return all(layers, (layer): LayerDefinition | undefined => {
    const span = moves.span(layer.span);
    const fields = movedFields(layer.fields, moves);
    return span && fields && { ...layer, span, fields };
  });
}

function movedFields(fields: LayerDefinition['fields'], moves: Moves): LayerDefinition['fields'] | undefined {
  const found: Record<string, Span> = {};
  for (const name of Object.keys(fields)) {
    const field = moves.span(fields[name]);
    if (!field) return undefined;
    found[name] = field;
  }
  return found;
}

function reachable(sources: readonly Source[]): Set<LayerDraft> {
  const found = new Set<LayerDraft>();
  const pending = [...sources];
  for (let source = pending.pop(); source; source = pending.pop()) {
    if ('input' in source || found.has(source.layer)) continue;
    found.add(source.layer);
    pending.push(...source.layer.sources);
  }
  return found;
}

/** Weights belong to the first layer of those that are left. */
function shareWithin(drafts: readonly LayerDraft[]): void {
  const owners = new Map<LayerDraft, LayerDraft>();
  for (const draft of drafts) {
    const first = draft.sharedWith ?? draft;
    const owner = owners.get(first);
    draft.sharedWith = owner;
    if (!owner) owners.set(first, draft);
  }
}
