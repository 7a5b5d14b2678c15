import { animatedGif, type Frame } from './gif.ts';
import { Workbench } from './workbench.ts';

const before = `{
  "name": "spiral",
  "input": [2],
  "layers": [
    { "type": "dense", "units": 16, "activation": "relu" },
    { "type": "dense", "units": 1 }
  ]
}
`;
const layer = '{ "type": "dense", "units": 16, "activation": "relu" },';

/** In the file that is typed into, nothing is completed: what is seen is what was typed. */
const settings = {
  'workbench.activityBar.location': 'hidden',
  'workbench.layoutControl.enabled': false,
  'breadcrumbs.enabled': false,
  'editor.fontSize': 12,
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  '[jsonc]': {
    'editor.quickSuggestions': { strings: false, other: false },
    'editor.suggestOnTriggerCharacters': false,
  },
  'editor.occurrencesHighlight': 'off',
};

const KEY_MS = 55;
const FRAME_MS = 100;

/** About six seconds: a layer is typed between two others, hints and plot follow, and the regions are counted. */
export async function movingPicture(width: number): Promise<Buffer> {
  const workbench = await Workbench.start({ files: { 'spiral.network.json': before }, settings });
  const { page, webview } = workbench;
  const frames: Frame[] = [];
  const take = async (milliseconds: number) => {
    frames.push({ png: await page.screenshot({ animations: 'disabled' }), milliseconds });
  };
  try {
    await page.setViewportSize({ width: 1240, height: 700 });
    await workbench.runCommand('View: Close Primary Side Bar');
    await workbench.openFile('spiral.network.json');
    await workbench.runCommand('Region Lens: Show Plot');
    await webview.locator('h1', { hasText: 'spiral' }).waitFor();
    await workbench.waitForLine(/"dense".*≤×/);
    await workbench.line('"activation"').click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(1500);
    await take(700);
    for (const [i, key] of [...layer].entries()) {
      await page.keyboard.type(key);
      // Two keys a picture.
      if (i % 2 === 1 || i === layer.length - 1) await take(2 * KEY_MS);
    }
    for (let i = 0; i < 8; i++) {
      await page.waitForTimeout(FRAME_MS);
      await take(FRAME_MS);
    }
    await webview.getByRole('button', { name: 'Count', exact: true }).click();
    for (let i = 0; i < 8; i++) {
      await take(FRAME_MS);
      await page.waitForTimeout(FRAME_MS);
    }
    await webview.locator('.tileSource:visible', { hasText: '8 networks, exact' }).waitFor();
    await webview.locator('.inView', { hasText: 'In view' }).waitFor({ state: 'attached' });
    await page.waitForTimeout(800);
    await take(500);
    const picture = webview.locator('.pictureCanvas');
    for (let turn = 0; turn < 6; turn++) {
      await picture.evaluate((canvas) => {
        const { top, height } = canvas.getBoundingClientRect();
        window.scrollBy(0, (top + height / 2 - window.innerHeight / 2) / 2);
      });
      await page.waitForTimeout(FRAME_MS);
      await take(60);
    }
    await take(1300);
    return await animatedGif(page, frames, width);
  } finally {
    await workbench.stop();
  }
}
