import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await Workbench.start({ restricted: true });
});

afterAll(() => workbench.stop());

it('analyses networks in a folder that is not trusted, since it runs nothing of theirs', async () => {
  await workbench.page.locator('.statusbar-item', { hasText: /Restricted/ }).waitFor();
  await workbench.openFile('cnn.ts');
  await workbench.waitForLine(/conv2d.*×10\^/);
  await workbench.openFile('deep-mlp.network.json');
  expect(await workbench.waitForLine(/"dense".*×/)).toMatch(/≤×301/);
  await workbench.screenshot('restricted');
});
