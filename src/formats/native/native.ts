import type { Format, ReadOptions, ReadResult } from '../format.ts';
import { parseJson } from '../json/json.ts';
import { jsonFormatOf } from '../sniff.ts';
import { readNetwork } from './network.ts';
import { NativeContext } from './values.ts';

/** The project's own files: `input` and `layers` at the top level, Keras's field names, expressions for numbers. */
export const native: Format = {
  id: 'native',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'native',
  read: readNative,
};

function readNative(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems } = parseJson(text);
  const context = new NativeContext(text);
  if (!root)
    context.report(
      'syntax',
      'error',
      'This file is empty. A network is an object: { "input": ..., "layers": [...] }.',
      { start: 0, end: Math.min(1, text.length) },
    );
  if (root && root.kind !== 'object')
    context.report('syntax', 'error', 'A network is an object: { "input": ..., "layers": [...] }.', root);
  const networks = root?.kind === 'object' ? [readNetwork(context, root, fileName, options)] : [];
  return { format: 'native', networks, problems: [...problems, ...context.problems] };
}
