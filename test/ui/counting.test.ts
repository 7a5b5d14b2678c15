import { describe, expect, it } from 'vitest';
import type { HostMessage } from '../../src/protocol/messages.ts';
import type { CountSettings } from '../../src/protocol/runs.ts';
import type { PanelPage } from './panelHarness/panelPage.ts';
import { csvFields } from './panelHarness/csv.ts';
import { usePanels } from './panelHarness/openPanels.ts';
import { lenetNetwork, mlpNetwork, modelOf, settingsOf } from './panelHarness/samples.ts';
import { cubeScene, sampledScene } from './panelHarness/scenes.ts';

/** How regions are counted: what the form asks for, and what the views make of counts of each kind. */

const panels = usePanels();
const { key } = mlpNetwork();
const showMlp: HostMessage = { type: 'show', model: modelOf(mlpNetwork()) };

async function choose(panel: PanelPage, list: string, option: string): Promise<void> {
  const { page } = panel;
  const dropdown = page.locator(`.runForm vscode-dropdown[aria-label="${list}"]`);
  await dropdown.click();
  await dropdown.locator('vscode-option', { hasText: option }).click();
  // The fields that now stand there have their values.
  await panel.settled();
}

async function type({ page }: PanelPage, label: string, text: string): Promise<void> {
  const field = page.locator('.runForm').getByLabel(label, { exact: true }).locator('input');
  await field.fill(text);
  await field.press('Tab');
}

/** What the button asks for. */
async function settingsAsked(panel: PanelPage): Promise<CountSettings> {
  await panel.page.locator('.header vscode-button', { hasText: 'Count' }).click();
  return (await panel.waitForMessage('count')).settings;
}

describe('the form', () => {
  it('leaves the method to the network by default, and says which and why', async () => {
    const panel = await panels.open([showMlp]);
    const { page } = panel;
    expect(await page.locator('.runSettings summary').innerText()).toContain('8 random networks, on [−1,\u00a01]²');
    await page.locator('.runSettings summary').click();
    const note = page.locator('.run .chosen');
    expect(await note.textContent()).toBe(
      'Method: in a plane, since the box of two inputs is a plane, of roughly 2,629 regions.',
    );
    await choose(panel, 'Which place', 'the whole input space');
    expect(await note.textContent()).toMatch(/^Method: whole cells, since all of R² has roughly 2,629 regions/);
    expect(await settingsAsked(panel)).toEqual(settingsOf(mlpNetwork(), { place: { kind: 'all' } }));
  });

  it('takes a segment that is typed, and marks one that is none', async () => {
    const panel = await panels.open([showMlp]);
    const { page } = panel;
    await page.locator('.runSettings summary').click();
    await choose(panel, 'Method', 'on a line');
    await choose(panel, 'Which place', 'a segment');
    await type(panel, 'to point', '0.5, 2, 3');
    expect(await page.locator('.fault:visible').allTextContents()).toEqual(['Enter 2 numbers.']);
    await type(panel, 'to point', '(0.5; −2)');
    expect(await page.locator('vscode-text-field.unfit').count()).toBe(0);
    const place = { kind: 'segment', from: [-1, -1], to: [0.5, -2] } as const;
    expect(await settingsAsked(panel)).toEqual(settingsOf(mlpNetwork(), { method: 'line', place }));
  });

  it('keeps every setting of those that change before the page is drawn again', async () => {
    const panel = await panels.open([showMlp]);
    await panel.page.locator('.runSettings summary').click();
    await panel.page.locator('.runForm').evaluate((form) => {
      const fields = [...form.querySelectorAll<HTMLElement & { value: string }>('vscode-text-field')];
      for (const [label, value] of Object.entries({ networks: '3', 'first seed': '7' })) {
        const field = fields.find(({ textContent }) => textContent === label)!;
        field.value = value;
        field.dispatchEvent(new Event('change'));
      }
    });
    expect(await settingsAsked(panel)).toEqual(settingsOf(mlpNetwork(), { seeds: 3, firstSeed: 7 }));
  });

  it('takes a parallelogram, and forgets it for a method that has none', async () => {
    const panel = await panels.open([showMlp]);
    await panel.page.locator('.runSettings summary').click();
    await choose(panel, 'Which place', 'a parallelogram');
    await type(panel, 'second side', '0.5 1');
    const place = { kind: 'parallelogram', origin: [-1, -1], u: [2, 0], v: [0.5, 1] } as const;
    expect(await settingsAsked(panel)).toEqual(settingsOf(mlpNetwork(), { place }));
    await choose(panel, 'Method', 'whole cells');
    await panel.settled();
    await panel.page.locator('.header vscode-button', { hasText: 'Count' }).click();
    await expect
      .poll(async () => (await panel.waitForMessage('count')).settings)
      .toEqual(settingsOf(mlpNetwork(), { method: 'cells' }));
  });

  it('asks for as many points of a file as the method needs, and counts through them', async () => {
    const panel = await panels.open([showMlp]);
    await panel.page.locator('.runSettings summary').click();
    await choose(panel, 'Which place', 'through points of a file');
    const question = await panel.waitForQuestion('points');
    expect([question.key, question.params]).toEqual([key, { needed: 3 }]);
    const set = {
      label: 'digits.csv (0, 1, 2)',
      points: [
        [0, 0],
        [1, 0],
        [0, 1],
      ],
    };
    await panel.reply(question, 'points', set);
    expect(await panel.page.locator('.runSettings summary').innerText()).toContain(
      'on the plane through 3 points of digits.csv',
    );
    expect(await settingsAsked(panel)).toEqual(settingsOf(mlpNetwork(), { place: { kind: 'points', ...set } }));
  });

  it('offers no whole cells and no typed points where there are too many inputs', async () => {
    const { page } = await panels.open([{ type: 'show', model: modelOf(lenetNetwork()) }]);
    await page.locator('.runSettings summary').click();
    const options = (list: string) =>
      page.locator(`.runForm vscode-dropdown[aria-label="${list}"] vscode-option`).allTextContents();
    expect(await options('Method')).toEqual(['automatic', 'on a line', 'in a plane', 'by samples (a lower bound)']);
    expect(await options('Which place')).toEqual(['the box', 'the whole input space', 'through points of a file…']);
  });
});

describe('counts of whole cells', () => {
  it('have their domain and no picture, and no mean that is for another place', async () => {
    const { page } = await panels.open(cubeScene());
    expect(await page.locator('.countedTile').innerText()).toMatch(/counted on \[−1,\u00a01\]³\s/);
    expect(await page.locator('.expectedTile').innerText()).toContain('this is a box of more dimensions');
    expect(await page.locator('.picture').isVisible()).toBe(false);
    expect(await page.locator('.run .chosen').textContent()).toBe(
      'Method: whole cells, since the box of 3 inputs has roughly 62,269 regions.',
    );
    expect(await page.locator('.end.counted').textContent()).toBe('counted');
  });
});

describe('samples', () => {
  it('are a lower bound wherever they are shown, with what they estimate and how far they are saturated', async () => {
    const panel = await panels.open(sampledScene());
    const { page } = panel;
    const tile = await page.locator('.countedTile').innerText();
    expect(tile).toContain('sampled on [−1,\u00a01]⁷⁸⁴');
    expect(tile).toMatch(/≥ [\d,]+ ± \d+/);
    expect(tile).toContain('8 networks, a lower bound');
    const outcome = await page.locator('.run .outcome').textContent();
    expect(outcome).toContain('10,000 random points of each network hit this many regions');
    expect(outcome).toContain('97.0% of the last tenth hit a new one. Estimated total (Chao1): 1,200,000.');
    expect(await page.locator('.end.counted').textContent()).toBe('sampled');
    expect(await page.locator('.countedDot:not(.atLeast)').count()).toBe(0);
    expect(await page.locator('.numbers thead').innerText()).toContain('sampled');
  });

  it('say so in what is taken along', async () => {
    const panel = await panels.open(sampledScene());
    const take = async (item: string): Promise<string> => {
      await panel.page.locator('.menu vscode-button').click();
      await panel.page.locator('[role=menuitem]', { hasText: item }).click();
      return item.startsWith('Copy')
        ? (await panel.waitForMessage('copy')).text
        : (await panel.waitForMessage('save')).text;
    };
    const how = 'Sampled, a lower bound: on [−1, 1]⁷⁸⁴; He normal weights, bias deviation 0.1.';
    // Markdown shows the brackets that it escapes.
    expect((await take('Copy Numbers as Markdown')).replaceAll('\\', '')).toContain(how);
    const [header, first] = (await take('Save Numbers as CSV')).split('\r\n').map(csvFields);
    expect(first[header.indexOf('counted by')]).toBe('sample');
    await take('Save Plots as SVG');
    await expect
      .poll(async () => (await panel.waitForMessage('save')).text.replaceAll(/<[^>]*>/g, ' '))
      .toContain('Sampled, a lower bound');
    await take('Save Everything as JSON');
    const saved = async () =>
      (JSON.parse((await panel.waitForMessage('save')).text.replace(/^<.*/s, '{}')) as { counted?: object }).counted;
    await expect.poll(saved).toMatchObject({
      method: 'sample',
      exact: false,
      domain: '[−1, 1]⁷⁸⁴',
      networks: [{ sampling: { samples: 10_000 } }, {}, {}, {}, {}, {}, {}, {}],
    });
  });
});
