import { drawnWeights } from '../../src/common/weightsSource.ts';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { strToU8 } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { planCount } from '../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { count as countRegions } from '../../src/counting/countRegions.ts';
import { tensorOf } from '../../src/formats/json/numbers.ts';
import type { Tensor } from '../../src/network/operation.ts';
import { npz } from '../unit/formats/weights/files.ts';
import { blocking } from './webEditor.ts';
import { WebWorkbench } from './webWorkbench.ts';

const fixture = (name: string) => readFileSync(path.join(root, 'test/fixtures', name));
const examples = Object.fromEntries(
  readdirSync(path.join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(path.join(root, 'examples', name))]),
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
  'learner.network.json': JSON.stringify({
    input: [2],
    layers: [
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'dense', units: 1 },
    ],
  }),
  'blocking.network.json': `// This ${blocking}.\n${dense(2, 3)}`,
  'endless.network.json': dense(3, 300, 300, 300, 300),
};

function regionsOf(text: string, seed: number): number {
  const { network } = networkWithWeights(text, 'a.network.json', 0, null)!;
  const choice = {
    method: 'plane',
    source: drawnWeights(seed),
    linear: false,
    keepRegions: false,
    limits: {},
  } as const;
  return countRegions(planCount(network, choice)).activationRegions;
}

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
  expect(await web.failures.allInnerTexts()).toEqual([]);
});

const counted = (text: RegExp) => web.webview.locator('.tileValue.counted', { hasText: text });
const count = () => web.runCommand('Region Lens: Count Regions');

describe('a network on a file system that is on no disk', () => {
  beforeAll(() => web.openFile('deep-mlp.network.json'));

  it('has hints, lens and hover', async () => {
    await web.waitForLine(/"dense".*≤×301/);
    expect((await web.codeLenses()).join('\n')).toMatch(/^deep-mlp: ≤ .* regions/);
    expect(await web.hoverText('"dense"', 'Multiplies the upper bound')).toMatch(/Multiplies the upper bound/);
    await web.page.keyboard.press('Escape');
  });

  it('has the panel, which counts what this process counts', async () => {
    await count();
    const found = Array.from({ length: 8 }, (_, seed) =>
      regionsOf(examples['deep-mlp.network.json'].toString(), seed + 1),
    );
    const mean = Math.round(found.reduce((sum, regions) => sum + regions, 0) / found.length).toLocaleString('en');
    await counted(new RegExp(`^${mean} ± [\\d,]+$`)).waitFor();
    await web.webview.locator('.tileSource', { hasText: /^8 networks, exact$/ }).waitFor();
    await web.screenshot('web panel');
  });
});

describe('training in a Web Worker', () => {
  afterAll(() => web.closeAll());

  it('learns XOR, and draws other regions by then', async () => {
    const { webview } = web;
    await web.openFile('learner.network.json');
    await web.runCommand('Region Lens: Show Plot');
    await webview.getByRole('tab', { name: 'Training' }).click();
    const section = webview.locator('.trialSection');
    const choose = async (list: string, option: string) => {
      await section.getByLabel(list, { exact: true }).click();
      await section.getByRole('option', { name: option, exact: true }).click();
    };
    const status = section.locator('.trialStatus');
    const lossAt = async (step: number) => {
      await status.filter({ hasText: `Step ${step} ·` }).waitFor();
      return Number(/loss ([\d.]+)/.exec((await status.textContent()) ?? '')?.[1]);
    };
    const picture = () => section.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await choose('Data', 'XOR');
    const [before, first] = [await lossAt(0), await picture()];
    await choose('Steps from picture to picture', '20 steps');
    const end = section.getByLabel('last step', { exact: true }).locator('input');
    await end.fill('400');
    await end.press('Tab');
    await section.getByRole('button', { name: 'Start', exact: true }).click();
    expect(before).toBeGreaterThan(0.5);
    expect(await lossAt(400)).toBeLessThan(0.1);
    expect(await picture()).not.toBe(first);
    await section.scrollIntoViewIfNeeded();
    await web.screenshot('web training');
  });
});

describe('sources', () => {
  afterEach(() => web.closeAll());

  it('in TypeScript take sizes from files that they import', async () => {
    await web.openFile('model.ts');
    // All widths of the other file are known: 24 lines in the plane.
    await web.waitForLine(/units: width.*≤×301/);
    await web.openFile('sizes.ts');
    await web.line('width').locator('span', { hasText: /^24$/ }).last().dblclick();
    await web.page.keyboard.type('4');
    await web.page.keyboard.press('Control+s');
    await web.openFile('model.ts');
    await web.waitForLine(/units: width.*≤×11/);
  });

  it('in Python have hints and lens', async () => {
    await web.openFile('network.py');
    await web.waitForLine(/nn\.ReLU\(\).*≤×301/);
    expect((await web.codeLenses()).join('\n')).toMatch(/^model: ≤ 301 regions/);
  });

  it('in a notebook take sizes from other cells', async () => {
    await web.openNotebook('study.ipynb');
    await web.waitForLine(/nn\.ReLU\(\).*≤×301/);
    await web.screenshot('web notebook');
  });
});

it('has the mean of a network that no formula has one for, from a Web Worker', async () => {
  await web.openFile('maxout.network.json');
  await web.waitForLine(/"maxout".*≈×/);
  const lenses = async () => (await web.codeLenses()).join('\n');
  await expect.poll(lenses).toMatch(/≈ 235 ± [\d.]+ % at initialization on \[−1, 1\]²/);
});

it('underlines a sum of layers that do not fit', async () => {
  await web.openFile('mismatched.network.json');
  await web.page.locator('.squiggly-error').first().waitFor();
});

describe('counts', () => {
  afterEach(() => web.closeAll());

  it('use the weights of the same name beside the network', async () => {
    await web.openFile('trained.network.json');
    await count();
    // What two other programs count for these weights on this square.
    await counted(/^424$/).waitFor();
    await web.webview.locator('.tileSource', { hasText: 'weights of trained.npz, exact' }).waitFor();
    await web.screenshot('web weights');
  });

  it('use the weights of a model in a binary file, which opens as text', async () => {
    await web.openBinary('mlp.onnx');
    await web.runCommand('Region Lens: Open Model as Network');
    await web.page.locator('.codelens-decoration', { hasText: '18,769' }).waitFor();
    await count();
    await counted(/^127$/).waitFor();
    await web.webview.locator('.tileSource', { hasText: 'weights of mlp.onnx, exact' }).waitFor();
  });

  it('that are cancelled keep what they have found, and say that it is not all', async () => {
    await web.openFile('endless.network.json');
    await count();
    // It has found some.
    await web.webview.locator('.progressLine', { hasText: /[1-9][\d,]* regions/ }).waitFor();
    await web.webview.getByRole('button', { name: 'Cancel', exact: true }).click();
    await counted(/^≥ [\d,]+$/).waitFor();
    await web.webview.locator('.tileSource', { hasText: /stopped early/ }).waitFor();
    await web.webview.getByRole('button', { name: 'Count', exact: true }).waitFor();
    await web.screenshot('web cancelled');
  });
});

describe('the panel', () => {
  beforeAll(async () => {
    await web.openFile('deep-mlp.network.json');
    await web.runCommand('Region Lens: Show Plot');
  });
  afterAll(() => web.closeAll());

  it('follows the network along a line', async () => {
    await web.webview.getByRole('tab', { name: 'Line' }).click();
    await web.webview.locator('.lineSection .outputCurve').waitFor();
    expect(await web.webview.locator('.lane').count()).toBe(3);
  });

  it('compares, and writes a size into the file', async () => {
    const { webview, page } = web;
    await webview.getByRole('tab', { name: 'Compare' }).click();
    await webview.locator('.compared[data-key]').nth(2).waitFor();
    await webview.locator('.sweep vscode-dropdown[aria-label="Size to vary"]').click();
    await webview.locator('.sweep vscode-option', { hasText: 'dense_1 · units' }).click();
    await webview.locator('.sweep input[type=range]').fill('48');
    await webview.getByRole('button', { name: 'Apply to File: 24 → 48' }).click();
    await web.waitForLine(/"units": 48/);
    await web.screenshot('web compare');
    await page.locator('.editor-instance .view-line').first().click();
    await page.keyboard.press('Control+z');
  });
});

it('an example opens as a file of the user', async () => {
  await web.openExample('maxout.network.json');
  await web.page
    .locator('.codelens-decoration', { hasText: /regions/ })
    .first()
    .waitFor();
});

it('has its hints back when the language server is blocked', async () => {
  await web.openFile('deep-mlp.network.json');
  await web.openFile('blocking.network.json');
  // Read by the next server.
  await web.openFile('lenet.network.json');
  await web.waitForLine(/"units": 120.*≤×10\^36/, 45_000);
  await web.closeAll();
});

it('has its hints back when the language server is restarted', async () => {
  await web.runCommand('Region Lens: Restart Language Server');
  await web.page.locator('.statusbar-item', { hasText: 'was restarted' }).waitFor();
  await web.openFile('lenet.network.json');
  await web.waitForLine(/"units": 120.*≤×10\^36/);
});

it('runs in a web worker, without a server behind it, and asks no other', async () => {
  await web.runCommand('Memory Files: Report');
  await expect
    .poll(() => web.editor.report)
    .toEqual({ isActive: true, isWorker: true, node: null, remote: null, sharesMemory: false });
  const scripts = web.editor.fetched.filter((path) => path.startsWith('/extension/dist/') && path.endsWith('.js'));
  expect([...new Set(scripts)].filter((path) => !path.includes('webview')).sort()).toEqual([
    '/extension/dist/web/extension.js',
    '/extension/dist/web/server.js',
    '/extension/dist/web/trainer.js',
    '/extension/dist/web/worker.js',
  ]);
  expect([...web.hosts]).toEqual([]);
});
