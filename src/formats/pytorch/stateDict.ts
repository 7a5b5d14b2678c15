import { WeightsError, type StoredTensor, type WeightsFile } from '../weights/weightsFile.ts';
import type { Checkpoint } from './checkpoint.ts';
import { PickledObject, type Pickled, type PickledDict } from './pickle.ts';
import { PickledTensor } from './tensors.ts';

/** Under these keys training scripts keep the weights of a model, beside much else; the first that is there counts. */
const modelKeys = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'module',
  'net',
  'network',
  'weights',
  'params',
  'state_dict_ema',
  'model_ema',
  'ema',
  'params_ema',
];

/** Under these they keep the state of training, which has tensors of the same shapes. */
const ofTraining = /optim|sched|scaler|callback|loops|hyper|rng|random|^amp$|history|args|config/i;

const MAX_DEPTH = 40;
const MAX_VISITS = 500_000;

/** The weights of a checkpoint under their names in the module. Throws a `WeightsError` where there are none. */
export function torchWeights({ name, root }: Checkpoint): WeightsFile {
  const { part, choice } = weightsOf(root);
  const tensors = new Collector(name).collect(part);
  if (tensors.length === 0) throw new WeightsError(`${name} ${whyNone(root)}`);
  return {
    kind: 'pytorch',
    name,
    tensors,
    model: null,
    ...(choice !== null && { choice: `${name} holds several sets of weights: those under ${choice} are used.` }),
  };
}

function whyNone(root: Pickled): string {
  if (root instanceof PickledObject && !(root instanceof PickledTensor))
    return `holds an object of the class ${root.className}, in which there are no tensors.`;
  return 'was written by PyTorch, but holds no tensors.';
}

/** The part of a checkpoint that is the model, and its key where another one could have been meant. */
function weightsOf(root: Pickled): { part: Pickled; choice: string | null } {
  let part = root;
  let choice: string | null = null;
  for (let depth = 0; depth < 4 && part instanceof Map; depth++) {
    const dict = part;
    const keys = modelKeys.filter((key) => isContainer(dict.get(key)) && holdsTensors(dict.get(key)!));
    if (keys.length === 0) return { part: withoutTraining(dict), choice };
    part = dict.get(keys[0])!;
    if (keys.length > 1) choice = keys[0];
  }
  return { part, choice };
}

function isContainer(value: Pickled | undefined): boolean {
  return value instanceof Map || (value instanceof PickledObject && !(value instanceof PickledTensor));
}

function holdsTensors(value: Pickled): boolean {
  return new Collector('', 1).collect(value).length > 0;
}

function withoutTraining(dict: PickledDict): PickledDict {
  const isTraining = (key: Pickled, value: Pickled) => isContainer(value) && ofTraining.test(keyText(key));
  return new Map([...dict].filter(([key, value]) => !isTraining(key, value)));
}

/** Goes through containers and modules for tensors, under the names that `state_dict` would give them. */
class Collector {
  private readonly found: StoredTensor[] = [];
  private readonly open = new Set<Pickled>();
  private visits = 0;

  constructor(
    private readonly name: string,
    private readonly most = Infinity,
  ) {}

  collect(root: Pickled): StoredTensor[] {
    this.visit(root, '');
    return this.found;
  }

  private visit(value: Pickled, path: string): void {
    if (this.found.length >= this.most) return;
    if (value instanceof PickledTensor) {
      this.found.push({ name: path, shape: value.shape, values: value.values });
      return;
    }
    const entries = entriesOf(value);
    if (entries === null || this.open.has(value)) return;
    this.visits += entries.length;
    if (this.visits > MAX_VISITS || this.open.size > MAX_DEPTH)
      throw new WeightsError(`${this.name} is nested more deeply than any model.`);
    this.open.add(value);
    for (const [key, entry] of entries) this.visit(entry, join(path, key));
    this.open.delete(value);
  }
}

type Entry = readonly [key: string, value: Pickled];

/** Of a module: its own parameters and buffers, and the modules in it. */
function entriesOf(value: Pickled): readonly Entry[] | null {
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item] as const);
  const dict = value instanceof PickledObject ? fieldsOf(value) : value;
  if (!(dict instanceof Map)) return null;
  if (!(dict.get('_modules') instanceof Map)) return [...dict].map(([key, entry]) => [keyText(key), entry] as const);
  return ['_parameters', '_buffers', '_modules'].flatMap((group) => entriesOf(dict.get(group) ?? null) ?? []);
}

/** The fields of an object; where it has slots, they stand beside its dictionary. */
export function fieldsOf({ state }: PickledObject): PickledDict | null {
  const dict = Array.isArray(state) ? state[0] : state;
  return dict instanceof Map ? dict : null;
}

/** Keys of state dicts are texts, those of an optimizer's state whole numbers. */
function keyText(key: Pickled): string {
  return typeof key === 'string' || typeof key === 'number' ? String(key) : '';
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
