import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { URI, Utils } from 'vscode-uri';
import { weightsHost } from '../../../src/host/node/files/weightsHost.ts';
import { findWeights } from '../../../src/worker/modelWeights.ts';

/** The part of the editor that knows files: those of this machine, and those of a workspace that is nowhere on it. */
const editor = vi.hoisted(() => ({ remote: new Map<string, Uint8Array>(), sizes: new Map<string, number>() }));

vi.mock('vscode', async () => {
  const { URI: Uri, Utils: utils } = await import('vscode-uri');
  const fs = await import('node:fs/promises');
  const remote = (uri: URI) => {
    const bytes = editor.remote.get(uri.path);
    if (!bytes) throw new Error('no such file');
    return bytes;
  };
  return {
    Uri: {
      parse: (text: string) => Uri.parse(text),
      file: (name: string) => Uri.file(name),
      joinPath: (uri: URI, ...parts: string[]) => utils.joinPath(uri, ...parts),
    },
    EventEmitter: class {
      event = () => ({ dispose: () => undefined });
      fire = () => undefined;
    },
    RelativePattern: class {},
    FileType: { File: 1 },
    l10n: { t: (text: string, ...args: string[]) => text.replace(/\{(\d)\}/g, (_, k: string) => args[Number(k)]) },
    workspace: {
      getWorkspaceFolder: () => ({}),
      createFileSystemWatcher: () => ({ onDidChange: vi.fn(), onDidCreate: vi.fn(), onDidDelete: vi.fn() }),
      fs: {
        isWritableFileSystem: (scheme: string) => (['file', 'remote'].includes(scheme) ? true : undefined),
        async stat(uri: URI) {
          if (uri.scheme === 'file') return { ...(await fs.stat(uri.fsPath)), type: 1 };
          return { type: 1, mtime: 1, size: editor.sizes.get(uri.path) ?? remote(uri).length };
        },
        readFile: async (uri: URI) => (uri.scheme === 'file' ? fs.readFile(uri.fsPath) : Promise.resolve(remote(uri))),
        async writeFile(uri: URI, bytes: Uint8Array) {
          await fs.mkdir(Utils.dirname(uri).fsPath, { recursive: true });
          await fs.writeFile(uri.fsPath, bytes);
        },
      },
    },
  };
});

const { localFiles } = await import('../../../src/extension/node/localFiles.ts');
const { WeightFiles } = await import('../../../src/extension/weightFiles.ts');

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'region-lens-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => [editor.remote, editor.sizes].forEach((map) => map.clear()));

type Document = Parameters<InstanceType<typeof WeightFiles>['of']>[0];
const documentAt = (uri: URI, text = '{}') => ({ uri, getText: () => text }) as unknown as Document;
const memory = { get: (_: string, fallback: unknown) => fallback } as never;
const weightFiles = () => new WeightFiles(memory, localFiles(URI.file(path.join(folder, 'storage'))));

/** The tensors that the counting worker finds. */
async function tensorsFor(uri: URI, text?: string) {
  const found = await weightFiles().of(documentAt(uri, text));
  const weights = found && (await findWeights(weightsHost, text ?? '{}', found.place));
  return weights && weights.file.tensors.map(({ name, values }) => [name, values().length]);
}

const mlp = [
  ['net.0.weight', 32],
  ['net.0.bias', 16],
  ['net.2.weight', 256],
  ['net.2.bias', 16],
  ['net.4.weight', 32],
  ['net.4.bias', 2],
];
const manifest = JSON.stringify({
  weightsManifest: [{ paths: ['part/w.bin'], weights: [{ name: 'd/kernel', shape: [1, 2], dtype: 'float32' }] }],
});

describe('the weights of a network', () => {
  it('on this machine are read where they are', async () => {
    mkdirSync(path.join(folder, 'here'));
    copyFileSync(fixture('pytorch/mlp.state.pt'), path.join(folder, 'here/net.pt'));
    const uri = URI.file(path.join(folder, 'here/net.py'));
    expect(await tensorsFor(uri)).toEqual(mlp);
    expect((await weightFiles().of(documentAt(uri)))!.place).toEqual({
      file: path.join(folder, 'here/net.pt'),
      folder: path.join(folder, 'here'),
    });
  });

  it('in a workspace that is not on this machine are read through the editor', async () => {
    editor.remote.set('/project/net.pt', readFileSync(fixture('pytorch/mlp.state.pt')));
    const uri = URI.parse('remote://somewhere/project/net.py');
    expect(await tensorsFor(uri)).toEqual(mlp);
    expect((await weightFiles().of(documentAt(uri)))!.name).toBe('net.pt');
    // Messages name the file as the user knows it.
    expect(path.basename((await weightFiles().of(documentAt(uri)))!.place.file!)).toBe('net.pt');
  });

  it('in shards that a model names are read through the editor, too', async () => {
    editor.remote.set('/project/part/w.bin', new Uint8Array(Float32Array.of(1, 2).buffer));
    expect(await tensorsFor(URI.parse('remote://somewhere/project/model.json'), manifest)).toEqual([['d/kernel', 2]]);
  });

  it('outside of the folder that names them are not read', async () => {
    editor.remote.set('/w.bin', new Uint8Array(8));
    const text = manifest.replace('part/w.bin', '../w.bin');
    await expect(tensorsFor(URI.parse('remote://somewhere/project/model.json'), text)).rejects.toThrow(
      'model.json cannot be read: ../w.bin is outside of its folder',
    );
  });

  it('that are too large to be copied are refused with a sentence', async () => {
    editor.remote.set('/project/net.pt', new Uint8Array());
    editor.sizes.set('/project/net.pt', 2 ** 30);
    await expect(tensorsFor(URI.parse('remote://somewhere/project/net.py'))).rejects.toThrow(
      'net.pt is larger than 512 MiB, which is the most that is read from this file system',
    );
  });

  it('of a document that is not saved are not looked for', async () => {
    expect(await weightFiles().of(documentAt(URI.parse('untitled:net.py')))).toBeNull();
  });
});
