import { linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { InputDefinition, Problem, Severity, Span } from '../../network/definition.ts';
import { inferShape } from '../../network/inferShape.ts';
import type { Operation } from '../../network/operation.ts';
import type { Shape } from '../../network/shape.ts';
import type { Arrangement } from './operators/arrangement.ts';
import { isGeneric } from './draft.ts';
import type { LayerDraft, LazyWeights, Source } from './draft.ts';
import type { Condition } from './choices.ts';
import type { Constant, GraphNode } from './node.ts';
import type { Rearranged } from './operators/rearranged.ts';
import { Refusal } from './refusal.ts';

export { Refusal };

/** A tensor that depends on the network's input. */
export interface TensorValue {
  readonly kind: 'tensor';
  readonly source: Source;
  /** Without the batch, channels last; undefined where it is not known. */
  readonly shape: Shape | undefined;
  /** The file has the channels before the other axes. */
  readonly channelsFirst: boolean;
  /** Of a vector: how the file orders it. */
  readonly arrangement: Arrangement;
  /** Nothing else reads it, so that its layer may take in what follows. */
  readonly sole: boolean;
}

/** A few whole numbers that speak of shapes; null for one that is not known (such as the batch). */
export interface ExtentsValue {
  readonly kind: 'extents';
  readonly items: readonly (number | null)[];
  /** Their axes, where they are not a plain list. */
  readonly dims?: Shape;
}

export type Value =
  | TensorValue
  | ExtentsValue
  | { readonly kind: 'constant'; readonly constant: Constant }
  | Rearranged
  | Condition
  /** One number everywhere; extents with the batch, null where they are not known. */
  | { readonly kind: 'filled'; readonly fill: number; readonly dims: readonly (number | null)[] }
  /** Of constants alone, by operations that are not followed. */
  | { readonly kind: 'opaque' };

export interface LayerParts {
  readonly type: string;
  readonly operation: Operation;
  readonly activation?: Activation;
  readonly weights?: LazyWeights;
  readonly storedAs?: Record<string, string>;
  readonly fields?: Record<string, Span>;
  /** Names the weights: a layer with the same ones is another use of the first. */
  readonly owner?: string;
  readonly isChannelByChannel?: boolean;
}

/** Collects the layers of a computation graph while its nodes are gone through in order. */
export class GraphWriter {
  readonly drafts: LayerDraft[] = [];
  readonly inputs: InputDefinition[] = [];
  readonly problems: Problem[] = [];
  /** Constants that are a part of an operation rather than weights. */
  readonly notWeights = new Set<string>();
  /** Something is read so that bounds are right and weights are not. */
  isInexact = false;
  private readonly values = new Map<string, Value>();
  private readonly owners = new Map<string, LayerDraft>();
  private readonly said = new Set<string>();

  constructor(private readonly uses: ReadonlyMap<string, number>) {}

  /** Says something once, where it is seen first. */
  report(code: string, severity: Severity, message: string, { start, end }: Span): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.problems.push({ code, severity, message, span: { start, end } });
  }

  approximate(node: GraphNode, message: string, weightsHold = false): void {
    if (!weightsHold) this.isInexact = true;
    this.report('approximation', 'information', message, node);
  }

  define(name: string, value: Value): void {
    const sole = value.kind === 'tensor' && value.sole && this.uses.get(name) === 1;
    this.values.set(name, value.kind === 'tensor' ? { ...value, sole } : value);
  }

  addInput(input: InputDefinition, shape: Shape | undefined, channelsFirst: boolean): void {
    this.define(input.name, {
      kind: 'tensor',
      source: { input: this.inputs.length },
      shape,
      channelsFirst,
      arrangement: undefined,
      sole: false,
    });
    this.inputs.push(input);
  }

  find(name: string): Value | undefined {
    return this.values.get(name);
  }

  value(node: GraphNode, index: number): Value | undefined {
    const name = node.inputs[index];
    return name === undefined || name === '' ? undefined : this.values.get(name);
  }

  tensor(node: GraphNode, index = 0): TensorValue {
    const value = this.value(node, index);
    if (value?.kind === 'tensor') return value;
    if (value?.kind === 'rearranged') throw new Refusal(`A tensor with ${value.shape.length} axes is not analyzed.`);
    throw new Refusal(
      value === undefined
        ? `${node.op} reads something that the file does not hold.`
        : `${node.op} is applied to constants.`,
    );
  }

  constant(node: GraphNode, index: number): Constant | undefined {
    const value = this.value(node, index);
    return value?.kind === 'constant' ? value.constant : undefined;
  }

  /** The weights that an input has to be. */
  weights(node: GraphNode, index: number): Constant {
    const constant = this.constant(node, index);
    if (constant) return constant;
    throw new Refusal(`${node.op} with weights that are computed or not in the file is not analyzed.`);
  }

  /** Whole numbers that an input holds, as far as they are known; undefined where not even their number is. */
  extents(node: GraphNode, index: number): readonly (number | null)[] | undefined {
    const value = this.value(node, index);
    if (value?.kind === 'extents') return value.items;
    if (value?.kind !== 'constant') return undefined;
    const { constant } = value;
    this.notWeights.add(constant.name);
    if (constant.shape.length > 1) return undefined;
    return constant.few() ?? Array<null>(Math.min(constant.shape[0] ?? 1, 16)).fill(null);
  }

  /** The numbers of a small input; undefined unless all are known. */
  numbers(node: GraphNode, index: number): readonly number[] | undefined {
    const value = this.value(node, index);
    if (value?.kind === 'constant') {
      this.notWeights.add(value.constant.name);
      return value.constant.few();
    }
    const items = value?.kind === 'extents' ? value.items : [];
    return items.length > 0 && items.every((item) => item !== null) ? items : undefined;
  }

  /** Adds a layer. What is not given of its output is as of its first input. */
  emit(
    node: GraphNode,
    inputs: readonly TensorValue[],
    parts: LayerParts,
    changes: Partial<TensorValue> = {},
  ): TensorValue {
    const {
      type,
      operation,
      activation = linear,
      weights = {},
      storedAs = {},
      fields = {},
      owner,
      isChannelByChannel,
    } = parts;
    const draft: LayerDraft = {
      node,
      label: node.name,
      type,
      operation,
      activation,
      sources: inputs.map((input) => input.source),
      weights,
      storedAs: { ...storedAs },
      fields,
      isChannelByChannel,
    };
    if (owner !== undefined) {
      const first = this.owners.get(owner);
      if (first?.operation.kind === operation.kind) draft.sharedWith = first;
      else this.owners.set(owner, draft);
    }
    this.drafts.push(draft);
    const shapes = inputs.map((input) => input.shape);
    const known = shapes.every((shape) => shape !== undefined);
    const inferred = known && operation.kind !== 'unknown' ? inferShape(operation, shapes) : undefined;
    const shape = inferred && 'shape' in inferred ? inferred.shape : undefined;
    const [first] = inputs;
    draft.channelsFirst = changes.channelsFirst ?? first.channelsFirst;
    return { ...first, source: { layer: draft }, shape, sole: true, ...changes };
  }

  /** The layer that gives this tensor, if what follows may become a part of it. */
  open(value: TensorValue): LayerDraft | undefined {
    return value.sole && 'layer' in value.source ? value.source.layer : undefined;
  }

  /** Makes `node` a part of the layer before it, whose name it may know better. */
  absorb(draft: LayerDraft, node: GraphNode, value: TensorValue): TensorValue {
    if (isGeneric({ ...draft.node, name: draft.label }) && !isGeneric(node)) draft.label = node.name;
    return { ...value, sole: true };
  }

  /** A layer with a known place in the graph and nothing else. */
  refuse(node: GraphNode, why: string, place: Span = node.opSpan): TensorValue | undefined {
    const inputs = node.inputs.flatMap((name): TensorValue[] => {
      const value = this.values.get(name);
      return value?.kind === 'tensor'
        ? [value]
        : value?.kind === 'rearranged'
          ? [value.base]
          : value?.kind === 'condition'
            ? [value.x]
            : [];
    });
    if (inputs.length === 0) return undefined;
    this.report('unsupported', 'warning', why, place);
    return this.emit(node, inputs, { type: node.op, operation: { kind: 'unknown', why } }, { arrangement: undefined });
  }
}
