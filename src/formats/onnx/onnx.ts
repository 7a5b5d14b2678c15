import type { Format, ReadOptions, ReadResult } from '../format.ts';
import { parseJson } from '../json/json.ts';
import { nameFromFile } from '../names.ts';
import { jsonFormatOf } from '../sniff.ts';
import { networkOf } from './graph.ts';
import { modelFromJson } from './jsonModel.ts';

/** An ONNX model as JSON of its protocol buffer, fields named opType or op_type. */
export const onnx: Format = {
  id: 'onnx-json',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'onnx-json',
  read: readOnnxJson,
};

function readOnnxJson(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems: syntax } = parseJson(text);
  const model = modelFromJson(root, text);
  const { network, problems } = networkOf(model, nameFromFile(fileName), options);
  return {
    format: 'onnx-json',
    networks: model.nodes.length > 0 ? [network] : [],
    problems: [...syntax, ...problems],
  };
}
