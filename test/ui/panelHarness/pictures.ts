/** Pictures of the panel, to look at: `npx vite-node test/ui/panelHarness/pictures.ts FOLDER [NAME...]`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from '../../../scripts/chromium.mjs';
import { root } from '../../../scripts/process.mjs';
import type { HostMessage, PanelNetwork } from '../../../src/protocol/panel.ts';
import { bundlePanel, PanelPage, THEMES } from './panelPage.ts';
import { partition } from './partition.ts';
import { countsAround, deepNetwork, lenetNetwork, mlpNetwork, modelOf } from './samples.ts';

const settings = { method: 'plane', firstSeed: 1, seeds: 24, fileWeights: false } as const;

function counted(network: PanelNetwork, method: 'line' | 'plane', messages: readonly HostMessage[]): HostMessage[] {
  const { key } = network;
  return [
    { type: 'show', model: modelOf(network) },
    { type: 'countStarted', key, settings: { ...settings, method } },
    ...messages,
    { type: 'countEnded', key, message: null, outcome: 'done' },
  ];
}

function planeScene(): HostMessage[] {
  const network = mlpNetwork();
  const counts = Array.from({ length: 24 }, (_, i): HostMessage => {
    return { type: 'counted', key: network.key, ...partition([24, 24, 24], i + 1) };
  });
  return counted(network, 'plane', counts);
}

function lineScene(network: PanelNetwork, means: readonly number[]): HostMessage[] {
  const counts = countsAround(means, 24, 0.18).map((count): HostMessage => ({
    type: 'counted',
    key: network.key,
    count,
    picture: null,
  }));
  return counted(network, 'line', counts);
}

const deep = deepNetwork();
const scenes: Record<string, HostMessage[]> = {
  plane: planeScene(),
  lenet: lineScene(lenetNetwork(), [212, 212, 318, 318, 318, 331, 338, 338]),
  deep: lineScene(
    deep,
    deep.layers.map((_, i) => 1 + 29.2 * (i + 1)),
  ),
  uncounted: [{ type: 'show', model: modelOf(mlpNetwork(), mlpNetwork('second')) }],
  running: planeScene().slice(0, 8),
  empty: [{ type: 'empty', message: 'Open a network definition, for example with “Region Lens: Open Example”.' }],
};

const [folder = 'test-output/panel', ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const bundle = await bundlePanel(root);
const browser = await launchChromium();
for (const [name, messages] of Object.entries(scenes)) {
  for (const theme of THEMES) {
    for (const width of [300, 600, 1000]) {
      const file = `${name}-${theme.replace('vscode-', '')}-${width}.png`;
      if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue;
      const panel = await PanelPage.open(browser, bundle, { theme, width, height: 700 });
      await panel.send(...messages);
      await panel.page.waitForTimeout(300);
      if (panel.problems.length > 0) console.log(file, panel.problems);
      await panel.page.screenshot({ path: path.join(folder, file), fullPage: true });
      await panel.close();
    }
  }
}
await browser.close();
