import { readdir, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import * as runFiles from '../../analysis/training/runFiles.ts';
import type { SnapshotFile } from '../../analysis/training/snapshots.ts';

const INTERVAL_MS = 500;

const folders: runFiles.RunFolders = {
  names: (folder) => readdir(folder).catch(() => []),
  isFolder: async (path) => (await stat(path).catch(() => null))?.isDirectory() === true,
  file: async (path) => {
    const found = await stat(path).catch(() => null);
    return found?.isFile() ? { file: path, modified: found.mtimeMs, size: found.size } : null;
  },
};

/** As `runFiles.snapshotFiles`, on this machine's disk. */
export function snapshotFiles(pattern: string): Promise<SnapshotFile[]> {
  return runFiles.snapshotFiles(folders, pattern);
}

export function watchedSnapshots(pattern: string, stop: AbortSignal): AsyncGenerator<SnapshotFile[]> {
  const wait = () => setTimeout(INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  return runFiles.watchedSnapshots(folders, pattern, wait, stop);
}
