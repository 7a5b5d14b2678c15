import type { NumberType } from '../weights/numberTypes.ts';
import { WeightsError } from '../weights/weightsFile.ts';
import { isZip, openZip, type Archive } from '../weights/zip.ts';
import { isTorchArchive, readTorchArchive } from './checkpoint.ts';
import { entriesOf, itemsOf, jsonIn, textOf, valueAt, type Json } from './exportedJson.ts';
import { valuesOf } from './stridedValues.ts';
import { PickledTensor } from './tensors.ts';

/**
 * Archives of `torch.export.save`. Since PyTorch 2.8 they have programs under `models/` and each tensor as a file of
 * raw numbers (https://docs.pytorch.org/docs/stable/export/pt2_archive.html), before that one program and its state
 * dict beside each other.
 */
export interface ExportedArchive {
  readonly archive: Archive;
  /** The folder that all other names begin with; empty, or with a slash behind it. */
  readonly folder: string;
  /** The files of programs, by the names of their models; that of an older archive has none. */
  readonly programs: ReadonlyMap<string, string>;
}

const OLD = /^((?:.*\/)?)serialized_exported_program\.json$/;
const NEW = /^((?:[^/]+\/)?)models\/(.+)\.json$/;

/** The programs in an archive; null where it holds none. */
export function exportedIn(archive: Archive): ExportedArchive | null {
  const old = archive.names.map((name) => OLD.exec(name)).find((match) => match !== null);
  if (old) return { archive, folder: old[1], programs: new Map([['', old[0]]]) };
  const found = archive.names.map((name) => NEW.exec(name)).filter((match) => match !== null);
  const folder = found[0]?.[1];
  if (folder === undefined || !archive.names.includes(`${folder}archive_format`)) return null;
  const programs = found.filter((match) => match[1] === folder).map((match) => [match[2], match[0]] as const);
  return { archive, folder, programs: new Map(programs) };
}

/** Parameters, buffers and constants of a program by their names in the module. Throws a `WeightsError`. */
export function tensorsOf(exported: ExportedArchive, model: string): ReadonlyMap<string, PickledTensor> {
  const groups = exported.programs.has('') ? oldGroups : newGroups;
  return new Map(groups.flatMap((group) => [...group(exported, model)]));
}

type Group = (exported: ExportedArchive, model: string) => ReadonlyMap<string, PickledTensor>;

const oldGroup =
  (name: string): Group =>
  ({ archive, folder }) => {
    // PyTorch 2.1 and 2.2 gave the same bytes another ending.
    const file = [`${folder}${name}.pt`, `${folder}${name}.json`].find((each) => archive.names.includes(each));
    return file === undefined ? new Map() : tensorsIn(archive, file);
  };

const oldGroups = [oldGroup('serialized_state_dict'), oldGroup('serialized_constants')];

const newGroup =
  (place: string, configs: readonly string[]): Group =>
  ({ archive, folder }, model) => {
    const within = `${folder}${place}`;
    const config = configs.map((ending) => `${within}${model}${ending}`).find((name) => archive.names.includes(name));
    if (config !== undefined) return listedTensors(archive, folder, within, jsonIn(archive, config));
    const pickled = `${within}${model}.pt`;
    return archive.names.includes(pickled) ? tensorsIn(archive, pickled) : new Map();
  };

const newGroups = [
  newGroup('data/weights/', ['_weights_config.json', '_model_param_config.json']),
  newGroup('data/constants/', ['_constants_config.json', '_model_constants_config.json']),
];

/** Tensors in a dictionary that `torch.save` wrote into a file of the archive; an empty file holds none. */
function tensorsIn(archive: Archive, name: string): ReadonlyMap<string, PickledTensor> {
  const root = archive.sizeOf(name) === 0 ? new Map() : rootOf(archive, name);
  const found = new Map<string, PickledTensor>();
  for (const [key, value] of root instanceof Map ? root : [])
    if (typeof key === 'string' && value instanceof PickledTensor) found.set(key, value);
  return found;
}

function rootOf(archive: Archive, name: string) {
  const source = archive.source(name);
  const inner = isZip(source.read(0, Math.min(16, source.size))) ? openZip(source) : null;
  if (!inner || !isTorchArchive(inner))
    throw new WeightsError(`${archive.name} is damaged: ${name} is not what torch.save writes.`);
  return readTorchArchive(inner).root;
}

/** Tensors in files of their own, as a list of their names, kinds and shapes describes them. */
function listedTensors(
  archive: Archive,
  folder: string,
  within: string,
  config: Json,
): ReadonlyMap<string, PickledTensor> {
  const order = `${folder}byteorder`;
  const isBig = archive.names.includes(order) && new TextDecoder().decode(archive.file(order, 8)).startsWith('big');
  const found = new Map<string, PickledTensor>();
  for (const [name, entry] of entriesOf(valueAt(config, 'config'))) {
    const file = `${within}${textOf(valueAt(entry, 'path_name')) ?? ''}`;
    const tensor =
      valueAt(entry, 'use_pickle') === true ? pickledTensor(archive, file) : rawTensor(archive, file, entry, !isBig);
    if (tensor) found.set(name, tensor);
  }
  return found;
}

/** Objects of other kinds than tensors are left alone. */
function pickledTensor(archive: Archive, file: string): PickledTensor | null {
  if (!archive.names.includes(file)) return null;
  const root = rootOf(archive, file);
  return root instanceof PickledTensor ? root : null;
}

/** PyTorch's kinds of numbers by their codes in exported programs, and by their names in early ones. */
const types: Readonly<Record<string, NumberType>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  12: 'bool',
  13: 'bfloat16',
  28: 'uint16',
};

function rawTensor(archive: Archive, file: string, entry: Json, isLittleEndian: boolean): PickledTensor {
  const meta = valueAt(entry, 'tensor_meta');
  const [shape, stride] = [extentsOf(valueAt(meta, 'sizes')), extentsOf(valueAt(meta, 'strides'))];
  const [offset] = extentsOf([valueAt(meta, 'storage_offset')]) ?? [0];
  if (!shape || stride?.length !== shape.length)
    throw new WeightsError(`${archive.name} is damaged: a tensor in it is not described as PyTorch describes one.`);
  const kind = String(valueAt(meta, 'dtype'));
  return new PickledTensor(shape, () => {
    if (!Object.hasOwn(types, kind))
      throw new WeightsError(`${archive.name} holds numbers of the kind ${kind}, which are not read.`);
    const storage = archive.source(file);
    const stored = { byteLength: storage.size, read: (start: number, length: number) => storage.read(start, length) };
    return valuesOf(archive.name, stored, types[kind], { offset, shape, stride }, isLittleEndian);
  });
}

/** Whole numbers that are written as `{ "as_int": 3 }`; undefined where one of them is none. */
function extentsOf(json: Json): readonly number[] | undefined {
  const extents = itemsOf(json).map((item) => valueAt(item, 'as_int'));
  const isExtent = (value: Json): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return extents.every(isExtent) ? extents : undefined;
}
