import { buffered } from '../binary/buffered.ts';
import { fieldsIn } from '../binary/protobuf.ts';
import type { ByteSource } from '../weights/weightsFile.ts';

/** Binary files of other tools: each is named, with what to do instead. */

const exportIt = 'Export the model to ONNX (.onnx) or Keras, which are read.';
const unpack = 'Unpack it and give the model inside.';

/** Bytes at a place that tell a kind for certain. */
const marks: readonly (readonly [at: number, mark: string, sentence: string])[] = [
  [
    0,
    'GGUF',
    'is a GGUF file: weights of a language model. Transformers are not piecewise linear, and the file has no layers.',
  ],
  [
    0,
    'lmgg',
    'is a GGML file: weights of a language model. Transformers are not piecewise linear, and the file has no layers.',
  ],
  [
    0,
    'tjgg',
    'is a GGML file: weights of a language model. Transformers are not piecewise linear, and the file has no layers.',
  ],
  [4, 'ORTM', `is a model in ONNX Runtime's own form (.ort). Give the .onnx file that it was made from.`],
  [4, 'ET12', `is an ExecuTorch program. ${exportIt}`],
  [4, 'ET13', `is an ExecuTorch program. ${exportIt}`],
  [0, 'RKNN', `is an RKNN model. Give the model that it was converted from, such as ONNX (.onnx).`],
  [0, 'ptrt', `is a TensorRT engine. Give the model that it was built from, such as ONNX (.onnx).`],
  [0, 'ftrt', `is a TensorRT engine. Give the model that it was built from, such as ONNX (.onnx).`],
  [
    0,
    '\x12\x01\0\0\0\0\0\0',
    'holds weights of MXNet and no layers. Convert the model to ONNX (.onnx), which is read.',
  ],
  [257, 'ustar', `is a tar archive. ${unpack}`],
  [0, '\x1f\x8b', `is compressed with gzip. ${unpack}`],
  [0, '\x28\xb5\x2f\xfd', `is compressed with Zstandard. ${unpack}`],
  [0, '7z\xbc\xaf\x27\x1c', `is a 7-Zip archive. ${unpack}`],
  [0, 'Rar!', `is a RAR archive. ${unpack}`],
  [0, 'BZh', `is compressed with bzip2. ${unpack}`],
  [0, '\xfd7zXZ', `is compressed with xz. ${unpack}`],
  [0, '%PDF', 'is a PDF document, not a network.'],
  [0, '\x89PNG', 'is a picture, not a network.'],
  [0, '\xff\xd8\xff', 'is a picture, not a network.'],
  [
    0,
    '\x0c\xdb\x3a\x2a',
    'is part of a JAX checkpoint (Orbax), which holds weights and no layers. Save them as safetensors or .npz, and give them with --weights.',
  ],
];

/** A sentence about a file that is neither a model nor weights that are read; null for an unknown kind. */
export function foreignBytes(source: ByteSource): string | null {
  const head = source.read(0, Math.min(512, source.size));
  const text = String.fromCharCode(...head);
  const marked = marks.find(([at, mark]) => text.startsWith(mark, at));
  const sentence = marked?.[2] ?? pickled(head) ?? checkpoint(source, head) ?? protobuf(source);
  return sentence === null ? null : `${source.name} ${sentence}`;
}

function pickled(head: Uint8Array): string | null {
  if (head[0] !== 0x80 || head[1] < 2 || head[1] > 5) return null;
  return 'is a Python pickle, but none that PyTorch wrote. A pickle is a program, which is not run here. Save the weights as safetensors, .npz or a PyTorch state dict.';
}

const TABLE_MARK = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

/** Checkpoints of TensorFlow and JAX, and weights of Darknet. */
function checkpoint(source: ByteSource, head: Uint8Array): string | null {
  const { name, size } = source;
  const tail = size >= 8 ? source.read(size - 8, 8) : head;
  if (TABLE_MARK.every((byte, i) => tail[i] === byte) || /\.data-\d+-of-\d+$/.test(name))
    return 'is part of a TensorFlow checkpoint, which holds weights and no layers. Save the model with Keras (model.save), which is read.';
  const isMap = head[0] >= 0x81 && head[0] <= 0x8f && head[1] >= 0xa1 && head[1] <= 0xbf;
  if (isMap || /\.msgpack$/i.test(name))
    return 'is a checkpoint of JAX (Flax), which holds weights and no layers. Save them as safetensors or .npz, and give them with --weights.';
  if (/\.weights$/i.test(name))
    return 'looks like weights of Darknet, which are not read. Convert the model to ONNX (.onnx), which is read.';
  return null;
}

/** Files in an archive that tell what it is. */
const inArchives: readonly (readonly [RegExp, string])[] = [
  [
    /(^|\/)com\.apple\.CoreML\//,
    'is a Core ML package. Give the model that it was converted from, such as ONNX (.onnx).',
  ],
  [
    /(^|\/)archive_format$/,
    'is an archive of PyTorch (.pt2) with a compiled model, which has no layers. Save the model with torch.export.save, which is read.',
  ],
  [/(^|\/)MAR-INF\//, `is a TorchServe archive. ${unpack}`],
  [
    /\.(?:onnx|tflite|keras|h5|pth?|safetensors)$|(^|\/)saved_model\.pb$/,
    `is an archive with a model in it. ${unpack}`,
  ],
];

/** A sentence about an archive without weights in it; null for an unknown kind. */
export function foreignArchive({
  name,
  names,
}: {
  readonly name: string;
  readonly names: readonly string[];
}): string | null {
  const found = inArchives.find(([pattern]) => names.some((file) => pattern.test(file)));
  return found ? `${name} ${found[1]}` : null;
}

/** Kinds of protocol buffers by the fields of their outermost message. */
function protobuf(source: ByteSource): string | null {
  const fields = outermost(source);
  if (fields === null) return null;
  const has = (number: number, isDelimited: boolean) => fields.get(number) === isDelimited;
  const most = Math.max(...fields.keys());
  if (has(1, false) && has(2, true) && most === 2)
    return `is a TensorFlow SavedModel. Convert it to Keras (.keras) or ONNX (tf2onnx), which are read.`;
  if (has(1, false) && has(2, true) && most >= 200)
    return 'is a Core ML model. Give the model that it was converted from, such as ONNX (.onnx).';
  if (has(1, true) && (has(100, true) || (most <= 100 && has(2, true) && /\.caffemodel$/i.test(source.name))))
    return `holds weights and layers of Caffe, which are not read. Convert the model to ONNX (.onnx), which is read.`;
  if (has(1, true) && most <= 4 && (has(4, true) || /\.pb$/i.test(source.name)))
    return `is a TensorFlow graph (GraphDef). Convert it to ONNX (tf2onnx) or Keras, which are read.`;
  return null;
}

const MAX_FIELDS = 100_000;

/** By number, whether a field has a length of its own; null for what is not a protocol buffer. */
function outermost(source: ByteSource): Map<number, boolean> | null {
  const found = new Map<number, boolean>();
  let count = 0;
  try {
    for (const { number, isDelimited } of fieldsIn(buffered(source), { start: 0, end: source.size })) {
      if (found.has(number) && found.get(number) !== isDelimited) return null;
      found.set(number, isDelimited);
      if (++count > MAX_FIELDS) break;
    }
  } catch {
    return null;
  }
  return found.size > 0 ? found : null;
}
