import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

const network = 'deep-mlp.network.json';

/** Two dense layers whose sum cannot be taken. */
const mismatched = `{
  "input": [2],
  "layers": [
    { "type": "dense", "name": "narrow", "units": 3, "activation": "relu" },
    { "type": "dense", "name": "wide", "units": 5, "activation": "relu" },
    { "type": "add", "name": "sum", "inputs": ["narrow", "wide"] }
  ]
}
`;

/** Three inputs, and few enough neurons to count the whole box. */
const cube = `{
  "name": "cube",
  "input": [3],
  "layers": [
    { "type": "dense", "units": 8, "activation": "relu" },
    { "type": "dense", "units": 8, "activation": "relu" },
    { "type": "dense", "units": 1 }
  ]
}
`;

/** Two networks on lines of their own, each far longer than an editor beside a panel is wide. */
const longLines = `import * as tf from '@tensorflow/tfjs';
${['first', 'second']
  .map((name) => {
    const hidden = "tf.layers.dense({ units: 16, activation: 'relu' })";
    const layers = ['tf.layers.inputLayer({ inputShape: [2] })', ...Array<string>(6).fill(hidden)];
    return `export const ${name} = tf.sequential({ layers: [${layers.join(', ')}] });`;
  })
  .join('\n')}
`;

const python = `import torch
from torch import nn

model = nn.Sequential(
    nn.Linear(2, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
)
model(torch.randn(8, 2))
`;

/** Two networks that differ in what they can do. */
const twoNetworks = `from torch import nn

small = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))

large = nn.Sequential(nn.Linear(2, 30), nn.ReLU(), nn.Linear(30, 1))
`;

const darknet = `[net]
width=8
height=8
channels=1

[convolutional]
filters=2
size=3
pad=1
activation=relu

[connected]
output=4
activation=leaky
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await Workbench.start({
    files: {
      'mismatched.network.json': mismatched,
      'cube.network.json': cube,
      'long.ts': longLines,
      'two.py': twoNetworks,
      'network.py': python,
      'small.cfg': darknet,
      'plain.py': 'import torch\nprint(torch.ones(3))\n',
    },
  });
});

afterAll(() => workbench.stop());

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`failed ${task.name}`);
  // Nothing has failed behind the scenes: failures appear as notifications.
  expect(await workbench.failures.allInnerTexts()).toEqual([]);
});

describe('the package', () => {
  it('holds only what runs', () => {
    const [name] = readdirSync(workbench.extensions).filter((folder) => folder.startsWith('region-lens.'));
    const files = readdirSync(path.join(workbench.extensions, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(path.join(workbench.extensions, name), path.join(entry.parentPath, entry.name)));
    for (const needed of [
      'extension.js',
      'server.js',
      'worker.js',
      'webview.js',
      'webview-chunk.js',
      'webview-deferred.js',
      'webview.css',
      'web/extension.js',
      'web/server.js',
      'web/worker.js',
    ])
      expect(files).toContain(path.join('dist', needed));
    const other = files.filter((file) => !/^(dist|media|examples|l10n)\//.test(file) && path.dirname(file) !== '.');
    expect(other).toEqual([]);
    expect(files.filter((file) => /\.(ts|map)$/.test(file) && !file.startsWith('examples'))).toEqual([]);
  });
});

describe('networks in TypeScript', () => {
  it('have their hints where the layers are written', async () => {
    await workbench.openFile('cnn.ts');
    await workbench.waitForLine(/conv2d.*≤×10\^/);
    await workbench.screenshot('typescript');
    await workbench.closeAll();
  });
});

describe('networks in Python', () => {
  it('have their hints and lens where the layers are written', async () => {
    await workbench.openFile('network.py');
    await workbench.waitForLine(/nn\.ReLU\(\).*≤×/);
    expect((await workbench.codeLenses()).join('\n')).toMatch(/^model: ≤ .* regions/);
    await workbench.screenshot('python');
    await workbench.closeAll();
  });

  it('of a class have their lens above the class, and their hints where they are used', async () => {
    await workbench.openFile('digits.py');
    await workbench.waitForLine(/F\.relu\(self\.conv1\(x\)\).*≤×/);
    expect((await workbench.codeLenses()).join('\n')).toMatch(/^DigitCNN: ≤ .* regions/);
    await workbench.closeAll();
  });

  it('open as a notebook, as an example, with hints and lenses in its cells', async () => {
    await workbench.runWithChoice('Region Lens: Open Example', 'wide-or-deep.ipynb');
    await workbench.page
      .locator('.notebook-editor .codelens-decoration', { hasText: 'wide: ≤ 51,361 regions' })
      .waitFor();
    await workbench.waitForLine(/nn\.ReLU\(\),.*≤×51,361/);
    await workbench.screenshot('notebook');
    await workbench.closeAll();
  });
});

describe('configurations of Darknet', () => {
  it('have their hints and lens at the sections', async () => {
    await workbench.openFile('small.cfg');
    await workbench.waitForLine(/^\[convolutional\] *≤×10\^/);
    await workbench.waitForLine(/^\[connected\] *≤×16/);
    expect((await workbench.codeLenses()).join('\n')).toMatch(/^small: ≤ .* regions/);
    await workbench.screenshot('darknet');
    await workbench.closeAll();
  });
});

describe('networks that are not open', () => {
  it('are listed in whatever language they are written', async () => {
    const names = await workbench.listOf('Region Lens: Open Network…', 'cube.network.json');
    expect(names).toEqual(expect.arrayContaining(['cnn.ts', 'keras-cnn.json', 'network.py', 'small.cfg', 'two.py']));
    expect(names).not.toContain('plain.py');
  });
});

describe('settings', () => {
  it('take effect at once', async () => {
    await workbench.openFile(network);
    await workbench.waitForLine(/"dense".*≤×301 ≈×276/);
    workbench.set({ 'regionLens.notation': 'bits' });
    await workbench.waitForLine(/"dense".*≤×2\^8\.23/);
    workbench.set({ 'regionLens.notation': 'power' });
    await workbench.waitForLine(/"dense".*≤×301 ≈×276/);
    await workbench.closeAll();
  });
});

describe.each(['dark', 'light'] as const)('in a %s theme', (theme) => {
  beforeAll(async () => {
    await workbench.setTheme(theme);
    await workbench.openFile(network);
  });

  afterAll(() => workbench.closeAll());

  it("shows each dense layer's factor at the end of its line", async () => {
    expect(await workbench.waitForLine(/"dense".*≤×301 ≈×276/)).toMatch(/\},\s*≤×301 ≈×276$/);
    await workbench.screenshot(`${theme} editor`);
  });

  it('shows one lens for the network', async () => {
    expect((await workbench.codeLenses()).join('\n')).toMatch(/^deep-mlp: ≤ .* regions/);
  });

  it('says in a hover what a layer contributes', async () => {
    const text = await workbench.hoverText('"dense"', 'Multiplies the upper bound');
    await workbench.screenshot(`${theme} hover`);
    expect(text).toMatch(/Multiplies the upper bound/);
    await workbench.page.keyboard.press('Escape');
  });

  it('underlines a sum of layers that do not fit', async () => {
    await workbench.openFile('mismatched.network.json');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.screenshot(`${theme} squiggle`);
  });

  it('draws the plot beside the source', async () => {
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    const plot = workbench.webview.locator('svg').first();
    await plot.waitFor();
    expect(await workbench.webview.locator('svg path').count()).toBeGreaterThan(0);
    await workbench.screenshot(`${theme} panel`);
  });

  it('brings a hint up to date within a second of an edit', async () => {
    await workbench.waitForLine(/"dense".*≤×301 ≈×276/);
    await workbench.line('"units": 24').locator('span', { hasText: /^24$/ }).last().dblclick();
    await workbench.page.keyboard.type('240');
    await workbench.waitForLine(/"units": 240.*≤×28,921/, 1000);
  });
});

describe('the panel', () => {
  const heading = (name: string | RegExp) => workbench.webview.locator('h1', { hasText: name });

  beforeAll(async () => {
    await workbench.setTheme('dark');
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    await heading('deep-mlp').waitFor();
  });

  afterAll(() => workbench.closeAll());

  it('counts networks and draws their regions', async () => {
    const { webview } = workbench;
    await webview.getByRole('button', { name: 'Count', exact: true }).click();
    await webview.locator('.tileValue.counted', { hasText: /^[\d,]+ ± [\d,]+$/ }).waitFor();
    await webview.locator('canvas').first().scrollIntoViewIfNeeded();
    const painted = () =>
      webview
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
          return new Set(new Uint32Array(pixels?.buffer ?? [])).size;
        });
    await expect.poll(painted).toBeGreaterThan(20);
    await workbench.screenshot('panel counted');
  });

  it('shows in the source the layer that is clicked', async () => {
    await workbench.webview.getByRole('button', { name: 'dense_2' }).first().click();
    await workbench.cursorIsOn(6);
  });

  it('follows an edit', async () => {
    await workbench.line('"units": 24').locator('span', { hasText: /^24$/ }).last().dblclick();
    await workbench.page.keyboard.type('25');
    await workbench.webview.locator('.architecture', { hasText: '2 → 25 → 24' }).waitFor();
  });

  it('follows the active editor', async () => {
    await workbench.openFile('lenet.network.json');
    await heading('lenet').waitFor();
  });

  it.each(['high contrast dark', 'high contrast light'] as const)('is drawn in a %s theme', async (theme) => {
    await workbench.setTheme(theme);
    await workbench.webview.locator(`body.vscode-high-contrast`).waitFor();
    await workbench.webview.locator('svg').first().waitFor();
    await workbench.screenshot(`${theme} panel`);
  });
});

describe('each page of the panel', () => {
  const units = (value: number) => workbench.line(`"units": ${value}`);

  beforeAll(async () => {
    await workbench.setTheme('dark');
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    await workbench.webview.locator('h1', { hasText: 'deep-mlp' }).waitFor();
  });

  afterAll(() => workbench.closeAll());

  it('follows the network along a line', async () => {
    const { webview } = workbench;
    await webview.getByRole('tab', { name: 'Line' }).click();
    await webview.locator('.lineSection .outputCurve').waitFor();
    expect(await webview.locator('.lane').count()).toBe(3);
    expect(await webview.locator('.lineSection .readout').textContent()).toMatch(/^\d+ breakpoints/);
    await workbench.screenshot('panel line');
  });

  it('compares, and writes a size into the file when asked to, which can be undone', async () => {
    const { webview, page } = workbench;
    await webview.getByRole('tab', { name: 'Compare' }).click();
    await webview.locator('.compared[data-key]').nth(2).waitFor();
    await webview.locator('.sweep vscode-dropdown[aria-label="Size to vary"]').click();
    await webview.locator('.sweep vscode-option', { hasText: 'dense_1 · units' }).click();
    await webview.locator('.sweep input[type=range]').fill('48');
    await webview.getByRole('button', { name: 'Apply to File: 24 → 48' }).click();
    await units(48).waitFor();
    await workbench.screenshot('panel compare');
    await page.locator('.editor-instance .view-line').first().click();
    await page.keyboard.press('Control+z');
    await units(48).waitFor({ state: 'detached' });
    await webview.getByRole('tab', { name: 'Regions' }).click();
  });
});

describe('counts of each kind', () => {
  beforeAll(() => workbench.openFile('cube.network.json'));
  afterAll(() => workbench.closeAll());

  const choose = async (list: string, option: string): Promise<void> => {
    const dropdown = workbench.webview.locator(`.runForm vscode-dropdown[aria-label="${list}"]`);
    await dropdown.click();
    await dropdown.locator('vscode-option', { hasText: option }).click();
  };
  const count = () => workbench.webview.getByRole('button', { name: 'Count', exact: true }).click();
  const tile = (text: RegExp) => workbench.webview.locator('.countedTile', { hasText: text });

  it('are of whole cells from the palette where these are few, and the panel says why', async () => {
    await workbench.runCommand('Region Lens: Count Regions');
    await tile(/^\s*counted on \[−1,\u00a01\]³[\d,]+ ± [\d,]+8 networks, exact/).waitFor();
    expect(await workbench.webview.locator('.run .chosen').textContent()).toMatch(
      /^Method: whole cells, since the box of 3 inputs has roughly [\d,]+ regions\.$/,
    );
    expect(await workbench.webview.locator('.picture').isHidden()).toBe(true);
    await workbench.screenshot('panel cells');
  });

  it('are of samples, a segment, a parallelogram and all of the space where these are chosen', async () => {
    const { webview } = workbench;
    await webview.locator('.runSettings summary').click();
    await choose('Method', 'by samples');
    await count();
    await tile(/sampled on \[−1,\u00a01\]³≥ [\d,]+ ± [\d,]+8 networks, a lower bound/).waitFor();
    expect(await webview.locator('.run .outcome').textContent()).toContain(
      '10,000 random points of each network hit this many regions',
    );
    await workbench.screenshot('panel sampled');
    await choose('Method', 'automatic');
    await choose('Which place', 'a segment');
    await count();
    await tile(/counted on the segment from \(−1,\u00a0−1,\u00a0−1\) to \(1,\u00a01,\u00a01\)/).waitFor();
    await choose('Which place', 'a parallelogram');
    await count();
    await tile(/counted on the parallelogram at \(−1/).waitFor();
    await webview.locator('.inView', { hasText: 'In view' }).waitFor();
    await choose('Which place', 'the whole input space');
    await count();
    await tile(/counted on ℝ³[\d,]+ ± [\d,]+8 networks, exact/).waitFor();
    await webview.locator('.runSettings summary').click();
  });

  it('leave the distances of points to boundaries to the page with the line', async () => {
    const { webview } = workbench;
    await webview.getByRole('tab', { name: 'Line' }).click();
    await webview
      .locator('.distances .caption', {
        hasText: /^Mean distance to the nearest boundary: 0\.\d+, from 2,000 random points of \[−1,\u00a01\]³/,
      })
      .waitFor();
    await webview.getByRole('tab', { name: 'Regions' }).click();
  });
});

describe('a panel', () => {
  afterAll(() => workbench.closeAll());

  it('does not cover the source that it is shown for', async () => {
    const { page, webview } = workbench;
    await workbench.openFile('lenet.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('h1', { hasText: 'lenet' }).waitFor();
    await page.keyboard.press('Control+2');
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('h1', { hasText: 'deep-mlp' }).waitFor();
    expect(await workbench.line('"deep-mlp"').isVisible()).toBe(true);
    expect(await page.locator('.editor-group-container').count()).toBe(3);
    await workbench.screenshot('panel of the second group');
    await workbench.closeAll();
  });

  it('with the focus leaves the status bar and its own buttons where they are', async () => {
    const { page, webview } = workbench;
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('header h1').click();
    await page.locator('.tab.active', { hasText: 'Regions: deep-mlp' }).waitFor();
    await page.locator('.statusbar-item', { hasText: '≤' }).waitFor();
    await page.locator('.editor-actions [aria-label^="Count Regions"]:visible').waitFor();
    await workbench.closeAll();
  });

  it('shows a network that is chosen in its list without scrolling the source sideways', async () => {
    const { page, webview } = workbench;
    await workbench.openFile('long.ts');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('h1', { hasText: 'first' }).waitFor();
    await webview.locator('vscode-dropdown[aria-label=Network]').click();
    await webview.locator('vscode-option', { hasText: 'second' }).click();
    await workbench.cursorIsOn(3);
    const [text, margin] = await Promise.all(
      ['.view-lines .view-line', '.margin'].map((part) =>
        page.locator(`.editor-instance ${part}`).first().boundingBox(),
      ),
    );
    expect(text!.x).toBeGreaterThanOrEqual(margin!.x + margin!.width - 1);
    await workbench.screenshot('panel network chosen');
  });
});

describe('the status bar', () => {
  afterAll(() => workbench.closeAll());

  it('follows the cursor from network to network', async () => {
    const { page } = workbench;
    await workbench.openFile('two.py');
    const status = (text: string) => page.locator('.statusbar-item', { hasText: text });
    await status('small: ≤ 37 regions').waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('ArrowUp');
    await status('large: ≤ 466 regions').waitFor();
    expect(await status('small').count()).toBe(0);
    await page.keyboard.press('Control+Home');
    await status('small: ≤ 37 regions').waitFor();
  });
});

describe('the view in the side bar', () => {
  afterAll(async () => {
    await workbench.runCommand('View: Show Explorer');
    await workbench.closeAll();
  });

  it('counts, and follows the active editor', async () => {
    await workbench.openFile(network);
    await workbench.runCommand('View: Show Region Lens');
    const { webview } = workbench;
    await webview.locator('h1', { hasText: 'deep-mlp' }).waitFor();
    await webview.getByRole('button', { name: 'Count', exact: true }).click();
    await webview.locator('.tileValue.counted', { hasText: /^[\d,]+ ± [\d,]+$/ }).waitFor();
    await webview.locator('.inView', { hasText: 'expected' }).waitFor();
    await workbench.screenshot('side bar');
    await workbench.openFile('lenet.network.json');
    await webview.locator('h1', { hasText: 'lenet' }).waitFor();
  });
});

describe('a reloaded window', () => {
  it('has the panel again', async () => {
    await workbench.openFile(network);
    await workbench.runCommand('Region Lens: Show Plot');
    await workbench.webview.locator('h1', { hasText: 'deep-mlp' }).waitFor();
    // The command saves the layout first, as closing the window does; a bare reload of the page may come too early.
    const reloaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await reloaded;
    await workbench.page.locator('.tab', { hasText: 'Regions: ' }).click({ timeout: 60_000 });
    await workbench.webview.locator('h1', { hasText: 'deep-mlp' }).waitFor();
    await workbench.webview.locator('svg').first().waitFor();
  });
});
