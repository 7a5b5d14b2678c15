import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { countJson } from '../../../src/report/countJson.ts';
import type { reportJson } from '../../../src/report/reportJson.ts';
import { CommandLine } from './commandLine.ts';

type Report = ReturnType<typeof reportJson>;
type Count = ReturnType<typeof countJson>;

const patience = 30_000;

const twoNetworks = `import * as tf from '@tensorflow/tfjs';
export const small = tf.sequential({ name: 'small', layers: [tf.layers.dense({ inputShape: [2], units: 2, activation: 'relu' })] });
export const wide = tf.sequential({ name: 'wide', layers: [tf.layers.dense({ inputShape: [2], units: 40, activation: 'relu' })] });
`;

describe('region-lens analyze --simulate', () => {
  let cli: CommandLine;
  const figures = (report: Report) => new Map(report.networks[0].bounds.map((bound) => [bound.id, bound]));

  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('maxout.network.json', { input: [2], layers: [{ type: 'maxout', units: 4, rank: 3 }] });
    await cli.file('two.ts', twoNetworks);
  });
  afterAll(() => cli.remove());

  it(
    'adds the mean of the counts that the same seeds give',
    async () => {
      const [analyzed, counted] = await Promise.all([
        cli.run(['analyze', 'maxout.network.json', '--json', '--simulate', '5']),
        cli.run(['count', 'maxout.network.json', '--json', '--method', 'plane', '--repeat', '5', '--seed', '1']),
      ]);
      expect([analyzed.code, analyzed.err]).toEqual([0, '']);
      const counts = counted.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Count).activationRegions);
      const bounds = figures(JSON.parse(analyzed.out) as Report);
      const mean = counts.reduce((sum, count) => sum + count, 0) / 5;
      expect(bounds.get('kac-rice-plane')).toMatchObject({ applies: false, value: null });
      expect(bounds.get('simulated-plane')).toMatchObject({ kind: 'mean', applies: true, value: null });
      expect(10 ** bounds.get('simulated-plane')!.log10!).toBeCloseTo(mean, 9);
      expect(bounds.get('simulated-plane')?.note).toContain('simulated mean of 5 random networks, seeds 1 to 5');
      expect(bounds.get('simulated-line')?.applies).toBe(true);
    },
    patience,
  );

  it(
    'gives the same mean from draws on one thread and on three',
    async () => {
      const words = ['analyze', 'maxout.network.json', '--json', '--simulate', '2', '--workers'];
      const reports = await Promise.all(['1', '3'].map((workers) => cli.run([...words, workers])));
      const [one, three] = reports.map(({ out }) => figures(JSON.parse(out) as Report).get('kac-rice-simulated'));
      expect(one).toMatchObject({ applies: true });
      expect(three).toEqual(one);
    },
    patience,
  );

  it(
    'warns of nothing however many networks it draws',
    async () => {
      const { code, err } = await cli.start(['analyze', 'maxout.network.json', '--simulate', '40']);
      expect([code, err]).toEqual([0, '']);
    },
    patience,
  );

  it(
    'counts the network that was asked for, and names the column for what it is',
    async () => {
      const { code, out } = await cli.run(['analyze', 'two.ts', '--json', '--simulate', '3', '--network', 'wide']);
      expect(code).toBe(0);
      const bounds = figures(JSON.parse(out) as Report);
      // 40 lines cut the square into hundreds of regions, 2 into four at most.
      expect(bounds.get('simulated-plane')!.log10!).toBeGreaterThan(2);
      const table = await cli.run(['analyze', 'maxout.network.json', '--simulate', '2']);
      expect(table.out).toMatch(/can reach +simulated on a (line|plane)\n/);
      expect(table.out).not.toContain('expected');
    },
    patience,
  );

  it(
    'gives no mean of the networks it had counted when a signal came',
    async () => {
      const layers = Array.from({ length: 6 }, () => ({ type: 'dense', units: 512, activation: 'relu' }));
      await cli.file('large.network.json', { input: [2], layers });
      const words = ['analyze', 'large.network.json', '--json', '--simulate', '3'];
      const { code, out } = await cli.start(words, { interruptAfter: 1500 });
      expect(code).toBe(3);
      const bounds = figures(JSON.parse(out) as Report);
      expect(bounds.get('kac-rice-plane')?.applies).toBe(true);
      expect(bounds.get('simulated-plane')).toMatchObject({
        applies: false,
        value: null,
        reason: 'Stopped before all networks were counted.',
      });
    },
    patience,
  );

  it('needs two networks at least', async () => {
    const { code, err } = await cli.run(['analyze', 'maxout.network.json', '--simulate', '1']);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'region-lens: --simulate takes a whole number of at least 2 and at most 100000',
    ]);
  });
});
