import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { Workbench } from './workbench.ts';

/** Training in the real editor: a run that goes on is followed. */

const fixtures = path.join(root, 'test/fixtures/training');
const definition = JSON.parse(readFileSync(path.join(fixtures, 'spirals.network.json'), 'utf8')) as object;
const { runs: expected } = JSON.parse(readFileSync(path.join(fixtures, 'spirals/expected.json'), 'utf8')) as {
  runs: { file: string; activationRegions: number }[];
};

let workbench: Workbench;

beforeAll(async () => {
  const files = {
    'followed.network.json': JSON.stringify({ ...definition, run: 'run' }, null, 2),
    'learner.network.json': JSON.stringify({
      input: [2],
      layers: [
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 1 },
      ],
    }),
  };
  workbench = await Workbench.start({ files });
});

afterAll(() => workbench.stop());

/** As a training job in a terminal would. */
function addSnapshot(file: string): void {
  const run = path.join(workbench.folder, 'run');
  mkdirSync(run, { recursive: true });
  copyFileSync(path.join(fixtures, 'spirals', file), path.join(run, file));
}

describe('a run that goes on', () => {
  it('is counted snapshot by snapshot as they come, without counting any again', async () => {
    const { webview } = workbench;
    addSnapshot(expected[0].file);
    await workbench.openFile('followed.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.getByRole('tab', { name: 'Training' }).click();
    const title = webview.locator('.trainedColumn h2');
    for (const [i, { file, activationRegions }] of expected.slice(0, 4).entries()) {
      if (i > 0) addSnapshot(file);
      await title.filter({ hasText: `${activationRegions.toLocaleString('en')} regions` }).waitFor();
      await webview.locator('.runList', { hasText: `run — ${i + 1} of ${i + 1} snapshot` }).waitFor();
    }
    await workbench.screenshot('training-followed');
    // Back at the first snapshot, the newest is not shown any more.
    await webview.getByRole('slider', { name: 'Snapshot' }).focus();
    await workbench.page.keyboard.press('Home');
    await title.filter({ hasText: 'Step 0 — 2,700 regions' }).waitFor();
    await workbench.page.waitForTimeout(600);
    await workbench.screenshot('training-first');
    expect(await webview.locator('.stepSection:visible').count()).toBeGreaterThan(3);
  });
});

describe('training in the editor', () => {
  it('learns XOR to a small loss, and shows other regions by then', async () => {
    const { webview } = workbench;
    await workbench.openFile('learner.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.getByRole('tab', { name: 'Training' }).click();
    const section = webview.locator('.trialSection');
    const choose = async (list: string, option: string) => {
      await section.getByLabel(list, { exact: true }).click();
      await section.getByRole('option', { name: option, exact: true }).click();
    };
    const picture = () => section.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await choose('Data', 'XOR');
    const status = section.locator('.trialStatus');
    await status.filter({ hasText: 'Step 0 ·' }).waitFor();
    const before = await picture();
    await choose('Steps from picture to picture', '20 steps');
    const end = section.getByLabel('last step', { exact: true }).locator('input');
    await end.fill('400');
    await end.press('Tab');
    await section.getByRole('button', { name: 'Start', exact: true }).click();
    await status.filter({ hasText: 'Step 400 ·' }).waitFor();
    const loss = Number(/loss ([\d.]+)/.exec((await status.textContent()) ?? '')?.[1]);
    expect(loss).toBeLessThan(0.1);
    expect(await picture()).not.toBe(before);
    await section.scrollIntoViewIfNeeded();
    await workbench.screenshot('training-xor');
  });
});
