import { describe, expect, it } from 'vitest';
import { usePanels } from './panelHarness/openPanels.ts';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { planeScene } from './panelHarness/scenes.ts';

/** What is drawn over the regions of the counted plane. */

const panels = usePanels();

async function regions(): Promise<PanelPage> {
  const panel = await panels.open(planeScene(1), { theme: 'vscode-light' });
  await panel.settled();
  await panel.answer();
  return panel;
}

async function choose({ page }: PanelPage, option: string): Promise<void> {
  await page.getByLabel('What is drawn over the regions', { exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Dark pixels in a row of the picture, as the thick line is on a light theme, and its white rim beside it. */
const darkIn = ({ page }: PanelPage) =>
  page.locator('.pictureCanvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    // Read from a copy: the picture's own canvas is made for drawing.
    const row = document.createElement('canvas');
    [row.width, row.height] = [canvas.width, 1];
    const context = row.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(canvas, 0, -Math.round(0.55 * canvas.height));
    const { data } = context.getImageData(0, 0, row.width, 1);
    const at = (x: number) => data[4 * x] + data[4 * x + 1] + data[4 * x + 2];
    return Array.from({ length: canvas.width }, (_, x) => x).filter((x) => at(x) < 12).length;
  });

describe('the picture of the regions', () => {
  it('has a decision boundary where it is asked for, at the level that is typed', async () => {
    const opened = await regions();
    const { page } = opened;
    expect((await opened.waitForQuestion('picture')).params.level).toBeNull();
    expect(await page.locator('.overlaySentence').isHidden()).toBe(true);
    await choose(opened, 'decision boundary');
    expect((await opened.waitForQuestion('picture')).params.level).toBe(0);
    await opened.answer();
    await expect.poll(() => darkIn(opened)).toBeGreaterThan(2);
    expect(await page.locator('.overlaySentence').textContent()).toContain('Thick line: where the output is 0.');
    const level = page.locator('.pictureTools').getByLabel('level', { exact: true }).locator('input');
    await level.fill('-0.5');
    await level.press('Enter');
    await expect.poll(async () => (await opened.waitForQuestion('picture')).params.level).toBe(-0.5);
    await opened.answer();
    await expect
      .poll(() => page.locator('.overlaySentence').textContent())
      .toContain('Thick line: where the output is −0.5.');
    await choose(opened, 'no boundary');
    await expect.poll(async () => (await opened.waitForQuestion('picture')).params.level).toBeNull();
    await opened.answer();
    await expect.poll(() => darkIn(opened)).toBe(0);
  });

  it('has the points of the data, and says whose they are, also on paper', async () => {
    const opened = await regions();
    const { page } = opened;
    await choose(opened, 'boundary and data');
    await opened.answer();
    await expect.poll(() => page.locator('.overlaySentence').textContent()).toContain('Points: points.csv.');
    await page.locator('.menu vscode-button').click();
    await page.locator('[role=menuitem]', { hasText: 'Save Region Picture as PNG' }).click();
    const { text, encoding } = await opened.waitForMessage('save');
    expect(encoding).toBe('base64');
    const colors = await page.evaluate(colorsOf, text);
    // The colors of the two classes, as they are on white paper.
    for (const color of ['11,98,196', '173,86,12']) expect(colors).toContain(color);
  });

  it('offers to choose data where there are none', async () => {
    const opened = await regions();
    const { page } = opened;
    await choose(opened, 'boundary and data');
    await opened.reply(await opened.waitForQuestion('data'), 'data', { data: null });
    await expect.poll(() => page.locator('.overlaySentence').textContent()).toContain('No data are chosen.');
    await page.locator('.overlaySentence vscode-button').click();
    expect((await opened.waitForQuestion('trainingSources')).params.change).toBe('chooseData');
  });
});

/** In the page: all colors of a PNG. */
async function colorsOf(base64: string): Promise<string[]> {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const found = new Set<string>();
  for (let i = 0; i < data.length; i += 4) found.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  return [...found];
}
