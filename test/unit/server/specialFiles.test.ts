import { execFileSync } from 'node:child_process';
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
const network = JSON.stringify({ input: [2], layers: [{ type: 'dense', units: 24, activation: 'relu' }] });
const patience = { timeout: 15_000 };

/** A server without a folder: documents may read what lies beside them and below. */
describe('documents that are opened without a folder', () => {
  let folder: string;
  let server: ServerProcess;
  const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
  const labels = async (uri: string) => (await server.hints(uri)).map(({ label }) => label);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-special-'));
    for (const name of ['models', 'models/inside', 'outside']) await mkdir(join(folder, name));
    for (const name of ['models/inside', 'outside'])
      await writeFile(join(folder, name, 'sizes.ts'), 'export const width = 24;\n');
    await symlink(join(folder, 'outside'), join(folder, 'models/link'));
    await symlink(join(folder, 'models/inside'), join(folder, 'models/alias'));
    server = await ServerProcess.start();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('import from folders below, also by links to them, and from none that lies elsewhere', async () => {
    const read: Record<string, unknown> = {};
    for (const name of ['inside', 'alias', 'link']) {
      const uri = uriOf(`models/${name}User.ts`);
      await server.open(uri, 'typescript', source(`./${name}/sizes`));
      read[name] = [await labels(uri), (await server.ask(sourceRequest, { uri }))?.imports ?? null];
    }
    const text = 'export const width = 24;\n';
    expect(read).toEqual({
      inside: [['≤×301 ≈×276'], { 'inside/sizes.ts': text }],
      alias: [['≤×301 ≈×276'], { 'alias/sizes.ts': text }],
      link: [[], {}],
    });
  });

  it('do not see what a document of a wider folder may import', async () => {
    const wide = uriOf('wide.ts');
    await server.open(wide, 'typescript', source('./models/link/sizes'));
    expect(await labels(wide)).toEqual(['≤×301 ≈×276']);
    const narrow = uriOf('models/narrow.ts');
    await server.open(narrow, 'typescript', source('./link/sizes'));
    expect(await labels(narrow)).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('wait for no pipe, device or folder that they import', async () => {
    execFileSync('mkfifo', [join(folder, 'models/pipe.ts')]);
    await symlink('/dev/zero', join(folder, 'models/device.ts'));
    await mkdir(join(folder, 'models/folder.ts'));
    for (const name of ['pipe', 'device', 'folder']) {
      const uri = uriOf(`models/${name}User.ts`);
      await server.open(uri, 'typescript', source(`./${name}`));
      expect(await labels(uri)).toEqual([]);
    }
    const good = uriOf('models/good.network.json');
    await server.open(good, 'jsonc', network);
    expect(await labels(good)).toEqual(['≤×301 ≈×276']);
  });

  it('may have addresses that cannot be decoded', async () => {
    const uri = 'file:///models/100%.network.json';
    await server.open(uri, 'jsonc', network);
    expect(await labels(uri)).toEqual(['≤×301 ≈×276']);
    expect((await server.analyzed(uri, 1)).status.status?.networks[0].text).toContain('≤');
  });

  it('may be opened without their text', async () => {
    const uri = uriOf('models/empty.network.json');
    const textDocument = { uri, languageId: 'jsonc', version: 1 };
    await server.connection.sendNotification('textDocument/didOpen', { textDocument });
    expect(await labels(uri)).toEqual([]);
    await server.change(uri, 2, network);
    await expect.poll(() => labels(uri), patience).toEqual(['≤×301 ≈×276']);
  });
});
