import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { strToU8 } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { tensorOf } from '../../src/formats/json/numbers.ts';
import type { Tensor } from '../../src/network/operation.ts';
import { npz } from '../unit/formats/weights/files.ts';
import { WebWorkbench } from './webWorkbench.ts';

const fixture = (name: string) => readFileSync(path.join(root, 'test/fixtures', name));
const examples = Object.fromEntries(
  readdirSync(path.join(root, 'examples')).map((name) => [name, readFileSync(path.join(root, 'examples', name))]),
);

/** A network without its weights, and these as a file beside it. */
function trained(): Record<string, Uint8Array> {
  interface Layer {
    readonly weights?: Readonly<Record<string, unknown>>;
  }
  const { layers, ...rest } = JSON.parse(fixture('counts/mlp_2-16-16-1_s2.network.json').toString()) as {
    readonly layers: readonly Layer[];
  };
  const bare = { ...rest, layers: layers.map((layer, i) => ({ ...layer, name: `d${i}`, weights: undefined })) };
  const tensors = layers.flatMap(({ weights = {} }, i) =>
    Object.entries(weights).map(([name, value]): [string, Tensor] => {
      const text = JSON.stringify(value);
      return [`d${i}/${name}`, tensorOf(text, 0, text.length) as Tensor];
    }),
  );
  return {
    'trained.network.json': strToU8(JSON.stringify(bare, null, 2)),
    'trained.npz': npz(Object.fromEntries(tensors)),
  };
}

const dense = (input: number, ...units: number[]) =>
  JSON.stringify(
    { input: [input], layers: units.map((size) => ({ type: 'dense', units: size, activation: 'relu' })) },
    null,
    2,
  );

const texts = {
  'model.ts': `import * as tf from '@tensorflow/tfjs';
import { width } from './sizes';
export const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' }),
    tf.layers.dense({ units: 1 }),
  ],
});
`,
  'sizes.ts': 'export const width = 24;\n',
  'network.py': `import torch.nn as nn

model = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 1))
`,
  'study.ipynb': JSON.stringify({
    cells: [
      { cell_type: 'code', source: ['import torch.nn as nn\n', 'width = 24'] },
      { cell_type: 'code', source: ['model = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 1))'] },
    ],
    metadata: { kernelspec: { language: 'python', name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
  'mismatched.network.json': JSON.stringify({
    input: [2],
    layers: [
      { type: 'dense', name: 'a', units: 3 },
      { type: 'dense', name: 'b', units: 4, inputs: ['input'] },
      { type: 'add', inputs: ['a', 'b'] },
    ],
  }),
  'endless.network.json': dense(3, 300, 300, 300, 300),
};

const files = {
  ...examples,
  ...trained(),
  'mlp.onnx': fixture('onnx-files/mlp.onnx'),
  ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, strToU8(text)])),
};

let web: WebWorkbench;
beforeAll(async () => {
  web = await WebWorkbench.start(files);
});
afterAll(() => web.stop());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await web.screenshot(`failed web ${task.name}`);
  const failures = web.page.locator('.notification-toast', { hasText: 'Region Lens' });
  expect(await failures.allInnerTexts()).toEqual([]);
});

const counted = (text: RegExp) => web.webview.locator('.tileValue.counted', { hasText: text });
const count = () => web.runCommand('Region Lens: Count Regions');

describe('a network on a file system that is on no disk', () => {
  it('has hints, lens and hover', async () => {
    await web.openFile('deep-mlp.network.json');
    await web.waitForLine(/"dense".*≤×301/);
    expect((await web.codeLenses()).join('\n')).toMatch(/^deep-mlp: ≤ .* regions/);
    expect(await web.hoverText('"dense"', 'Multiplies the upper bound')).toMatch(/Multiplies the upper bound/);
    await web.screenshot('web hover');
    await web.page.keyboard.press('Escape');
  });

  it('has the panel, which counts and draws', async () => {
    await count();
    await counted(/^[\d,]+ ± [\d,]+$/).waitFor();
    await web.screenshot('web panel');
  });
});

it('runs in a web worker, without a server behind it', async () => {
  await web.runCommand('Memory Files: Report');
  await expect
    .poll(() => web.editor.report)
    .toEqual({ isActive: true, isWorker: true, node: null, remote: null, sharesMemory: false });
  const scripts = web.editor.fetched.filter((path) => path.startsWith('/extension/dist/') && path.endsWith('.js'));
  expect([...new Set(scripts)].filter((path) => !path.includes('webview')).sort()).toEqual([
    '/extension/dist/web/extension.js',
    '/extension/dist/web/server.js',
    '/extension/dist/web/worker.js',
  ]);
});
