import { readBinary } from './binary/models.ts';
import type { Content, Format, ReadOptions, ReadResult } from './format.ts';
import { brainjs } from './small/brainJs.ts';
import { darknet } from './darknet/darknet.ts';
import { convnetjs } from './small/convNetJs.ts';
import { keras, tfjs } from './keras/keras.ts';
import { huggingFace } from './small/huggingFace.ts';
import { native } from './native/native.ts';
import { kerasJsTest } from './small/kerasJsTest.ts';
import { jsonFormatOf } from './sniff.ts';
import { nni } from './small/nni.ts';
import { onnx } from './onnx/onnx.ts';
import { tfjsGraph } from './tfjsGraph/tfjsGraph.ts';
import { withNamedRuns } from './source/runComment.ts';
import { notebook } from './source/notebook/notebook.ts';
import { flaxPython, kerasPython, pytorch } from './source/python/python.ts';
import { typescript } from './source/javascript/typescript.ts';

const jsonFormats: readonly Format[] = [
  native,
  keras,
  tfjs,
  tfjsGraph,
  onnx,
  convnetjs,
  brainjs,
  nni,
  huggingFace,
  kerasJsTest,
];

/** Formats of source code, recognized by their own `sniff`. */
const sourceFormats: readonly Format[] = [typescript, pytorch, kerasPython, flaxPython, notebook];

/** Formats of their own, recognized by their own `sniff`. */
const otherFormats: readonly Format[] = [darknet];

/** Every format. At most one of them recognizes a text. */
export const formats: readonly Format[] = [...jsonFormats, ...sourceFormats, ...otherFormats];

/** The format of a text, or null if it defines no network. Costs microseconds on files that are none. */
export function recognize(text: string, fileName: string): Format | null {
  const id = jsonFormatOf(text, fileName);
  const found =
    id === null
      ? [...sourceFormats, ...otherFormats].find((format) => format.sniff(text, fileName))
      : jsonFormats.find((format) => format.id === id);
  return found ?? null;
}

/** The networks in a file, or null if it defines none. Never throws; what cannot be read is among the problems. */
export function read(content: Content, fileName: string, options: ReadOptions): ReadResult | null {
  if (typeof content !== 'string') return readBinary(content, options);
  const format = recognize(content, fileName);
  const result = format?.read(content, fileName, options) ?? null;
  if (!result || !sourceFormats.includes(format!)) return result;
  return { ...result, networks: withNamedRuns(content, result.networks) };
}
