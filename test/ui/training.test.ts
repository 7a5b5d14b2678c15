import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { readFileSync } from 'node:fs';
import { Workbench } from './workbench.ts';

/** Training in the real editor: a run that goes on is followed. */

const fixtures = path.join(root, 'test/fixtures/training');
const definition = JSON.parse(readFileSync(path.join(fixtures, 'spirals.network.json'), 'utf8')) as object;
const { runs: expected } = JSON.parse(readFileSync(path.join(fixtures, 'spirals/expected.json'), 'utf8')) as {
  runs: { file: string; activationRegions: number }[];
};

let workbench: Workbench;

beforeAll(async () => {
  const files = { 'followed.network.json': JSON.stringify({ ...definition, run: 'run' }, null, 2) };
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
