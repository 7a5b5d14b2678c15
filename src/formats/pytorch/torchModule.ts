import type { BinaryFormat } from '../binary/models.ts';
import type { ReadOptions, ReadResult } from '../format.ts';
import { NOWHERE, type Problem } from '../../network/definition.ts';
import { nameFromFile } from '../names.ts';
import { sizeAdvice, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/model.ts';
import { WeightsError, type ByteSource } from '../weights/weightsFile.ts';
import { isZip, openZip } from '../weights/zip.ts';
import { isLegacyTorch, isTorchArchive, readLegacyTorch, readTorchArchive } from './checkpoint.ts';
import { networkOfImages } from './imageSize.ts';
import { nodeOf, type LeafModule } from './layers.ts';
import { PickledObject, type Pickled, type PickledDict } from './pickle.ts';
import { fieldsOf } from './stateDict.ts';
import { PickledTensor } from './tensors.ts';

/**
 * A module that `torch.save` pickled as a whole. What a class of the user computes is in its code, which the file does
 * not hold: read are modules in a sequence.
 */
export const torchModule: BinaryFormat = {
  id: 'torch',
  hasPlainWeights: true,
  sniff: (source) => sequenceIn(source) !== null,
  read: readModule,
};

/** A module with its name in the one around it. */
interface Module {
  readonly object: PickledObject;
  readonly path: string;
}

interface Sequence {
  readonly leaves: readonly Module[];
  /** The class of the user whose only module is the sequence. */
  readonly wrapper: { readonly className: string; readonly only: string } | null;
}

function sequenceIn(source: ByteSource): Sequence | null {
  const head = source.read(0, Math.min(16, source.size));
  try {
    const root = rootOf(source, head);
    return root && sequenceOf(root);
  } catch (error) {
    // What stands against the file is said where its weights are read.
    if (error instanceof WeightsError) return null;
    throw error;
  }
}

function rootOf(source: ByteSource, head: Uint8Array): PickledObject | null {
  let root: Pickled = null;
  if (isLegacyTorch(head)) root = readLegacyTorch(source).root;
  else if (isZip(head)) {
    const archive = openZip(source);
    if (!isTorchArchive(archive) || archive.names.some((name) => /(^|\/)constants\.pkl$/.test(name))) return null;
    root = readTorchArchive(archive).root;
  }
  // Checkpoints may keep the module under a key.
  if (root instanceof Map) root = root.get('model') ?? null;
  return root instanceof PickledObject && modulesOf(root) ? root : null;
}

/** The modules in a module, in order; null for what is not a module. */
function modulesOf(object: PickledObject): PickledDict | null {
  const modules = fieldsOf(object)?.get('_modules');
  return modules instanceof Map ? modules : null;
}

const MAX_MODULES = 20_000;

function sequenceOf(root: PickledObject): Sequence | null {
  const leaves: Module[] = [];
  let [module, wrapper]: [Module, Sequence['wrapper']] = [{ object: root, path: '' }, null];
  for (let depth = 0; depth < 10 && !isLibraryClass(module.object); depth++) {
    const children = childrenOf(module);
    if (children.length !== 1) return null;
    wrapper ??= { className: root.className.replace(/^.*\./, ''), only: children[0].path };
    [module] = children;
  }
  if (!isLibraryClass(module.object) || !addLeaves(module, leaves)) return null;
  return { leaves, wrapper };
}

function childrenOf({ object, path }: Module): Module[] {
  return [...(modulesOf(object) ?? new Map<Pickled, Pickled>())].flatMap(([key, child]) =>
    typeof key === 'string' && child instanceof PickledObject
      ? [{ object: child, path: path === '' ? key : `${path}.${key}` }]
      : [],
  );
}

function isLibraryClass({ className }: PickledObject): boolean {
  return className.startsWith('torch.nn.modules.');
}

/** False where a module is neither a sequence nor one layer of the library. */
function addLeaves(module: Module, leaves: Module[]): boolean {
  if (leaves.length > MAX_MODULES) return false;
  if (kindOf(module.object) === 'Sequential') {
    return childrenOf(module).every((child) => isLibraryClass(child.object) && addLeaves(child, leaves));
  }
  leaves.push(module);
  return childrenOf(module).length === 0;
}

function kindOf({ className }: PickledObject): string {
  return className.slice(className.lastIndexOf('.') + 1);
}

function readModule(source: ByteSource, options: ReadOptions): ReadResult {
  const sequence = sequenceIn(source);
  if (!sequence || sequence.leaves.length === 0) return { format: 'torch', networks: [], problems: [] };
  const { leaves, wrapper } = sequence;
  const model = modelOf(leaves.map(leafOf));
  const { network, problems } = networkOfImages(model, nameFromFile(source.name), options);
  const said: Problem[] = wrapper
    ? [
        {
          code: 'forward-not-in-file',
          severity: 'information',
          message: `What ${wrapper.className} computes is in its code, which the file does not hold. It is taken to be its only part, ${wrapper.only}.`,
          span: NOWHERE,
        },
      ]
    : [];
  return { format: 'torch', networks: [network], problems: [...said, ...problems] };
}

function leafOf({ object, path }: Module): LeafModule {
  const fields = fieldsOf(object) ?? new Map<Pickled, Pickled>();
  return {
    kind: kindOf(object),
    path: path === '' ? kindOf(object) : path,
    fields,
    tensor(name) {
      for (const group of ['_parameters', '_buffers']) {
        const tensors = fields.get(group);
        const found = tensors instanceof Map ? tensors.get(name) : undefined;
        if (found instanceof PickledTensor) return found;
      }
      return undefined;
    },
  };
}

/** The sequence as a graph, from the input `input` to the output `output`. */
function modelOf(leaves: readonly LeafModule[]): OnnxModel {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  let last = 'input';
  for (const leaf of leaves) {
    const output = `${leaf.path}#out`;
    const { node, tensors } = nodeOf(leaf, last, output);
    nodes.push(node);
    for (const tensor of tensors) initializers.set(tensor.name, tensor);
    last = output;
  }
  return {
    name: undefined,
    nodes,
    initializers: [...initializers.values()],
    inputs: [{ name: 'input', dims: inputOf(leaves), span: NOWHERE, advice: sizeAdvice }],
    outputs: [last],
    span: NOWHERE,
    nameSpan: NOWHERE,
    initializersSpan: NOWHERE,
  };
}

/** The batch and the features that the first layer with weights asks for; the size of an image is not in the file. */
function inputOf(leaves: readonly LeafModule[]): (number | string | null)[] {
  const first = leaves.find(({ fields }) => fields.has('in_features') || fields.has('in_channels'));
  const features = first?.fields.get('in_features');
  if (typeof features === 'number') return ['batch', features];
  const channels = first?.fields.get('in_channels');
  const isLine = first?.kind.endsWith('1d');
  return ['batch', typeof channels === 'number' ? channels : null, ...(isLine ? ['length'] : ['height', 'width'])];
}
