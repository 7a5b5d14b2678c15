import { root } from '../../scripts/process.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { bundlePanel, PanelPage } from '../ui/panelHarness/panelPage.ts';
import { planeScene } from '../ui/panelHarness/scenes.ts';

/**
 * The panel in Chromium: from its HTML to the first paint of anything and of a network it remembers, and the work of a frame (event and animation
 * callbacks) while a picture of many regions is panned.
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
    const { id, key, seed } = await panel.waitForMessage('picture');
    const ready = await panel.page.evaluate(showGrid, { side, id, key, seed });
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
  const ends = [...performance.getEntriesByType('navigation'), ...loads].map((load) => (load as PerformanceResourceTiming).responseEnd); // prettier-ignore
  const files = Math.max(...ends);
  return {
    files,
    any: any.startTime - files,
    figures: (figures as PerformanceEntry & { renderTime: number }).renderTime - files,
  };
}

interface Grid {
  readonly side: number;
  readonly id: number;
  readonly key: string;
  readonly seed: number;
}

/** In the page: sends a picture of side x side quadrangles, and waits until it is painted; milliseconds. */
async function showGrid({ side, id, key, seed }: Grid): Promise<number> {
  const count = side * side;
  const vertices = new Float32Array(8 * count);
  const edgeLayers = new Int32Array(4 * count);
  const offsets = Uint32Array.from({ length: count + 1 }, (_, i) => 4 * i);
  const gradients = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 0.7));
  const jitter = (i: number, j: number): number =>
    i % side === 0 || j % side === 0 ? 0 : 0.3 * Math.sin(12.9898 * i + 78.233 * j);
  for (let i = 0; i < count; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    [
      [x, y],
      [x + 1, y],
      [x + 1, y + 1],
      [x, y + 1],
    ].forEach(([a, b], k) => {
      vertices[8 * i + 2 * k] = (a + jitter(a, b)) / side;
      vertices[8 * i + 2 * k + 1] = (b + jitter(b, a)) / side;
      edgeLayers[4 * i + k] = (x + y + k) % 3;
    });
  }
  const window_ = { x: 0, y: 0, size: 1 };
  const picture = {
    seed,
    window: window_,
    exact: true,
    vertices,
    offsets,
    gradients,
    edgeLayers,
    sides: [2, 2],
    expected: null,
  };
  const began = performance.now();
  window.postMessage({ type: 'picture', key, id, picture, message: null }, '*');
  const canvas = document.querySelector<HTMLCanvasElement>('.pictureCanvas')!;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const pixel =
      canvas.width > 0 ? canvas.getContext('2d')?.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data[3] : 0;
    if (pixel) return performance.now() - began;
  }
}

/** In the page: milliseconds of work in each of so many frames of panning. */
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
