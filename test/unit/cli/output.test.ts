import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { countJson } from '../../../src/report/countJson.ts';
import type { reportJson } from '../../../src/report/reportJson.ts';
import { actsOnTerminals } from '../../hostileText.ts';
import { CommandLine } from './commandLine.ts';

/**
 * Set the title or a color, clear the screen, fill the clipboard, write over the line, fake an error, turn text
 * around.
 */
const NAMES = [
  '\u001b]0;title\u0007',
  '\u001b[2J',
  '\u009b31m',
  '\u009d52;c;eA==\u009c',
  '\rover',
  'a\nb:1:1: error: fake',
  '\u202egnp',
];
const dense = (units: number, name?: string) => ({ type: 'dense', units, activation: 'relu', ...(name && { name }) });
const acts = (text: string) => [...text.replaceAll('\n', '')].some(actsOnTerminals);

describe('what region-lens writes', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await CommandLine.build();
    const named = NAMES.map((name) => dense(3, name));
    await cli.file('names.network.json', { name: NAMES.join(''), input: [2], layers: named });
    await cli.file('wrong.network.json', {
      input: [2],
      layers: NAMES.map((type) => ({ type, name: type, units: type })),
    });
    await cli.file('mlp.network.json', { input: [2], layers: [dense(24), dense(24)] });
  });
  afterAll(() => cli.remove());

  it.each([
    [['analyze', 'names.network.json', 'wrong.network.json', 'missing\u001b[31m\n.json']],
    [['compare', 'names.network.json', 'names.network.json']],
    [['sweep', 'names.network.json', '--layer', NAMES[0], '--from', '1', '--to', '2']],
    [['sweep', 'names.network.json', '--layer', NAMES[1], '--from', '1', '--to', '2', '--json']],
    [['sweep', 'names.network.json', '--layer', '\u001bc', '--from', '1', '--to', '2']],
    [['measure', 'names.network.json', '--lines', '2', '--points', '2']],
    [['count', 'names.network.json', '--method', 'line', '--network', '\u001bc']],
    [['count', 'wrong.network.json', '--method', 'line']],
    [['convert', 'names.network.json', '--to', 'native']],
    [['analyze', 'names.network.json', '--json']],
    [['\u001b]0;title\u0007\nregion-lens: fake']],
  ])('%j holds nothing that acts on a terminal', async (words) => {
    const { out, err } = await cli.run(words);
    expect(out + err).toMatch(/\\u(001b|009b)/);
    expect(acts(out)).toBe(false);
    expect(acts(err)).toBe(false);
    expect(out + err).not.toMatch(/^(b:1:1|region-lens: fake)/m);
  });

  it('as JSON has the names as they are', async () => {
    const [analyzed, converted] = await Promise.all([
      cli.run(['analyze', '--json', 'names.network.json']),
      cli.run(['convert', '--to', 'native', 'names.network.json']),
    ]);
    const [network] = (JSON.parse(analyzed.out) as ReturnType<typeof reportJson>).networks;
    expect(network.name).toBe(NAMES.join(''));
    expect(network.layers.map(({ name }) => name)).toEqual(NAMES);
    expect((JSON.parse(converted.out) as { layers: { name: string }[] }).layers.map(({ name }) => name)).toEqual(NAMES);
  });

  it.runIf(existsSync('/dev/full'))('says that a full disk takes nothing', async () => {
    for (const words of [['analyze', 'mlp.network.json'], ['analyze', '--json', 'mlp.network.json'], ['--help']]) {
      const { code, err } = await cli.start(words, { outputTo: '/dev/full' });
      expect([code, err]).toEqual([1, 'region-lens: standard output cannot be written: no space left on device\n']);
    }
    const counted = await cli.run(['count', 'mlp.network.json', '--method', 'line', '--regions', '/dev/full']);
    expect(counted.err).toBe('/dev/full:1:1: the regions cannot be written: no space left on device\n');
    expect(counted.code).toBe(1);
    const converted = await cli.run(['convert', 'mlp.network.json', '--to', 'native', '--output', '/dev/full']);
    expect(converted.err).toBe('/dev/full:1:1: cannot be written (ENOSPC)\n');
    expect(converted.code).toBe(1);
  });

  it('is not missed by a reader that has left', async () => {
    const { code, err } = await cli.start(['analyze', 'mlp.network.json'], { closeOutput: true });
    expect([code, err]).toEqual([0, '']);
  });

  it('says how many of the networks were counted before a signal', async () => {
    const words = ['count', 'mlp.network.json', '--method', 'plane', '--repeat', '20000', '--json'];
    const { code, out, err } = await cli.start(words, { onOutput: (_, interrupt) => interrupt() });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ReturnType<typeof countJson>);
    expect(code).toBe(3);
    expect(lines.length).toBeLessThan(20_000);
    expect(err).toContain(`mlp.network.json: stopped after ${lines.length} of 20000 networks`);
  });

  it('reports the fastest of the runs that were finished before a signal, and how many they are', async () => {
    const words = ['count', 'mlp.network.json', '--method', 'plane', '--runs', '1000000', '--json'];
    const { code, out, err } = await cli.start(words, { interruptAfter: 4000 });
    const stopped = JSON.parse(out) as ReturnType<typeof countJson>;
    const whole = JSON.parse((await cli.run([...words.slice(0, 4), '--runs', '2', '--json'])).out) as typeof stopped;
    expect(code).toBe(3);
    expect(stopped).toMatchObject({
      exact: true,
      activationRegions: whole.activationRegions,
      perLayer: whole.perLayer,
    });
    expect(err).toBe(`seed 1: stopped after ${stopped.runs} of 1000000 runs\n`);
    expect(stopped.runsAsked).toBe(1_000_000);
    expect(whole.runs).toBe(2);
    expect(whole).not.toHaveProperty('runsAsked');
  });
});
