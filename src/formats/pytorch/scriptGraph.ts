import type { OnnxInput, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { constantTensor, nowhere, PlainAttributes, storedTensor, type Attribute } from './layers.ts';
import type { NodeWriter } from './scriptOperators.ts';
import { Traced, Unfollowed, type Value } from './scriptValues.ts';
import { PickledTensor } from './tensors.ts';

/** Operations whose result shows the same numbers in memory as what they read. */
const views = new Set(['Flatten', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);

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
      ...nowhere,
      opSpan: nowhere,
      tensor: () => undefined,
    });
    if (views.has(op) && inputs[0] instanceof Traced) this.shown.set(output, this.baseOf(names[0]));
    this.last = output;
    return new Traced(output);
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
    for (const name of [base, ...this.shown.keys()])
      if (name !== before && this.baseOf(name) === base) this.stale.add(name);
    this.overwritten.set(before, result.name);
    if (result.name !== base) this.shown.set(result.name, base);
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
    let now = name;
    for (let next = this.overwritten.get(now); next !== undefined; next = this.overwritten.get(now)) now = next;
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
      span: nowhere,
      nameSpan: nowhere,
      initializersSpan: nowhere,
    };
  }
}
