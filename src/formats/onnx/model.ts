import type { Span } from '../../network/definition.ts';
import type { GraphNode } from '../graph/node.ts';

/** A tensor that a model holds; its numbers are read when they are asked for. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** The protocol's code for the kind of its numbers. */
  readonly kind: number;
  readonly span: Span;
  /** The numbers; a sentence why they cannot be read; undefined where they are in another file. */
  numbers(): Float64Array | string | undefined;
}

export interface OnnxInput {
  readonly name: string;
  /** All axes: an extent, the name of an open one, or null. */
  readonly dims: readonly (number | string | null)[];
  readonly span: Span;
  /** What to do where an extent is open; undefined where it can be written at the span. */
  readonly advice?: string;
}

/** For binary files, in which nobody writes. */
export const sizeAdvice =
  'Export the model with a fixed size, or convert it to the native format (region-lens convert) and write the size there.';

/** A node that may hold a constant. */
export interface OnnxNode extends GraphNode {
  /** The tensor in an attribute of this name. */
  tensor(attribute: string): OnnxTensor | undefined;
}

/** A model, whichever way it is written. */
export interface OnnxModel {
  readonly name: string | undefined;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly span: Span;
  readonly nameSpan: Span;
  /** Where the initializers are listed, if all of them are: the layers have to have as many weights. */
  readonly initializersSpan: Span | undefined;
}

/** Where an attribute has its value, in the order of the protocol's codes for its types, from 1 (FLOAT). */
export const attributeFields = ['f', 'i', 's', 't', 'g', 'floats', 'ints', 'strings', 'tensors', 'graphs'] as const;

export type AttributeField = (typeof attributeFields)[number];

const typeNames = ['FLOAT', 'INT', 'STRING', 'TENSOR', 'GRAPH', 'FLOATS', 'INTS', 'STRINGS', 'TENSORS', 'GRAPHS'];

/** The field for a type by its code or its name; undefined for a type that is left out or not known. */
export function attributeField(type: unknown): AttributeField | undefined {
  return attributeFields[typeof type === 'number' ? type - 1 : typeNames.indexOf(String(type))];
}
