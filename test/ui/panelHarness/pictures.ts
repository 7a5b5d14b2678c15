/** Pictures of the panel, to look at: `npx vite-node test/ui/panelHarness/pictures.ts FOLDER [NAME...]`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from '../../../scripts/chromium.mjs';
import { root } from '../../../scripts/process.mjs';
import type { HostMessage } from '../../../src/protocol/messages.ts';
import { bundlePanel, PanelPage, THEMES } from './panelPage.ts';
import { mlpNetwork, modelOf } from './samples.ts';
import { deepScene, lenetScene, planeScene } from './scenes.ts';

const plane = planeScene(24);
const scenes: Record<string, readonly HostMessage[]> = {
  plane,
  lenet: lenetScene(),
  deep: deepScene(),
  uncounted: [{ type: 'show', model: modelOf(mlpNetwork(), mlpNetwork('second')) }],
  line: plane,
  compare: plane,
  training: plane,
  running: plane.slice(0, 8),
  empty: [{ type: 'empty', message: 'Open a network definition, for example with “Region Lens: Open Example”.' }],
};

const [folder = 'test-output/panel', ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const bundle = await bundlePanel(root);
const browser = await launchChromium();
for (const [name, messages] of Object.entries(scenes)) {
  for (const theme of THEMES) {
    for (const width of [300, 600, 1200]) {
      const file = `${name}-${theme.replace('vscode-', '')}-${width}.png`;
      if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue;
      const panel = await PanelPage.open(browser, bundle, { theme, width, height: 700 });
      await panel.send(...messages);
      if (['line', 'compare', 'training'].includes(name)) await panel.page.locator(`#tab-${name}`).click();
      for (let turn = 0; turn < 3; turn++) {
        await panel.settled();
        await panel.answer();
      }
      await panel.page.waitForTimeout(300);
      if (name === 'training') {
        await panel.page.locator('.trialSection vscode-button', { hasText: 'Step' }).click();
        for (let turn = 0; turn < 3; turn++) await panel.answer();
      }
      if (name === 'plane') {
        await panel.page.locator('.pictureCanvas').hover({ position: { x: 150, y: 100 } });
        await panel.page.waitForTimeout(250);
        await panel.answer();
      }
      if (panel.problems.length > 0) console.log(file, panel.problems);
      await panel.page.screenshot({ path: path.join(folder, file), fullPage: true });
      await panel.close();
    }
  }
}
await browser.close();
