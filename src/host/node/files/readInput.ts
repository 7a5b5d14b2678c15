import { createReadStream } from 'node:fs';
import { binaryModelIn, findWeights } from '../../../worker/modelWeights.ts';
import type { Input } from '../../input.ts';
import { importsOf } from './imports.ts';
import { weightsHost } from './weightsHost.ts';

const NO_MODEL = 'this file holds weights, but no model; count and measure take it as --weights';
const NO_LAYERS =
  'this file holds weights of PyTorch; the layers are in code, which it does not hold. Give the network as FILE and this file as --weights';

/** Longer texts do not fit in one string. */
const MAX_TEXT_LENGTH = 2 ** 29 - 2 ** 10;
/** How far a file is looked at to tell text from bytes. */
const TELLING_BYTES = 1024;

/** Bytes in no text: every archive or HDF5 file has zeros near its beginning, and every protocol buffer its tags. */
function isOfNoText(byte: number): boolean {
  return byte < 7 || (byte > 0x0d && byte < 0x1b);
}

/**
 * A file's text, or a sentence why there is none. Of a .keras archive or an .h5 file it is that of the model inside.
 */
export async function readInput(file: string): Promise<Input | { fault: string }> {
  const imports = importsOf(file);
  const binary = binaryModelIn(weightsHost.files, file);
  const found = binary ? null : await readText(file);
  if (found !== null && typeof found === 'object') return found;
  if (found !== null) return { imports, content: found, text: found };
  try {
    const found = (await findWeights(weightsHost, '', { file, isModel: binary !== null }))?.file;
    const model = found?.model;
    return model
      ? { imports, content: binary ?? model, text: model, weights: file }
      : { fault: found?.kind === 'pytorch' ? NO_LAYERS : NO_MODEL };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Null for what is not text. Also of a pipe, which the user may well mean, but never more than a text can have. */
async function readText(file: string): Promise<string | null | { fault: string }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      const needed = TELLING_BYTES - length;
      if (needed > 0 && chunk.subarray(0, needed).some(isOfNoText)) return null;
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_TEXT_LENGTH) return { fault: 'this is longer than any text that can be read' };
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { fault: 'there is no such file' };
    if (code === 'EISDIR') return { fault: 'this is a folder' };
    return { fault: `cannot be read (${code})` };
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}
