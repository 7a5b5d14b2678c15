import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tensorOf } from '../../src/formats/numbers.ts';
import type { Tensor } from '../../src/network/operation.ts';
import { npz } from '../unit/formats/weights/files.ts';
import { Workbench } from './workbench.ts';

interface Layer {
  readonly weights?: Readonly<Record<string, unknown>>;
}

const known = readFileSync(new URL('../fixtures/counts/mlp_2-16-16-1_s2.network.json', import.meta.url), 'utf8');
const { layers, ...model } = JSON.parse(known) as { readonly layers: readonly Layer[] };
const bare = { ...model, layers: layers.map((layer, i) => ({ ...layer, name: `d${i}`, weights: undefined })) };

let workbench: Workbench;
beforeAll(async () => {
  workbench = await Workbench.start({ files: { 'trained.network.json': JSON.stringify(bare, null, 2) } });
  const tensors = layers.flatMap(({ weights = {} }, i) =>
    Object.entries(weights).map(([name, value]): [string, Tensor] => {
      const text = JSON.stringify(value);
      return [`d${i}/${name}`, tensorOf(text, 0, text.length) as Tensor];
    }),
  );
  writeFileSync(path.join(workbench.folder, 'trained.npz'), npz(Object.fromEntries(tensors)));
});
afterAll(() => workbench.stop());

it('a count uses the weights of the same name beside the network', async () => {
  await workbench.openFile('trained.network.json');
  await workbench.runCommand('Region Lens: Count Regions');
  // What two other programs count for these weights on this square.
  await workbench.webview.locator('.tileValue.counted', { hasText: /^424$/ }).waitFor();
  await workbench.screenshot('weights counted');
});

it('the normalized network opens as a document of its own, with hints', async () => {
  await workbench.closeAll();
  await workbench.openFile('cnn.ts');
  await workbench.waitForLine(/conv2d.*×10\^/);
  await workbench.runCommand('Region Lens: Show Normalized Network');
  expect(await workbench.waitForLine(/"type": "conv2d", "name": ".*×10\^/)).toContain('"filters"');
  await workbench.screenshot('normalized network');
});
