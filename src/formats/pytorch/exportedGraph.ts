import { NOWHERE } from '../../network/definition.ts';
import { sizeAdvice, type OnnxInput, type OnnxModel } from '../onnx/model.ts';
import { WeightsError } from '../weights/weightsFile.ts';
import { argumentNames, unimportantArguments } from './atenArguments.ts';
import { entriesOf, itemsOf, numberOf, textOf, unionOf, valueAt, type Json } from './exportedJson.ts';
import { ScriptGraph } from './scriptGraph.ts';
import { scriptOperators } from './scriptOperators.ts';
import { Extent, isTensor, Traced, Unfollowed, type Value } from './scriptValues.ts';
import type { PickledTensor } from './tensors.ts';

/**
 * The graph of an exported program, whose operators are those of PyTorch's library ATen (torch/_export/serde/schema.py
 * describes the JSON). An operator that is not followed stays in its place by its name.
 */
export class ExportedGraph {
  private readonly graph: ScriptGraph;
  private readonly values = new Map<string, Value>();
  private readonly inputs: OnnxInput[] = [];
  private readonly read: ReadonlySet<string>;

  constructor(
    private readonly fileName: string,
    private readonly program: Json,
    private readonly tensors: ReadonlyMap<string, PickledTensor>,
  ) {
    if (this.nodes.length === 0) throw new WeightsError(`${fileName} is damaged: it holds a program without a graph.`);
    const paths = new Map([...tensors].map(([path, tensor]) => [tensor, path]));
    this.addInputs();
    this.graph = new ScriptGraph(this.inputs[0]?.name ?? '', (tensor) => paths.get(tensor));
    this.read = namesRead(this.nodes);
    for (const { name, dims } of this.inputs) this.graph.setRank(this.values.get(name)!, dims.length);
    for (const node of this.nodes) this.follow(node);
  }

  /** The whole graph in ONNX's words. */
  model(): OnnxModel {
    return this.graph.model(
      this.inputs,
      this.outputNames().map((name) => this.values.get(name) ?? null),
    );
  }

  private get nodes(): readonly Json[] {
    return itemsOf(valueAt(this.program, 'graph_module', 'graph', 'nodes'));
  }

  private get signature(): Json {
    return valueAt(this.program, 'graph_module', 'signature');
  }

  /** What the user gives becomes an input; parameters, buffers and constants are found in the file. */
  private addInputs(): void {
    const specs = valueAt(this.signature, 'input_specs');
    if (specs === undefined) this.addOldInputs();
    for (const spec of itemsOf(specs)) {
      const [kind, input] = unionOf(spec) ?? [];
      const name = nameOf(valueAt(input, 'arg')) ?? textOf(valueAt(input, 'name'));
      if (name === undefined) continue;
      if (kind === 'user_input') this.addUserInput(name);
      else if (kind === 'constant_input') this.values.set(name, constantOf(valueAt(input, 'value')));
      else this.addTensor(name, textOf(valueAt(input, `${kind}_name`)));
    }
  }

  /** As PyTorch 2.1 wrote it. */
  private addOldInputs(): void {
    for (const group of ['inputs_to_parameters', 'inputs_to_buffers'])
      for (const [name, path] of entriesOf(valueAt(this.signature, group))) this.addTensor(name, textOf(path));
    for (const name of itemsOf(valueAt(this.signature, 'user_inputs')))
      if (typeof name === 'string') this.addUserInput(name);
  }

  private addUserInput(name: string): void {
    const sizes = this.sizesOf(name);
    // A number that the user gives is none that the network is a function of.
    if (!Array.isArray(sizes)) return;
    this.values.set(name, new Traced(name));
    this.inputs.push({ name, dims: sizes.map(extentOf), span: NOWHERE, advice: sizeAdvice });
  }

  private addTensor(name: string, path: string | undefined): void {
    const tensor = path === undefined ? undefined : this.tensors.get(path);
    if (!tensor) throw new WeightsError(`${this.fileName} is damaged: it holds no tensor ${path ?? name}.`);
    this.values.set(name, tensor);
  }

  private outputNames(): readonly string[] {
    const specs = valueAt(this.signature, 'output_specs');
    const given = itemsOf(specs).map((spec) => nameOf(valueAt(spec, 'user_output', 'arg')));
    const names = specs === undefined ? itemsOf(valueAt(this.signature, 'user_outputs')) : given;
    return names.filter((name) => typeof name === 'string');
  }

  private follow(node: Json): void {
    const target = textOf(valueAt(node, 'target')) ?? '';
    const [, short = target, name = ''] = /^torch\.ops\.(aten\.(\w+)\.\w+)$/.exec(target) ?? [];
    const isInPlace = /[^_]_$/.test(name);
    const operator = isInPlace ? name.slice(0, -1) : name;
    const module = moduleOf(node);
    const label = module === '' ? short : `${short} in ${module}`;
    this.graph.within(module, () => {
      if (divisions.has(operator) && this.divide(node)) return;
      const result = this.result(label, operator, node);
      if (isInPlace) this.overwrite(label, node, result);
      this.define(node, label, result);
    });
  }

  /** Parts of a tensor one after another, whose extents the file states; false where they are not followed. */
  private divide(node: Json): boolean {
    const arg = (name: string) =>
      valueAt(
        itemsOf(valueAt(node, 'inputs')).find((input) => valueAt(input, 'name') === name),
        'arg',
      );
    const [x] = this.tensorsRead(node);
    const rank = this.graph.rankOf(x);
    const written = arg('dim') === undefined ? 0 : numberOf(valueAt(arg('dim'), 'as_int'));
    if (x === undefined || rank === undefined || written === undefined) return false;
    const axis = written < 0 ? written + rank : written;
    const names = resultNames(node, 'as_tensor');
    const extents = names.map((name) => extentOf(itemsOf(this.sizesOf(name))[axis]));
    if (!extents.every((extent) => typeof extent === 'number')) return false;
    let from = 0;
    for (const [k, name] of names.entries()) {
      const places = [[from], [from + extents[k]], [axis], [1]];
      const value = this.graph.emit('Slice', [x, ...places]);
      this.graph.setRank(value, rank);
      this.values.set(name, value);
      from += extents[k];
    }
    return true;
  }

  private sizesOf(tensor: string): Json {
    return valueAt(this.program, 'graph_module', 'graph', 'tensor_values', tensor, 'sizes');
  }

  private overwrite(label: string, node: Json, result: Value): void {
    try {
      this.graph.overwrite(this.tensorsRead(node)[0], result);
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
      this.graph.stop(`${label} (${error.message})`);
    }
  }

  private result(label: string, operator: string, node: Json): Value {
    const follow = Object.hasOwn(scriptOperators, operator) ? scriptOperators[operator] : undefined;
    try {
      const known: Value | undefined = follow?.(this.graph, this.argumentsOf(operator, node));
      if (known !== undefined) return known;
      return this.unknown(label, node);
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
      return this.unknown(`${label} (${error.message})`, node);
    }
  }

  /** An operation that is refused by its name. Of numbers alone, it makes a number that is not known. */
  private unknown(label: string, node: Json): Value {
    const tensors = this.tensorsRead(node);
    if (tensors.length === 0 && resultNames(node, 'as_tensor').length === 0) return new Extent(null, null);
    try {
      return this.graph.emit(label, tensors);
    } catch (error) {
      if (!(error instanceof Unfollowed)) throw error;
      return this.graph.stop(label.endsWith(`(${error.message})`) ? label : `${label} (${error.message})`);
    }
  }

  /** The results by their names; further ones, such as the places of maxima, are not followed. */
  private define(node: Json, label: string, result: Value): void {
    for (const symbol of resultNames(node, 'as_sym_int')) this.values.set(symbol, result);
    resultNames(node, 'as_tensor').forEach((name, k) => {
      const isOther = k > 0 && this.read.has(name);
      const value = isOther ? this.unknown(`${label} (result ${k + 1})`, node) : k === 0 ? result : null;
      this.values.set(name, value);
      const sizes = this.sizesOf(name);
      if (value !== null && Array.isArray(sizes)) this.graph.setRank(value, sizes.length);
    });
  }

  private tensorsRead(node: Json): readonly Value[] {
    return itemsOf(valueAt(node, 'inputs'))
      .flatMap((input) => namesIn(valueAt(input, 'arg')))
      .flatMap((name) => {
        const value = this.values.get(name);
        return isTensor(value) ? [value] : [];
      });
  }

  /** The arguments in the order that the operators are called with. */
  private argumentsOf(operator: string, node: Json): readonly Value[] {
    const names = argumentNames(operator);
    const args: Value[] = [];
    for (const input of itemsOf(valueAt(node, 'inputs'))) {
      const name = textOf(valueAt(input, 'name')) ?? '';
      const place = Math.max(...sameNames(name).map((each) => names?.indexOf(each) ?? -1));
      if (place >= 0) args[place] = this.argumentOf(valueAt(input, 'arg'));
      else if (!unimportantArguments.has(name)) throw new Unfollowed(`with ${name}`);
    }
    // Arguments that are not given have their defaults.
    return Array.from({ length: args.length }, (_, k) => args[k]);
  }

  private argumentOf(arg: Json): Value {
    const [kind, value] = unionOf(arg) ?? [];
    switch (kind) {
      case 'as_none':
      case 'as_device':
      case 'as_layout':
      case 'as_memory_format':
        return null;
      case 'as_tensor':
      case 'as_optional_tensor':
        return this.tensorOf(value);
      case 'as_tensors':
      case 'as_optional_tensors':
        return itemsOf(value).map((item) => this.tensorOf(item));
      case 'as_sym_int':
        return this.symbolOf(value);
      case 'as_sym_ints':
        return itemsOf(value).map((item) => this.symbolOf(item));
      case 'as_scalar_type':
        return codeOf(value);
      case 'as_bool':
      case 'as_string':
        return typeof value === 'boolean' || typeof value === 'string' ? value : null;
      case 'as_int':
      case 'as_float':
        return numberIn(value);
      case 'as_ints':
      case 'as_floats':
        return itemsOf(value).map(numberIn);
      case undefined:
      default:
        throw new Unfollowed('an argument of another kind');
    }
  }

  private tensorOf(json: Json): Value {
    const name = nameOf(json);
    if (name === undefined) return null;
    const value = this.values.get(name);
    if (value === undefined || value === null) throw new Unfollowed(`of ${name}, which is not known`);
    return value;
  }

  private symbolOf(json: Json): Value {
    const whole = valueAt(json, 'as_int');
    if (whole !== undefined) return numberIn(whole);
    return this.values.get(textOf(valueAt(json, 'as_name')) ?? '') ?? new Extent(null, null);
  }
}

/** Operators that divide a tensor along an axis. */
const divisions = new Set(['chunk', 'split', 'split_with_sizes']);

/** Operators in place call what they change `self`, also where the others call it `input`. */
function sameNames(name: string): readonly string[] {
  return name === 'self' ? ['self', 'input'] : [name];
}

/** The path of the innermost module that a node belongs to: the last entry is `key,path,class`. */
function moduleOf(node: Json): string {
  const stack = textOf(valueAt(node, 'metadata', 'nn_module_stack')) ?? '';
  const path = stack.split(';').at(-1)?.split(',').slice(1, -1).join(',') ?? '';
  return path.replace(/^(?:L\['self'\]|self)\.?/, '');
}

/** The name of a tensor, which may stand in a union. */
function nameOf(json: Json): string | undefined {
  return textOf(valueAt(json, 'name')) ?? textOf(valueAt(json, 'as_tensor', 'name'));
}

/** Names of the tensors in an argument. */
function namesIn(arg: Json): readonly string[] {
  const [, value] = unionOf(arg) ?? [];
  const items: readonly Json[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => nameOf(item) ?? []);
}

function namesRead(nodes: readonly Json[]): ReadonlySet<string> {
  return new Set(
    nodes.flatMap((node) => itemsOf(valueAt(node, 'inputs')).flatMap((input) => namesIn(valueAt(input, 'arg')))),
  );
}

function resultNames(node: Json, kind: 'as_tensor' | 'as_sym_int'): readonly string[] {
  return itemsOf(valueAt(node, 'outputs')).flatMap((output) => {
    if (kind === 'as_sym_int') return textOf(valueAt(output, kind, 'as_name')) ?? [];
    return valueAt(output, kind) === undefined && valueAt(output, 'as_tensors') === undefined ? [] : namesIn(output);
  });
}

function constantOf(json: Json): Value {
  const [, value] = unionOf(json) ?? [];
  return typeof value === 'boolean' || typeof value === 'string' ? value : (numberOf(value) ?? null);
}

function numberIn(json: Json): number {
  const number = numberOf(json);
  if (number === undefined) throw new Unfollowed('a number that is not known');
  return number;
}

/** An extent, or the name of a symbolic one: `Symbol('s0', positive=True, integer=True)`. */
function extentOf(json: Json): number | string | null {
  const whole = valueAt(json, 'as_int');
  if (typeof whole === 'number') return whole;
  const written = textOf(valueAt(json, 'as_expr', 'expr_str')) ?? textOf(valueAt(json, 'as_symbol'));
  return /Symbol\('([^']+)'/.exec(written ?? '')?.[1] ?? written ?? null;
}

/** PyTorch's own code for a kind of numbers by that of exported programs, which begins at one. */
function codeOf(json: Json): number {
  const code = numberIn(json);
  return code === 13 ? 15 : code - 1;
}
