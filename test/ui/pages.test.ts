import { drawnWeights } from '../../src/common/weightsSource.ts';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { type PanelOptions } from './panelHarness/panelPage.ts';
import { csvFields } from './panelHarness/csv.ts';
import { usePanels } from './panelHarness/openPanels.ts';
import { sendGrid } from './panelHarness/grid.ts';
import { mlpNetwork, modelOf } from './panelHarness/samples.ts';
import { comparison, mlpLine, planeScene, swept } from './panelHarness/scenes.ts';

/** The panel's pages beside the first one, and what the region picture does when it is moved. */

const panels = usePanels();
const plane = planeScene(3);
const { key } = mlpNetwork();

async function panelOn(page: 'regions' | 'line' | 'compare', options: PanelOptions = {}): Promise<PanelPage> {
  const panel = await panels.open(plane, options);
  if (page !== 'regions') await panel.page.locator(`#tab-${page}`).click();
  for (let turn = 0; turn < 3; turn++) {
    await panel.settled();
    await panel.answer();
  }
  return panel;
}

/** Texts of the cells of the comparison, by row. */
function cellsOf(page: Page): Promise<(string | null)[][]> {
  return page
    .locator('table.compared tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
}

/** Points of a path of straight lines. */
function pointsOf(d: string): [number, number][] {
  return [...d.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** The numbers of a linear axis, from its ticks alone. */
async function axisOf(page: Page, selector: string, along: 'x' | 'y'): Promise<(at: number) => number> {
  const ticks = await page.locator(`${selector} .tick`).evaluateAll((all) =>
    all.map((tick) => ({
      at: /translate\(([-\d.]+),([-\d.]+)\)/
        .exec(tick.getAttribute('transform') ?? '')!
        .slice(1)
        .map(Number),
      value: Number((tick.querySelector('text')?.textContent ?? '').replace('−', '-')),
    })),
  );
  const [first, last] = [ticks[0], ticks[ticks.length - 1]];
  const place = (tick: (typeof ticks)[number]): number => tick.at[along === 'x' ? 0 : 1];
  return (at) => first.value + ((at - place(first)) / (place(last) - place(first))) * (last.value - first.value);
}

describe('the line page', () => {
  it('draws the outputs it was sent, and every breakpoint on the lane of its layer', async () => {
    const { page } = await panelOn('line');
    const line = mlpLine(1);
    const [xOf, yOf] = [await axisOf(page, '.axisT', 'x'), await axisOf(page, '.linePlot .axisY', 'y')];
    const drawn = pointsOf((await page.locator('.lineSection .outputCurve').getAttribute('d'))!);
    // Knots closer than a pixel may be left out; the others are where their numbers are.
    expect(drawn.length).toBeGreaterThan(line.knots.length / 2);
    for (const [px, py] of drawn) {
      const nearest = line.knots.reduce(
        (best, knot, k) => (Math.abs(knot - xOf(px)) < Math.abs(line.knots[best] - xOf(px)) ? k : best),
        0,
      );
      expect(Math.abs(line.knots[nearest] - xOf(px))).toBeLessThan(1e-3);
      expect(Math.abs(line.outputs[nearest] - yOf(py))).toBeLessThan(5e-3);
    }
    const lanes = await page.locator('.lane').evaluateAll((all) =>
      all.map((lane) => ({
        layer: Number(lane.getAttribute('data-layer')),
        d: lane.querySelector('.ticks')?.getAttribute('d') ?? '',
      })),
    );
    expect(lanes.map(({ layer }) => layer)).toEqual([0, 1, 2]);
    for (const { layer, d } of lanes) {
      const ticks = [...d.matchAll(/M([\d.]+),/g)].map(([, x]) => xOf(Number(x)));
      const sent = [...line.knots].filter((_, k) => line.layers[k] === layer);
      expect(ticks).toHaveLength(sent.length);
      ticks.forEach((at, i) => expect(Math.abs(at - sent[i])).toBeLessThan(1e-3));
    }
  });

  it('goes from breakpoint to breakpoint by the keyboard', async () => {
    const { page } = await panelOn('line');
    const slider = page.locator('.lineSection [role=slider]');
    await slider.focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('3');
    const { knots, layers } = mlpLine(1);
    const name = `dense_${layers[3] + 1}`;
    expect(await slider.getAttribute('aria-valuetext')).toContain(
      `${name} bends at ${Number(knots[3].toPrecision(6))}`,
    );
  });

  it('shows distances that are those of all points, and one over the number of neurons', async () => {
    const { page } = await panelOn('line');
    const bars = await page
      .locator('.distanceBar')
      .evaluateAll((all) =>
        all.map((bar) => [Number(bar.getAttribute('data-share')), Number(bar.getAttribute('height'))]),
      );
    expect(bars.reduce((sum, [share]) => sum + share, 0)).toBeCloseTo(1, 9);
    const [most, tallest] = bars.reduce((best, bar) => (bar[0] > best[0] ? bar : best));
    for (const [share, height] of bars) expect(height / tallest).toBeCloseTo(share / most, 6);
    expect(await page.locator('.distances .caption').first().textContent()).toContain('1/N is 0.0139 for 72 neurons');
  });

  it('is taken along as a table, and as a picture of what is in view', async () => {
    const panel = await panelOn('line');
    const { page } = panel;
    const line = mlpLine(1);
    await page.locator('.lineSection summary').click();
    // It is filled when it has opened.
    await page
      .locator('.lineSection tbody tr')
      .nth(line.knots.length - 1)
      .waitFor();
    const rows = await page
      .locator('.lineSection tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    expect(rows).toHaveLength(line.knots.length);
    expect(rows[1].slice(0, 2)).toEqual([String(Number(line.knots[1].toPrecision(6))), `dense_${line.layers[1] + 1}`]);
    const items = async (): Promise<string[]> => {
      await page.locator('.menu vscode-button').click();
      return page.locator('[role=menuitem]:visible').allTextContents();
    };
    const offered = await items();
    expect(offered).toContain('Save Line as CSV…');
    expect(offered).not.toContain('Save Comparison as CSV…');
    expect(offered).not.toContain('Save Region Picture as PNG…');
    await page.locator('[role=menuitem]', { hasText: 'Save Line as CSV' }).click();
    const saved = await panel.waitForMessage('save');
    expect(saved.suggestedName).toBe('deep-mlp-line.csv');
    const csv = saved.text.trimEnd().split('\r\n').map(csvFields);
    expect(csv[0]).toEqual(['at', 'layer', 'output 1']);
    expect(csv.slice(1).map(([at]) => Number(at))).toEqual([...line.knots]);
    expect(csv.slice(1).map(([, , output]) => Number(output))).toEqual([...line.outputs]);
    await items();
    await page.locator('[role=menuitem]', { hasText: 'Save Plots as SVG' }).click();
    await expect.poll(async () => (await panel.waitForMessage('save')).suggestedName).toBe('deep-mlp-line.svg');
    const svg = (await panel.waitForMessage('save')).text;
    expect(svg).toContain(`d="${await page.locator('.lineSection .outputCurve').getAttribute('d')}"`);
    expect(svg).toContain('Outputs along the line · deep-mlp');
    expect(svg.replaceAll(/<[^>]*>/g, ' ')).toMatch(/Line: the diagonal of \[−1,\u00a01\]²; He normal weights/);
    expect(svg).not.toContain('Regions after each layer');
  });

  it('says of one point that it is one, and names each of several outputs', async () => {
    const panel = await panelOn('line');
    const { page } = panel;
    const seed = page.getByLabel('seed', { exact: true }).locator('input:visible');
    await seed.fill('7');
    await seed.press('Tab');
    await expect.poll(async () => (await panel.waitForQuestion('line')).params.source.seed).toBe(7);
    const line = mlpLine(7);
    const three = new Float64Array(line.outputs.length * 3).map(
      (_, i) => line.outputs[Math.floor(i / 3)] * (1 - (i % 3)),
    );
    await panel.reply(await panel.waitForQuestion('line'), 'line', { ...line, outputs: three, outputCount: 3 });
    expect(await page.locator('.outputLegend').innerText()).toMatch(/output 1\s+output 2\s+output 3/);
    const strokes = await page
      .locator('.curves .outputCurve')
      .evaluateAll((all) => all.map((curve) => getComputedStyle(curve).stroke));
    expect(new Set(strokes).size).toBe(3);
    const question = await panel.waitForQuestion('distances');
    const one = {
      source: drawnWeights(7),
      box: '[−1, 1]²',
      distances: new Float64Array([3.73e-5]),
      points: 1,
      complete: false,
    };
    await panel.reply(question, 'distances', one);
    expect(await page.locator('.distances .caption').first().textContent()).toBe(
      'Mean distance to the nearest boundary: 3.73e−5, from 1 random point of [−1,\u00a01]² (too few for a histogram). 1/N is 0.0139 for 72 neurons.',
    );
    expect(await page.locator('.distanceBar:visible').count()).toBe(0);
  });

  it('asks for another network where another seed is typed', async () => {
    const panel = await panelOn('line');
    const seed = panel.page.getByLabel('seed', { exact: true }).locator('input:visible');
    await seed.fill('5');
    await seed.press('Tab');
    await expect.poll(async () => (await panel.waitForQuestion('line')).params.source.seed).toBe(5);
  });
});

describe('the comparison', () => {
  it('draws every network it was sent, each told apart by dash and marker, and holds their figures in a table', async () => {
    const { page } = await panelOn('compare');
    const { rows } = comparison();
    const series = await page.locator('.compared[data-key]').evaluateAll((all) =>
      all.map((one) => ({
        key: one.getAttribute('data-key'),
        points: (one.querySelector('.comparedLine')?.getAttribute('d') ?? '').match(/[ML]/g)?.length,
        dash: getComputedStyle(one.querySelector('.comparedLine')!).strokeDasharray,
        marker: one.querySelector('.markers path')?.getAttribute('d'),
      })),
    );
    expect(series.map((one) => one.key)).toEqual(rows.map((row) => row.key));
    series.forEach((one, i) => expect(one.points).toBe(rows[i].figures!.layerNames.length + 1));
    expect(new Set(series.map((one) => one.dash)).size).toBe(series.length);
    expect(new Set(series.map((one) => one.marker)).size).toBe(series.length);
    const table = await cellsOf(page);
    expect(table[0][0]).toBe('deep-mlp72 neurons · 1,297 parameters');
    // What random networks do stands before what is possible, and each beside what it is for a parameter.
    expect(table[0].slice(1)).toEqual([
      '1,5851 / parameter',
      '10^7.4421,235 / parameter',
      'ahead10^6.946,715 / parameter',
    ]);
    expect(table[4][2]).toBe('25,11928 / parameter');
  });

  it('opens on what random networks do, and says which network is ahead by which figure', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    expect(await page.locator('.compareFigure h2').textContent()).toBe('Regions after each layer, expected');
    const verdict = (): Promise<string[]> => page.locator('.verdict li').allTextContents();
    expect(await verdict()).toEqual([
      'By expected on [−1,\u00a01]²: residual-mlp is ahead, 3,981 (2.5 × deep-mlp).',
      'By at most: residual-mlp is ahead, 10^8.56 (13.2 × deep-mlp).',
    ]);
    await page.locator('.compareTools:visible vscode-button', { hasText: 'Count All' }).click();
    const asked = await panel.waitForQuestion('comparedCount');
    expect(asked.params).toMatchObject({ row: 'deep-mlp/network', seed: 1, settings: { method: 'plane' } });
    expect(await page.locator('.compareTools:visible').innerText()).toContain('Stop');
    await expect
      .poll(async () => {
        await panel.answer();
        return verdict();
      })
      .toHaveLength(3);
    await expect
      .poll(async () => {
        await panel.answer();
        return page.locator('.compareTools:visible').innerText();
      })
      .toContain('Count All');
    expect((await verdict())[1]).toMatch(/^By counted: residual-mlp is ahead, 4,\d{3} \(2\.5 × deep-mlp\)\.$/);
    expect(await page.locator('[data-measure=counted] .total').first().textContent()).toMatch(/^1,6\d\d ± \d+$/);
    await page.locator('.menu vscode-button').click();
    await page.locator('[role=menuitem]', { hasText: 'Save Comparison as CSV' }).click();
    const [head, first] = (await panel.waitForMessage('save')).text.split('\r\n').map(csvFields);
    expect(first[head.indexOf('networks counted')]).toBe('3');
  });

  it('calls figures partial while counts are missing, and a stopped count a lower bound', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    await page.locator('.compareTools:visible vscode-button', { hasText: 'Count All' }).click();
    const first = await panel.waitForQuestion('comparedCount');
    await panel.reply(first, 'comparedCount', { seed: 1, exact: false, regions: 90, perLayer: [80, 85, 90] });
    expect(await page.locator('[data-measure=counted] .total').first().textContent()).toBe('≥ 90');
    expect(await page.locator('.overlaySection > .caption').textContent()).toMatch(
      /^Counting: 1 of 15 random networks so far/,
    );
    await page.locator('.compareTools:visible vscode-button', { hasText: 'Stop' }).click();
    await expect
      .poll(() => page.locator('.overlaySection > .caption').textContent())
      .toBe('Stopped: 0 of 3 random networks of each are counted.');
    expect((await panel.waitForQuestion('comparedCount')).params.row).toBeNull();
  });

  it('takes in the other networks of the file, where there are some', async () => {
    const panel = await panelOn('compare');
    expect((await panel.waitForQuestion('comparison')).params).toMatchObject({ siblings: true });
    const box = panel.page.locator('.compareTools:visible vscode-checkbox', { hasText: 'other networks of this file' });
    expect(await box.isVisible()).toBe(false);
    await panel.send({ type: 'show', model: modelOf(mlpNetwork(), { ...mlpNetwork('second'), key: 'second' }) });
    await box.click();
    await expect.poll(async () => (await panel.waitForQuestion('comparison')).params.siblings).toBe(false);
  });

  it('is taken along with the figures of every network', async () => {
    const panel = await panelOn('compare');
    await panel.page.locator('.menu vscode-button').click();
    await panel.page.locator('[role=menuitem]', { hasText: 'Save Comparison as CSV' }).click();
    const csv = (await panel.waitForMessage('save')).text.trimEnd().split('\r\n').map(csvFields);
    const { rows } = comparison();
    expect(csv.slice(1).map(([name, role]) => [name, role])).toEqual(rows.map(({ name, role }) => [name, role]));
    const at = csv[0].indexOf('log10 at most');
    expect(csv.slice(1).map((row) => Number(row[at]))).toEqual(rows.map(({ figures }) => figures!.atMost!.total.log10));
  });

  it('asks for the files to compare with, and for the comparison with those that were chosen', async () => {
    const panel = await panelOn('compare');
    await panel.page.locator('vscode-button', { hasText: 'Compare With' }).click();
    const pick = await panel.waitForQuestion('files');
    expect([pick.key, pick.params]).toEqual([key, { uris: [] }]);
    await panel.reply(pick, 'files', ['file:///other.network.json']);
    await expect
      .poll(async () => (await panel.waitForQuestion('comparison')).params.uris)
      .toEqual(['file:///other.network.json']);
  });

  it('says what a size would change without an edit, and makes the edit when asked to', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    const slider = page.locator('.sweep input[type=range]');
    await slider.fill('48');
    const row = swept(48);
    // The page asks in its next frame.
    const figures = async (): Promise<string | null> => {
      await panel.answer();
      return page.locator('.sweepFigures').textContent();
    };
    await expect.poll(figures).toContain(`at most ${row.atMost!.text} (× `);
    const apply = page.locator('vscode-button', { hasText: 'Apply to File: 24 → 48' });
    await apply.click();
    expect(await panel.waitForMessage('apply')).toEqual({
      type: 'apply',
      key,
      subject: { kind: 'variable', name: 'width', ordinal: 0 },
      value: 48,
    });
    const dots = await page.locator('.sweepDot').count();
    expect(dots).toBe(3);
  });
});

describe('the depth', () => {
  it('is varied by repeats of a layer, and written into the file on demand', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    await page.locator('.sweep .sweepTools vscode-dropdown').first().click();
    await page.locator('.sweep .sweepTools vscode-option', { hasText: 'dense_2 · repeats of this layer' }).click();
    await expect
      .poll(async () => (await panel.waitForQuestion('sweep')).params.subject)
      .toEqual({ kind: 'size', layer: 1, field: 'copies' });
    await panel.answer();
    const asked = (await panel.messages())
      .flatMap((message) => (message.type === 'ask' && message.name === 'sweep' ? [message.params] : []))
      .map((params) => params as { subject: { field: string }; value: number })
      .filter(({ subject }) => subject.field === 'copies')
      .map(({ value }) => value);
    expect(Math.max(...asked)).toBe(12);
    await page.locator('.sweep input[type=range]').fill('4');
    await panel.answer();
    const button = page.locator('.sweep .sweepTools vscode-button');
    await expect
      .poll(async () => {
        await panel.answer();
        return button.textContent();
      })
      .toBe('Apply to File: 1 → 4');
    await button.click();
    expect(await panel.waitForMessage('apply')).toMatchObject({ subject: { kind: 'size', field: 'copies' }, value: 4 });
  });
});

describe('what if', () => {
  it('takes a value that is chosen before the page is drawn with its subject', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    const list = page.locator('.sweep .sweepTools vscode-dropdown').first();
    await list.click();
    await list.locator('vscode-option', { hasText: 'dense_2 · repeats of this layer' }).evaluate((option) => {
      (option as HTMLElement).click();
      const slider = document.querySelector<HTMLInputElement>('.sweep input[type=range]')!;
      slider.value = '4';
      slider.dispatchEvent(new Event('input'));
    });
    const figures = async (): Promise<string | null> => {
      await panel.answer();
      return page.locator('.sweep .sweepTools vscode-button').textContent();
    };
    await expect.poll(figures).toBe('Apply to File: 1 → 4');
  });

  it('says in a sentence what does not fit, and draws what does', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    await page.locator('.sweep input[type=range]').fill('47');
    await expect.poll(async () => (await panel.waitForQuestion('sweep')).params.value).toBe(47);
    const question = await panel.waitForQuestion('sweep');
    const none = { value: 47, parameters: 0, atMost: null, canReach: null, expected: null };
    await panel.reply(question, 'sweep', { ...none, problem: 'b1_sum: inputs of different shapes' });
    expect(await page.locator('.sweepProblem').textContent()).toBe(
      '47 does not fit: b1_sum: inputs of different shapes',
    );
    expect(await page.locator('.sweep .line.atMost').getAttribute('d')).toMatch(/^M[\d.,L]+$/);
    expect(await page.locator('.sweepFigures').textContent()).toBe('');
  });

  it('plots against parameters', async () => {
    const { page } = await panelOn('compare');
    await page.locator('.sweep vscode-dropdown[aria-label="Plotted against"]').click();
    await page.locator('.sweep vscode-option', { hasText: 'parameters' }).click();
    await expect.poll(() => page.locator('.sweep h3').textContent()).toBe('Regions by parameters, as width varies');
  });

  it('finds designs for a budget, and applies one', async () => {
    const panel = await panelOn('compare');
    const { page } = panel;
    const find = page.locator('.fit vscode-button', { hasText: 'Find Designs' });
    const adds = page.locator('.fit').getByLabel('multiply-adds at most (0: any)', { exact: true }).locator('input');
    await adds.fill('1224');
    await adds.press('Tab');
    await find.click();
    const { params } = await panel.waitForQuestion('fit');
    expect(params).toEqual({ maxParameters: 1297, maxMultiplyAdds: 1224, objective: 'automatic', depth: null });
    await panel.answer();
    expect(await page.locator('.fit tbody tr').count()).toBe(3);
    expect(await page.locator('.fit .caption').textContent()).toContain('do not by themselves mean better accuracy');
    await page.locator('.fit button', { hasText: 'Apply to File' }).first().click();
    expect((await panel.waitForMessage('apply')).subject).toEqual({ kind: 'design', widths: [110, 8, 8] });
  });
});

describe('the region picture', () => {
  it('is counted again for what is in view, and stands beside what is expected there', async () => {
    const panel = await panelOn('regions');
    const { page } = panel;
    expect(await page.locator('.inView').textContent()).toContain('expected 2,311, 578 per unit of area');
    await page.locator('.pictureCanvas').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    await expect
      .poll(async () => (await panel.waitForQuestion('picture')).params.window.size)
      .toBeCloseTo(1 / 1.6 ** 3, 6);
    const { window } = (await panel.waitForQuestion('picture')).params;
    expect(window.x + window.size / 2).toBeCloseTo(0.5, 6);
    expect(await page.locator('.inView').textContent()).toBe('Counting what is in view…');
    await panel.answer();
    expect(await page.locator('.inView').textContent()).toMatch(/^In view [\d,]+ regions/);
  });

  it('reports the pattern and the affine map of the region under the pointer, and of the one in the middle by the keyboard', async () => {
    const panel = await panelOn('regions');
    const { page } = panel;
    await page.locator('.pictureCanvas').focus();
    await page.keyboard.press('Enter');
    const { x, y } = (await panel.waitForQuestion('probe')).params;
    expect([x, y]).toEqual([0.5, 0.5]);
    await panel.answer();
    const text = await page.locator('.regionDetails').innerText();
    expect(text).toContain('f = 0.42 x₁ − 1.37 x₂ + 0.188, here −0.21');
    expect(text).toMatch(/dense_1\s*12 of 24 on/);
    expect(await page.locator('.regionOutline').getAttribute('d')).toMatch(/^M[\d.,L-]+Z$/);
    expect(await page.locator('.regionDetails').innerText()).toContain('Unpin');
  });

  it('says where not every line is drawn, and draws all of those that are in view when zoomed in', async () => {
    const panel = await panels.open(plane);
    const { page } = panel;
    const legend = page.locator('.picture .legend');
    const { id, params } = await panel.waitForQuestion('picture');
    await page.evaluate(sendGrid, { side: 400, id, source: params.source, layers: 1 });
    // Two lines a cell, of which 120,000 are drawn at once.
    await expect
      .poll(() => legend.textContent(), { timeout: 15_000 })
      .toContain('One line in 3 of the densest layer is drawn');
    await page.locator('.pictureCanvas').focus();
    for (const press of ['+', '+', '+']) await page.keyboard.press(press);
    await expect.poll(() => legend.textContent()).not.toContain('One line');
  });

  it('colors by gradient, by region, or the lines by layer', async () => {
    const { page } = await panelOn('regions');
    const image = (): Promise<string> =>
      page.locator('.pictureCanvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const seen = new Set<string>();
    for (const mode of ['color: gradient', 'color: each region', 'color: layers']) {
      await page.locator('vscode-dropdown[aria-label="What colors say"]').click();
      await page.locator('vscode-option', { hasText: mode }).click();
      await expect.poll(async () => seen.has(await image())).toBe(false);
      await page.waitForTimeout(200);
      seen.add(await image());
    }
    expect(seen.size).toBe(3);
  });
});

describe('a region', () => {
  it('is pinned by a click: it stays as the pointer leaves, can be copied, and is let go', async () => {
    const panel = await panelOn('regions');
    const { page } = panel;
    const canvas = page.locator('.pictureCanvas');
    const tools = page.locator('.pictureTools');
    const before = await tools.boundingBox();
    await canvas.click({ position: { x: 100, y: 100 } });
    await panel.waitForQuestion('probe');
    await panel.answer();
    await page.mouse.move(5, 5);
    await panel.settled();
    expect(await page.locator('.regionDetails').innerText()).toContain('f = 0.42 x₁');
    // Nothing moves away from under the hand.
    expect(await tools.boundingBox()).toEqual(before);
    await page.locator('.regionDetails button', { hasText: 'Copy' }).click();
    const { text } = await panel.waitForMessage('copy');
    expect(text).toMatch(/^f = 0\.42 x₁ − 1\.37 x₂ \+ 0\.188, here −0\.21\ndense_1: 12 of 24 on, [01]{24}\n/);
    await page.locator('.regionDetails button', { hasText: 'Unpin' }).click();
    await expect.poll(() => page.locator('.regionDetails').isVisible()).toBe(false);
  });

  it('stays pinned while the picture is zoomed, and one event of a wheel zooms a little', async () => {
    const panel = await panelOn('regions');
    const { page } = panel;
    await page.locator('.pictureCanvas').click({ position: { x: 100, y: 100 } });
    await panel.waitForQuestion('probe');
    await panel.answer();
    const outline = (): Promise<string | null> => page.locator('.regionOutline').getAttribute('d');
    const before = await outline();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(outline).not.toBe(before);
    await expect
      .poll(async () => (await panel.waitForQuestion('picture')).params.window.size)
      .toBeCloseTo(1 / Math.SQRT2, 2);
    expect(await page.locator('.regionDetails').isVisible()).toBe(true);
  });
});

describe('another theme', () => {
  /** Mean color of the picture, and the colors of all lanes. */
  async function look(panel: PanelPage): Promise<number[]> {
    await panel.page.waitForTimeout(300);
    return panel.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.pictureCanvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const sum = [0, 0, 0];
      for (let i = 0; i < data.length; i++) if (i % 4 < 3) sum[i % 4] += data[i];
      return sum.map((one) => Math.round((4 * one) / data.length));
    });
  }

  it('repaints the picture also while another page hides it', async () => {
    const light = await panelOn('regions', { theme: 'vscode-light' });
    const changed = await panelOn('regions', { theme: 'vscode-dark' });
    await changed.page.locator('#tab-compare').click();
    await changed.setTheme('vscode-light');
    await changed.page.waitForTimeout(300);
    await changed.page.locator('#tab-regions').click();
    const [wanted, found] = [await look(light), await look(changed)];
    wanted.forEach((channel, i) => expect(Math.abs(channel - found[i])).toBeLessThanOrEqual(2));
  });

  it('recolors the lanes of the line', async () => {
    const stroke = (panel: PanelPage): Promise<string> =>
      panel.page
        .locator('.lane .ticks')
        .first()
        .evaluate((node) => getComputedStyle(node).stroke);
    const light = await panelOn('line', { theme: 'vscode-light' });
    const changed = await panelOn('line', { theme: 'vscode-dark' });
    const before = await stroke(changed);
    await changed.setTheme('vscode-light');
    expect(await stroke(changed)).toBe(await stroke(light));
    expect(await stroke(changed)).not.toBe(before);
  });
});

describe('bounds', () => {
  it('come with their source and their formula, typeset', async () => {
    const { page } = await panelOn('regions');
    await page.locator('.boundsSection summary').click();
    const formulas = page.locator('.boundFormula math');
    expect(await formulas.count()).toBeGreaterThan(1);
    // A sum has its limits below and above it, not beside it as in a line of text.
    const limits = await page.locator('.boundFormula :is(munder, munderover)').evaluateAll((sums) =>
      sums.map((sum) => {
        const [operator, under, over] = [...sum.children].map((part) => part.getBoundingClientRect());
        return { under: under.top - operator.bottom, over: over === undefined ? 0 : operator.top - over.bottom };
      }),
    );
    expect(limits.length).toBeGreaterThan(1);
    for (const { under, over } of limits) expect(Math.min(under, over)).toBeGreaterThan(-4);
    const rows = await page
      .locator('table.bounds tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [
          row.querySelector('a')?.textContent,
          row.querySelector('a')?.getAttribute('href'),
          row.querySelector('math') !== null,
        ]),
      );
    const { series } = mlpNetwork();
    expect(rows).toEqual(series.map(({ label, url }) => [label, url, true]));
  });
});

describe('a panel in another language', () => {
  it('says what is translated in it, with values in their places, and the rest in English', async () => {
    const strings = {
      Regions: 'Regionen',
      'at most': 'höchstens',
      '{0} random networks': 'x',
      'seed {0} · {1} regions': 'Saat {0}: {1} Regionen',
      Count: 'Zählen',
    };
    const { page } = await panelOn('regions', { strings });
    expect(await page.locator('#tab-regions').textContent()).toBe('Regionen');
    expect(await page.locator('#tab-line').textContent()).toBe('Line');
    expect(await page.locator('.atMostTile .tileTitle').textContent()).toMatch(/höchstens/);
    expect(await page.locator('.end.atMost text').textContent()).toBe('höchstens');
    expect(await page.locator('.header vscode-button', { hasText: 'Zählen' }).count()).toBe(1);
    expect(await page.locator('.pictureTools vscode-option').first().textContent()).toMatch(
      /^Saat 1: [\d,]+ Regionen$/,
    );
  });
});

describe('a panel that follows', () => {
  it('can be kept at its file, and remembers that', async () => {
    const panel = await panelOn('regions');
    await panel.page.locator('button.chip', { hasText: 'Pin to This File' }).click();
    expect(await panel.waitForMessage('pin')).toEqual({ type: 'pin', pinned: true });
    await expect.poll(() => panel.keptState()).toMatchObject({ pinned: true });
  });

  it('in the side bar offers a tab', async () => {
    const panel = await panelOn('regions', { width: 300 });
    await panel.send({ type: 'home', home: 'view', pinned: false, versions: '', seeds: 8, timeLimit: 60 });
    await panel.page.locator('button.chip', { hasText: 'Open in Editor' }).click();
    expect(await panel.waitForMessage('openTab')).toEqual({ type: 'openTab' });
  });
});
