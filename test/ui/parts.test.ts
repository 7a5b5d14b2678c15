import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { themes, Workbench } from './workbench.ts';

/** A count that processes outside of the editor make in parts, as on a cluster, and the panel that follows it. */

let workbench: Workbench;

beforeAll(async () => {
  workbench = await Workbench.start();
  countPart(1);
  countPart(2);
});

afterAll(() => workbench.stop());

afterEach(({ task }) => workbench.cleanUpFailure(task));

function run(...words: readonly string[]): string {
  return execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), ...words], {
    cwd: workbench.folder,
    encoding: 'utf8',
  });
}

function countPart(part: number): void {
  const output = `parts/part-${part}.json`;
  run('count', 'deep-mlp.network.json', '--method', 'plane', '--part', `${part}/3`, '--output', output);
}

const show = () =>
  workbench.runWithFile(
    'Region Lens: Show Count in Parts…',
    'Show Count in Parts',
    path.join(workbench.folder, 'parts/plan.json'),
  );

it('shows the parts as they land, and then the whole count', { timeout: 120_000 }, async () => {
  await show();
  const { webview } = workbench;
  const progress = webview.locator('.progressLine');
  await progress.filter({ hasText: '2 of 3 parts' }).waitFor();
  const { regions } = JSON.parse(run('status', 'parts', '--json')) as { readonly regions: number };
  expect(await progress.innerText()).toContain(`${regions.toLocaleString('en')} regions`);
  for (const kind of Object.keys(themes) as (keyof typeof themes)[]) {
    await workbench.setTheme(kind);
    await workbench.screenshot(`count in parts, ${kind}`);
  }
  countPart(3);
  const whole = JSON.parse(run('count', 'deep-mlp.network.json', '--json', '--method', 'plane')) as {
    readonly activationRegions: number;
  };
  const count = webview.locator('.tileValue.counted', {
    hasText: new RegExp(`^${whole.activationRegions.toLocaleString('en')}$`),
  });
  await count.waitFor();
  await workbench.screenshot('count in parts, whole');
  expect(await workbench.failures.count()).toBe(0);
});

it('says why parts are not of the network', { timeout: 120_000 }, async () => {
  rmSync(path.join(workbench.folder, 'parts'), { recursive: true });
  countPart(1);
  countPart(2);
  countPart(3);
  await workbench.line('"units": 24').locator('span', { hasText: /^24$/ }).last().dblclick();
  await workbench.page.keyboard.type('23');
  await workbench.page.keyboard.press('Control+S');
  await show();
  await workbench.webview
    .locator('.outcome.failed', { hasText: 'the plan in the folder is of another count' })
    .waitFor();
});
