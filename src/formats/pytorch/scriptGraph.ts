import { NOWHERE } from '../../network/definition.ts';
import { PlainAttributes, type Attribute } from '../graph/plainAttributes.ts';
import type { OnnxInput, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { constantTensor, storedTensor } from './layers.ts';
import type { NodeWriter } from './scriptOperators.ts';
import { Traced, Unfollowed, type Value } from './scriptValues.ts';
import { PickledTensor } from './tensors.ts';

/** Operations whose result shows the same numbers in memory as what they read. */
const views = new Set(['Flatten', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** Operations whose result has as many axes as what they read. */
const sameRank = new Set([
  ...['Abs', 'BatchNormalization', 'Clip', 'Elu', 'Gelu', 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu', 'Mish'],
  ...['Neg', 'PRelu', 'Pad', 'Relu', 'Resize', 'Selu', 'Sigmoid', 'Slice', 'Softmax', 'Softplus', 'Swish', 'Tanh'],
  ...['AdaptiveAveragePool', 'AdaptiveMaxPool', 'Gemm', 'GlobalAveragePool', 'GlobalMaxPool'],
]);

/** How many axes a result has, with the batch; undefined where it is not known. */
function rankAfter(
  op: string,
  inputs: readonly Value[],
  rankOf: (value: Value | undefined) => number | undefined,
  { kernel_shape: kernel, perm }: Readonly<Record<string, Attribute | undefined>>,
): number | undefined {
  if (op === 'Conv' || op === 'ConvTranspose') return rankOf(inputs[1]);
  if (typeof kernel === 'object') return kernel.length + 2;
  if (typeof perm === 'object') return perm.length;
  if (op === 'Flatten') return 2;
  if (op === 'Reshape') return Array.isArray(inputs[1]) ? inputs[1].length : undefined;
  if (sameRank.has(op)) return rankOf(inputs[0]);
  if (op !== 'Add' && op !== 'Sub' && op !== 'Mul' && op !== 'Div' && op !== 'Concat') return undefined;
  const tensors = inputs.filter((input) => input instanceof Traced);
  const ranks = tensors.map(rankOf);
  return tensors.length === inputs.length && ranks.every((rank) => rank === ranks[0]) ? ranks[0] : undefined;
}

/** A graph of operations in ONNX's words, collected while a program of PyTorch is followed in its order. */
export class ScriptGraph implements NodeWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  private readonly names = new Map<PickledTensor, string>();
  private readonly ranks = new Map<string, number>();
  private readonly modules: string[] = [];
  private last: string;
  /** Of a tensor that another one was written into, the name of that one. */
  private readonly overwritten = new Map<string, string>();
  /** Of a view, the tensor that it shows. */
  private readonly shown = new Map<string, string>();
  /** By the name of a tensor, the views of it that nothing was written into since. */
  private readonly viewsOf = new Map<string, string[]>();
  /** What is no longer what it was: something was written into the same memory. */
  private readonly stale = new Set<string>();

  constructor(
    firstInput: string,
    /** Names of tensors by where they stand in the module. */
    private readonly pathOf: (tensor: PickledTensor) => string | undefined,
  ) {
    this.last = firstInput;
  }

  /** Nodes that `work` adds belong to the module at this path. */
  within<T>(path: string, work: () => T): T {
    this.modules.push(path);
    const value = work();
    this.modules.pop();
    return value;
  }

  emit(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute | undefined>> = {}): Traced {
    const output = `#${this.nodes.length}`;
    const names = inputs.map((input) => this.nameOf(input));
    this.nodes.push({
      name: this.modules.at(-1) ?? '',
      op,
      inputs: names,
      outputs: [output],
      attributes: new PlainAttributes(attributes),
      ...NOWHERE,
      opSpan: NOWHERE,
      tensor: () => undefined,
    });
    const rank = rankAfter(op, inputs, (value) => this.rankOf(value), attributes);
    if (rank !== undefined) this.ranks.set(output, rank);
    if (views.has(op) && inputs[0] instanceof Traced) this.show(output, this.baseOf(names[0]));
    this.last = output;
    return new Traced(output);
  }

  unknown(name: string, inputs: readonly Value[]): Traced {
    const module = this.modules.at(-1) ?? '';
    return this.emit(module === '' ? name : `${name} in ${module}`, inputs);
  }

  /** An operation that is not known stands for what is not followed. */
  stop(what: string): Traced {
    const { last } = this;
    this.stale.delete(last);
    return this.emit(what, [new Traced(last)]);
  }

  overwrite(target: Value | undefined, result: Value): void {
    if (target instanceof PickledTensor) throw new Unfollowed('a change of weights');
    if (!(target instanceof Traced) || !(result instanceof Traced) || target.name === result.name) return;
    const before = this.current(target.name);
    const base = this.baseOf(before);
    for (const name of [base, ...(this.viewsOf.get(base) ?? [])]) if (name !== before) this.stale.add(name);
    this.viewsOf.delete(base);
    this.overwritten.set(before, result.name);
    this.show(result.name, base);
  }

  private show(view: string, base: string): void {
    this.shown.set(view, base);
    const known = this.viewsOf.get(base);
    if (known) known.push(view);
    else this.viewsOf.set(base, [view]);
  }

  rankOf(value: Value | undefined): number | undefined {
    if (value instanceof PickledTensor) return value.shape.length;
    return value instanceof Traced ? this.ranks.get(value.name) : undefined;
  }

  /** Notes how many axes a tensor has. */
  setRank(value: Value, rank: number): void {
    if (value instanceof Traced) this.ranks.set(value.name, rank);
  }

  private baseOf(name: string): string {
    return this.shown.get(name) ?? name;
  }

  /** The tensor that has this name by now. */
  private current(name: string): string {
    const earlier: string[] = [];
    let now = name;
    for (let next = this.overwritten.get(now); next !== undefined; next = this.overwritten.get(now)) {
      earlier.push(now);
      now = next;
    }
    for (const each of earlier) this.overwritten.set(each, now);
    if (this.stale.has(now)) throw new Unfollowed('a tensor that is changed through another view of it');
    return now;
  }

  private resultOf({ name }: Traced): string {
    try {
      return this.current(name);
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
      return this.stop(error.message).name;
    }
  }

  private nameOf(value: Value): string {
    if (value === null) return '';
    if (value instanceof Traced) return this.current(value.name);
    if (value instanceof PickledTensor) return this.nameOfTensor(value);
    const numbers = Array.isArray(value) ? (value as readonly Value[]) : [value];
    if (!numbers.every((number) => typeof number === 'number')) throw new Unfollowed('an operation on something else');
    const name = `#constant ${this.initializers.size}`;
    const tensor = constantTensor(name, numbers);
    this.initializers.set(name, Array.isArray(value) ? tensor : { ...tensor, dims: [] });
    return name;
  }

  private nameOfTensor(tensor: PickledTensor): string {
    const known = this.names.get(tensor);
    if (known !== undefined) return known;
    const name = this.pathOf(tensor) ?? `#constant ${this.initializers.size}`;
    this.names.set(tensor, name);
    this.initializers.set(name, storedTensor(name, tensor));
    return name;
  }

  /** The model with these results. Never throws. */
  model(inputs: readonly OnnxInput[], results: readonly Value[]): OnnxModel {
    const outputs = results.flatMap((value) => (value instanceof Traced ? [this.resultOf(value)] : []));
    return {
      name: undefined,
      nodes: this.nodes,
      initializers: [...this.initializers.values()],
      inputs,
      outputs,
      span: NOWHERE,
      nameSpan: NOWHERE,
      initializersSpan: NOWHERE,
    };
  }
}
