import { describe, expect, it } from 'vitest';
import { snapshotFiles, watchedSnapshots, type RunFolders } from '../../../../src/analysis/training/runFiles.ts';

/** Folders with these files, by their paths, with their sizes; written long ago. */
function foldersWith(files: Record<string, number>): RunFolders {
  const paths = () => Object.keys(files);
  return {
    names: (folder) => {
      const start = folder === '.' ? '' : `${folder.replace(/\/$/, '')}/`;
      const inside = paths().filter((path) => path.startsWith(start));
      return Promise.resolve([...new Set(inside.map((path) => path.slice(start.length).split('/')[0]))]);
    },
    isFolder: (path) => Promise.resolve(paths().some((file) => file.startsWith(`${path}/`))),
    file: (path) => Promise.resolve(path in files ? { file: path, modified: 1, size: files[path] } : null),
  };
}

const found = async (files: Record<string, number>, pattern: string) =>
  (await snapshotFiles(foldersWith(files), pattern)).map(({ file }) => file).sort();

describe('snapshotFiles', () => {
  const files = {
    '/r/a/step-1.pt': 1,
    '/r/a/step-2.pt': 1,
    '/r/a/log.csv': 1,
    '/r/a/._step-1.pt': 1,
    '/r/b/step-1.pt': 1,
    '/r/js/step-1/model.json': 1,
    '/r/js/step-2/model.json': 1,
    '/r/js/notes/readme.md': 1,
  };

  it.each([
    ['/r/a', ['/r/a/step-1.pt', '/r/a/step-2.pt']],
    ['/r/*/step-1.pt', ['/r/a/step-1.pt', '/r/b/step-1.pt']],
    ['/r/a/step-?.pt', ['/r/a/step-1.pt', '/r/a/step-2.pt']],
    ['/r/js', ['/r/js/step-1/model.json', '/r/js/step-2/model.json']],
    ['/r/js/step-*', ['/r/js/step-1/model.json', '/r/js/step-2/model.json']],
    ['/r/a/log.csv', ['/r/a/log.csv']],
  ])('finds those of %s', async (pattern, paths) => {
    expect(await found(files, pattern)).toEqual(paths);
  });

  it('takes paths from the current folder as they are written', async () => {
    expect(await found({ 'runs/step-1.pt': 1 }, './runs/*.pt')).toEqual(['runs/step-1.pt']);
  });

  it('says what names no file', async () => {
    await expect(found(files, '/r/none/*.pt')).rejects.toThrow('/r/none/*.pt names no file of weights');
  });
});

describe('watchedSnapshots', () => {
  it('gives each file once it stays as it is, and again when it is written again', async () => {
    const files: Record<string, number> = { '/r/step-1.pt': 5 };
    const stop = new AbortController();
    const changes = [
      () => undefined,
      () => (files['/r/step-2.pt'] = 3),
      () => (files['/r/step-2.pt'] = 5),
      () => undefined,
      () => (files['/r/step-1.pt'] = 6),
      () => undefined,
      () => stop.abort(),
    ];
    const folders = foldersWith(files);
    // As if written a moment ago: only looking twice tells that a file is whole.
    const recent: RunFolders = {
      ...folders,
      file: async (path) => {
        const each = await folders.file(path);
        return each && { ...each, modified: Number.MAX_SAFE_INTEGER };
      },
    };
    const given: string[][] = [];
    for await (const batch of watchedSnapshots(recent, '/r', () => Promise.resolve(changes.shift()?.()), stop.signal)) {
      given.push(batch.map(({ file }) => file));
    }
    expect(given).toEqual([['/r/step-1.pt'], ['/r/step-2.pt'], ['/r/step-1.pt']]);
  });
});
