import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { SnapshotFile } from '../analysis/training/snapshots.ts';

interface FoundFile extends SnapshotFile {
  /** In bytes. */
  readonly size: number;
}

/** Endings of files that hold weights; a folder may hold other files of the run. */
const WEIGHTS = /\.(?:pt|pth|bin|ckpt|safetensors|npz|h5|hdf5|keras)$/i;
/** More than any run keeps. */
const MAX_FILES = 100_000;

/**
 * The files of a run: those in a folder that hold weights, or those that a pattern names, in which `*` and `?` stand
 * for any characters of one name. Errors: Error, as a sentence, where there is no such folder or no such file.
 */
export async function snapshotFiles(pattern: string): Promise<FoundFile[]> {
  const isFolder = (await stat(pattern).catch(() => null))?.isDirectory() === true;
  const found = isFolder ? (await namesIn(pattern)).filter((name) => WEIGHTS.test(name)) : null;
  const paths = found ? found.map((name) => join(pattern, name)) : await matching(pattern);
  if (paths.length > MAX_FILES) throw new Error(`${pattern} names more than ${MAX_FILES} files`);
  const files = await Promise.all(paths.map(fileAt));
  const snapshots = files.filter((file) => file !== null);
  if (snapshots.length === 0) throw new Error(`${pattern} names no file of weights`);
  return snapshots;
}

const INTERVAL_MS = 500;
/** A file that nobody has written to for this long is whole. */
const SETTLED_MS = 2000;

/**
 * The same files as they come, until `stop`: first those that are there, then each one that is new or was written
 * again, once its size and time of change stay what they are.
 */
export async function* watchedSnapshots(pattern: string, stop: AbortSignal): AsyncGenerator<SnapshotFile[]> {
  const given = new Map<string, string>();
  let before = new Map<string, string>();
  while (!stop.aborted) {
    const files = await snapshotFiles(pattern).catch(() => []);
    const now = new Map(files.map((each) => [each.file, `${each.size} ${each.modified}`]));
    const whole = files.filter(({ file, modified }) => {
      const stamp = now.get(file);
      const isSettled = before.get(file) === stamp || Date.now() - modified > SETTLED_MS;
      return isSettled && given.get(file) !== stamp;
    });
    for (const { file } of whole) given.set(file, now.get(file)!);
    if (whole.length > 0) yield whole;
    before = now;
    await setTimeout(INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function fileAt(file: string): Promise<FoundFile | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { file, modified: found.mtimeMs, size: found.size } : null;
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
