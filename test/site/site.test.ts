import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/process.mjs';
import { SitePages } from './sitePages.ts';

/** The documentation's pages as `npm run site` has written them. */

const folder = path.join(root, 'dist/site');
const names = readdirSync(folder).filter((name) => name.endsWith('.html') && name !== '404.html');
const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

let pages: SitePages;
beforeAll(async () => {
  pages = await SitePages.start(folder);
});
afterAll(() => pages.stop());
afterEach(() => expect(pages.problems.splice(0)).toEqual([]));

it('has a page for each document', () => {
  const documents = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(names.sort()).toEqual(documents.map((name) => name.replace('.md', '.html')).sort());
});

it('has no link that leads nowhere', async () => {
  const page = await pages.open('web.html');
  const files = names.map((name): [string, string] => [name, readFileSync(path.join(folder, name), 'utf8')]);
  const found = await page.evaluate(
    (all) =>
      all.map(([name, text]) => {
        const parsed = new DOMParser().parseFromString(text, 'text/html');
        const links = [...parsed.querySelectorAll('a[href]')].map((link) => link.getAttribute('href')!);
        return { name, links, ids: [...parsed.querySelectorAll('[id]')].map(({ id }) => id) };
      }),
    files,
  );
  const idsOf = new Map(found.map(({ name, ids }) => [name, new Set(ids)]));
  const internal = found.flatMap(({ name, links }) =>
    links.filter((link) => !/^\w+:/.test(link)).map((link) => ({ name, link, url: new URL(link, `http://x/${name}`) })),
  );
  expect(internal.length).toBeGreaterThan(200);
  const dead = internal.filter(({ url: { pathname, hash } }) => {
    const target = pathname === '/' ? 'index.html' : pathname.slice(1);
    const ids = idsOf.get(target);
    if (!ids) return !readdirSync(folder).includes(target);
    return hash !== '' && !ids.has(decodeURIComponent(hash.slice(1)));
  });
  expect(dead.map(({ name, link }) => `${name}: ${link}`)).toEqual([]);
  const abroad = found.flatMap(({ links }) => links.filter((link) => link.includes('/blob/main/')));
  expect(abroad.length).toBeGreaterThan(0);
});

it('typesets the formulas of the theory', async () => {
  const page = await pages.open('theory.html');
  const formulas = page.locator('.vp-doc .katex');
  expect(await formulas.count()).toBeGreaterThan(40);
  expect(await page.locator('.katex-error').count()).toBe(0);
  expect(await page.locator('.vp-doc').innerText()).not.toMatch(/\$|\\(?:sum|binom|frac)/);
  await page.evaluate(() => document.fonts.ready);
  const fonts = await page.evaluate(() =>
    [...document.fonts].flatMap(({ family, status }) => (status === 'loaded' ? [family.replaceAll('"', '')] : [])),
  );
  expect(fonts).toEqual(expect.arrayContaining(['KaTeX_Main', 'KaTeX_Math', 'KaTeX_Size2']));
  // The signs of a sum stand above each other.
  const sum = page.locator('.katex-display').first();
  const box = await sum.boundingBox();
  expect(box!.height).toBeGreaterThan(40);
  await page.context().close();
});

describe.each([
  ['light', 380],
  ['dark', 1280],
] as const)('in %s, %i pixels wide', (scheme, width) => {
  it.each(['index.html', 'theory.html', 'ci.html', 'library.html', 'playground.html'])(
    '%s is accessible, and as wide as the window',
    async (name) => {
      const page = await pages.open(name, scheme, width);
      if (name === 'playground.html') await page.locator('.playground table.layers').waitFor();
      expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(scheme === 'dark');
      await page.evaluate(axe);
      expect(await page.evaluate(violations)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.context().close();
    },
  );
});

it('shows of each picture the one of the color scheme', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const page = await pages.open('index.html', scheme);
    const shown = await page
      .locator('.vp-doc img')
      .evaluateAll((all) => all.filter((image) => image.checkVisibility()).map((image) => image.getAttribute('src')!));
    expect(shown.length).toBe(4);
    for (const address of shown) expect(address).toContain(`-${scheme}.`);
    await page.context().close();
  }
});

describe('the playground', () => {
  let page: Page;
  const area = () => page.getByRole('textbox', { name: 'Definition of a network' });
  const problems = () => page.locator('.playground .problems li');
  const rows = () =>
    page
      .locator('.playground table.layers tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map(({ textContent }) => textContent)));
  const figures = () =>
    page
      .locator('.playground table.bounds tbody tr')
      .evaluateAll((all) =>
        Object.fromEntries(all.map(({ children: [, figure, id] }) => [id.textContent, figure.textContent])),
      );
  const result = () => page.locator('.playground .result');

  beforeAll(async () => {
    page = await pages.open('playground.html');
    await page.locator('.playground table.layers').waitFor();
  });

  it('shows figures of what is typed', async () => {
    await area().fill('{ "input": [1], "layers": [{ "type": "dense", "units": 5, "activation": "relu" }] }');
    // Five points cut a line into six segments.
    await expect.poll(rows).toEqual([['dense_1', 'dense', '5', '5', '10', '5', '1', '×6', '6', '6', '5.78']]);
    await area().fill('{ "input": [2], "layers": [{ "type": "dense", "units": 16, "activation": "relu" },\n');
    await area().pressSequentially(
      '{ "type": "dense", "units": 16, "activation": "relu" }, { "type": "dense", "units": 1 }] }',
    );
    await expect.poll(async () => (await rows()).length).toBe(3);
    expect(await figures()).toMatchObject({
      'tightest-upper': '18,769',
      'best-lower': '11,097',
      'kac-rice-plane': '475',
    });
    expect(await problems().count()).toBe(0);
  });

  it('counts in the plane and along a line in a worker', async () => {
    await page.getByLabel('Seed of random weights').fill('1');
    await page.getByRole('button', { name: 'Count' }).click();
    await expect
      .poll(() => result().textContent())
      .toMatch(
        /^Exactly 478 activation regions and \d+ linear regions on \[−1, 1\]², with random weights of seed 1, in /,
      );
    await page.getByLabel('Count regions').selectOption('along a line');
    await page.getByRole('button', { name: 'Count' }).click();
    await expect
      .poll(() => result().textContent())
      .toMatch(/^Exactly \d+ activation regions .* on the diagonal of \[−1, 1\]²/);
    await page.getByLabel('Seed of random weights').fill('-1');
    await page.getByRole('button', { name: 'Count' }).click();
    expect(await result().textContent()).toBe('A seed is a whole number from 0 on.');
  });

  it('ends a count that is cancelled, and forgets one of an older definition', async () => {
    const units = { type: 'dense', units: 400, activation: 'relu' };
    await area().fill(JSON.stringify({ input: [2], layers: [units, units, units] }));
    await expect.poll(async () => (await rows())[0][3]).toBe('400');
    await page.getByLabel('Count regions').selectOption('in the plane');
    await page.getByLabel('Seed of random weights').fill('1');
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await result().textContent()).toBe('Cancelled.');
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await area().fill('{ "input": [2], "layers": [{ "type": "dense", "units": 3, "activation": "relu" }] }');
    await expect.poll(async () => (await rows())[0][3]).toBe('3');
    expect(await result().textContent()).toBe('');
    await page.getByRole('button', { name: 'Count' }).click();
    await expect.poll(() => result().textContent()).toMatch(/^Exactly \d activation regions/);
  });

  it('says at its line what is wrong', async () => {
    await area().fill('{\n  "input": [2],\n  "layers": [\n    { "type": "dens", "units": 3 }\n  ]\n}');
    await expect.poll(() => problems().allTextContents()).toEqual([expect.stringMatching(/^Line 4 error: .*dens/)]);
    expect(await page.locator('.lineNumbers .error').allTextContents()).toEqual(['4\n']);
    // Nothing is known of a network whose only layer is not: there are no empty tables.
    expect(await page.locator('.playground table').count()).toBe(0);
    await problems().getByRole('button').click();
    expect(await page.evaluate(() => getSelection()!.toString())).toContain('dens');
    await page.evaluate(axe);
    expect(await page.evaluate(violations)).toEqual([]);
    await area().fill('Lorem ipsum');
    await expect.poll(() => problems().allTextContents()).toEqual([expect.stringMatching(/no network/i)]);
    expect(await rows()).toEqual([]);
    expect(await page.getByRole('button', { name: 'Count' }).isVisible()).toBe(false);
  });

  it('reads other languages, and says which part of a network the figures are of', async () => {
    await page.getByLabel('Example').selectOption('PyTorch');
    await expect.poll(async () => (await rows()).map(([name]) => name)).toContain('narrow');
    await expect.poll(() => page.locator('.bottleneck').textContent()).toContain('narrow');
    await page.getByLabel('Example').selectOption('TensorFlow.js');
    await expect.poll(async () => (await rows()).map(([, , output]) => output)).toEqual(['24', '12', '12', '3']);
    await page.getByLabel('Example').selectOption('LeNet');
    await expect.poll(() => page.locator('.playground .sizes').first().textContent()).toContain('61,706 parameters');
    const layer = (activation: string) => ({ type: 'dense', units: 4, activation });
    await area().fill(JSON.stringify({ input: [2], layers: [layer('relu'), layer('tanh'), layer('relu')] }));
    await expect.poll(() => page.locator('.playground .sizes').last().textContent()).toContain('not piecewise linear');
  });
});

interface AxeWindow extends Window {
  readonly axe: {
    run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
  };
}

/** In the page: what axe finds, an entry for each element. */
async function violations(): Promise<string[]> {
  const found = await (window as unknown as AxeWindow).axe.run();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 150)} ${node.failureSummary}`),
  );
}
