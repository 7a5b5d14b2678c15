import type { comparisonJson } from '../../../src/report/comparisonReport.ts';
import type { sweepRowJson } from '../../../src/report/sweepReport.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CommandLine } from './commandLine.ts';

type ComparisonLine = ReturnType<typeof comparisonJson>[number];
type SweepLine = ReturnType<typeof sweepRowJson>;

const dense = (units: number, activation = 'relu') => ({ type: 'dense', units, activation });

describe('region-lens compare and sweep', () => {
  let cli: CommandLine;
  const lines = (text: string): unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));

  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('mlp.network.json', { name: 'mlp', input: [2], layers: [dense(16), dense(16), dense(1, 'linear')] });
    await cli.file('cnn.network.json', {
      name: 'cnn',
      input: [6, 6, 1],
      layers: [{ type: 'conv2d', name: 'c', filters: 3, kernel_size: 3, activation: 'relu' }],
    });
    await cli.file('residual.network.json', {
      name: 'r',
      input: [2],
      layers: [
        { ...dense(2), name: 'a' },
        { type: 'add', inputs: ['input', 'a'] },
      ],
    });
  });
  afterAll(() => cli.remove());

  it('compare --json prints one object a network and counterpart', async () => {
    const { code, out, err } = await cli.run(['compare', 'mlp.network.json', 'cnn.network.json', '--json']);
    expect([code, err]).toEqual([0, '']);
    const rows = lines(out) as ComparisonLine[];
    expect(rows.map(({ file, role }) => `${file} ${role}`)).toEqual([
      'mlp.network.json network',
      'mlp.network.json dense-same-parameters',
      'mlp.network.json shallow-same-neurons',
      'cnn.network.json network',
      'cnn.network.json dense-same-parameters',
      'cnn.network.json shallow-same-neurons',
    ]);
    expect(rows.every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);
    // 32 lines in the plane.
    expect(rows[2].upper).toMatchObject({ value: String(1 + 32 + 496), log10Error: 0 });
    // 30 parameters are fewer than a neuron on 36 inputs has.
    expect(rows[4]).toMatchObject({ parameters: null, upper: null, lower: null, expected: null });
    expect(rows[4].how).toContain('30 parameters are too few');
  });

  it('compare prints a table; --network chooses, --no-counterparts leaves the networks alone', async () => {
    const { code, out } = await cli.run(['compare', 'mlp.network.json', 'cnn.network.json', '--network', 'mlp']);
    expect(code).toBe(0);
    expect(out).toMatch(/^network +inputs +layers +neurons +parameters +at most +can reach +expected \(plane\)/);
    expect(out).toMatch(/^mlp +2 +2 +32 +337 +18,?769 /m);
    expect(out).not.toContain('cnn');
    const alone = await cli.run(['compare', 'cnn.network.json', '--no-counterparts', '--json', '--slice-dim', '2']);
    expect(lines(alone.out)).toHaveLength(1);
    expect((lines(alone.out) as ComparisonLine[])[0].upper).toMatchObject({ value: String(1 + 48 + (48 * 47) / 2) });
  });

  it('compare --count counts every network with the same seeds, as count does, and says who is ahead', async () => {
    await cli.file('wide.network.json', { name: 'wide', input: [2], layers: [dense(70), dense(2, 'linear')] });
    const words = ['compare', 'mlp.network.json', 'wide.network.json', '--count', '--repeat', '3', '--seed', '5'];
    const { code, out, err } = await cli.run([...words, '--json', '--no-counterparts']);
    expect([code, err]).toEqual([0, '']);
    const rows = lines(out) as ComparisonLine[];
    const single = await cli.run([
      'count',
      'mlp.network.json',
      '--method',
      'plane',
      '--repeat',
      '3',
      '--seed',
      '5',
      '--json',
    ]);
    const regions = (lines(single.out) as { activationRegions: number }[]).map((one) => one.activationRegions);
    expect(rows[0].counted).toMatchObject({
      method: 'plane',
      domain: { lower: [-1, -1], upper: [1, 1] },
      firstSeed: 5,
      networks: 3,
      networksAsked: 3,
      exact: true,
      reason: null,
    });
    expect(rows[0].counted?.mean).toBeCloseTo(regions.reduce((sum, x) => sum + x, 0) / 3, 9);
    const { out: table } = await cli.run([...words, '--no-counterparts']);
    expect(table).toMatch(/By expected regions, wide is ahead: 2,269, 4\.\d+ times mlp\./);
    expect(table).toMatch(/By counted regions, wide is ahead: 2,\d{3}, 4\.\d+ times mlp\./);
    expect(table).toMatch(/By the most regions possible \(at most\), mlp is ahead: 18,769, 7\.55 times wide\./);
    expect(table).toContain('At most is the ceiling over all weights.');
  });

  it('compare --count counts on a line where the networks have different inputs, and all parts of a count are named', async () => {
    const words = ['compare', 'mlp.network.json', 'cnn.network.json', '--count', '--repeat', '2'];
    const rows = lines((await cli.run([...words, '--json'])).out) as ComparisonLine[];
    const [mlp, , , cnn, missing] = rows;
    expect([mlp.counted?.method, cnn.counted?.method, missing.counted]).toEqual(['line', 'line', null]);
    expect(mlp.expected).toMatchObject({ bound: 'kac-rice-line' });
    const stopped = await cli.run([...words, '--max-regions', '2', '--no-counterparts']);
    expect(stopped.code).toBe(3);
    expect(stopped.out).toMatch(/^mlp .*≥ \d+/m);
    expect(stopped.out).toContain('2 of 2 counts ended early, so the mean is a lower bound.');
    expect(stopped.out).not.toContain('By counted regions');
  });

  it('compare --count on a place gives the mean for that place', async () => {
    const words = ['compare', 'mlp.network.json', '--no-counterparts', '--json', '--count', '--repeat', '2'];
    const wide = lines((await cli.run([...words, '--domain=-2,2'])).out) as ComparisonLine[];
    expect(wide[0].counted?.domain).toEqual({ lower: [-2, -2], upper: [2, 2] });
    expect(wide[0].expected?.note).toContain('the parallelogram at (−2, −2) with sides (4, 0) and (0, 4)');
    const segment = lines((await cli.run([...words, '--from', '[0,0]', '--to', '[1,1]'])).out) as ComparisonLine[];
    expect(segment[0]).toMatchObject({ expected: { bound: 'kac-rice-line' }, counted: { method: 'line' } });
  });

  it('compare goes on with the files that can be read', async () => {
    const { code, out, err } = await cli.run(['compare', 'missing.json', 'mlp.network.json', '--json']);
    expect([code, err]).toEqual([1, 'missing.json:1:1: there is no such file\n']);
    expect(lines(out)).toHaveLength(3);
  });

  it('sweep --json prints one object a value', async () => {
    const words = ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '4', '--to', '16', '--json'];
    const { code, out, err } = await cli.run(words);
    expect([code, err]).toEqual([0, '']);
    const rows = lines(out) as SweepLine[];
    expect(rows.map(({ value }) => value)).toEqual([4, 8, 16]);
    expect(rows[2]).toMatchObject({
      schemaVersion: 1,
      file: 'mlp.network.json',
      network: 'mlp',
      layers: ['dense_1'],
      field: 'units',
      parameters: 337,
      upper: { value: String(137 ** 2) },
      expected: { bound: 'kac-rice-plane' },
      problems: [],
    });
  });

  it('sweep prints a table, for several layers together', async () => {
    const words = ['--layer', 'dense_1', '--layer', 'dense_2', '--from', '4', '--to', '16', '--steps', '2'];
    const { code, out } = await cli.run(['sweep', 'mlp.network.json', ...words]);
    expect(code).toBe(0);
    expect(out).toMatch(/^dense_1, dense_2 units +neurons/);
    // Two layers of 4 on 2 inputs: 121 by Serra et al., 109 by Hinz.
    expect(out).toMatch(/^ +4 +8 +37 +109 /m);
    expect(out).toMatch(/^ +16 +32 +337 +18,?769 /m);
  });

  it('sweep says at which values a network does not fit together', async () => {
    const { code, out, err } = await cli.run([
      'sweep',
      'residual.network.json',
      '--layer',
      'a',
      '--from',
      '2',
      '--to',
      '4',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(lines(out).map((row) => (row as SweepLine).upper === null)).toEqual([false, true]);
    expect(err).toMatch(/^residual\.network\.json: units 4: .*add/);
  });

  it.each([
    [['compare', 'mlp.network.json', '--repeat', '3'], '--repeat needs --count'],
    [['compare', 'mlp.network.json', '--count', '--method', 'sample'], '--method is one of auto, line, plane, cells'],
    [['compare'], 'compare needs at least one FILE'],
    [['compare', 'mlp.network.json', '--network', 'nobody'], 'there is no network nobody; there are mlp'],
    [['compare', 'mlp.network.json', '--slice-dim', '0'], '--slice-dim takes a whole number of at least 1'],
    [['sweep', '--layer', 'a', '--from', '1', '--to', '2'], 'sweep needs one FILE'],
    [['sweep', 'mlp.network.json', '--from', '1', '--to', '2'], 'sweep needs --layer NAME'],
    [['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '4'], 'sweep needs --from A --to B'],
    [['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '4', '--to', '2'], 'with A <= B'],
    [
      ['sweep', 'mlp.network.json', '--layer', 'd', '--from', '4', '--to', '8'],
      'there is no layer d; there are dense_1',
    ],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--field', 'size', '--from', '4', '--to', '8'],
      '--field is one of units',
    ],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--field', 'rank', '--from', '4', '--to', '8'],
      'dense_1 has no rank; it has units',
    ],
    [['sweep', 'residual.network.json', '--layer', 'add_1', '--from', '4', '--to', '8'], 'add_1 has no width'],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '4', '--to', '8', '--factor', '1'],
      '--factor takes a number above 1',
    ],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '4', '--to', '8', '--factor', '3', '--steps', '3'],
      'not both',
    ],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--from', '1', '--to', '100000', '--factor', '1.0001'],
      'at most 1000 values',
    ],
    [
      ['sweep', 'mlp.network.json', '--layer', 'dense_1', '--network', 'x', '--from', '4', '--to', '8'],
      'there is no network x',
    ],
  ])('%j is wrong usage', async (words, message) => {
    const { code, err, out } = await cli.run(words);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect([code, out]).toEqual([2, '']);
  });
});
