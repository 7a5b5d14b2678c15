import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/process.mjs';
import { Workbench } from './workbench.ts';

/**
 * The README's pictures, taken of the packed extension in the real workbench: `npm run pictures` after
 * `npm run build && npm run package`.
 */
const workbench = await Workbench.start({ settings: { 'workbench.activityBar.location': 'hidden' } });
try {
  const { page, webview } = workbench;
  await page.setViewportSize({ width: 1560, height: 900 });
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  mkdirSync(path.join(root, 'docs/pictures'), { recursive: true });
  for (const theme of ['dark', 'light'] as const) {
    await workbench.setTheme(theme);
    await workbench.openFile('deep-mlp.network.json');
    await workbench.waitForLine(/"dense".*×10\^/);
    await workbench.runCommand('Region Lens: Count Regions');
    await webview.locator('.tileValue.counted', { hasText: /^[\d,]+ ± [\d,]+$/ }).waitFor();
    await webview.getByText('8 networks, exact').waitFor();
    await page.locator('.view-line', { hasText: 'dense' }).nth(1).locator('span', { hasText: '24' }).last().hover();
    await page.locator('.monaco-hover:visible', { hasText: 'Multiplies the bound' }).first().waitFor();
    await workbench.screenshot(`readme ${theme}`);
    const taken = path.join(root, `test-output/screenshots/readme ${theme}.png`);
    copyFileSync(taken, path.join(root, `docs/pictures/editor-${theme}.png`));
    await page.keyboard.press('Escape');
    await workbench.closeAll();
  }
} finally {
  await workbench.stop();
}
