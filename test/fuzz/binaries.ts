import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildNetwork } from '../../src/network/build.ts';
import { binaryFormatOf } from '../../src/formats/binary/models.ts';
import { openModel } from '../../src/formats/binary/modelFile.ts';
import { read } from '../../src/formats/registry.ts';
import { openWeights } from '../../src/formats/weights/open.ts';
import { bytesSource, WeightsError } from '../../src/formats/weights/weightsFile.ts';
import { Random } from './random.ts';

/** One sound file of each binary kind, from the folder of fixtures. */
export const binaryKinds = {
  onnx: 'onnx-files/views.onnx',
  'onnx with typed numbers': 'onnx-files/stored/half-typed.onnx',
  'TensorFlow Lite': 'tflite/cnn.tflite',
  'PyTorch archive': 'pytorch/mlp.state.pt',
  'PyTorch before 1.6': 'pytorch/tiny_resnet.legacy.pth',
  'PyTorch module': 'pytorch/sequential.pt',
  'PyTorch module before 1.6': 'pytorch/sequential.legacy.pt',
  TorchScript: 'pytorch/mlp.script.pt',
  'PyTorch checkpoint': 'pytorch/mixed-lightning.ckpt',
  'exported program': 'torch-export/mlp.pt2',
  'exported program before 2.8': 'torch-export/mlp-2.6.pt2',
} as const;

export type BinaryKind = keyof typeof binaryKinds;

/** What damaged files did, as measured. */
export interface Damage {
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** Bytes outside of the heap and in it, at most, above those at the beginning. */
  readonly mostBytes: number;
}

/** Reads `count` damaged copies of a file. Throws at the first that ends otherwise than in numbers or a sentence. */
export function readDamaged(fixtures: string, kind: BinaryKind, count: number, seed: number): Damage {
  const name = path.basename(binaryKinds[kind]);
  const sound = new Uint8Array(readFileSync(path.join(fixtures, binaryKinds[kind])));
  const random = new Random(seed);
  const memory = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = memory();
  let [readable, refused, slowestMs, mostBytes] = [0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const bytes = damaged(sound, random);
    const start = process.cpuUsage();
    try {
      if (isRead(name, bytes)) readable++;
      else refused++;
    } catch (error) {
      throw new Error(`${kind}, copy ${k} of seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    slowestMs = Math.max(slowestMs, process.cpuUsage(start).user / 1000);
    mostBytes = Math.max(mostBytes, memory() - before);
  }
  return { read: readable, refused, slowestMs, mostBytes };
}

/** Cut off, with bits turned over, with bytes of its own elsewhere, or with a long run of one byte. */
function damaged(sound: Uint8Array, random: Random): Uint8Array {
  let bytes = sound.slice();
  if (random.chance(0.3)) bytes = bytes.slice(0, random.below(bytes.length + 1));
  if (bytes.length === 0) return bytes;
  const flips = random.chance(0.7) ? 1 + random.below(random.chance(0.2) ? 200 : 6) : 0;
  for (let k = 0; k < flips; k++) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  if (random.chance(0.2)) bytes.copyWithin(random.below(bytes.length), random.below(bytes.length), bytes.length);
  if (random.chance(0.15)) {
    const start = random.below(bytes.length);
    bytes.fill(random.pick([0, 0x7f, 0x80, 0xff]), start, start + 1 + random.below(16));
  }
  return bytes;
}

/** Whether all numbers of a file can be had; false where it is refused with a sentence. */
function isRead(name: string, bytes: Uint8Array): boolean {
  const source = bytesSource(name, bytes);
  try {
    const format = binaryFormatOf(source);
    if (format) {
      for (const network of read(source, name, { weights: true })?.networks ?? []) buildNetwork(network);
    }
    const file = format ? openModel(source, format, undefined) : openWeights(source);
    for (const { values } of file.tensors) values();
    return true;
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    if (error.message.length < 10) throw new Error(`no sentence: ${error.message}`, { cause: error });
    return false;
  }
}

/** Writes a line for each kind. */
export function main(root: string, count: number, seed: number): void {
  for (const kind of Object.keys(binaryKinds) as BinaryKind[]) {
    const {
      read: readable,
      refused,
      slowestMs,
      mostBytes,
    } = readDamaged(path.join(root, 'test/fixtures'), kind, count, seed);
    const megabytes = Math.round(mostBytes / 2 ** 20);
    console.log(
      `${kind}: ${readable} read, ${refused} refused; at most ${slowestMs.toFixed(0)} ms of processor time and ${megabytes} MiB`,
    );
  }
}
