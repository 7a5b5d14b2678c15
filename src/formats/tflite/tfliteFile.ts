import { NOWHERE, type NetworkDefinition, type Problem } from '../../network/definition.ts';
import type { BinaryFormat } from '../binary/models.ts';
import type { ReadOptions, ReadResult } from '../format.ts';
import { inputProblem, statedExtent, translate } from '../graph/translate.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { nameFromFile } from '../names.ts';
import { sizeAdvice } from '../onnx/model.ts';
import type { ByteSource } from '../weights/weightsFile.ts';
import { liteModel, type LiteInput } from './model.ts';
import { operators } from './operators.ts';

const mark = [...'TFL3'].map((letter) => letter.charCodeAt(0));

/** A `.tflite` file: TensorFlow Lite's FlatBuffers, with channels last. */
export const tfliteFile: BinaryFormat = {
  id: 'tflite',
  sniff(source) {
    if (source.size < 8) return false;
    const found = source.read(4, 4);
    return mark.every((code, k) => found[k] === code);
  },
  read: readModel,
};

function readModel(source: ByteSource, options: ReadOptions): ReadResult {
  const { nodes, constants, inputs, outputs, isRounded } = liteModel(source);
  const found: Problem[] = [];
  const begin = (writer: GraphWriter) => {
    for (const constant of constants) writer.define(constant.name, { kind: 'constant', constant });
    for (const input of inputs) addInput(writer, input, found);
    if (isRounded) {
      writer.isInexact = true;
      writer.report('approximation', 'information', rounded, NOWHERE);
    }
  };
  const { definition, problems } = translate({ nodes, outputs, operators, onlyLooks, begin }, options);
  const name = nameFromFile(source.name);
  const network: NetworkDefinition = { ...definition, name, span: NOWHERE, nameSpan: NOWHERE };
  return { format: 'tflite', networks: nodes.length > 0 ? [network] : [], problems: [...found, ...problems] };
}

const onlyLooks = new Set(['SHAPE']);

const rounded =
  'What the layers of this file give is rounded to a few bits, which is not piecewise linear: bounds are of the network before it was rounded, and the weights of the file are not used.';

function addInput(writer: GraphWriter, { name, extents: written }: LiteInput, problems: Problem[]): void {
  const extents = (written.length > 1 ? written.slice(1) : written).map(statedExtent);
  const problem = inputProblem(name, extents, NOWHERE, sizeAdvice);
  if (problem) problems.push(problem);
  const shape = extents.map((extent) => extent ?? -1);
  writer.addInput({ name, shape, span: NOWHERE }, problem ? undefined : shape, false);
}
