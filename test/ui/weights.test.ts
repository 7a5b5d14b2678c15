import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { tensorOf } from '../../src/formats/json/numbers.ts';
import type { Tensor } from '../../src/network/operation.ts';
import { npz } from '../unit/formats/weights/files.ts';
import { Workbench } from './workbench.ts';

interface Layer {
  readonly weights?: Readonly<Record<string, unknown>>;
}

const known = readFileSync(new URL('../fixtures/counts/mlp_2-16-16-1_s2.network.json', import.meta.url), 'utf8');
const { layers, ...model } = JSON.parse(known) as { readonly layers: readonly Layer[] };
const bare = { ...model, layers: layers.map((layer, i) => ({ ...layer, name: `d${i}`, weights: undefined })) };

const unknown = `import * as tf from '@tensorflow/tfjs';
declare const width: number;
export const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' }),
    tf.layers.dense({ units: 1 }),
  ],
});
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await Workbench.start({
    files: { 'trained.network.json': JSON.stringify(bare, null, 2), 'unknown.ts': unknown },
  });
  write('trained.npz', trained);
  write('wrong.npz', { ...trained, 'd1/kernel': { shape: [2, 20], data: new Float64Array(40) } });
  write('other.npz', { ...trained, 'd2/bias': { shape: [1], data: Float64Array.of(3) } });
});
afterAll(() => workbench.stop());
afterEach(({ task }) => workbench.cleanUpFailure(task));

const trained = Object.fromEntries(
  layers.flatMap(({ weights = {} }, i) =>
    Object.entries(weights).map(([name, value]): [string, Tensor] => {
      const text = JSON.stringify(value);
      return [`d${i}/${name}`, tensorOf(text, 0, text.length) as Tensor];
    }),
  ),
);

function write(file: string, tensors: Readonly<Record<string, Tensor>>): void {
  writeFileSync(path.join(workbench.folder, file), npz(tensors));
}

/** Gives a file of the folder to the command that asks for weights, for the network that is open. */
async function chooseWeights(file: string): Promise<void> {
  // Where a file was chosen before, the weights could also be found again.
  const before = isChosen ? 'Choose a file…' : undefined;
  isChosen = true;
  await workbench.page
    .locator('.tab', { hasText: /^trained.network.json/ })
    .first()
    .click();
  await workbench.runWithFile(
    'Region Lens: Choose Weights File…',
    'Choose Weights File',
    path.join(workbench.folder, file),
    before,
  );
}
let isChosen = false;

it('a count uses the weights of the same name beside the network', async () => {
  await workbench.openFile('trained.network.json');
  await workbench.runCommand('Region Lens: Count Regions');
  // What two other programs count for these weights on this square.
  await workbench.webview.locator('.tileValue.counted', { hasText: /^424$/ }).waitFor();
  await workbench.webview.locator('.tileSource', { hasText: 'weights of trained.npz, exact' }).waitFor();
  await workbench.screenshot('weights counted');
});

it('a count is of the past once its weights have changed, and what no layer takes is named', async () => {
  write('trained.npz', { ...trained, 'stray/kernel': { shape: [3], data: new Float64Array(3) } });
  await workbench.webview.locator('.tileSource', { hasText: 'changed since: count again' }).waitFor();
  await workbench.webview.locator('.remarks', { hasText: 'Not used of trained.npz: stray/kernel.' }).waitFor();
  await workbench.screenshot('weights changed');
});

it('weights of another shape are refused with both shapes, and the refusal goes with them', async () => {
  await chooseWeights('wrong.npz');
  const { webview } = workbench;
  const refusal = 'd1: d1/kernel is 2×20 in wrong.npz, the layer needs a kernel of 16×16.';
  await webview.locator('.remarks', { hasText: refusal }).waitFor();
  await webview.getByRole('button', { name: 'Count', exact: true }).click();
  await webview.locator('.outcome.failed', { hasText: 'd1/kernel is 2×20 in wrong.npz' }).waitFor();
  await workbench.screenshot('weights refused');
  await chooseWeights('trained.npz');
  await webview.locator('.remarks', { hasText: 'wrong.npz' }).waitFor({ state: 'detached' });
  await expect.poll(() => webview.locator('.outcome').first().textContent()).toBe('');
  await workbench.screenshot('weights mended');
});

it('the command takes weights of a file that is chosen', async () => {
  await chooseWeights('other.npz');
  await workbench.webview.locator('.runSettings summary', { hasText: 'weights of other.npz' }).waitFor();
  await workbench.screenshot('weights chosen');
});

it('without a panel the choice is confirmed, and a count is offered', async () => {
  await workbench.closeAll();
  await workbench.openFile('trained.network.json');
  await chooseWeights('trained.npz');
  const toast = workbench.page.locator('.notification-toast', {
    hasText: 'Weights of trained.network.json are taken from trained.npz.',
  });
  await toast.waitFor();
  await workbench.screenshot('weights chosen without a panel');
  await toast.getByRole('button', { name: 'Count Regions' }).click();
  await workbench.webview.locator('.tileSource', { hasText: 'weights of trained.npz, exact' }).waitFor();
});

it('the quick fix supplies in a comment what a source does not tell', async () => {
  await workbench.closeAll();
  await workbench.openFile('unknown.ts');
  await workbench.page.locator('.squiggly-info').first().waitFor();
  await workbench
    .line('units: width')
    .locator('.squiggly-info, span', { hasText: /^width$/ })
    .last()
    .click();
  await workbench.page.locator('[class*="lightbulb"], [class*="light-bulb"]').first().waitFor();
  await workbench.page.keyboard.press('Control+.');
  await workbench.page
    .locator('.action-widget .monaco-list-row', { hasText: /^Supply (units|width) (in a comment|above)/ })
    .waitFor();
  await workbench.page.keyboard.press('Enter');
  await workbench.waitForLine(/\/\/ @region-lens (units|width) = 64/);
  expect(await workbench.waitForLine(/units: width.*≤×/)).toContain('relu');
  await workbench.screenshot('quick fix');
});

it('the normalized network opens as a document of its own, with hints', async () => {
  await workbench.closeAll();
  await workbench.openFile('cnn.ts');
  await workbench.waitForLine(/conv2d.*×10\^/);
  await workbench.runCommand('Region Lens: Open as Normalized Network');
  expect(await workbench.waitForLine(/"type": "conv2d", "name": ".*×10\^/)).toContain('"filters"');
  await workbench.screenshot('normalized network');
});
