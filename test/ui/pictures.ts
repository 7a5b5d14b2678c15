import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../../scripts/process.mjs';
import { movingPicture } from './movingPicture.ts';
import type { themes } from './workbench.ts';
import { Workbench } from './workbench.ts';

/**
 * The pictures of README, documentation and walkthrough, taken of the packed extension in the real workbench:
 * `npm run pictures` after `npm run build && npm run package`.
 */
const docs = path.join(root, 'docs/pictures');
const media = path.join(root, 'media/walkthrough');
for (const folder of [docs, media]) mkdirSync(folder, { recursive: true });

const workbench = await Workbench.start({ settings: { 'workbench.activityBar.location': 'top' } });
const { page, webview } = workbench;

async function take(what: Locator | typeof page, folder: string, name: string): Promise<void> {
  await what.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
}

/** The upper left of what is seen of it, as large as a walkthrough shows it without making it smaller. */
async function takeCorner(what: Locator, name: string, width: number, height: number): Promise<void> {
  const { x, y } = (await what.first().boundingBox())!;
  const clip = { x, y, width, height };
  await page.screenshot({ path: path.join(media, `${name}.png`), animations: 'disabled', clip });
}

/** A PyTorch module with its hints, and a hover at one of its layers. */
async function takePython(theme: string): Promise<void> {
  await page.setViewportSize({ width: 1240, height: 860 });
  await workbench.openFile('digits.py');
  await workbench.waitForLine(/self\.conv1\b.*≤×/);
  await workbench.line('F.relu.self.conv2').locator('span', { hasText: 'relu' }).last().hover();
  await page.locator('.monaco-hover:visible', { hasText: 'neurons' }).first().waitFor();
  await page.waitForTimeout(900);
  await take(page, docs, `python-${theme}`);
  await page.keyboard.press('Escape');
  await workbench.closeAll();
}

/** The page of the panel with this name, drawn to its end. */
async function show(name: 'Regions' | 'Line' | 'Compare', drawn: Locator): Promise<void> {
  await webview.getByRole('tab', { name }).click();
  await drawn.first().waitFor();
  await page.waitForTimeout(900);
}

try {
  await page.setViewportSize({ width: 1560, height: 900 });
  await workbench.runCommand('View: Close Primary Side Bar');
  for (const [kind, short] of Object.entries({
    dark: 'dark',
    light: 'light',
    'high contrast dark': 'hc-dark',
    'high contrast light': 'hc-light',
  })) {
    const isPlain = kind === 'dark' || kind === 'light';
    await workbench.setTheme(kind as keyof typeof themes);
    if (isPlain) await takePython(short);
    await page.setViewportSize({ width: 1560, height: 900 });
    await workbench.openFile('deep-mlp.network.json');
    await workbench.waitForLine(/"dense".*≤×/);
    const editor = page.locator('.editor-group-container');
    if (isPlain) await takeCorner(editor, `hints-${short}`, 860, 290);
    await workbench.runCommand('Region Lens: Count Regions');
    await webview.getByText('8 networks, exact').waitFor();
    const frame = page.locator('iframe.webview.ready').first();
    await show('Regions', webview.locator('.inView', { hasText: 'expected' }));
    await page.locator('.view-line', { hasText: 'dense' }).nth(1).locator('span', { hasText: '24' }).last().hover();
    await page.locator('.monaco-hover:visible', { hasText: 'neurons' }).first().waitFor();
    if (isPlain) {
      await take(page, docs, `editor-${short}`);
      await takeCorner(editor, `hover-${short}`, 860, 420);
    }
    await page.keyboard.press('Escape');
    await workbench.runCommand('View: Toggle Maximize Editor Group');
    await page.setViewportSize({ width: 1180, height: 1000 });
    await webview.locator('header h1').hover();
    await page.waitForTimeout(900);
    await take(frame, docs, `regions-${short}`);
    if (isPlain) {
      await take(webview.locator('.depth'), media, `plot-${short}`);
      await take(webview.locator('.picture .axedPicture'), media, `plane-${short}`);
    }
    await show('Line', webview.locator('.distanceBar'));
    await take(frame, docs, `line-${short}`);
    await show('Compare', webview.locator('.sweepDot'));
    await take(frame, docs, `compare-${short}`);
    if (isPlain) await takeCorner(webview.locator('.comparePage'), `compare-${short}`, 1148, 752);
    await show('Regions', webview.locator('.depth'));
    await workbench.runCommand('View: Toggle Maximize Editor Group');
    await workbench.closeAll();
  }
} finally {
  await workbench.stop();
}

writeFileSync(path.join(docs, 'typing.gif'), await movingPicture(1000));
