import { root } from '../../scripts/process.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { bundlePanel, PanelPage } from '../ui/panelHarness/panelPage.ts';
import { sendGrid } from '../ui/panelHarness/grid.ts';
import { planeScene } from '../ui/panelHarness/scenes.ts';

/**
 * The panel in Chromium: from its HTML to the first paint of anything and of a network it remembers, and the work of a
 * frame (event and animation callbacks) while a picture of many regions is panned.
 */
const PAINTS = 5;
const FRAMES = 150;
const SIDES: readonly number[] = [100, 316, 1000];

const bundle = await bundlePanel(root);
const browser = await launchChromium();
try {
  const seeding = await PanelPage.open(browser, bundle);
  await seeding.send(...planeScene(3));
  await seeding.page.waitForTimeout(500);
  const state = await seeding.keptState();
  await seeding.close();
  const paints: Paint[] = [];
  for (let i = 0; i < PAINTS; i++) {
    const panel = await PanelPage.open(browser, bundle, { state, timed: true });
    paints.push(await panel.page.evaluate(firstPaint));
    await panel.close();
  }
  const all = (of: (paint: Paint) => number): string => paints.map((paint) => of(paint).toFixed(0)).join(', ');
  console.log(
    `after its files are there, ms: anything painted ${all(({ any }) => any)}; the figures ${all(({ figures }) => figures)}`,
  );
  console.log(
    `after the navigation, ms:      anything painted ${all((paint) => paint.any + paint.files)}; the figures ${all((paint) => paint.figures + paint.files)}`,
  );
  console.log('regions      ready ms   frame ms: median    95%    most');
  for (const side of SIDES) {
    const panel = await PanelPage.open(browser, bundle);
    await panel.send(...planeScene(3));
    const { id, params } = await panel.waitForQuestion('picture');
    await panel.page.evaluate(sendGrid, { side, id, source: params.source, layers: 3 });
    const ready = await panel.page.evaluate(untilPainted);
    await panel.page.locator('.pictureCanvas').focus();
    for (const press of ['+', '+', '+']) await panel.page.keyboard.press(press);
    await panel.page.waitForTimeout(1500);
    const work = (await panel.page.evaluate(pan, FRAMES)).sort((a, b) => a - b);
    const at = (share: number): string => work[Math.min(work.length - 1, Math.floor(share * work.length))].toFixed(1);
    const row = [
      String(side * side).padEnd(12),
      ready.toFixed(0).padStart(9),
      at(0.5).padStart(19),
      at(0.95).padStart(6),
    ];
    console.log(`${row.join(' ')} ${at(1).padStart(7)}`);
    await panel.close();
  }
} finally {
  await browser.close();
}

interface Paint {
  /** Milliseconds from the navigation to the last byte of HTML, script and style. */
  readonly files: number;
  /** From there to the first paint with content, and to that of the network's figures and plot. */
  readonly any: number;
  readonly figures: number;
}

/** In the page: when it is painted. */
async function firstPaint(): Promise<Paint> {
  const first = (type: string): Promise<PerformanceEntry> =>
    new Promise((resolve) => {
      new PerformanceObserver((list) => {
        const found = list.getEntries().find(({ name }) => type !== 'paint' || name === 'first-contentful-paint');
        if (found !== undefined) resolve(found);
      }).observe({ type, buffered: true });
    });
  const [any, figures] = await Promise.all([first('paint'), first('element')]);
  // The driver hands the files over more slowly than VS Code does, which reads them from the disk.
  const needed = /webview(-chunk)?\.(js|css)$/;
  const loads = performance.getEntriesByType('resource').filter(({ name }) => needed.test(name));
  const ends = [...performance.getEntriesByType('navigation'), ...loads].map(
    (load) => (load as PerformanceResourceTiming).responseEnd,
  );
  const files = Math.max(...ends);
  return {
    files,
    any: any.startTime - files,
    figures: (figures as PerformanceEntry & { renderTime: number }).renderTime - files,
  };
}

/** In the page: waits until the picture that was sent is painted; milliseconds. */
async function untilPainted(): Promise<number> {
  const began = performance.now();
  const canvas = document.querySelector<HTMLCanvasElement>('.pictureCanvas')!;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const middle = canvas.width >> 1;
    const pixel = canvas.width > 0 ? canvas.getContext('2d')?.getImageData(middle, middle, 1, 1).data[3] : 0;
    if (pixel) return performance.now() - began;
  }
}

/** In the page: milliseconds of work in each of this many frames of panning. */
async function pan(frames: number): Promise<number[]> {
  const canvas = document.querySelector<HTMLCanvasElement>('.pictureCanvas')!;
  const original = window.requestAnimationFrame.bind(window);
  let spent = 0;
  window.requestAnimationFrame = (callback) =>
    original((time) => {
      const began = performance.now();
      callback(time);
      spent += performance.now() - began;
    });
  const work: number[] = [];
  for (let i = 0; i < frames; i++) {
    spent = 0;
    const began = performance.now();
    const key = i % 60 < 30 ? 'ArrowLeft' : 'ArrowRight';
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const handled = performance.now() - began;
    await new Promise<void>((resolve) => original(() => resolve()));
    work.push(handled + spent);
  }
  window.requestAnimationFrame = original;
  return work;
}
