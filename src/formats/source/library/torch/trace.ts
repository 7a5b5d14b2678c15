import { linear } from '../../../../network/activation.ts';
import type { Activation } from '../../../../network/activation.ts';
import type { Problem, Span } from '../../../../network/definition.ts';
import type { Operation } from '../../../../network/operation.ts';
import type { Shape } from '../../../../network/shape.ts';
import { JUMPS, jumps } from '../../../graph/choices.ts';
import type { LayerDraft } from '../../../graph/draft.ts';
import type { Constant, GraphNode } from '../../../graph/node.ts';
import { GraphWriter, Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { isActivationLayer } from '../../../layers/activations.ts';
import { unknownFieldProblem, unknownPlaceProblem } from '../../evaluation/unknownValue.ts';
import type { Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import type { Instance, Site } from '../../python/evaluation/values.ts';
import { BadField, UnknownField } from './fields.ts';
import { pathsBelow } from './modules.ts';

/** What the first layers say of an input whose shape is not known. */
export type InputHint =
  | { readonly kind: 'shape'; readonly shape: Shape; readonly how: string }
  | { readonly kind: 'channels'; readonly channels: number; readonly rank: 1 | 2 }
  /** Its channels come last, for a linear layer reads them. */
  | { readonly kind: 'channelsLast' };

/** A forward pass cannot go on without the shape of an input. */
export class NeedsShape extends Error {
  constructor(
    readonly input: number,
    readonly hint: InputHint,
  ) {
    super('the shape of an input is needed');
  }
}

/** An input as the forward pass takes it; `shape` in PyTorch's order, without the batch. */
export interface TraceInput {
  readonly name: string;
  readonly shape: Shape | undefined;
  readonly isChannelsLast?: boolean;
}

const noAttributes: GraphNode['attributes'] = {
  number: () => undefined,
  numbers: () => undefined,
  text: () => undefined,
  span: () => undefined,
};

/** The work of adding a layer, in steps of the evaluator. */
export const STEPS_OF_LAYER = 5;

/** Layers through which an input's shape can be asked for. */
const passing = new Set(['flatten', 'activation', 'relu', 'leaky_relu', 'dropout', 'batch_normalization', 'prelu']);

/** One forward pass of a network on symbolic tensors: its operations become layers. */
export class Trace {
  readonly writer = new GraphWriter(new Map());
  /** Modules under way, innermost last. */
  readonly open: Instance[] = [];
  readonly problems: Problem[] = [];
  /** The first linear layer that what comes in does not fit. */
  misfit: { readonly needed: number; readonly given: number } | undefined;
  /** A window was larger than what it slides over. */
  isCollapsed = false;
  /** A linear layer reads an input whose channels come first. */
  readsChannelsLast = false;
  /** A pooling to a given size made the number of positions what it is, whatever came in. */
  isAdaptive = false;
  private readonly paths: ReadonlyMap<Instance, string>;
  private readonly counts = new Map<string, number>();

  constructor(
    e: Evaluator,
    root: Instance,
    readonly inputs: readonly TraceInput[],
    readonly isProbing: boolean,
    /** One of many for other shapes: what modules give for one shape is looked up. */
    readonly isRepeated = false,
  ) {
    this.paths = pathsBelow(e, root);
  }

  /** The tensor of an input. */
  input(index: number): TensorValue {
    const { shape, isChannelsLast } = this.inputs[index];
    const channelsFirst = !isChannelsLast && (shape?.length ?? 2) > 1;
    const ours = shape && channelsFirst ? [...shape.slice(1), shape[0]] : shape;
    return {
      kind: 'tensor',
      source: { input: index },
      shape: ours,
      channelsFirst,
      arrangement: undefined,
      sole: false,
    };
  }

  /** The node for a layer that a module is. */
  moduleNode(object: Instance, kind: string): GraphNode {
    const path = this.paths.get(object);
    const { span, calleeSpan } = object.site;
    const name = path === undefined || path === '' ? this.prefixed(kind.toLowerCase()) : path;
    return this.node(name, kind, span, calleeSpan);
  }

  /** The node for a module that was made where it is called: named by its class, and counted. */
  numberedNode(object: Instance, kind: string, given: string | undefined): GraphNode {
    if (this.paths.has(object)) return this.moduleNode(object, kind);
    const { span, calleeSpan } = object.site;
    if (given !== undefined) return this.node(this.prefixed(given), kind, span, calleeSpan);
    const name = this.prefixed(kind);
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return this.node(`${name}_${count}`, kind, span, calleeSpan);
  }

  /** The node for a function of tensors. */
  functionNode(name: string, { span, calleeSpan }: Pick<Site, 'span' | 'calleeSpan'>): GraphNode {
    return this.node(this.prefixed(name), name, span, calleeSpan);
  }

  private prefixed(name: string): string {
    const module = this.open.at(-1);
    const path = module && this.paths.get(module);
    return path ? `${path}.${name}` : name;
  }

  node(name: string, op: string, span: Span, opSpan: Span): GraphNode {
    return { name, op, inputs: [], outputs: [], attributes: noAttributes, start: span.start, end: span.end, opSpan };
  }

  /**
   * Adds what an operation makes. Where it cannot be read, its place in the network is kept, and why is said.
   */
  perform(
    node: GraphNode,
    inputs: readonly TensorValue[],
    fields: Record<string, Span>,
    body: () => TensorValue,
  ): TensorValue {
    const before = this.writer.drafts.length;
    const value = this.attempted(node, inputs, body);
    for (const draft of this.writer.drafts.slice(before)) {
      draft.fields = { ...draft.fields, ...fields };
      draft.storedAs = {};
    }
    const last = this.writer.drafts.at(-1);
    if (this.writer.drafts.length > before && last && value.shape === undefined && inputs.every(({ shape }) => shape))
      this.isCollapsed ||= 'window' in last.operation;
    return value;
  }

  private attempted(node: GraphNode, inputs: readonly TensorValue[], body: () => TensorValue): TensorValue {
    try {
      return body();
    } catch (error) {
      if (error instanceof UnknownField) {
        this.problems.push(unknownFieldProblem(error.field, error.value, error.span ?? node, '#'));
        return this.unknown(node, inputs, `${error.field} ${error.value.predicate}.`);
      }
      if (error instanceof BadField) {
        this.writer.report('bad-value', 'error', error.message, error.span ?? node);
        return this.unknown(node, inputs, `${error.message}.`);
      }
      if (!(error instanceof Refusal)) throw error;
      this.writer.report('unsupported', 'warning', error.message, node.opSpan);
      return this.unknown(node, inputs, error.message);
    }
  }

  /** A layer that is known by its place alone. */
  unknown(node: GraphNode, inputs: readonly TensorValue[], why: string): TensorValue {
    return this.writer.emit(
      node,
      inputs,
      { type: node.op, operation: { kind: 'unknown', why } },
      { arrangement: undefined },
    );
  }

  /** Says that what happens at a place depends on something that is not known. */
  doubt(node: GraphNode, inputs: readonly TensorValue[], what: string, value: Unknown): TensorValue {
    this.problems.push(unknownPlaceProblem(what, value, node, '#'));
    return this.unknown(node, inputs, `${what} ${value.predicate}.`);
  }

  emit(
    node: GraphNode,
    x: TensorValue,
    type: string,
    operation: Operation,
    changes?: Partial<TensorValue>,
  ): TensorValue {
    return this.writer.emit(node, [x], { type, operation }, changes);
  }

  activate(node: GraphNode, x: TensorValue, activation: Activation): TensorValue {
    if (activation === linear) return x;
    if (jumps(activation)) this.writer.report('discontinuous', 'information', JUMPS, node.opSpan);
    const { name } = activation;
    const type = isActivationLayer(name) ? name : name === 'relu6' ? 'relu' : 'activation';
    return this.writer.emit(node, [x], {
      type,
      operation: { kind: 'identity' },
      activation,
      fields: { activation: node.opSpan },
    });
  }

  /** Where a tensor of unknown shape comes from: the number of the input, if nothing on the way tells its shape. */
  inputOf({ source }: TensorValue): number | undefined {
    let current = source;
    for (let steps = 0; steps < 50; steps++) {
      if ('input' in current) return this.inputs[current.input].shape ? undefined : current.input;
      const { layer }: { layer: LayerDraft } = current;
      if (!passing.has(layer.type) || layer.sources.length !== 1) return undefined;
      [current] = layer.sources;
    }
    return undefined;
  }

  /** Asks for an input whose channels come last, as a linear layer reads it. */
  asksChannelsLast({ source }: TensorValue): void {
    if (!('input' in source)) return;
    this.readsChannelsLast = true;
    if (this.isProbing) throw new NeedsShape(source.input, { kind: 'channelsLast' });
  }

  /** Asks for the shape of the input that a tensor of unknown shape comes from. */
  ask(x: TensorValue, hint: InputHint): void {
    if (x.shape || !this.isProbing) return;
    const input = this.inputOf(x);
    if (input !== undefined) throw new NeedsShape(input, hint);
  }
}

/** Weights with a known shape and unknown values; `name` tells them apart. */
export function weights(name: string, shape: Shape): Constant {
  return { name, shape, start: 0, end: 0, few: () => undefined, tensor: () => undefined };
}
