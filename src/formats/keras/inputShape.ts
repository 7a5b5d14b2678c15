import type { InputDefinition, Problem } from '../../network/definition.ts';
import { member, plainOf, spanOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { isList, unwrapTuple } from '../json/plain.ts';
import type { PlainValue } from '../json/plain.ts';
import { branchesOf } from './branches.ts';
import { classOf, layersOf, modelKind } from './parts.ts';

/** A shape as it is written, and whether its first extent is the batch. */
interface WrittenShape {
  readonly node: JsonNode;
  readonly extents: readonly PlainValue[];
}

/** The input that a layer states in its config: `batch_input_shape`, `batch_shape`, `input_shape`, `input_dim`. */
function statedShape(layer: JsonNode): WrittenShape | undefined {
  const config = member(layer, 'config');
  for (const field of ['batch_input_shape', 'batch_shape']) {
    const found = shapeAt(member(config, field), true);
    if (found) return found;
  }
  const shape = shapeAt(member(config, 'input_shape') ?? member(config, 'shape'), false);
  if (shape) return shape;
  const length = member(config, 'input_length');
  const isEmbedding = classOf(layer) === 'Embedding';
  const width = isEmbedding ? undefined : member(config, 'input_dim');
  const node = width ?? length;
  if (!node) return undefined;
  const extents = [length, width].filter((part) => part !== undefined).map(plainOf);
  return { node, extents: width && extents[0] === null ? extents.slice(1) : extents };
}

function shapeAt(node: JsonNode | undefined, hasBatch: boolean): WrittenShape | undefined {
  const value = node && unwrapTuple(plainOf(node));
  return node && isList(value) ? { node, extents: hasBatch ? value.slice(1) : value } : undefined;
}

/** The inputs of a model whose layers follow one another: several where it begins with branches. */
export function sequentialInputs(model: JsonNode): (WrittenShape | undefined)[] {
  const branches = branchesOf(layersOf(model)[0]);
  if (branches.length === 0) return [sequentialInput(model)];
  return branches.flatMap((branch) => {
    const kind = modelKind(branch);
    if (kind === 'sequential') return sequentialInputs(branch);
    return kind === undefined ? [statedShape(branch)] : inputLayersOf(branch).map(statedShape);
  });
}

/** The shape of what goes into a model whose layers follow one another: stated by its first layer or by itself. */
function sequentialInput(model: JsonNode): WrittenShape | undefined {
  const first = layersOf(model)[0];
  const inner = first && (layersOf(first).length > 0 ? firstInput(first) : statedShape(first));
  if (inner) return inner;
  const built =
    member(member(model, 'config'), 'build_input_shape') ??
    member(member(model, 'build_config'), 'input_shape') ??
    member(member(first, 'build_config'), 'input_shape');
  return shapeAt(built, true);
}

/** The first input of a nested model of either kind. */
function firstInput(model: JsonNode): WrittenShape | undefined {
  const [inputLayer] = inputLayersOf(model);
  return inputLayer ? statedShape(inputLayer) : sequentialInput(model);
}

export interface ReadInput {
  readonly input: InputDefinition;
  readonly problem: Problem | null;
}

/** The definition of an input layer. Extents that are open stand as -1, with a problem that asks for them. */
export function inputOfLayer(layer: JsonNode, name: string): ReadInput {
  return inputOf(statedShape(layer), name, layer);
}

/** An input of a shape as written; `place` is where to report that there is none. */
export function inputOf(written: WrittenShape | undefined, name: string, place: JsonNode): ReadInput {
  const span = spanOf(written?.node ?? { start: place.start, end: Math.min(place.start + 1, place.end) });
  const extents = written?.extents ?? [];
  const shape = extents.map((extent) => (isExtent(extent) ? extent : -1));
  const isWrong = !extents.every((extent) => isExtent(extent) || isOpen(extent));
  const message = isWrong ? wrongExtents(name) : shapeFault(shape, name, written !== undefined);
  const code = isWrong ? 'bad-value' : written ? 'unknown-size' : 'missing-field';
  return {
    input: { name, shape, span },
    problem: message === null ? null : { code, severity: 'error', message, span },
  };
}

const isOpen = (extent: PlainValue): boolean => extent === null || extent === -1;

function wrongExtents(name: string): string {
  return `The shape of the input ${name} must be whole numbers above zero, or null where it is left open.`;
}

function isExtent(extent: PlainValue): extent is number {
  return typeof extent === 'number' && Number.isSafeInteger(extent) && extent > 0;
}

const axisNames: Readonly<Record<number, readonly string[]>> = {
  1: ['size'],
  2: ['length', 'number of features'],
  3: ['height', 'width', 'number of channels'],
};

function shapeFault(shape: readonly number[], name: string, isWritten: boolean): string | null {
  if (!isWritten)
    return `The file does not say what size the input ${name} has: add batch_input_shape to the first layer.`;
  if (shape.length === 0) return `The input ${name} is a single number without an axis: its shape should be [null, 1].`;
  if (shape.length > 3)
    return `The input ${name} has ${shape.length} axes; up to height, width and channels are analyzed.`;
  const open = axisNames[shape.length].filter((_, axis) => shape[axis] === -1);
  if (open.length === 0) return null;
  const last = open[open.length - 1];
  const names = open.length === 1 ? last : `${open.slice(0, -1).join(', ')} and ${last}`;
  return `The ${names} of the input ${name} ${open.length === 1 ? 'is' : 'are'} left open: regions can be bounded only for given sizes. Write ${open.length === 1 ? 'it' : 'them'} here.`;
}

/** The input layers of a model, in order. */
export function inputLayersOf(model: JsonNode): JsonNode[] {
  return layersOf(model).filter((layer) => classOf(layer) === 'InputLayer');
}
