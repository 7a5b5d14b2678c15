import type { NativeFile, NativeLayer } from './nativeFile.ts';
import { open } from './nativeFile.ts';
import { fitted, flat, withTensors } from './weights.ts';

/** A smaller or simpler file for which this still holds, found step by step; asks it at most this many times. */
export async function shrink(
  file: NativeFile,
  holds: (candidate: NativeFile) => Promise<boolean>,
  most = 150,
): Promise<NativeFile> {
  let asked = 0;
  let best = file;
  for (let found = true; found && asked < most;) {
    found = false;
    for (const candidate of simpler(best)) {
      if (asked++ >= most) break;
      if (!(await holds(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** Files one step simpler than this, the largest steps first; those that cannot be read are left out. */
function* simpler(file: NativeFile): Generator<NativeFile> {
  for (const candidate of simplerForms(file)) {
    const fitting = refitted(candidate);
    if (fitting) yield fitting;
  }
  yield* simplerWeights(file);
}

function* simplerForms(file: NativeFile): Generator<NativeFile> {
  const { layers, outputs } = file;
  if (outputs) yield { ...file, outputs: undefined };
  for (let i = layers.length - 1; i > 0; i--) yield { ...file, outputs: undefined, layers: layers.slice(0, i) };
  for (let i = 0; i < layers.length; i++) yield without(file, i);
  yield* smallerInputs(file);
  for (let i = 0; i < layers.length; i++) {
    for (const layer of simplerLayers(layers[i])) yield { ...file, layers: layers.with(i, layer) };
  }
}

/** What read a layer reads what it read. */
function without(file: NativeFile, i: number): NativeFile {
  const { name, inputs } = file.layers[i];
  const layers = file.layers
    .filter((_, k) => k !== i)
    .map((layer) => ({
      ...layer,
      inputs: layer.inputs?.flatMap((source) => (source === name ? (inputs ?? []).slice(0, 1) : [source])),
      ...(layer.shared_with === name && { shared_with: undefined }),
    }));
  return { ...file, layers, outputs: undefined };
}

function* smallerInputs(file: NativeFile): Generator<NativeFile> {
  const { input } = file;
  if (!isShape(input)) {
    for (const [name, shape] of Object.entries(input)) {
      for (const smaller of lessByOne(shape)) yield { ...file, input: { ...input, [name]: smaller } };
    }
  } else {
    for (const smaller of lessByOne(input)) yield { ...file, input: smaller };
  }
}

function isShape(input: NativeFile['input']): input is readonly number[] {
  return Array.isArray(input);
}

function lessByOne(numbers: readonly number[]): number[][] {
  return numbers.flatMap((value, i) => (value > 1 ? [numbers.with(i, value - 1)] : []));
}

const placing = new Set(['type', 'name', 'inputs', 'shared_with', 'weights']);
const sized = new Set(['units', 'filters', 'kernel_size', 'pool_size', 'size', 'rank']);

function* simplerLayers(layer: NativeLayer): Generator<NativeLayer> {
  for (const [field, value] of Object.entries(layer)) {
    if (placing.has(field) || value === undefined) continue;
    if (!sized.has(field) && field !== 'activation') yield { ...layer, [field]: undefined };
    if (field === 'activation' && value !== 'relu') yield { ...layer, activation: 'relu' };
    if (field === 'activation' && layer.type !== 'activation') yield { ...layer, activation: undefined };
    if (typeof value === 'number' && value > 1) yield { ...layer, [field]: value - 1 };
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'number')) {
      for (const smaller of lessByOne(value)) yield { ...layer, [field]: smaller };
    }
  }
}

function* simplerWeights(file: NativeFile): Generator<NativeFile> {
  if (file.layers.every(({ weights }) => !weights)) return;
  yield { ...file, layers: file.layers.map((layer) => ({ ...layer, weights: undefined })) };
  const roundings = [(value: number) => Math.round(value), (value: number) => Math.round(value * 8) / 8];
  const before = JSON.stringify(file);
  for (const round of roundings) {
    const rounded = withTensors(file, (name, _, old) =>
      flat(old ?? 1).map((value) => round(value) || (name === 'moving_variance' ? 1 : 0)),
    );
    if (JSON.stringify(rounded) !== before) yield rounded;
  }
}

/** The file with weights of the shapes it has now; null where it cannot be read. */
function refitted(file: NativeFile): NativeFile | null {
  if (file.layers.length === 0) return null;
  const bare = { ...file, layers: file.layers.map((layer) => ({ ...layer, weights: undefined })) };
  return open(bare, false).fault === null ? fitted(file) : null;
}
