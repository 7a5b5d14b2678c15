import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

/**
 * What becomes of the editor when the language server is blocked or ends. No text is known that does it to the server
 * of the package, so its process is stopped (SIGSTOP, as good as a text whose analysis never ends) and killed; texts
 * that ask too much of an analysis are open beside the good one meanwhile.
 */

const layer = (more: object) => ({ type: 'conv2d', filters: 1, kernel_size: 1, activation: 'relu', ...more });
const crashing = JSON.stringify({ input: [1e15, 1, 2], layers: [layer({})] });
const hanging = JSON.stringify({ input: [8, 8, 1], layers: [layer({ kernel_size: 2147483647, padding: 'same' })] });

const patience = 45_000;
const factor = /"dense".*≤×301/;

let workbench: Workbench;

beforeAll(async () => {
  const files = { 'crashing.network.json': crashing, 'hanging.network.json': hanging };
  workbench = await Workbench.start({ files });
});

afterAll(() => workbench.stop());

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(workbench.extensionLog());
  await workbench.cleanUpFailure(task);
});

/** The language server of this editor: its file lies in the folder of the installed extensions. */
function servers(): number[] {
  const processes = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = processes.filter((line) => line.includes(workbench.extensions) && line.includes('dist/server.js'));
  return ours.map((line) => Number.parseInt(line, 10));
}

async function serverOtherThan(old: number | undefined): Promise<number> {
  await expect.poll(() => servers().filter((pid) => pid !== old).length, { timeout: patience }).toBe(1);
  return servers().filter((pid) => pid !== old)[0];
}

/**
 * Waits until a server has done what it was asked. One that is stopped in the middle of an analysis is right to blame
 * that document, and does not analyze it again.
 */
async function atRest(pid: number): Promise<void> {
  const ticks = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).join(' ');
  let before: string;
  do {
    before = ticks();
    await workbench.page.waitForTimeout(1000);
  } while (ticks() !== before);
}

/** Its factor changes with the text, so that an old hint is not taken for a new one. */
async function answersAnew(): Promise<void> {
  await workbench.waitForLine(factor, patience);
  await workbench.line('"units": 24').locator('span', { hasText: /^24$/ }).last().dblclick();
  await workbench.page.keyboard.type('240');
  await workbench.waitForLine(/"units": 240.*≤×28,921/, patience);
  await workbench.runCommand('File: Revert File');
  await workbench.waitForLine(factor, patience);
}

const status = () => workbench.page.locator('.statusbar-item', { hasText: /≤ .* regions/ });

it('answers for one file while others ask too much', { timeout: 150_000 }, async () => {
  await workbench.openFile('crashing.network.json');
  await workbench.openFile('hanging.network.json');
  await workbench.openFile('deep-mlp.network.json');
  await answersAnew();
  await workbench.screenshot('recovery beside bad files');
  expect(await workbench.failures.count()).toBe(0);
});

it('has its hints back when the server was blocked', { timeout: 150_000 }, async () => {
  const [old] = servers();
  await atRest(old);
  process.kill(old, 'SIGSTOP');
  // Something to answer.
  await workbench.openFile('lenet.network.json');
  await serverOtherThan(old);
  await workbench.openFile('deep-mlp.network.json');
  await answersAnew();
  await status().waitFor();
  expect(await workbench.failures.count()).toBe(0);
});

it(
  'has its hints back each time when the server is killed, and at the fifth time offers to restart it',
  { timeout: 240_000 },
  async () => {
    // Ends by what was tested before count too.
    await workbench.runCommand('Region Lens: Restart Language Server');
    await answersAnew();
    for (let kills = 1; kills <= 5; kills++) {
      const [old] = servers();
      await atRest(old);
      process.kill(old, 'SIGKILL');
      if (kills === 5) break;
      await serverOtherThan(old);
      await answersAnew();
    }
    const message = workbench.failures.filter({ hasText: 'language server' });
    await message.getByRole('button', { name: 'Restart' }).waitFor({ timeout: patience });
    await status().waitFor({ state: 'detached' });
    await workbench.screenshot('recovery offers a restart');
    expect(servers()).toEqual([]);
    await message.getByRole('button', { name: 'Restart' }).click();
    await answersAnew();
    await status().waitFor();
  },
);
