import type { StoredTensor, WeightsFile } from './weightsFile.ts';

/** All tensors of one layer, as the file groups them. */
export interface TensorOwner {
  /** Segments joined by slashes, without what says nothing: `model_weights/dense/dense/kernel:0` is `dense`. */
  readonly path: string;
  /** The path names the layer's class and its number among those of that class, not the layer (Keras 3). */
  readonly byClass: boolean;
  /** By what the file calls them: kernel, weight, 0, ... */
  readonly parts: ReadonlyMap<string, StoredTensor>;
}

/** Endings by which names without separators tell a tensor's part: `dense_1_W`, `fc1_weight`. */
const endings =
  /^(.*?)_?(depthwise_kernel|pointwise_kernel|kernel|biases|bias|gamma|beta|moving_mean|moving_variance|running_mean|running_var|running_std|alphas|alpha|weights|weight|W|b)$/;

/** State of training, which no layer computes with. */
const ofTraining =
  /^optimizer|^training_config|^top_level_model_weights|(^|[/.])(iterations?|iter|num_batches_tracked|save_counter|seed_generator(_state)?|seed_state|rate|decay|learning_rate)$/;

/** The tensors of a file by the layer they belong to; those that are of training alone are left out. */
export function ownersOf({ tensors }: WeightsFile): TensorOwner[] {
  const owners = new Map<string, { path: string; byClass: boolean; parts: Map<string, StoredTensor> }>();
  for (const tensor of tensors) {
    if (ofTraining.test(tensor.name)) continue;
    const { path, part, byClass } = addressOf(tensor);
    const key = `${byClass} ${path}`;
    const owner = owners.get(key) ?? { path, byClass, parts: new Map<string, StoredTensor>() };
    owners.set(key, owner);
    owner.parts.set(part, tensor);
  }
  return [...owners.values()].sort((a, b) => naturally(a.path, b.path));
}

interface Address {
  readonly path: string;
  readonly part: string;
  readonly byClass: boolean;
}

function addressOf({ name, layer }: StoredTensor): Address {
  const segments = segmentsOf(name);
  const part = segments.pop() ?? '';
  const isVariable = segments.at(-1) === 'vars';
  if (layer !== undefined && !isVariable) return { path: pathOfName(layer), part, byClass: false };
  if (isVariable) {
    const groups = segments.filter(
      (segment) => !/^(vars|layers|_layer_checkpoint_dependencies|_operations)$/.test(segment),
    );
    if (layer === undefined) return { path: groups.join('/'), part, byClass: true };
    return { path: [...groups.slice(0, -1), layer].join('/'), part, byClass: false };
  }
  if (segments[0] === 'model_weights') segments.shift();
  if (segments.length === 0) return { ...bareAddress(part), byClass: false };
  return { path: (isDotted(name) ? segments : withoutRepeats(segments)).join('/'), part, byClass: false };
}

/** PyTorch's modules may have the same name as the one they are in: `features.0.0` and `features.0` are two. */
function isDotted(name: string): boolean {
  return !name.includes('/');
}

/** Names that wrappers of modules put between others: `torch.compile` and sharded training. */
const wrappers = /^(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)$/;

/** A layer's name, as the paths of files are written. */
export function pathOfName(name: string): string {
  const segments = name.replaceAll('.', '/').split('/');
  return (isDotted(name) ? segments : withoutRepeats(segments)).join('/');
}

/** `W1`, `dense_1_W`, `arr_3`: no separator tells where the layer's name ends. */
function bareAddress(name: string): { path: string; part: string } {
  const numbered = /^([Wwb]|weights?|bias(?:es)?|kernel)_?(\d+)$/.exec(name);
  if (numbered) return { path: numbered[2], part: numbered[1] };
  const ended = endings.exec(name);
  return ended ? { path: ended[1], part: ended[2] } : { path: '', part: name };
}

/** Without the number of the output that TensorFlow appends. */
function segmentsOf(name: string): string[] {
  const bare = name.replace(/:\d+$/, '');
  return bare.split(bare.includes('/') ? '/' : '.').filter((segment) => segment !== '' && !wrappers.test(segment));
}

function withoutRepeats(segments: readonly string[]): string[] {
  return segments.filter((segment, i) => segment !== segments[i - 1]);
}

/** Numbers inside of names by their value: `dense_2` before `dense_10`. */
function naturally(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => path.split(/(\d+)/));
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i]) continue;
    if (i % 2 === 1) return Number(left[i]) - Number(right[i]) || left[i].length - right[i].length;
    return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}

/** A path without its numbers: paths that differ in their numbers alone are counted, so their order is meant. */
export function stemOf(path: string): string {
  return path.replace(/_?\d+/g, '#').replace(/[^/#]+$/, '$&#');
}

/** The list that `numpy.savez(*model.get_weights())` writes: `arr_0`, `arr_1`, ..., in the order of the layers. */
export function listOf(owners: readonly TensorOwner[]): readonly StoredTensor[] | null {
  const [only, ...more] = owners;
  if (!only || more.length > 0 || only.path !== '') return null;
  const numbers = [...only.parts.keys()].map((part) => Number(/^arr_(\d+)$/.exec(part)?.[1] ?? NaN));
  if (!numbers.every((number) => Number.isInteger(number) && number < numbers.length)) return null;
  return numbers.map((_, i) => only.parts.get(`arr_${i}`)!);
}
