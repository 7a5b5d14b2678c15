import { drawnWeights, sourceId } from '../../src/common/weightsSource.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import type { HostMessage } from '../../src/protocol/messages.ts';
import type { PanelNetwork, PanelSeries } from '../../src/protocol/panel.ts';
import { csvFields } from './panelHarness/csv.ts';
import { usePanels } from './panelHarness/openPanels.ts';
import { readPlot } from './panelHarness/plotReader.ts';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { THEMES } from './panelHarness/panelPage.ts';
import { deepNetwork, lenetNetwork, mlpNetwork, modelOf, runOf, settingsOf } from './panelHarness/samples.ts';
import { deepScene, lenetScene, planePictures, planeScene } from './panelHarness/scenes.ts';

const panels = usePanels();

const plane = planeScene(3);
const lenet = lenetScene();
const deep = deepScene();
const showMlp: HostMessage = { type: 'show', model: modelOf(mlpNetwork()) };

describe('the bundle', () => {
  it('is small', () => {
    const bytes = [...panels.bundle.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(500 * 1024);
    expect([...panels.bundle.keys()].sort()).toEqual([
      'webview-chunk.js',
      'webview-deferred.js',
      'webview.css',
      'webview.js',
    ]);
  });
});

describe('the depth plot', () => {
  const cases: [string, HostMessage[], PanelNetwork][] = [
    ['a small network in a plane', plane, mlpNetwork()],
    ['an image network on a line', lenet, lenetNetwork()],
    ['sixty layers', deep, deepNetwork()],
  ];

  it.each(cases)('draws the bounds it was sent: %s', async (_, messages, network) => {
    const plot = await readPlot((await panels.open(messages)).page);
    const bending = network.layers.filter((layer) => layer.neurons > 0);
    const sent: [string, PanelSeries | null][] = [
      ['atMost', network.atMost],
      ['canReach', network.canReach],
      ['slice', network.atMostOnSlice],
      ['expected', network.expected],
    ];
    for (const [kind, series] of sent) {
      const drawn = plot.lines.filter((line) => line.kind === kind);
      expect(drawn).toHaveLength(series === null ? 0 : 1);
      if (series === null) continue;
      const values = [0, ...bending.map((layer) => series.perLayer[layer.index]!.log10)];
      expect(drawn[0].log10s).toHaveLength(values.length);
      drawn[0].log10s.forEach((log10, i) => expect(Math.abs(log10 - values[i])).toBeLessThan(1e-4 * plot.span));
      drawn[0].xs.forEach((x, i) => i > 0 && expect(x).toBeCloseTo(plot.columns[i - 1].x, 1));
    }
  });

  it.each(cases)('draws a dot for every count it was sent: %s', async (_, messages, network) => {
    const plot = await readPlot((await panels.open(messages)).page);
    const bending = network.layers.filter((layer) => layer.neurons > 0);
    const counts = messages.flatMap((message) => (message.type === 'counted' ? [message.count] : []));
    expect(plot.dots).toHaveLength(counts.length * bending.length);
    for (const dot of plot.dots) {
      const count = counts.find(({ source }) => sourceId(source) === dot.source)!;
      expect(Math.abs(dot.log10 - Math.log10(count.perLayer[dot.layer]))).toBeLessThan(1e-4 * plot.span);
      const column = plot.columns.find((one) => one.layer === dot.layer)!;
      expect(Math.abs(dot.x - column.x)).toBeLessThanOrEqual(plot.step / 2);
    }
  });

  it('labels every line at its end, and no label on another', async () => {
    const { page } = await panels.open(deep, { width: 300 });
    const boxes = await page
      .locator('.end text')
      .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON() as DOMRect));
    expect(await page.locator('.end text').allTextContents()).toEqual([
      'at most',
      'can reach',
      'at most (line)',
      'counted',
      'expected',
    ]);
    for (const [i, a] of boxes.entries()) {
      expect(a.right).toBeLessThanOrEqual(300);
      for (const b of boxes.slice(i + 1)) expect(a.bottom <= b.top + 3 || b.bottom <= a.top + 3).toBe(true);
    }
  });

  it('reports the exact figures of the layer that is pointed at, and lights it up everywhere', async () => {
    const { page } = await panels.open(plane);
    await page.locator('.column').nth(2).hover();
    const tooltip = page.locator('.depth .tooltip');
    await expect.poll(() => tooltip.textContent()).toContain('10^7.44 = 27,270,901');
    await expect.poll(() => tooltip.textContent()).toContain('dense_3');
    await expect.poll(() => page.locator('tr.hovered').innerText()).toContain('dense_3');
    await expect.poll(() => page.locator('.row.hovered .layerName').textContent()).toBe('dense_3');
    await page.locator('header h1').hover();
    await expect.poll(() => tooltip.isVisible()).toBe(false);
  });

  it('draws named bounds on demand', async () => {
    const { page } = await panels.open(plane);
    await page.locator('.boundsSection summary').click();
    await page.locator('vscode-checkbox[aria-label="Draw One bit a neuron in the plot"]').click();
    await page.locator('.line.named[data-series="naive-upper"]').waitFor();
    const drawn = (await readPlot(page)).lines.find((line) => line.id === 'naive-upper')!;
    expect(drawn.log10s[3]).toBeCloseTo(72 * Math.log10(2), 0);
    expect(await page.locator('.refused').innerText()).toContain('It is about one convolutional layer');
  });

  it('stands with nothing, one layer, two hundred layers, gaps, and numbers beyond all doubles', async () => {
    const base = mlpNetwork();
    const manyLayers = Array.from({ length: 200 }, (_, i) => ({ ...base.layers[0], index: i, name: `dense_${i}` }));
    const grow = (series: PanelSeries, log10s: (number | null)[]): PanelSeries => {
      const perLayer = log10s.map((log10) => (log10 === null ? null : { log10, text: `10^${log10}`, exact: null }));
      return { ...series, perLayer, total: perLayer.findLast((value) => value !== null) ?? null };
    };
    const none = { atMost: null, canReach: null, expected: null, series: [] };
    const networks: PanelNetwork[] = [
      { ...base, ...none, layers: [] },
      { ...base, ...none, layers: base.layers.slice(0, 1) },
      {
        ...base,
        layers: manyLayers,
        atMost: grow(
          base.atMost!,
          manyLayers.map((_, i) => 8000 * (i + 1)),
        ),
      },
      {
        ...base,
        atMost: grow(base.atMost!, [1, null, null, null]),
        expected: grow(base.expected!, [null, null, null, null]),
      },
    ];
    for (const network of networks) {
      const panel = await panels.open([{ type: 'show', model: modelOf(network) }], { width: 400 });
      expect(await panel.page.locator('main').innerHTML()).not.toMatch(/NaN|Infinity|undefined/);
      expect(await panel.page.locator('.column').count()).toBe(
        network.layers.filter((layer) => layer.neurons > 0).length,
      );
    }
  });
});

describe('the numbers', () => {
  it('are those that were sent', async () => {
    const { page } = await panels.open([showMlp]);
    const rows = await page
      .locator('.numbers tbody tr')
      .evaluateAll((found) => found.map((row) => [...row.children].map((cell) => cell.textContent)));
    expect(rows).toEqual([
      ['dense_1', '24', '72', '2', '301', '301', '301', '276'],
      ['dense_2', '24', '600', '2', '301', '90,601', '50,869', '1,055'],
      ['dense_3', '24', '600', '2', '301', '10^7.44', '10^6.93', '2,311'],
    ]);
    expect(await page.locator('.tileValue').allTextContents()).toEqual(['10^7.44', '10^6.93', '2,311', '—']);
  });

  it('of counts are mean and standard deviation', async () => {
    const { key } = mlpNetwork();
    const count = (seed: number, total: number): HostMessage => {
      return {
        type: 'counted',
        key,
        count: {
          source: drawnWeights(seed),
          exact: seed !== 3,
          activationRegions: total,
          perLayer: [total, total, total, total],
          seconds: 1,
          sampling: null,
          atMost: null,
        },
      };
    };
    const started: HostMessage = { type: 'run', key, run: runOf(mlpNetwork(), []) };
    const panel = await panels.open([showMlp, started, count(1, 2000), count(2, 2400)]);
    const tile = panel.page.locator('.countedTile');
    expect(await tile.locator('.tileValue').textContent()).toBe('2,200 ± 283');
    expect(await tile.locator('.tileSource:visible').textContent()).toBe('2 networks, exact');
    await panel.send(count(3, 2200));
    expect(await tile.locator('.tileValue').textContent()).toBe('≥ 2,200 ± 200');
    expect(await tile.locator('.tileSource:visible').textContent()).toBe('3 networks, 1 stopped early');
  });

  it('of one network are beside what its weights allow at most, where that is less than all weights do', async () => {
    const { key } = mlpNetwork();
    const count = (seed: number, value: string): HostMessage => {
      const atMost = { value, log10: Math.log10(Number(value)), units: 72, switching: 9 };
      const perLayer = [10, 12, 14, 14];
      const found = { exact: true, activationRegions: 14, perLayer, seconds: 1, sampling: null, atMost };
      return { type: 'counted', key, count: { source: drawnWeights(seed), ...found } };
    };
    const started: HostMessage = { type: 'run', key, run: runOf(mlpNetwork(), []) };
    const source = async (...counts: HostMessage[]): Promise<string[]> => {
      const tile = (await panels.open([showMlp, started, ...counts])).page.locator('.countedTile');
      return [(await tile.locator('.tileSource:visible').textContent())!, (await tile.getAttribute('title'))!];
    };
    const [said, title] = await source(count(1, '1234'));
    expect(said).toBe('1 network, exact, at most 1,234 with these weights');
    expect(title).toContain('9 of 72 units can switch here.');
    expect((await source(count(1, '123456789')))[0]).toBe('1 network, exact');
    expect((await source(count(1, '1234'), count(2, '1234')))[0]).toBe('2 networks, exact');
  });

  it('of constructions give way to a greater count, and say which network reached it', async () => {
    const network = mlpNetwork();
    const canReach: PanelSeries = {
      ...network.canReach!,
      total: { log10: Math.log10(32), text: '32', exact: '32' },
    };
    const count = (seed: number, regions: number, exact = true): HostMessage => ({
      type: 'counted',
      key: network.key,
      count: {
        source: drawnWeights(seed),
        exact,
        activationRegions: regions,
        perLayer: [regions, regions, regions, regions],
        seconds: 1,
        sampling: null,
        atMost: null,
      },
    });
    const poor = { ...network, canReach };
    const started: HostMessage = { type: 'run', key: network.key, run: runOf(poor, []) };
    const panel = await panels.open([{ type: 'show', model: modelOf(poor) }, started, count(1, 30)]);
    const tile = panel.page.locator('.canReachTile');
    const said = async () => [
      await tile.locator('.tileValue').textContent(),
      await tile.locator('.tileSource:visible').textContent(),
    ];
    expect((await said())[0]).toBe('32');
    await panel.send(count(2, 190));
    // What was stopped early may have found less than there is, but is not shown as exact.
    await panel.send(count(3, 500, false));
    expect(await said()).toEqual(['190', 'reached by seed 2']);
    expect(await tile.getAttribute('title')).toContain('proven without counting: 32');
  });

  it('can be copied as Markdown and CSV, and the plots saved as a picture of their own', async () => {
    const panel = await panels.open(plane);
    const choose = async (text: string): Promise<void> => {
      await panel.page.locator('.menu vscode-button').click();
      await panel.page.locator('[role=menuitem]', { hasText: text }).click();
    };
    await choose('Markdown');
    expect((await panel.waitForMessage('copy')).text).toContain(
      '| dense_3 | 24 | 600 | 2 | 301 | 10^7.44 | 10^6.93 | 2,311 |',
    );
    await choose('Save Numbers');
    const csv = await panel.waitForMessage('save');
    expect(csv.suggestedName).toBe('deep-mlp-regions.csv');
    const [header, first] = csv.text.split('\r\n').map(csvFields);
    expect(Number(first[header.indexOf('seed 3')])).toBe(
      plane.flatMap((m) => (m.type === 'counted' && m.count.source.seed === 3 ? [m.count.perLayer[0]] : []))[0],
    );
    await choose('Save Plots as SVG');
    await panel.page.waitForFunction(
      () => window.panelMessages.filter((message) => message.type === 'save').length === 2,
    );
    const svg = (await panel.waitForMessage('save')).text;
    const drawn = await panel.page.locator('.line.atMost').getAttribute('d');
    expect(svg).toContain(`d="${drawn}"`);
    expect(svg).not.toMatch(/class=|style=|NaN/);
    // Dark on white, in a dark theme too.
    expect(svg).toMatch(/<rect width="[\d.]+" height="[\d.]+" fill="white"\/>/);
    expect(svg).toContain('stroke="rgb(11, 98, 196)"');
    expect(await panel.page.locator('body[data-paper]').count()).toBe(0);
    const error = await panel.page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent,
      svg,
    );
    expect(error).toBeUndefined();
    await choose('Save Plots as PNG');
    await panel.page.waitForFunction(() => window.panelMessages.filter(({ type }) => type === 'save').length === 3);
    const png = await panel.waitForMessage('save');
    expect([png.suggestedName, png.encoding]).toEqual(['deep-mlp-regions.png', 'base64']);
    expect(Buffer.from(png.text, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  it('are well-formed pictures whatever stands in names', async () => {
    const strange = 'a\0\u0007\u001b\u000b\ufffe\uffff\ud800]]><script>&amp;"';
    const panel = await panels.open(
      plane.map((message): HostMessage => {
        if (message.type !== 'show') return message;
        const networks = message.model.networks.map((network) => ({
          ...network,
          name: strange,
          layers: network.layers.map((layer) => ({ ...layer, name: strange })),
        }));
        return { ...message, model: { ...message.model, networks } };
      }),
    );
    for (const [text, count] of [
      ['Save Plots as SVG', 1],
      ['Save Plots as PNG', 2],
    ] as const) {
      await panel.page.locator('.menu vscode-button').click();
      await panel.page.locator('[role=menuitem]', { hasText: text }).click();
      await panel.page.waitForFunction(
        (wanted) => window.panelMessages.filter(({ type }) => type === 'save').length === wanted,
        count,
      );
    }
    const saved = (await panel.messages()).flatMap((message) => (message.type === 'save' ? [message.text] : []));
    const error = await panel.page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent,
      saved[0],
    );
    expect(error).toBeUndefined();
    expect(saved[0]).toContain('a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd]]&gt;&lt;script&gt;&amp;amp;"');
    for (const png of saved.slice(1)) expect(Buffer.from(png, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  it('that fail are said', async () => {
    const panel = await panels.open(plane);
    await panel.page.evaluate(() => {
      HTMLCanvasElement.prototype.toDataURL = () => 'data:,';
    });
    await panel.page.locator('.menu vscode-button').click();
    await panel.page.locator('[role=menuitem]', { hasText: 'Save Plots as PNG' }).click();
    expect((await panel.waitForMessage('exportFailed')).reason).toBe('the picture is too large');
    expect((await panel.messages()).filter(({ type }) => type === 'save')).toEqual([]);
  });

  it('come as JSON with all that is needed to get them again', async () => {
    const panel = await panels.open(plane);
    await panel.page.locator('.menu vscode-button').click();
    await panel.page.locator('[role=menuitem]', { hasText: 'JSON' }).click();
    const saved = JSON.parse((await panel.waitForMessage('save')).text) as Record<string, Record<string, unknown>>;
    expect(saved.versions).toBe('Region Lens 0.1.0, VS Code 1.100.0');
    expect(saved.counted.seeds).toEqual([1, 2, 3]);
    expect(saved.counted.domain).toBe('[−1, 1]²');
    expect(saved.counted.settings).toEqual(settingsOf(mlpNetwork(), { seeds: 3 }));
    expect(saved.atMost).toMatchObject({ id: 'tightest-upper', value: '27270901' });
  });
});

describe('the region picture', () => {
  it('shows under the pointer the region that was sent', async () => {
    const panel = await panels.open(plane);
    const { page } = panel;
    await panel.answer();
    const first = planePictures(1).get(1)!.picture;
    const box = (await page.locator('.pictureCanvas').boundingBox())!;
    const areas = Array.from({ length: first.offsets.length - 1 }, (_, i) =>
      areaOf(first.vertices.slice(2 * first.offsets[i], 2 * first.offsets[i + 1])),
    );
    const largest = areas.indexOf(Math.max(...areas));
    const [x, y] = centerOf(first.vertices.slice(2 * first.offsets[largest], 2 * first.offsets[largest + 1]));
    await page.mouse.move(box.x + x * box.width, box.y + (1 - y) * box.height);
    const readout = await page.locator('.picture .readout').textContent();
    // The square has sides of length 2.
    expect(readout).toContain(`area ${Number((4 * areas[largest]).toPrecision(3))}`);
    const slope = Number((first.gradients[2 * largest] / 2).toPrecision(3));
    expect(readout).toContain(String(slope).replace('-', '−'));
  });

  it('is painted in many colors, again in another theme, and closer when zoomed', async () => {
    const panel = await panels.open(plane);
    const { page } = panel;
    await panel.answer();
    const colors = (): Promise<number> =>
      page.locator('.pictureCanvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    const image = (): Promise<string> =>
      page.locator('.pictureCanvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await expect.poll(colors).toBeGreaterThan(200);
    const dark = await image();
    await page.locator('body').evaluate((body) => body.classList.replace('vscode-dark', 'vscode-light'));
    await expect.poll(image).not.toBe(dark);
    const whole = await image();
    await page.locator('.pictureCanvas').focus();
    await page.keyboard.press('+');
    await expect.poll(image).not.toBe(whole);
    await page.keyboard.press('0');
    await expect.poll(image).toBe(whole);
  });
});

describe('a layer', () => {
  it.each([
    ['a column of the plot', '.column >> nth=1'],
    ['a name on its axis', '.axisX .layerName >> nth=1'],
    ['a bar', '.row >> nth=1'],
    ['a row of the table', '.numbers button.layerName >> nth=1'],
  ])('is revealed in the source by a click on %s', async (_, selector) => {
    const panel = await panels.open(plane);
    await panel.page.locator(selector).click();
    expect(await panel.waitForMessage('reveal')).toEqual({ type: 'reveal', key: mlpNetwork().key, layer: 1 });
  });

  it('is reached and revealed by the keyboard', async () => {
    const panel = await panels.open(plane);
    await panel.page.locator('.column[tabindex="0"]').focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('ArrowRight');
    await expect.poll(() => panel.page.locator('.depth .tooltip').innerText()).toContain('dense_3');
    await panel.page.keyboard.press('Enter');
    expect((await panel.waitForMessage('reveal')).layer).toBe(2);
  });

  it('under the cursor in the source is marked', async () => {
    const panel = await panels.open([...plane, { type: 'highlight', key: mlpNetwork().key, layer: 1 }]);
    const marked = (): Promise<(string | null)[]> =>
      panel.page.locator('.highlighted').evaluateAll((all) => all.map((one) => one.getAttribute('data-layer')));
    expect(new Set(await marked())).toEqual(new Set(['1']));
    expect(await panel.page.locator('tr.highlighted').count()).toBe(1);
    await panel.send({ type: 'highlight', key: mlpNetwork().key, layer: null });
    expect(await marked()).toEqual([]);
  });
});

describe('counting', () => {
  it('starts with the settings chosen, shows how far it is, and can be cancelled', async () => {
    const panel = await panels.open([showMlp]);
    const { page } = panel;
    const { key } = mlpNetwork();
    await page.locator('.runSettings summary').click();
    const seeds = page.getByLabel('networks', { exact: true }).locator('input');
    await seeds.fill('5');
    await seeds.press('Tab');
    await page.locator('.header vscode-button', { hasText: 'Count' }).click();
    const { settings } = await panel.waitForMessage('count');
    expect(settings).toEqual(settingsOf(mlpNetwork(), { seeds: 5 }));
    await panel.send(
      { type: 'run', key, run: runOf(mlpNetwork(), [], { settings }) },
      {
        type: 'countProgress',
        key,
        progress: { done: 2, of: 5, regions: 1204, share: 0.5, secondsLeft: 38.6, parts: null },
      },
    );
    expect(await page.locator('.progressLine').textContent()).toContain(
      'Network 3 of 5 · 1,204 regions · about 39 s left',
    );
    expect(await page.locator('[role=progressbar].progressTrack').getAttribute('aria-valuenow')).toBe('50');
    await page.locator('vscode-button', { hasText: 'Cancel' }).click();
    expect(await panel.waitForMessage('cancel')).toEqual({ type: 'cancel', key });
    await panel.send({ type: 'run', key, run: runOf(mlpNetwork(), [], { settings, status: 'cancelled' }) });
    expect(await page.locator('.run .outcome').textContent()).toBe('Stopped after 0 networks.');
    await page.locator('.header vscode-button', { hasText: 'Count' }).waitFor();
  });

  it('keeps a number that is not taken, says what to enter, and counts with the last one that was', async () => {
    const panel = await panels.open([showMlp]);
    const { page } = panel;
    await page.locator('.runSettings summary').click();
    const seeds = page.getByLabel('networks', { exact: true }).locator('input');
    for (const wrong of ['0', '-3', '2.5', 'many', '1001']) {
      await seeds.fill(wrong);
      await seeds.press('Tab');
      await expect
        .poll(() => page.locator('.runForm .fault:visible').allTextContents())
        .toEqual(['Enter a whole number from 1 to 1,000.']);
      expect(await seeds.inputValue()).toBe(wrong);
    }
    await page.locator('.header vscode-button', { hasText: 'Count' }).click();
    expect((await panel.waitForMessage('count')).settings.seeds).toBe(8);
    await seeds.fill('9');
    await seeds.press('Tab');
    await expect.poll(() => page.locator('.fault:visible').count()).toBe(0);
  });

  it('takes both ends of a box in any order', async () => {
    const panel = await panels.open([showMlp]);
    const { page } = panel;
    await page.locator('.runSettings summary').click();
    const [from, to] = ['from', 'to'].map((label) =>
      page.locator('.runForm').getByLabel(label, { exact: true }).locator('input'),
    );
    await from.fill('2');
    await from.press('Tab');
    await expect
      .poll(() => page.locator('.fault:visible').allTextContents())
      .toEqual(['“from” must be less than “to”.']);
    await to.fill('4');
    await to.press('Tab');
    await expect.poll(() => page.locator('.fault:visible').count()).toBe(0);
    await page.locator('.header vscode-button', { hasText: 'Count' }).click();
    expect((await panel.waitForMessage('count')).settings.place).toEqual({ kind: 'box', lower: 2, upper: 4 });
  });

  it('that failed says why, and one that cannot be says so before', async () => {
    const { key } = mlpNetwork();
    const failed = await panels.open([
      ...plane.slice(0, 3),
      { type: 'run', key, run: runOf(mlpNetwork(), [], { status: 'failed', message: 'The weights overflow.' }) },
    ]);
    expect(await failed.page.locator('.run .outcome').textContent()).toBe('The count failed: The weights overflow.');
    const refused = await panels.open([
      { type: 'show', model: modelOf({ ...mlpNetwork(), countRefused: 'No layer is piecewise linear.' }) },
    ]);
    expect(await refused.page.locator('.countedTile').innerText()).toContain('No layer is piecewise linear.');
    expect(
      await refused.page.locator('.header vscode-button', { hasText: 'Count' }).getAttribute('disabled'),
    ).not.toBeNull();
  });
});

describe('an edit', () => {
  it('changes what it changes, and leaves the rest where it is', async () => {
    const panel = await panels.open(deep, { height: 500 });
    const { page } = panel;
    await page.evaluate(() => {
      window.scrollTo(0, 300);
      document.querySelector('.numbersSection .scroller')!.scrollTop = 200;
      for (const kept of document.querySelectorAll('.line, .column, .numbers tr, .tile, .row'))
        kept.setAttribute('data-kept', '');
    });
    const network = deepNetwork();
    const layers = network.layers.map((layer, i) => (i === 7 ? { ...layer, neurons: 65 } : layer));
    const fingerprint = 'edited';
    await panel.send({ type: 'show', model: { ...modelOf({ ...network, layers, fingerprint }), version: 2 } });
    expect(await page.locator('.numbers tbody tr').nth(7).locator('td').first().textContent()).toBe('65');
    expect(await page.locator(':is(.line, .column, .numbers tr, .tile, .row):not([data-kept])').count()).toBe(0);
    expect(
      await page.evaluate(() => [window.scrollY, document.querySelector('.numbersSection .scroller')!.scrollTop]),
    ).toEqual([300, 200]);
    expect(await page.locator('.countedTile').innerText()).toContain('count again');
    expect(await page.locator('.countedDot').count()).toBe(0);
  });

  it('that leaves no network says what to do, and one that brings it back shows it', async () => {
    const panel = await panels.open([...plane, { type: 'empty', message: 'Open a network definition.' }]);
    expect(await panel.page.locator('.empty').innerText()).toContain('Open a network definition.');
    expect(await panel.page.locator('div.content').first().isVisible()).toBe(false);
    await panel.send(showMlp);
    expect(await panel.page.locator('.countedTile .tileValue').textContent()).toMatch(/^2,\d\d\d ± \d+$/);
  });
});

describe('a network that is piecewise linear only at first', () => {
  it('says which layers the figures are of, and which they are not of', async () => {
    const network = mlpNetwork();
    const layers = network.layers.map((layer, i) => {
      if (i === 0 || i === 3) return i === 3 ? { ...layer, dimensionIn: null } : layer;
      return i === 1 ? { ...layer, activation: 'gelu', neurons: 0 } : { ...layer, neurons: 0, dimensionIn: null };
    });
    const { page } = await panels.open([{ type: 'show', model: modelOf({ ...network, layers, neurons: 24 }) }]);
    expect(await page.locator('.header .size').textContent()).toMatch(/^24 neurons before dense_2 · /);
    expect(await page.locator('.numbersSection').innerText()).toContain(
      'Not piecewise linear: dense_2. Not covered by the figures: dense_3, dense_4.',
    );
  });
});

describe('several networks in a file', () => {
  it('are followed as the cursor goes from one to the other', async () => {
    const second = { ...mlpNetwork('second'), key: 'second', architecture: '2 → 8 → 1' };
    const panel = await panels.open([{ type: 'show', model: modelOf(mlpNetwork(), second) }]);
    await panel.send({ type: 'highlight', key: 'second', layer: 1 });
    await expect.poll(() => panel.page.locator('.architecture').textContent()).toBe('2 → 8 → 1');
    await panel.send({ type: 'highlight', key: mlpNetwork().key, layer: null });
    await expect.poll(() => panel.page.locator('.architecture').textContent()).toBe('2 → 24 → 24 → 24 → 1');
  });

  it('are chosen from a list', async () => {
    const second = mlpNetwork('second');
    const panel = await panels.open([
      { type: 'show', model: modelOf(mlpNetwork(), { ...second, architecture: '2 → 8 → 1' }) },
    ]);
    await panel.page.locator('vscode-dropdown[aria-label=Network]').click();
    await panel.page.locator('vscode-option', { hasText: 'second' }).click();
    expect(await panel.waitForMessage('select')).toEqual({ type: 'select', key: second.key });
    await expect.poll(() => panel.page.locator('.architecture').textContent()).toBe('2 → 8 → 1');
  });
});

describe('a page that comes back', () => {
  it('shows what it showed before anything is sent to it', async () => {
    const before = await panels.open(plane);
    const textBefore = await before.page.locator('.tiles').innerText();
    await expect.poll(() => before.keptState()).not.toBeNull();
    const after = await panels.open([], { state: await before.keptState() });
    expect(await after.page.locator('.tiles').innerText()).toBe(textBefore);
    expect(await after.page.locator('.countedDot').count()).toBe(await before.page.locator('.countedDot').count());
  });

  it('starts afresh where what was kept is not understood', async () => {
    const panel = await panels.open([], { state: { model: { networks: 3 }, runs: 'none' } });
    expect(await panel.page.locator('.skeleton').innerText()).toContain('example.network.json');
    expect(await panel.page.locator('.empty').isVisible()).toBe(false);
    await panel.send(showMlp);
    expect(await panel.page.locator('h1:visible').textContent()).toBe('deep-mlp');
  });
});

async function show(panel: PanelPage, messages: readonly HostMessage[], width: number): Promise<void> {
  await panel.page.setViewportSize({ width, height: 1000 });
  await panel.send(...messages);
  await panel.page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
  await panel.settled();
}

describe.each(THEMES)('in %s', (theme) => {
  const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  const empty: HostMessage[] = [{ type: 'empty', message: 'Open a file.' }];

  it('is accessible', async () => {
    const panel = await panels.open([], { theme });
    await panel.page.evaluate(axe);
    // What a theme decides are colors: all the rest is looked at once.
    const [widths, rules] = theme === THEMES[0] ? [[300, 1000], null] : [[1000], ['color-contrast']];
    for (const messages of [plane, lenet, plane.slice(0, 4), empty]) {
      for (const width of widths) {
        await show(panel, messages, width);
        expect(await panel.page.evaluate(violations, rules)).toEqual([]);
      }
    }
    await show(panel, plane, 1000);
    for (const page of ['line', 'compare', 'training']) {
      await panel.page.locator(`#tab-${page}`).click();
      await panel.answer();
      await panel.answer();
      expect(await panel.page.evaluate(violations, rules)).toEqual([]);
    }
  });

  it('writes every meaning in a color that can be read', async () => {
    const { page } = await panels.open(deep, { theme });
    const contrasts = await page.locator('.end text').evaluateAll(textContrasts);
    expect(contrasts).toHaveLength(5);
    for (const contrast of contrasts) expect(contrast).toBeGreaterThanOrEqual(4.5);
  });
});

// Themes of high contrast have borders.
describe.each(['vscode-dark', 'vscode-high-contrast'] as const)('in %s', (theme) => {
  it('fits every width: nothing scrolls sideways or is cut', async () => {
    const panel = await panels.open([], { theme });
    for (const messages of [plane, lenet, deep]) {
      for (const width of [300, 420, 566, 627, 800, 1200]) {
        await show(panel, messages, width);
        expect([width, await panel.page.evaluate(whatIsCut)]).toEqual([width, []]);
      }
    }
    await show(panel, plane, 1000);
    for (const tab of ['line', 'compare', 'training']) {
      await panel.page.locator(`#tab-${tab}`).click();
      await panel.answer();
      for (const width of [300, 420, 566, 627, 1200]) {
        await show(panel, [], width);
        await panel.answer();
        expect([tab, width, await panel.page.evaluate(whatIsCut)]).toEqual([tab, width, []]);
      }
    }
  });
});

/** In the page: elements that reach beyond it, and those that hide a part of what is in them. */
function whatIsCut(): string[] {
  const width = document.documentElement.clientWidth;
  const isSeen = (node: Element): boolean =>
    node.getClientRects().length > 0 && node.closest('.visuallyHidden, .stackable thead, math, [hidden]') === null;
  const name = (node: Element): string =>
    `${node.tagName} ${node.getAttribute('class')} ${node.textContent?.slice(0, 40)}`;
  const texts = [...document.querySelectorAll('.content *')].filter(isSeen);
  const beyond = texts.filter(
    (node) => node.getBoundingClientRect().right > width + 0.5 && !node.closest('.line, .lines, .tableScroller table'),
  );
  const scrolling = [
    document.documentElement,
    ...document.querySelectorAll('.scroller, .tileTitle, .tileValue'),
  ].filter((node) => isSeen(node) && node.scrollWidth > node.clientWidth + 1);
  return [...beyond.map((node) => `beyond: ${name(node)}`), ...scrolling.map((node) => `scrolls: ${name(node)}`)];
}

interface AxeWindow extends Window {
  readonly axe: {
    run(options: {
      readonly runOnly?: readonly string[];
    }): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
  };
}

/** In the page: what axe finds by these rules, all by default; an entry for each element. */
async function violations(rules: readonly string[] | null): Promise<string[]> {
  const { axe } = window as unknown as AxeWindow;
  const found = await axe.run(rules === null ? {} : { runOnly: rules });
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 150)} ${node.failureSummary}`),
  );
}

/** In the page: contrast of texts of a drawing with the page, as WCAG 2 defines it. */
function textContrasts(texts: readonly Element[]): number[] {
  const channels = (color: string): number[] => {
    const context = document.createElement('canvas').getContext('2d')!;
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const luminance = (color: string): number =>
    channels(color).reduce((sum, channel, i) => {
      const share = channel / 255;
      const linear = share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      return sum + [0.2126, 0.7152, 0.0722][i] * linear;
    }, 0);
  const page = luminance(getComputedStyle(document.documentElement).backgroundColor);
  return texts.map((text) => {
    const ink = luminance(getComputedStyle(text).fill);
    return (Math.max(ink, page) + 0.05) / (Math.min(ink, page) + 0.05);
  });
}

function areaOf(corners: Float32Array): number {
  let area = 0;
  for (let k = 0; k < corners.length; k += 2) {
    const next = (k + 2) % corners.length;
    area += corners[k] * corners[next + 1] - corners[next] * corners[k + 1];
  }
  return Math.abs(area) / 2;
}

function centerOf(corners: Float32Array): [number, number] {
  const mean = (from: number): number => {
    const values = [...corners].filter((_, i) => i % 2 === from);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return [mean(0), mean(1)];
}
