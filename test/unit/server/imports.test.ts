import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceRequest } from '../../../src/protocol/server.ts';
import { ServerProcess } from './serverProcess.ts';

const source = (path: string) => `import * as tf from '@tensorflow/tfjs';
import { width } from '${path}';
const m = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' })] });
`;

/** On a machine that is busy with other tests. */
const patience = { timeout: 10_000 };

describe('files that a source imports', () => {
  let folder: string;
  let server: ServerProcess;
  const uriOf = (name: string) => pathToFileURL(join(folder, 'workspace', name)).href;
  const labels = async (uri: string) => (await server.hints(uri)).map(({ label }) => label);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-imports-'));
    await mkdir(join(folder, 'workspace', 'a b'), { recursive: true });
    await writeFile(join(folder, 'workspace', 'a b', 'sizes.ts'), 'export const width = 24;\n');
    await writeFile(join(folder, 'outside.ts'), 'export const width = 24;\n');
    await symlink(join(folder, 'outside.ts'), join(folder, 'workspace', 'link.ts'));
    server = await ServerProcess.start(pathToFileURL(join(folder, 'workspace')).href);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('are read from the disk, and again when they change there', async () => {
    const uri = uriOf('net.ts');
    await server.open(uri, 'typescript', source('./a b/sizes'));
    expect(await labels(uri)).toEqual(['≤×301 ≈×276']);
    await writeFile(join(folder, 'workspace', 'a b', 'sizes.ts'), 'export const width = 48;\n');
    const changes = [{ uri: uriOf('a%20b/sizes.ts').replace('%2520', '%20'), type: 2 }];
    await server.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
    await expect.poll(() => labels(uri), patience).toEqual(['≤×1,177 ≈×1,076']);
  });

  it('are read as they stand in the editor, and followed as they are typed', async () => {
    const [uri, sizes] = [uriOf('typed.ts'), uriOf('typedSizes.ts')];
    await server.open(uri, 'typescript', source('./typedSizes.ts'));
    expect(await labels(uri)).toEqual([]);
    await server.open(sizes, 'typescript', 'export const width = 24;\n');
    await expect.poll(() => labels(uri), patience).toEqual(['≤×301 ≈×276']);
    await server.change(sizes, 2, 'export const width = 48;\n');
    await expect.poll(() => labels(uri), patience).toEqual(['≤×1,177 ≈×1,076']);
    expect((await server.ask(sourceRequest, { uri }))?.imports).toEqual({
      'typedSizes.ts': 'export const width = 48;\n',
    });
  });

  it.each(['../outside', './link', './none'])(
    'are left alone where they lie outside of the workspace: %s',
    async (path) => {
      const uri = uriOf(`${path.replace(/\W/g, '')}User.ts`);
      await server.open(uri, 'typescript', source(path));
      expect(await labels(uri)).toEqual([]);
    },
  );
});

describe('shards of a graph model', () => {
  let folder: string;
  let server: ServerProcess;
  const node = [
    {
      name: 'x',
      op: 'Placeholder',
      attr: { shape: { shape: { dim: [{ size: '-1' }, { size: '4' }, { size: '4' }, { size: '1' }] } } },
    },
    ...['pads', 'k'].map((name) => ({ name, op: 'Const' })),
    { name: 'pad', op: 'Pad', input: ['x', 'pads'] },
    {
      name: 'c',
      op: '_FusedConv2D',
      input: ['pad', 'k'],
      attr: { fused_ops: { list: { s: ['UmVsdQ=='] } }, padding: { s: 'VkFMSUQ=' } },
    },
  ];
  const weights = [
    { name: 'pads', shape: [4, 2], dtype: 'int32' },
    { name: 'k', shape: [3, 3, 1, 2], dtype: 'float32' },
  ];
  const model = JSON.stringify({ modelTopology: { node }, weightsManifest: [{ paths: ['a.bin'], weights }] });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-shards-'));
    const bytes = new Uint8Array(4 * (8 + 18));
    new Int32Array(bytes.buffer).set([0, 0, 1, 1, 1, 1, 0, 0]);
    for (const name of ['workspace', 'outside']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'a.bin'), bytes);
    }
    server = await ServerProcess.start(pathToFileURL(join(folder, 'workspace')).href);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('give what the text leaves out, in the workspace alone', async () => {
    const opened = async (place: string) => {
      const uri = pathToFileURL(join(folder, place, 'model.json')).href;
      await server.open(uri, 'json', model);
      return (await server.analyzed(uri, 1)).diagnostics.map(({ message }) => message);
    };
    expect(await opened('workspace')).toEqual([]);
    expect(await opened('outside')).toContainEqual(
      expect.stringMatching(/^How far this pads stands in a weights file/),
    );
  });
});
