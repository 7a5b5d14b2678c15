import type { Format, ReadResult } from './format.ts';
import { contentFrom } from './outline.ts';
import { jsonFormatOf } from './sniff.ts';
import type { JsonFormat } from './sniff.ts';

/** Models of a kind that cannot be analysed, each with the sentence its author needs. */
const sentences: Partial<Record<JsonFormat, string>> = {
  'tfjs-graph':
    'This is a TensorFlow.js graph model, which is not read yet. A layers model (tfjs_layers_model) of the same network is.',
  'onnx-json': 'This is an ONNX model written as JSON, which is not read yet.',
  convnetjs: 'This is a ConvNetJS network, which is not read yet.',
  brainjs: 'This is a brain.js network, which is not read yet.',
  'nni-search-space': 'This is an NNI search space: it lists choices of hyperparameters, not one network.',
  'huggingface-config':
    'This is the configuration of a transformer. Its attention, normalization and smooth activations are not piecewise linear, so linear regions are not defined for it.',
};

function refusal(id: JsonFormat, message: string): Format {
  return {
    id,
    sniff: (text, fileName) => jsonFormatOf(text, fileName) === id,
    read(text): ReadResult {
      const start = Math.min(contentFrom(text, 0), text.length);
      const span = { start, end: Math.min(start + 1, text.length) };
      return {
        format: id,
        networks: [],
        problems: [{ code: 'unsupported-format', severity: 'information', message, span }],
      };
    },
  };
}

export const refused: readonly Format[] = Object.entries(sentences).map(([id, message]) => refusal(id as JsonFormat, message)); // prettier-ignore
