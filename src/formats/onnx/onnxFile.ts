import type { BinaryFormat } from '../binary/models.ts';
import { nameFromFile } from '../names.ts';
import { isOnnx, modelFromBytes } from './binaryModel.ts';
import { networkOf } from './graph.ts';

/** An `.onnx` file: the protocol buffer itself. */
export const onnxFile: BinaryFormat = {
  id: 'onnx',
  sniff: isOnnx,
  read(source, options) {
    const model = modelFromBytes(source, options.files);
    const { network, problems } = networkOf(model, nameFromFile(source.name), options);
    return { format: 'onnx', networks: model.nodes.length > 0 ? [network] : [], problems };
  },
};
