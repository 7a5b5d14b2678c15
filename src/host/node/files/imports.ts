import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { ReadFile } from '../../../formats/format.ts';
import { bytesIn } from '../../files.ts';
import type { Imports } from '../../input.ts';
import { nodeFiles } from './files.ts';
import { withRegularFile } from './regularFile.ts';

/** Larger files are data or bundles, not the constants and helpers of a network. */
const MAX_IMPORT_BYTES = 1_000_000;

/** The files that a text may need: for sources those in the folder the command runs in, or in the source's own. */
export function importsOf(file: string): Imports {
  const folder = dirname(resolve(file));
  const root = isInside(process.cwd(), folder) ? process.cwd() : folder;
  const texts: Record<string, string> = {};
  const text: ReadFile = (path) => {
    if (Object.hasOwn(texts, path)) return texts[path];
    const found = textOf(resolve(folder, path), root);
    if (found !== undefined) texts[path] = found;
    return found;
  };
  return { text, texts, bytes: bytesIn(nodeFiles, folder) };
}

function textOf(path: string, root: string): string | undefined {
  try {
    const real = realpathSync(path);
    if (!isInside(realpathSync(root), real)) return undefined;
    return withRegularFile(real, (descriptor, size) =>
      size > MAX_IMPORT_BYTES ? undefined : readFileSync(descriptor, 'utf8').replace(/^\uFEFF/, ''),
    );
  } catch {
    // Most of what is asked for are guesses at an ending: there is no such file.
    return undefined;
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return !way.startsWith('..') && resolve(root, way) === path;
}
