import type { SnapshotFile } from './snapshots.ts';

/** The folders of a run, by paths with `/` between their names, wherever they are. */
export interface RunFolders {
  /** Names of what is in a folder; none where there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  isFolder(path: string): Promise<boolean>;
  /** Null where there is no such file. */
  file(path: string): Promise<FoundFile | null>;
}

export interface FoundFile extends SnapshotFile {
  /** In bytes. */
  readonly size: number;
}

/** Endings of files that hold weights; a folder may hold other files of the run. */
const WEIGHTS = /\.(?:pt|pth|bin|ckpt|safetensors|npz|h5|hdf5|keras)$/i;
/** What a folder that is one snapshot holds: TensorFlow.js writes its shards beside it. */
const MODEL = 'model.json';
/** More than any run keeps. */
const MAX_FILES = 100_000;

/**
 * The files of a run: those in a folder that hold weights, or those that a pattern names, in which `*` and `?` stand
 * for any characters of one name. A folder with a `model.json` is one snapshot. Errors: Error, as a sentence, where
 * there is no such folder or no such file.
 */
export async function snapshotFiles(folders: RunFolders, pattern: string): Promise<FoundFile[]> {
  const paths = (await folders.isFolder(pattern)) ? await inFolder(folders, pattern) : await matching(folders, pattern);
  if (paths.length > MAX_FILES) throw new Error(`${pattern} names more than ${MAX_FILES} files`);
  const files = await Promise.all(paths.map(async (path) => (await folders.file(path)) ?? modelIn(folders, path)));
  const snapshots = files.filter((file) => file !== null);
  if (snapshots.length === 0) throw new Error(`${pattern} names no file of weights`);
  return snapshots;
}

/** The `model.json` of a folder, as large as all files beside it and as new as the newest: shards are written apart. */
async function modelIn(folders: RunFolders, folder: string): Promise<FoundFile | null> {
  const model = await folders.file(joined(folder, MODEL));
  if (model === null) return null;
  const names = await folders.names(folder);
  const files = await Promise.all(names.map((name) => folders.file(joined(folder, name))));
  const found = files.filter((file) => file !== null);
  return {
    file: model.file,
    size: found.reduce((sum, { size }) => sum + size, 0),
    modified: Math.max(model.modified, ...found.map(({ modified }) => modified)),
  };
}

/** A file that nobody has written to for this long is whole. */
const SETTLED_MS = 2000;

/**
 * The same files as they come, until `stop`: first those that are there, then each one that is new or was written
 * again, once its size and time of change stay what they are. `wait` ends when it is time to look again; it is given
 * whether there are files that may still be being written.
 */
export async function* watchedSnapshots(
  folders: RunFolders,
  pattern: string,
  wait: (isUnsettled: boolean) => Promise<unknown>,
  stop: AbortSignal,
): AsyncGenerator<SnapshotFile[]> {
  const given = new Map<string, string>();
  let before = new Map<string, string>();
  while (!stop.aborted) {
    const files = await snapshotFiles(folders, pattern).catch(() => []);
    const now = new Map(files.map((each) => [each.file, `${each.size} ${each.modified}`]));
    const whole = files.filter(({ file, modified }) => {
      const stamp = now.get(file);
      const isSettled = before.get(file) === stamp || Date.now() - modified > SETTLED_MS;
      return isSettled && given.get(file) !== stamp;
    });
    for (const { file } of whole) given.set(file, now.get(file)!);
    if (whole.length > 0) yield whole;
    before = now;
    await wait(files.some(({ file }) => given.get(file) !== now.get(file)));
  }
}

async function inFolder(folders: RunFolders, folder: string): Promise<string[]> {
  const names = await folders.names(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const isSnapshot = WEIGHTS.test(name) || (await folders.file(joined(joined(folder, name), MODEL))) !== null;
      return isSnapshot && !name.startsWith('.') ? [joined(folder, name)] : [];
    }),
  );
  return found.flat();
}

async function matching(folders: RunFolders, pattern: string): Promise<string[]> {
  const parts = pattern.split(/[\\/]/);
  let paths = [parts[0] === '' ? '/' : ''];
  for (const part of parts.filter((name) => name !== '')) {
    if (!/[*?]/.test(part)) {
      paths = paths.map((path) => joined(path, part));
      continue;
    }
    const shape = shapeOf(part);
    const deeper = await Promise.all(
      paths.map(async (path) =>
        (await folders.names(path || '.')).filter((name) => shape.test(name)).map((name) => joined(path, name)),
      ),
    );
    paths = deeper.flat();
  }
  return paths;
}

function shapeOf(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`);
}

function joined(folder: string, name: string): string {
  if (folder === '' || folder === '.') return name;
  return /[\\/]$/.test(folder) ? folder + name : `${folder}/${name}`;
}
