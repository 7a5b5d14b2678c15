import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleTroubledServer } from './troubledServer.ts';
import { WatchedServer } from './watchedServer.ts';

/** Less than users have, so that no test waits long. */
const limits = { silentSeconds: 5, memoryMb: 96 };
/** The hint of the one layer of these networks. */
const HINT = '≤×301 ≈×276';
const patience = { timeout: 20_000, interval: 100 };

const networkText = (name: string, units = 24) =>
  JSON.stringify({ name, input: [2], layers: [{ type: 'dense', units, activation: 'relu' }] });

describe('a language server beside texts that it cannot bear', { timeout: 60_000 }, () => {
  let bundle: Awaited<ReturnType<typeof bundleTroubledServer>>;
  let server: WatchedServer;
  let good: string;

  beforeAll(async () => {
    bundle = await bundleTroubledServer();
  }, 60_000);
  afterAll(() => bundle.remove());
  afterEach(() => server.stop());

  const start = async () => {
    server = new WatchedServer(bundle.file, limits);
    await server.start();
    good = await server.open('good.network.json', networkText('good'));
    await expect.poll(() => server.hints(good), patience).toEqual([HINT]);
  };
  const goodIsAnswered = () => expect.poll(() => server.hints(good), patience).toEqual([HINT]);

  for (const when of ['throws', 'throws when viewed']) {
    it(`goes on when the analysis ${when}, and says so in the file`, async () => {
      await start();
      const bad = await server.open('bad.network.json', networkText(when));
      await expect
        .poll(() => server.messages(bad), patience)
        .toEqual([expect.stringMatching(/^Region Lens could not analyze this file: the analysis was to throw/)]);
      expect(server.diagnostics.get(bad)?.[0].range.start).toEqual({ line: 0, character: 0 });
      await goodIsAnswered();
      expect(server.starts).toBe(1);
      await server.change(bad, 2, networkText('mended'));
      await expect.poll(() => server.hints(bad), patience).toEqual([HINT]);
      await expect.poll(() => server.messages(bad), patience).toEqual([]);
    });
  }

  it.each([
    ['never ends', /^The analysis of this file did not finish within 5 seconds and was stopped\. It is tried again/],
    ['uses up memory', /^The analysis of this file ended the language server, most likely because memory ran out\./],
  ])('is started again when an analysis %s, and leaves that file alone until it changes', async (name, sentence) => {
    await start();
    const bad = await server.open('bad.network.json', networkText(name));
    await expect
      .poll(() => server.messages(bad), { ...patience, timeout: 45_000 })
      .toEqual([expect.stringMatching(sentence)]);
    await goodIsAnswered();
    expect(await server.hints(bad)).toEqual([]);
    expect(server.starts).toBe(2);
    await server.change(bad, 2, networkText('mended'));
    await expect.poll(() => server.hints(bad), patience).toEqual([HINT]);
    await expect.poll(() => server.messages(bad), patience).toEqual([]);
    expect(server.starts).toBe(2);
  });

  it('is started again when the process is stopped, without blame on a file', async () => {
    await start();
    // What it is at when it is stopped would be blamed: let it finish what opening the file made it do.
    await expect.poll(() => server.diagnostics.has(good), patience).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    server.child?.kill('SIGSTOP');
    await expect
      .poll(() => {
        void server.hints(good);
        return server.starts;
      }, patience)
      .toBe(2);
    await goodIsAnswered();
    expect(server.watch.stopped).toEqual([]);
    expect(server.messages(good)).toEqual([]);
  });

  it('is started again four times when it is killed, then left alone until the user wants it again', async () => {
    await start();
    for (let kills = 1; kills <= 5; kills++) {
      server.child?.kill('SIGKILL');
      if (kills < 5) {
        await expect.poll(() => server.starts, patience).toBe(kills + 1);
        await goodIsAnswered();
      }
    }
    await expect.poll(() => server.hasGivenUp, patience).toBe(true);
    expect(server.starts).toBe(5);
    server.watch.forgetAll();
    await server.start();
    await goodIsAnswered();
    server.child?.kill('SIGKILL');
    await expect.poll(() => server.starts, patience).toBe(7);
    await goodIsAnswered();
  });
});
