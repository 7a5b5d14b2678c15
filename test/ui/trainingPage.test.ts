import { describe, expect, it } from 'vitest';
import { csvFields } from './panelHarness/csv.ts';
import { usePanels } from './panelHarness/openPanels.ts';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { type PanelOptions } from './panelHarness/panelPage.ts';
import { planeScene } from './panelHarness/scenes.ts';
import { trainingRuns } from './panelHarness/training.ts';

/** The page about training, with a stand-in for the extension. */

const panels = usePanels();

async function trainingPage(options: PanelOptions = {}): Promise<PanelPage> {
  const panel = await panels.open(planeScene(1), options);
  await panel.page.locator('#tab-training').click();
  await panel.settled();
  await panel.answer();
  return panel;
}

const pointsOf = (d: string | null) =>
  [...(d ?? '').matchAll(/[ML]?(-?[\d.]+),(-?[\d.]+)/g)].map(([, , y]) => Number(y));

describe('the page about training', () => {
  it('draws every snapshot where its numbers are, and marks the newest', async () => {
    const { page } = await trainingPage();
    const { snapshots } = trainingRuns(1);
    const plot = page.locator('.stepPlot').first();
    const ys = pointsOf(await plot.locator('[data-series=total]').getAttribute('d'));
    expect(ys).toHaveLength(snapshots.length);
    // Heights are proportional to counts, from 0 on.
    const ticks = await plot.locator('.axisY .tick').evaluateAll((all) =>
      all.map((tick) => ({
        y: Number(/,([-\d.]+)\)/.exec(tick.getAttribute('transform') ?? '')?.[1]),
        value: Number(tick.textContent.replace(',', '')),
      })),
    );
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    expect(low.value).toBe(0);
    ys.forEach((y, i) => {
      const value = low.value + ((y - low.y) / (high.y - low.y)) * (high.value - low.value);
      expect(Math.abs(value - snapshots[i].regions)).toBeLessThan(2);
    });
    expect(await page.locator('.trainedColumn h2').textContent()).toBe('Step 3,000 — 2,926 regions');
    expect(await page.locator('.trainingBounds').textContent()).toContain('Expected at initialization: 2,311');
  });

  it('goes through the snapshots by the keyboard, and asks for the picture of each', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    await page.getByRole('slider', { name: 'Snapshot' }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.trainedColumn h2').textContent()).toBe('Step 10 — 2,492 regions');
    const { file } = trainingRuns(1).snapshots[1];
    await expect.poll(async () => (await panel.waitForQuestion('snapshotPicture')).params.file).toBe(file);
  });

  it('plays the snapshots from the first to the last, each once its picture is there', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const title = page.locator('.trainedColumn h2');
    const play = page.locator('.player vscode-button');
    await play.click();
    await expect.poll(() => play.textContent()).toBe('Pause');
    await expect.poll(() => title.textContent()).toBe('Step 0 — 2,700 regions');
    await expect
      .poll(
        async () => {
          await panel.answer();
          return play.textContent();
        },
        { timeout: 30_000, interval: 40 },
      )
      .toBe('Play');
    const asked = (await panel.messages()).flatMap((message) =>
      message.type === 'ask' && message.name === 'snapshotPicture' ? [(message.params as { file: string }).file] : [],
    );
    const files = trainingRuns(1).snapshots.map(({ file }) => file);
    expect(asked.slice(-files.length)).toEqual(files);
    expect(await title.textContent()).toBe('Step 3,000 — 2,926 regions');
  });

  it('goes on to a new snapshot, unless another one was chosen', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const question = await panel.waitForQuestion('training');
    expect(question.params.since).toBe(trainingRuns(1).revision);
    const whole = trainingRuns(1);
    const last = whole.snapshots[whole.snapshots.length - 1];
    const fresh = {
      ...last,
      at: 4000,
      file: '/workspace/new.pt',
      name: 'new.pt',
      regions: 3001,
      perLayer: [1, 2, 3001, 3001],
    };
    await panel.reply(question, 'training', { ...whole, revision: 50, isWhole: false, snapshots: [fresh] });
    expect(await page.locator('.trainedColumn h2').textContent()).toBe('Step 4,000 — 3,001 regions');
    await page.getByRole('slider', { name: 'Snapshot' }).focus();
    await page.keyboard.press('Home');
    const next = await panel.waitForQuestion('training');
    await panel.reply(next, 'training', {
      ...whole,
      revision: 60,
      isWhole: false,
      snapshots: [{ ...fresh, at: 5000, file: '/workspace/5.pt' }],
    });
    expect(await page.locator('.trainedColumn h2').textContent()).toBe('Step 0 — 2,700 regions');
  });

  it('compares breakpoints near the data, near test data and elsewhere', async () => {
    const { page } = await trainingPage();
    const plot = page.locator('.stepSection', { hasText: 'Breakpoints for each unit of length' });
    expect((await plot.locator('.end text').allTextContents()).sort()).toEqual([
      'elsewhere',
      'expected away',
      'expected near',
      'near data',
      'near test data',
    ]);
    expect(await plot.locator('.stepDot.test').count()).toBe(trainingRuns(1).snapshots.length);
    expect(await page.locator('.runList li').allTextContents()).toContain('Test data: test.csv');
    await page.locator('.trainingPage summary').click();
    const table = page.locator('table[aria-label="Snapshots"]');
    await expect.poll(() => table.locator('thead th').allTextContents()).toContain('breakpoints near test data');
    expect(await table.locator('tbody tr').first().innerText()).toMatch(/40 ± 7\s+31 ± 6\s+20 ± 4/);
  });

  it('shows what single neurons make on lines, of all and of each layer, and how many make nothing', async () => {
    const { page } = await trainingPage();
    const { snapshots } = trainingRuns(1);
    const plot = page.locator('.stepSection', { hasText: 'Breakpoints of a neuron' });
    for (const name of ['median', 'most', 'neurons without one (right axis)'])
      expect(await plot.locator('svg').getByText(name, { exact: true }).count()).toBe(1);
    const heights = async (series: string) => pointsOf(await plot.locator(`[data-series=${series}]`).getAttribute('d'));
    const [median, most] = [await heights('unitMedian'), await heights('unitMost')];
    // Both stand on one axis from 0 on: heights over it are in proportion to the figures.
    const zero = await plot
      .locator('.axisY .tick')
      .first()
      .evaluate((tick) => Number(/,([-\d.]+)\)/.exec(tick.getAttribute('transform') ?? '')?.[1]));
    snapshots.forEach(({ unitBreakpoints }, i) => {
      const { all } = unitBreakpoints!;
      expect((zero - most[i]) / (zero - median[i])).toBeCloseTo(all.most / all.median, 1);
    });
    await page.getByLabel('Layers shown').click();
    await page.getByRole('option', { name: 'After each layer' }).click();
    await expect.poll(() => plot.locator('h2').textContent()).toBe('Breakpoints of a neuron: median of each layer');
    await expect.poll(() => plot.locator('[data-series^="units "]').count()).toBe(3);
    await page.locator('.trainingPage summary').click();
    const row = page.locator('table[aria-label="Snapshots"] tbody tr').first();
    await expect.poll(() => row.innerText()).toMatch(/1.07 ± 0.01\s+3\s+0.9\s+2.4\s/);
  });

  it('draws every distance of the histograms as a map: a column a snapshot, the stronger the more points', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const { snapshots } = trainingRuns(1);
    const map = page.locator('.distanceMap');
    const cells = await map.locator('.mapCell').evaluateAll((all) =>
      all.map((cell) => ({
        x: Number(cell.getAttribute('x')),
        y: Number(cell.getAttribute('y')),
        share: Number(cell.getAttribute('data-share')),
        opacity: Number(cell.getAttribute('fill-opacity')),
      })),
    );
    const columns = [...new Set(cells.map(({ x }) => x))].sort((a, b) => a - b);
    expect(columns).toHaveLength(snapshots.length);
    columns.forEach((x, i) => {
      const { histogram } = snapshots[i];
      const total = histogram.reduce((sum, count) => sum + count, 0);
      // Farther away is higher up.
      const column = cells.filter((cell) => cell.x === x).sort((a, b) => b.y - a.y);
      const shares = histogram.filter((count) => count > 0).map((count) => count / total);
      expect(column.map(({ share }) => share)).toEqual(shares);
    });
    const ordered = [...cells].sort((a, b) => a.share - b.share);
    ordered.slice(1).forEach(({ opacity }, i) => expect(opacity).toBeGreaterThanOrEqual(ordered[i].opacity));
    await map.click({ position: { x: columns[2] + 4, y: 100 } });
    expect(await page.locator('.trainedColumn h2').textContent()).toBe('Step 30 — 2,026 regions');
  });

  it('shows the mean of several runs with their deviation', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const runs = trainingRuns(3);
    await panel.reply(await panel.waitForQuestion('training'), 'training', { ...runs, revision: 50 });
    const plot = page.locator('.stepPlot').first();
    expect(await plot.locator('.stepLine.faint').count()).toBe(3);
    expect(await plot.locator('.stepArea').count()).toBe(1);
    expect(await page.locator('.runList li').count()).toBe(5);
    // The first is named by the definition, and the data were found.
    expect(await page.locator('.runList button').count()).toBe(2);
    await page.getByRole('button', { name: 'Remove runs/2' }).click();
    expect((await panel.waitForQuestion('trainingSources')).params).toEqual({ change: 'removeRun', run: 2 });
  });

  it('is taken along as a table and as pictures', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const save = async (item: string) => {
      await page.locator('.menu vscode-button').click();
      await page.locator('[role=menuitem]', { hasText: item }).click();
    };
    await save('Save Training as CSV');
    const rows = (await panel.waitForMessage('save')).text.trimEnd().split('\r\n').map(csvFields);
    expect(rows[0].slice(0, 5)).toEqual(['run', 'file', 'step', 'regions', 'exact']);
    const column = (name: string) => rows.slice(1).map((row) => Number(row[rows[0].indexOf(name)]));
    const { snapshots } = trainingRuns(1);
    expect(column('most breakpoints')).toEqual(snapshots.map(({ unitBreakpoints }) => unitBreakpoints!.all.most));
    // 10^-6 and sixteen quarters of a power of ten.
    expect(column('distances from 0.01')).toEqual(snapshots.map(({ histogram }) => histogram[16]));
    expect(rows.slice(1).map(([, , step, regions]) => [Number(step), Number(regions)])).toEqual(
      trainingRuns(1).snapshots.map(({ at, regions }) => [at, regions]),
    );
    await save('Save Plots as SVG');
    await expect.poll(async () => (await panel.waitForMessage('save')).suggestedName).toBe('deep-mlp-training.svg');
    const svg = (await panel.waitForMessage('save')).text;
    expect(svg).toContain('Regions during training · deep-mlp');
    for (const heading of await page.locator('.stepSection:visible h2').allTextContents())
      expect(svg.replaceAll(/<[^>]*>/g, ' ')).toContain(heading);
    expect(svg.match(/mapCell/g)?.length ?? 0).toBe(0);
    expect(svg.replaceAll(/<[^>]*>/g, ' ')).toContain('Snapshots of runs/0; data: points.csv; counted on');
  });

  it('trains step by step, and stops at the last step', async () => {
    const panel = await trainingPage();
    const { page } = panel;
    const section = page.locator('.trialSection');
    await section.locator('vscode-button', { hasText: 'Step' }).click();
    await panel.answer();
    await expect
      .poll(() => section.locator('.trialStatus').textContent())
      .toMatch(/^Step 0 · 420 regions · loss 0\.7 /);
    const end = section.getByLabel('last step', { exact: true }).locator('input');
    await end.fill('12');
    await end.press('Tab');
    await section.locator('vscode-button', { hasText: 'Start' }).click();
    await expect
      .poll(
        async () => {
          await panel.answer();
          return section.locator('.trialStatus').textContent();
        },
        { timeout: 30_000 },
      )
      .toMatch(/^Step 12 ·/);
    const asked = (await panel.messages()).flatMap((message) =>
      message.type === 'ask' && message.name === 'trial'
        ? [message.params as { step: number; ahead: number | null }]
        : [],
    );
    // What will be asked for next is announced, and then asked for.
    expect(asked.slice(-3).map(({ step, ahead }) => [step, ahead])).toEqual([
      [5, 10],
      [10, 12],
      [12, null],
    ]);
    expect((await panel.waitForQuestion('trial')).params).toMatchObject({
      step: 12,
      choice: { dataSet: 'spirals', optimizer: 'adam', seed: 1 },
    });
    await section.locator('vscode-button', { hasText: 'Reset' }).click();
    await panel.answer();
    await expect.poll(() => section.locator('.trialStatus').textContent()).toMatch(/^Step 0 ·/);
  });
});
