import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFile } from '../analysis/training/snapshots.ts';

/** Endings of files that hold weights; a folder may hold other files of the run. */
const WEIGHTS = /\.(?:pt|pth|bin|ckpt|safetensors|npz|h5|hdf5|keras)$/i;
/** More than any run keeps. */
const MAX_FILES = 100_000;

/**
 * The files of a run: those in a folder that hold weights, or those that a pattern names, in which `*` and `?` stand
 * for any characters of one name. Errors: Error, as a sentence, where there is no such folder or no such file.
 */
export async function snapshotFiles(pattern: string): Promise<SnapshotFile[]> {
  const isFolder = (await stat(pattern).catch(() => null))?.isDirectory() === true;
  const found = isFolder ? (await namesIn(pattern)).filter((name) => WEIGHTS.test(name)) : null;
  const paths = found ? found.map((name) => join(pattern, name)) : await matching(pattern);
  if (paths.length > MAX_FILES) throw new Error(`${pattern} names more than ${MAX_FILES} files`);
  const files = await Promise.all(paths.map(fileAt));
  const snapshots = files.filter((file) => file !== null);
  if (snapshots.length === 0) throw new Error(`${pattern} names no file of weights`);
  return snapshots;
}

async function fileAt(file: string): Promise<SnapshotFile | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { file, modified: found.mtimeMs } : null;
}

async function matching(pattern: string): Promise<string[]> {
  const [start, ...parts] = pattern.split(/[\\/]/);
  let paths = [pattern.startsWith('/') ? '/' : ''];
  for (const part of start === '' ? parts : [start, ...parts]) {
    if (!/[*?]/.test(part)) {
      paths = paths.map((path) => join(path, part));
      continue;
    }
    const shape = new RegExp(
      `^${part
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*+/g, '.*')
        .replace(/\?/g, '.')}$`,
    );
    const deeper = await Promise.all(
      paths.map(async (path) =>
        (await namesIn(path || '.')).filter((name) => shape.test(name)).map((name) => join(path, name)),
      ),
    );
    paths = deeper.flat();
  }
  return paths;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
