import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

const model = fileURLToPath(new URL('../fixtures/onnx-files/mlp.onnx', import.meta.url));

let workbench: Workbench;
beforeAll(async () => {
  workbench = await Workbench.start();
  copyFileSync(model, path.join(workbench.folder, 'mlp.onnx'));
});
afterAll(() => workbench.stop());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`failed ${task.name}`);
});

const tab = (name: RegExp) => workbench.page.locator('.tab', { hasText: name }).first();

it('an .onnx file opens as a read-only text of its network, with hints and lens', async () => {
  await workbench.openBinary('mlp.onnx');
  await workbench.runCommand('Region Lens: Open Model as Network');
  await tab(/^mlp.onnx.network.json/).waitFor();
  await workbench.page.locator('.view-lines', { hasText: '"type": "dense"' }).waitFor();
  // What the bound of these widths is, whatever the weights.
  await workbench.page.locator('.codelens-decoration', { hasText: '18,769' }).waitFor();
  await workbench.screenshot('model opened');
});

it('its regions are counted with the weights in the file', async () => {
  await workbench.runCommand('Region Lens: Count Regions');
  await workbench.webview.locator('.tileValue.counted', { hasText: /^127$/ }).waitFor();
  await workbench.webview.locator('.tileSource', { hasText: 'weights of mlp.onnx, exact' }).waitFor();
  await workbench.screenshot('model counted');
});

it('"Reopen Editor With" offers it beside other editors, which stay the default', async () => {
  await workbench.closeAll();
  await workbench.openBinary('mlp.onnx');
  expect(await workbench.page.locator('.codelens-decoration').count()).toBe(0);
  await workbench.reopenWith('Region Lens');
  await workbench.page.locator('.codelens-decoration', { hasText: '18,769' }).waitFor();
});
