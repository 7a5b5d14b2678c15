import { NOWHERE } from '../../network/definition.ts';
import type { BinaryFormat } from '../binary/models.ts';
import type { ReadOptions, ReadResult } from '../format.ts';
import { nameFromFile } from '../names.ts';
import { sizeAdvice } from '../onnx/model.ts';
import { bytesSource, type ByteSource } from '../weights/weightsFile.ts';
import { isZip, openZip } from '../weights/zip.ts';
import { ByteReader } from '../binary/byteReader.ts';
import { isTorchArchive, readTorchArchive } from './checkpoint.ts';
import { networkOfImages } from './imageSize.ts';
import { PickledObject, readPickle, type Pickled } from './pickle.ts';
import { ScriptCode } from './scriptCode.ts';
import { ScriptGraph } from './scriptGraph.ts';
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
  const paths = pathsIn(root);
  const graph = new ScriptGraph(INPUT, (tensor) => paths.get(tensor));
  const runner = new ScriptRunner(new ScriptCode(archive), constantsOf(source), graph, (module, work) =>
    graph.within(paths.get(module) ?? '', work),
  );
  let last: Value;
  try {
    last = runner.method(root, 'forward', [new Traced(INPUT)]);
  } catch (error) {
    if (!(error instanceof Unfollowed)) throw error;
    // What is known so far is shown up to an operation of this name, which is refused.
    last = graph.stop(error.message);
  }
  const inputs = [{ name: INPUT, dims: inputSizes(graph), span: NOWHERE, advice: sizeAdvice }];
  const model = graph.model(inputs, Array.isArray(last) ? (last as readonly Value[]) : [last]);
  const { network, problems } = networkOfImages(model, nameFromFile(source.name), options);
  return { format: 'torchscript', networks: [network], problems };
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

/** Names of tensors and modules by where they stand in a module. */
function pathsIn(root: PickledObject): Map<Pickled, string> {
  const paths = new Map<Pickled, string>();
  const add = (module: PickledObject, path: string): void => {
    if (paths.has(module) || paths.size > MAX_MODULES) return;
    paths.set(module, path);
    for (const [key, value] of fieldsOf(module) ?? []) {
      if (typeof key !== 'string' || !(value instanceof PickledObject)) continue;
      const inner = path === '' ? key : `${path}.${key}`;
      if (value instanceof PickledTensor) paths.set(value, inner);
      else add(value, inner);
    }
  };
  add(root, '');
  return paths;
}

/** The features or channels that the first layer with weights asks for; the size of an image is not in the file. */
function inputSizes({ nodes, initializers }: ScriptGraph): (number | string | null)[] {
  // Tensors as large as the input.
  const alike = new Set([INPUT]);
  for (const { op, inputs, outputs } of nodes)
    if (pointwise.has(op) && inputs.some((name) => alike.has(name))) outputs.forEach((name) => alike.add(name));
  const first = nodes.find(({ op }) => op === 'Gemm' || op === 'Conv' || op === 'MatMul');
  const dims = initializers.get(first?.inputs[1] ?? '')?.dims;
  if (!first || !dims || !alike.has(first.inputs[0])) return ['batch', null];
  if (first.op !== 'Conv') return ['batch', first.attributes.number('transB') === 1 ? dims[1] : dims[0]];
  const channels = dims[1] * (first.attributes.number('group') ?? 1);
  return ['batch', channels, ...(dims.length === 3 ? ['length'] : ['height', 'width'])];
}
