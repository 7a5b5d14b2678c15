import { readFile } from 'node:fs/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { findWeights } from '../worker/modelWeights.ts';
import { importsOf, type Imports } from './imports.ts';
import { UsageError } from './usage.ts';

/** Where a command writes; apart from the process so that it can be watched. */
export interface Output {
  /** One line or several; whoever puts several together makes names in them visible, for line feeds are kept. */
  line(text: string): void;
  error(sentence: string): void;
  /** A line that the next output replaces, where someone watches. */
  status?(sentence: string): void;
}

type Options = NonNullable<ParseArgsConfig['options']>;

export function parseArguments<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its messages have several lines.
    throw new UsageError((error instanceof Error ? error.message : String(error)).replaceAll('\n', ' '));
  }
}

export interface Input {
  readonly text: string;
  /** The files that the text imports. */
  readonly imports: Imports;
  /** The file itself, where it holds a model and its weights. */
  readonly weights?: string;
}

/** A file's text, or a sentence why there is none. Of a .keras archive or an .h5 file it is that of the model inside. */
export async function readInput(file: string): Promise<Input | { fault: string }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { fault: 'there is no such file' };
    if (code === 'EISDIR') return { fault: 'this is a folder' };
    return { fault: `cannot be read (${code})` };
  }
  const imports = importsOf(file);
  if (!isBinary(bytes)) return { imports, text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
  try {
    const model = (await findWeights('', { file }))?.file.model;
    return model
      ? { imports, text: model, weights: file }
      : { fault: 'this file holds weights, but no model; count and measure take it as --weights' };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** No text holds a zero byte, and every archive or HDF5 file has one near its beginning. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).includes(0);
}
