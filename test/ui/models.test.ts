import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A network of PyTorch in its source; its state dict lies beside it under the same name. */
const source = `import torch.nn as nn


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x):
        return self.net(x)
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await Workbench.start({ files: { 'network.py': source } });
  const copies = {
    'mlp.onnx': 'onnx-files/mlp.onnx',
    'network.pt': 'pytorch/mlp.state.pt',
    'whole.pt': 'pytorch/only-part.pt',
    'exported.pt2': 'torch-export/mlp.pt2',
    'scripted.pt': 'torch-export/pooled.script.pt',
  };
  for (const [name, from] of Object.entries(copies)) copyFileSync(fixture(from), path.join(workbench.folder, name));
});
afterAll(() => workbench.stop());
afterEach(({ task }) => workbench.cleanUpFailure(task));

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

it('the weights of a .pt beside a Python file are those that its network is counted with', async () => {
  await workbench.closeAll();
  await workbench.openFile('network.py');
  await workbench.page.locator('.codelens-decoration', { hasText: '18,769' }).waitFor();
  await workbench.runCommand('Region Lens: Count Regions');
  await workbench.webview.locator('.tileSource', { hasText: 'weights of network.pt, exact' }).waitFor();
  await workbench.webview.locator('.tileValue.counted', { hasText: /^127$/ }).waitFor();
  await workbench.screenshot('state dict counted');
});

it('a module that PyTorch saved as a whole opens as its network and is counted with its own weights', async () => {
  await workbench.closeAll();
  await workbench.openBinary('whole.pt');
  await workbench.runCommand('Region Lens: Open Model as Network');
  await tab(/^whole.pt.network.json/).waitFor();
  await workbench.page.locator('.view-lines', { hasText: '"type": "dense"' }).waitFor();
  await workbench.runCommand('Region Lens: Count Regions');
  await workbench.webview.locator('.tileSource', { hasText: 'weights of whole.pt, exact' }).waitFor();
});

it('an exported program opens as its network and is counted with its own weights', async () => {
  await workbench.closeAll();
  await workbench.openBinary('exported.pt2');
  await workbench.runCommand('Region Lens: Open Model as Network');
  await tab(/^exported.pt2.network.json/).waitFor();
  await workbench.page.locator('.codelens-decoration', { hasText: '18,769' }).waitFor();
  await workbench.runCommand('Region Lens: Count Regions');
  await workbench.webview.locator('.tileSource', { hasText: 'weights of exported.pt2, exact' }).waitFor();
  await workbench.webview.locator('.tileValue.counted', { hasText: /^131$/ }).waitFor();
  await workbench.screenshot('exported program counted');
});

it('of a scripted module the size that was solved is said in the text', async () => {
  await workbench.closeAll();
  await workbench.openBinary('scripted.pt');
  await workbench.runCommand('Region Lens: Open Model as Network');
  await workbench.page.locator('.view-lines', { hasText: '8×8 is taken' }).waitFor();
  await workbench.screenshot('scripted module opened');
});
