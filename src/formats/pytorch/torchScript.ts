import type { Problem } from '../../network/definition.ts';
import type { BinaryFormat } from '../binary/models.ts';
import type { ReadOptions, ReadResult } from '../format.ts';
import { nameFromFile } from '../names.ts';
import { networkOf } from '../onnx/graph.ts';
import { sizeAdvice, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model.ts';
import { bytesSource, type ByteSource } from '../weights/weightsFile.ts';
import { isZip, openZip } from '../weights/zip.ts';
import { ByteReader } from '../binary/byteReader.ts';
import { isTorchArchive, readTorchArchive } from './checkpoint.ts';
import { constantTensor, nowhere, PlainAttributes, storedTensor, type Attribute } from './layers.ts';
import { PickledObject, readPickle, type Pickled } from './pickle.ts';
import { ScriptCode } from './scriptCode.ts';
import { ScriptRunner } from './scriptRunner.ts';
import { Traced, Unfollowed, type Value } from './scriptValues.ts';
import { fieldsOf } from './stateDict.ts';
import { PickledTensor, TensorHost } from './tensors.ts';

/** A TorchScript archive: its code is followed, from the method `forward` of the module on. */
export const torchScript: BinaryFormat = {
  id: 'torchscript',
  hasPlainWeights: true,
  sniff(source) {
    const head = source.read(0, Math.min(16, source.size));
    if (!isZip(head)) return false;
    const archive = openZip(source);
    return isTorchArchive(archive) && archive.names.some((name) => /(^|\/)code\/__torch__.*\.py$/.test(name));
  },
  read: readScript,
};

const INPUT = 'input';

function readScript(source: ByteSource, options: ReadOptions): ReadResult {
  const archive = openZip(source);
  const { root } = readTorchArchive(archive);
  if (!(root instanceof PickledObject)) return { format: 'torchscript', networks: [], problems: [] };
  const graph = new ScriptGraph(root);
  const runner = new ScriptRunner(new ScriptCode(archive), constantsOf(source), graph, (module, work) =>
    graph.within(module, work),
  );
  const problems: Problem[] = [];
  let last: Value;
  try {
    last = runner.method(root, 'forward', [new Traced(INPUT)]);
  } catch (error) {
    if (!(error instanceof Unfollowed)) throw error;
    // What is known so far is shown up to an operation of this name, which is refused.
    last = graph.stop(error.message);
  }
  const { network, problems: found } = networkOf(graph.model(last), nameFromFile(source.name), options);
  return { format: 'torchscript', networks: [network], problems: [...problems, ...found] };
}

/** Tensors that the code names `CONSTANTS.c0`, ... */
function constantsOf(source: ByteSource): readonly Pickled[] {
  const archive = openZip(source);
  const name = archive.names.find((each) => /(^|\/)constants\.pkl$/.test(each));
  if (name === undefined) return [];
  const folder = name.replace(/constants\.pkl$/, 'constants/');
  const finder = {
    isLittleEndian: true,
    find: (key: string) => ({
      read: (start: number, length: number) => archive.part(`${folder}${key}`, start, length),
    }),
  };
  const reader = new ByteReader(bytesSource(source.name, archive.file(name)));
  const constants = readPickle(reader, new TensorHost(source.name, finder));
  return Array.isArray(constants) ? constants : [];
}

const MAX_MODULES = 20_000;

const pointwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Abs', 'Relu', 'Clip', 'LeakyRelu', 'Sigmoid', 'Tanh']);

/** The nodes that code asks for, and the tensors that they read. */
class ScriptGraph {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers = new Map<string, OnnxTensor>();
  /** Names of tensors and modules by where they stand in the module. */
  private readonly paths = new Map<Pickled, string>();
  private readonly names = new Map<PickledTensor, string>();
  private readonly modules: PickledObject[] = [];
  private last = INPUT;

  constructor(root: PickledObject) {
    this.addPaths(root, '');
  }

  private addPaths(module: PickledObject, path: string): void {
    if (this.paths.has(module) || this.paths.size > MAX_MODULES) return;
    this.paths.set(module, path);
    for (const [key, value] of fieldsOf(module) ?? []) {
      if (typeof key !== 'string' || !(value instanceof PickledObject)) continue;
      const inner = path === '' ? key : `${path}.${key}`;
      if (value instanceof PickledTensor) this.paths.set(value, inner);
      else this.addPaths(value, inner);
    }
  }

  within(module: PickledObject, work: () => Value): Value {
    this.modules.push(module);
    const value = work();
    this.modules.pop();
    return value;
  }

  emit(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute | undefined>> = {}): Traced {
    const output = `#${this.nodes.length}`;
    this.nodes.push({
      name: this.paths.get(this.modules.at(-1) ?? null) ?? '',
      op,
      inputs: inputs.map((input) => this.nameOf(input)),
      outputs: [output],
      attributes: new PlainAttributes(attributes),
      ...nowhere,
      opSpan: nowhere,
      tensor: () => undefined,
    });
    this.last = output;
    return new Traced(output);
  }

  /** An operation that is not known stands for what is not followed. */
  stop(what: string): Traced {
    return this.emit(what, [new Traced(this.last)]);
  }

  private nameOf(value: Value): string {
    if (value === null) return '';
    if (value instanceof Traced) return value.name;
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
    const name = this.paths.get(tensor) ?? `#constant ${this.initializers.size}`;
    this.names.set(tensor, name);
    this.initializers.set(name, storedTensor(name, tensor));
    return name;
  }

  model(last: Value): OnnxModel {
    return {
      name: undefined,
      nodes: this.nodes,
      initializers: [...this.initializers.values()],
      inputs: [{ name: INPUT, dims: this.inputSizes(), span: nowhere, advice: sizeAdvice }],
      outputs: (Array.isArray(last) ? (last as readonly Value[]) : [last]).flatMap((value) =>
        value instanceof Traced ? [value.name] : [],
      ),
      span: nowhere,
      nameSpan: nowhere,
      initializersSpan: nowhere,
    };
  }

  /** The features or channels that the first layer with weights asks for; the size of an image is not in the file. */
  private inputSizes(): (number | string | null)[] {
    // Tensors as large as the input.
    const alike = new Set([INPUT]);
    for (const { op, inputs, outputs } of this.nodes)
      if (pointwise.has(op) && inputs.some((name) => alike.has(name))) outputs.forEach((name) => alike.add(name));
    const first = this.nodes.find(({ op }) => op === 'Gemm' || op === 'Conv' || op === 'MatMul');
    const dims = this.initializers.get(first?.inputs[1] ?? '')?.dims;
    if (!first || !dims || !alike.has(first.inputs[0])) return ['batch', null];
    if (first.op !== 'Conv') return ['batch', first.attributes.number('transB') === 1 ? dims[1] : dims[0]];
    const channels = dims[1] * (first.attributes.number('group') ?? 1);
    return ['batch', channels, ...(dims.length === 3 ? ['length'] : ['height', 'width'])];
  }
}
