import { fileWeights } from '../../src/common/weightsSource.ts';
import { strToU8 } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planCount } from '../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { count } from '../../src/counting/countRegions.ts';
import { WebWorkbench } from './webWorkbench.ts';

const layers = [96, 96, 96].map((units) => ({ type: 'dense', units, activation: 'relu' }));
const text = JSON.stringify({ input: [2], layers }, null, 2);

let web: WebWorkbench;
beforeAll(async () => {
  web = await WebWorkbench.start(
    { 'a.network.json': strToU8(text) },
    {
      isIsolated: true,
      changed: {
        'workbench.colorTheme': 'Default Light Modern',
        'regionLens.count.seeds': 1,
        'regionLens.count.workers': 2,
      },
    },
  );
});
afterAll(() => web.stop());

it('a page that is isolated from other origins counts one network on several threads', async () => {
  await web.openFile('a.network.json');
  await web.runCommand('Memory Files: Report');
  await expect.poll(() => web.editor.report).toMatchObject({ isWorker: true, sharesMemory: true });
  await web.runCommand('Region Lens: Count Regions');
  const { network } = networkWithWeights(text, 'a.network.json', 0, null)!;
  const choice = {
    method: 'plane',
    source: fileWeights(1),
    linear: false,
    keepRegions: false,
    limits: {},
  } as const;
  const expected = count(planCount(network, choice)).activationRegions.toLocaleString('en');
  await web.webview.locator('.tileValue.counted', { hasText: new RegExp(`^${expected}$`) }).waitFor();
  await web.webview.locator('.tileSource', { hasText: /^1 network, exact$/ }).waitFor();
  await web.screenshot('web light');
});
