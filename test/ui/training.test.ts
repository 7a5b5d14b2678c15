import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
    'chosen.network.json': JSON.stringify(definition),
    'cube.network.json': JSON.stringify({
      input: [3],
      layers: [
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 8, activation: 'relu' },
        { type: 'dense', units: 1 },
      ],
    }),
    'corners.csv': corners(),
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

afterEach(({ task }) => workbench.cleanUpFailure(task));
afterAll(() => workbench.stop());

/** Points of a cube; their class is whether an even number of coordinates is negative. */
function corners(): string {
  const points = Array.from({ length: 80 }, (_, i) =>
    [1, 2, 4].map((bit, d) => (i & bit ? 1 : -1) * (0.5 + 0.05 * ((i * (d + 3)) % 7))),
  );
  const rows = points.map((point) => [...point, Number(point.filter((x) => x < 0).length % 2 === 0)].join());
  return ['a,b,c,label', ...rows].join('\n');
}

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
    copyFileSync(path.join(fixtures, 'spirals/points.csv'), path.join(workbench.folder, 'run/test.csv'));
    await workbench.openFile('followed.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.getByRole('tab', { name: 'Training' }).click();
    await webview.locator('.runList', { hasText: 'Test data: test.csv' }).waitFor();
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

  it('is not counted again after the window was closed and opened', async () => {
    const { webview, page } = workbench;
    const home = path.dirname(workbench.folder);
    const keptFiles = () =>
      readdirSync(home, { recursive: true, encoding: 'utf8' })
        .filter((name) => /training[\\/][\da-f]+\.jsonl$/.test(name))
        .map((name) => path.join(home, name))
        .filter((file) => readFileSync(file, 'utf8').includes('"activationRegions":2458'));
    await expect.poll(() => keptFiles().length, { timeout: 30_000 }).toBe(1);
    const [kept] = keptFiles();
    // A figure that no count gives shows where it came from.
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"activationRegions":2458', '"activationRegions":2459'));
    await page.reload();
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    // The editor opens the panel again.
    await webview.getByRole('tab', { name: 'Training' }).click({ timeout: 60_000 });
    await webview.locator('.trainedColumn h2', { hasText: 'Step 100 — 2,459 regions' }).waitFor();
  });
});

describe('the command for a run', () => {
  it('takes a pattern of snapshots, and shows what they count', async () => {
    const { webview } = workbench;
    await workbench.closeAll();
    await workbench.openFile('chosen.network.json');
    await workbench.runWithAnswer('Region Lens: Show Training Run…', 'Enter a pattern…', 'run/step-000?0.pt');
    const [first, second, third] = expected;
    expect([first, second, third].map(({ file }) => file)).toEqual(['step-00000.pt', 'step-00010.pt', 'step-00030.pt']);
    await webview.locator('.runList', { hasText: '3 of 3 snapshots' }).waitFor();
    const regions = `${third.activationRegions.toLocaleString('en')} regions`;
    await webview.locator('.trainedColumn h2', { hasText: regions }).waitFor();
    await workbench.screenshot('training-command');
    await workbench.closeAll();
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

describe('training with the data of a file', () => {
  it('is kept as a run, whose regions in planes through samples are seen', async () => {
    const { webview } = workbench;
    // Of a first try that failed.
    rmSync(path.join(workbench.folder, 'kept'), { recursive: true, force: true });
    await workbench.openFile('cube.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('header', { hasText: 'cube.network.json' }).waitFor();
    await webview.getByRole('tab', { name: 'Training' }).click();
    await webview.getByRole('button', { name: 'Choose Data…' }).click();
    await workbench.giveFile('Data: 3 numbers and a class in each row', path.join(workbench.folder, 'corners.csv'));
    await webview.locator('.runList', { hasText: 'Data: corners.csv, 80 samples' }).waitFor();
    const section = webview.locator('.trialSection');
    await section.getByLabel('Steps from picture to picture', { exact: true }).click();
    await section.getByRole('option', { name: '20 steps', exact: true }).click();
    const end = section.getByLabel('last step', { exact: true }).locator('input');
    await end.fill('100');
    await end.press('Tab');
    await section.getByRole('button', { name: 'Start', exact: true }).click();
    await section.locator('.trialStatus', { hasText: 'Step 100 ·' }).waitFor();
    await section.getByRole('button', { name: 'Keep as a Run…' }).click();
    await workbench.giveFile('Keep as a Run', path.join(workbench.folder, 'kept'), true);
    await webview.locator('.runList', { hasText: 'kept — 6 of 6 snapshots' }).waitFor();
    expect(readdirSync(path.join(workbench.folder, 'kept')).sort()).toEqual([
      'log.jsonl',
      ...[0, 20, 40, 60, 80, 100].map((step) => `step-${String(step).padStart(6, '0')}.safetensors`),
    ]);
    const planes = webview.locator('.stepSection', { hasText: 'In the plane through three samples' });
    await expect.poll(() => planes.locator('.stepDot').count()).toBe(6);
    await planes.scrollIntoViewIfNeeded();
    await workbench.screenshot('training-planes');
    await webview.getByRole('button', { name: 'Choose Test Data…' }).click();
    await workbench.giveFile('Test data: 3 numbers', path.join(workbench.folder, 'corners.csv'));
    await webview.locator('.runList', { hasText: 'Test data: corners.csv' }).waitFor();
    const around = webview.locator('.stepSection', { hasText: 'Breakpoints for each unit of length' });
    await expect.poll(() => around.locator('.stepDot.test').count()).toBe(6);
    await around.scrollIntoViewIfNeeded();
    await workbench.screenshot('training-test-data');
    await webview.locator('.runList li', { hasText: 'Test data: corners.csv' }).getByRole('button').click();
    await expect.poll(() => around.locator('.stepDot.test').count()).toBe(0);
  });
});
