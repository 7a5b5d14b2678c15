import type { Format, ReadResult } from '../format.ts';
import { contentFrom } from '../json/outline.ts';
import { jsonFormatOf } from '../sniff.ts';

/** Test data of Keras.js: a model of nothing, which deserves a word because it looks like one. */
export const kerasJsTest: Format = {
  id: 'keras-js-test',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'keras-js-test',
  read(text): ReadResult {
    const start = Math.min(contentFrom(text, 0), text.length);
    const span = { start, end: Math.min(start + 1, text.length) };
    const message =
      'This is test data of Keras.js: inputs, weights and expected outputs of single layers. It does not say which layers they are; the model itself is a JSON file of Keras.';
    return {
      format: 'keras-js-test',
      networks: [],
      problems: [{ code: 'unsupported-format', severity: 'information', message, span }],
    };
  },
};
