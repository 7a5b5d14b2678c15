import { readFile } from 'node:fs/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage.ts';

/** Where a command writes; apart from the process so that it can be watched. */
export interface Output {
  line(text: string): void;
  error(text: string): void;
}

type Options = NonNullable<ParseArgsConfig['options']>;

export function parseArguments<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A file's text, or a sentence why there is none. */
export async function readInput(file: string): Promise<{ text: string } | { fault: string }> {
  try {
    return { text: (await readFile(file, 'utf8')).replace(/^\uFEFF/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { fault: 'there is no such file' };
    if (code === 'EISDIR') return { fault: 'this is a folder' };
    return { fault: `cannot be read (${code})` };
  }
}
