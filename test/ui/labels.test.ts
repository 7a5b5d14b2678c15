import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { HostMessage } from '../../src/protocol/messages.ts';
import { usePanels } from './panelHarness/openPanels.ts';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { type PanelOptions } from './panelHarness/panelPage.ts';
import { lenetNetwork, mlpNetwork, modelOf } from './panelHarness/samples.ts';
import { lenetScene, mlpLine, planeScene } from './panelHarness/scenes.ts';
import { trialFrame } from './panelHarness/training.ts';

/** What is written on the panel's plots, pictures and tables: titles of axes, headings, marks of partial figures. */

const panels = usePanels();
const plane = planeScene(3);

async function panelWith(messages: readonly HostMessage[], options: PanelOptions = {}): Promise<PanelPage> {
  const panel = await panels.open(messages, options);
  for (let turn = 0; turn < 3; turn++) {
    await panel.settled();
    await panel.answer();
  }
  return panel;
}

async function showPage(panel: PanelPage, page: string): Promise<void> {
  await panel.page.locator(`#tab-${page}`).click();
  for (let turn = 0; turn < 3; turn++) {
    await panel.settled();
    await panel.answer();
  }
}

/** Titles of the axes of every plot that is seen, by the heading of the plot. */
function axisTitles(panel: PanelPage): Promise<Record<string, string[]>> {
  return panel.page.locator('svg.plot:visible').evaluateAll((plots) =>
    Object.fromEntries(
      plots.map((plot) => {
        const heading = document.getElementById((plot.getAttribute('aria-labelledby') ?? '').split(' ')[0]);
        const titles = [...plot.querySelectorAll('.paneCaption, .axisName')].map((text) => text.textContent);
        return [heading?.textContent ?? '', titles];
      }),
    ),
  );
}

describe('every plot names what its axes are of', () => {
  it('on the page about regions', async () => {
    expect(await axisTitles(await panelWith(plane))).toEqual({
      'Regions after each layer': ['regions', 'layer'],
      // Its bars have their figures at their ends.
      'Factor per layer': [],
    });
    expect((await axisTitles(await panelWith(lenetScene())))['Regions after each layer']).toEqual([
      'regions on ℝ⁷⁸⁴',
      'regions on the diagonal of [−1,\u00a01]⁷⁸⁴',
      'layer',
    ]);
  });

  it('on the other pages', async () => {
    const panel = await panelWith(plane);
    await showPage(panel, 'line');
    expect(await axisTitles(panel)).toEqual({
      'Outputs along the line': ['output', 'share of the line (length 2.83)'],
      'Distances to the nearest boundary': ['share of points', 'distance in input space'],
    });
    expect(await panel.page.locator('.distancePlot .axisY text').allTextContents()).toEqual(['0%', '5%', '10%', '15%']);
    await showPage(panel, 'compare');
    expect(await axisTitles(panel)).toEqual({
      'Regions after each layer, expected': ['regions', 'layer with activation'],
      'Regions by width': ['regions', 'width'],
    });
    await showPage(panel, 'training');
    expect(await axisTitles(panel)).toEqual({
      'Regions during training': ['regions', 'step', 'loss'],
      'Breakpoints for each unit of length': ['breakpoints per unit of length', 'step'],
      'On lines through data, for each neuron': ['regions per neuron; distance × neurons', 'step'],
      'Breakpoints of a neuron on a line': ['breakpoints', 'step', 'neurons without one'],
      'Neurons that do not bend at any sample': ['neurons', 'step'],
      'Distances to the nearest boundary': ['distance in input space', 'step'],
    });
  });

  it('of a network of one input in training', async () => {
    const network = { ...mlpNetwork(), inputSize: 1 };
    const panel = await panelWith([{ type: 'show', model: modelOf(network) }]);
    await panel.page.locator('#tab-training').click();
    await panel.settled();
    await panel.page.locator('.trialSection vscode-button', { hasText: 'Step' }).click();
    const line = mlpLine(1);
    const frame = { ...trialFrame(0), picture: null, line, targets: Float32Array.from([0.1, 0.4]) };
    await panel.reply(await panel.waitForQuestion('trial'), 'trial', frame);
    const titles = await axisTitles(panel);
    expect(titles[`The function, with ${line.knots.length - 2} breakpoints`]).toEqual(['output', 'input']);
    expect(titles['Regions while it learns']).toEqual(['regions', 'step', 'loss']);
  });
});

describe('a picture of regions', () => {
  const sides = (panel: PanelPage): Promise<string[]> =>
    panel.page.locator('.picture .pictureAxis span').allTextContents();

  it('has the inputs at its sides, and the part of them that is in sight', async () => {
    const panel = await panelWith(plane);
    expect(await sides(panel)).toEqual(['−1', 'x₂', '1', '−1', 'x₁', '1']);
    await panel.page.locator('.pictureCanvas').focus();
    await panel.page.keyboard.press('+');
    // In the middle, 1.6 times as large.
    await expect.poll(() => sides(panel)).toEqual(['−0.625', 'x₂', '0.625', '−0.625', 'x₁', '0.625']);
  });

  it('of a plane across the inputs has lengths there', async () => {
    const network = { ...mlpNetwork(), inputSize: 3 };
    const panel = await panelWith(
      plane.map((message) => (message.type === 'show' ? { ...message, model: modelOf(network) } : message)),
    );
    expect(await sides(panel)).toEqual(['0', 'length along side 2', '2', '0', 'length along side 1', '2']);
  });

  it('is exported on white paper, with a margin and its axes, also from a dark theme', async () => {
    const panel = await panelWith(plane, { theme: 'vscode-dark', width: 420 });
    await panel.page.locator('.menu vscode-button').click();
    await panel.page.locator('[role=menuitem]', { hasText: 'Save Region Picture as PNG' }).click();
    const { text, suggestedName } = await panel.waitForMessage('save');
    expect(suggestedName).toBe('deep-mlp-plane.png');
    const { width, height, ink } = await panel.page.evaluate(inkOf, text);
    // As sharp as a column of a printed page, however narrow the panel is.
    expect(width).toBe(1344);
    expect(height).toBeGreaterThan(1344);
    // Axes stand in the margin: nothing is nearer to the edge than 25 points.
    expect(ink.left).toBeGreaterThan(25);
    expect(ink.right).toBeGreaterThan(60);
    expect(ink.top).toBeGreaterThan(60);
    expect(ink.bottom).toBeGreaterThan(60);
    expect(ink.left).toBeLessThan(72);
  });
});

/** In the page: how large a picture is, and how far from each edge the first point that is not white lies. */
async function inkOf(base64: string) {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const ink = { left: width, right: width, top: height, bottom: height };
  for (let i = 0; i < width * height; i++) {
    if (data[4 * i] + data[4 * i + 1] + data[4 * i + 2] > 740) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    ink.left = Math.min(ink.left, x);
    ink.right = Math.min(ink.right, width - 1 - x);
    ink.top = Math.min(ink.top, y);
    ink.bottom = Math.min(ink.bottom, height - 1 - y);
  }
  return { width, height, ink };
}

describe('factors of counts that were stopped', () => {
  const stopped = (messages: readonly HostMessage[]): HostMessage[] =>
    messages.map((message) => {
      if (message.type === 'counted') return { ...message, count: { ...message.count, exact: false } };
      if (message.type !== 'run' || message.run === null) return message;
      const counts = message.run.counts.map((count) => ({ ...count, exact: false }));
      return { ...message, run: { ...message.run, counts } };
    });
  const bars = (panel: PanelPage): Locator => panel.page.locator('.contribution');

  it('are called partial at the bars, also to screen readers', async () => {
    const panel = await panelWith(stopped(plane));
    expect(await bars(panel).locator('.caption').innerText()).toMatch(/counted on \[−1,\s1\]² \(partial\)/);
    for (const row of await bars(panel).getByRole('button').all())
      expect(await row.getAttribute('aria-label')).toMatch(/counted [\d.]+ \(partial\)$/);
    const whole = await panelWith(plane);
    expect(await bars(whole).locator('.caption').innerText()).not.toContain('partial');
    expect(await bars(whole).getByRole('button').first().getAttribute('aria-label')).not.toContain('partial');
  });
});

describe('a count that takes long', () => {
  it('says before it starts what it can cost, and can be of one network first', async () => {
    const network = { ...lenetNetwork(), isLongCount: true };
    const panel = await panelWith([{ type: 'show', model: modelOf(network) }], { width: 300 });
    const cost = panel.page.locator('.cost');
    expect(await cost.innerText()).toMatch(
      /^This network is large: a count can take up to 1 min for each of 8 networks\. What is found until then is a lower bound\./,
    );
    const question = await panel.waitForQuestion('cost');
    await panel.reply(question, 'cost', { seconds: 40 });
    await expect
      .poll(() => cost.innerText())
      .toMatch(/^Counting takes about 40 s for each of 8 networks on one thread\. *Count One Network First$/);
    await cost.getByRole('button', { name: 'Count One Network First' }).click();
    expect((await panel.waitForMessage('count')).settings.seeds).toBe(1);
    const longer = await panelWith([{ type: 'show', model: modelOf(network) }]);
    await longer.reply(await longer.waitForQuestion('cost'), 'cost', { seconds: 600 });
    await expect
      .poll(() => longer.page.locator('.cost').innerText())
      .toMatch(/about 10 min for .* It stops after 1 min: what is found until then is a lower bound\./);
    const usual = await panelWith([{ type: 'show', model: modelOf(lenetNetwork()) }]);
    expect(await usual.page.locator('.cost').isHidden()).toBe(true);
  });
});

describe('tables', () => {
  it('have a heading for each column, and say what each is for', async () => {
    const { page } = await panelWith(lenetScene());
    expect(await page.locator('.numbers thead th').allTextContents()).toEqual([
      'layer',
      'neurons',
      'parameters',
      'dims in',
      'factor ≤',
      'at most',
      'can reach',
      'at most on this line',
      'counted',
    ]);
    expect(await page.locator('.numbersSection .caption').first().textContent()).toBe(
      'At most, can reach: on ℝ⁷⁸⁴. At most on this line, counted: on the diagonal of [−1,\u00a01]⁷⁸⁴.',
    );
    await page.locator('.boundsSection summary').click();
    await expect
      .poll(() => page.locator('.bounds thead th').allTextContents())
      .toEqual(['in plot', 'theorem', 'kind', 'value', 'domain']);
  });

  it('show a few layers to the end where the panel is narrow', async () => {
    const { page } = await panelWith(plane, { width: 300 });
    const scroller = page.locator('.numbersSection .scroller');
    expect(await scroller.evaluate((node) => node.scrollHeight - node.clientHeight)).toBeLessThanOrEqual(1);
  });

  it('and axes write an exponent as one number', async () => {
    const { page } = await panelWith([{ type: 'show', model: modelOf(lenetNetwork()) }]);
    const ticks = await page.locator('.depthPlot .axisY .exponent').allTextContents();
    expect(Math.max(...ticks.map(Number))).toBeGreaterThan(1000);
  });
});

describe('a panel without a network', () => {
  it('has a button for everything that brings one', async () => {
    const panel = await panelWith([{ type: 'empty', message: 'Open a network definition.' }], { width: 300 });
    const found: unknown[] = [];
    for (const button of await panel.page.getByRole('button').all()) {
      await button.click();
      found.push([await button.textContent(), (await panel.waitForMessage('command')).command]);
    }
    expect(found).toEqual([
      ['Open Example', 'openExample'],
      ['New Network', 'newNetwork'],
      ['Open Network…', 'openNetwork'],
      ['What Is a Linear Region?', 'learnMore'],
    ]);
  });
});
