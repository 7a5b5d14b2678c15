import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegionRecord } from '../../../src/counting/count.ts';
import type { countJson, regionsHead } from '../../../src/report/countJson.ts';
import type { experimentJson } from '../../../src/report/experimentReport.ts';
import type { reportJson } from '../../../src/report/reportJson.ts';
import { CommandLine } from './commandLine.ts';

type Report = ReturnType<typeof reportJson>;
type Count = ReturnType<typeof countJson>;

const dense = (units: number, activation = 'relu') => ({ type: 'dense', units, activation });
const mlp = { name: 'mlp', input: [2], layers: [dense(16), dense(16), dense(1, 'linear')] };

describe('region-lens', () => {
  let cli: CommandLine;
  const lines = (text: string): unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  const reports = (text: string) => lines(text) as Report[];
  const counts = (text: string) => lines(text) as Count[];

  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('mlp.network.json', mlp);
  });
  afterAll(() => cli.remove());

  it('analyze --json prints one object a file, and nothing else', async () => {
    await cli.file('other.json', { name: 'app', version: '1.0.0' });
    const { code, out, err } = await cli.start(['analyze', '--json', 'mlp.network.json', 'other.json', 'missing.json']);
    const [first, second, third] = reports(out);
    expect(first).toMatchObject({ schemaVersion: 1, file: 'mlp.network.json', format: 'native', diagnostics: [] });
    expect(first.networks[0]).toMatchObject({
      neurons: 32,
      parameters: 2 * 16 + 16 + 16 * 16 + 16 + 17,
      input: { shape: [2], size: 2 },
    });
    expect(first.networks[0].layers[1]).toMatchObject({
      index: 1,
      type: 'dense',
      inputShape: [16],
      outputShape: [16],
      pieces: 2,
      dimensionIn: 2,
    });
    const serra = first.networks[0].bounds.find((bound) => bound.id === 'serra2018-upper');
    expect(serra).toMatchObject({ applies: true, reason: null, value: String(137 ** 2), log10Error: 0 });
    expect(second).toMatchObject({ file: 'other.json', networks: [], diagnostics: [{ code: 'no-network' }] });
    expect(third.diagnostics[0].message).toBe('there is no such file');
    expect(code).toBe(1);
    expect(err).toBe(
      'other.json:1:1: no network definition found in this file\nmissing.json:1:1: there is no such file\n',
    );
  });

  it('says of a script without a model that there is none, and why', async () => {
    const layer = `class Twice extends tf.layers.Layer { call(x) { return tf.mul(x[0], 2); } }`;
    await cli.file('layer.js', `const tf = require('@tensorflow/tfjs');\n${layer}\nmodule.exports = { Twice };`);
    await cli.file('loads.js', `const tf = require('@tensorflow/tfjs');\nconst model = await tf.loadLayersModel(url);`);
    const why = 'No network was found in this file: it makes no model of layers.';
    const { code, out } = await cli.run(['analyze', '--json', 'layer.js', 'loads.js']);
    const [first, second] = reports(out);
    expect(code).toBe(0);
    expect(first).toMatchObject({
      networks: [],
      diagnostics: [{ code: 'no-network', severity: 'information', message: why }],
    });
    expect(second.diagnostics[0].message).toBe(
      'No network was found in this file: the model that it uses is loaded from another file.',
    );
    expect((await cli.run(['analyze', 'layer.js'])).out).toBe(`layer.js:1:1  information: ${why}\n`);
    expect(await cli.run(['count', 'layer.js', '--method', 'line'])).toMatchObject({
      code: 1,
      out: '',
      err: `layer.js:1:1: ${why}\n`,
    });
  });

  it('contributions of the layers add up to the total', async () => {
    const [{ networks }] = reports((await cli.run(['analyze', '--json', 'mlp.network.json'])).out);
    const { layers, bounds } = networks[0];
    const sum = layers.reduce((total, layer) => total + layer.contribution!.log10, 0);
    const upper = bounds.find((bound) => bound.id === 'tightest-upper');
    expect(sum).toBeCloseTo(upper!.log10!, 9);
    expect(upper!.perLayer).toHaveLength(layers.length);
  });

  it.each([
    ['count', '--method', 'line', '--repeat', '1e10'],
    ['measure', '--repeat', '1e9'],
    ['measure', '--lines', '1e9'],
    ['analyze', '--simulate', '1e9'],
  ])('takes more networks than a list can hold for wrong usage: %s %s', async (command, ...words) => {
    const { code, out, err } = await cli.run([command, 'mlp.network.json', ...words]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^region-lens: ${words.at(-2)} takes a whole number of at least \\d and at most `));
  });

  it('explains itself, whatever stands before the question', async () => {
    const { code, out, err } = await cli.start(['--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('region-lens analyze FILE');
    expect(await cli.run(['sweep', '--help'])).toEqual({ code, out, err });
  });

  it('names the layer that loses most, and what one more unit there is worth', async () => {
    const layers = [dense(20), dense(3), dense(20), dense(6), dense(20)];
    await cli.file('narrow.network.json', { name: 'narrow', input: [10], layers });
    const [{ networks, diagnostics }] = reports((await cli.run(['analyze', '--json', 'narrow.network.json'])).out);
    const { bottleneck, layers: told } = networks[0];
    expect(bottleneck).toMatchObject({ layer: 1, name: 'dense_2', from: 10, to: 3 });
    expect(told[1].explanation?.bottleneck).toEqual({ from: 10, to: 3, oneMoreLog10: bottleneck!.oneMoreLog10 });
    const { out } = await cli.run(['analyze', 'narrow.network.json']);
    const worth = Number((10 ** bottleneck!.oneMoreLog10!).toPrecision(3));
    const words = `'dense_2' reduces 10 dimensions to 3. One more unit would raise the network's upper bound ${worth}-fold.`;
    expect(out).toContain(`Tightest bottleneck: ${words}`);
    expect(diagnostics.find(({ code }) => code === 'bottleneck')?.message).toBe(words);
    expect(
      reports((await cli.run(['analyze', '--json', 'mlp.network.json'])).out)[0].networks[0].bottleneck,
    ).toBeNull();
  });

  it('count --method auto takes what fits the inputs, and says which and why', async () => {
    const of = (inputs: number, widths: number[]) => ({
      input: [inputs],
      layers: [...widths.map((n) => dense(n)), dense(1, 'linear')],
    });
    const cases = [
      ['two', of(2, [8]), [], 'plane'],
      ['given', of(3, [6]), ['--from', '[0,0,0]', '--to', '[1,1,1]'], 'line'],
      ['everywhere', of(3, [6]), ['--domain', 'all'], 'cells'],
      ['beyond', of(90, [20]), ['--domain', 'all', '--samples', '50'], 'sample'],
    ] as const;
    for (const [name, network, words, method] of cases) {
      const file = await cli.file(`${name}.network.json`, network);
      const { out, code } = await cli.run(['count', file, '--method', 'auto', '--json', ...words]);
      const [count] = counts(out);
      expect(count, name).toMatchObject({ method, chosen: { method } });
      expect(count.chosen!.why.length).toBeGreaterThan(10);
      expect(code).toBe(count.stoppedBy === null ? 0 : 3);
    }
    const { out } = await cli.run(['count', 'two.network.json', '--method', 'auto']);
    expect(out).toContain('(plane, since the box of two inputs is a plane');
    expect(
      counts((await cli.run(['count', 'two.network.json', '--method', 'plane', '--json'])).out)[0].chosen,
    ).toBeUndefined();
  }, 60_000);

  it('count --regions writes each region with pattern, corners, volume and maps', async () => {
    const { code } = await cli.run([
      'count',
      'mlp.network.json',
      '--method',
      'plane',
      '--regions',
      'regions.json',
      '--json',
    ]);
    expect(code).toBe(0);
    type Regions = ReturnType<typeof regionsHead> & { regions: RegionRecord[] };
    const { regions, ...head } = JSON.parse(await cli.read('regions.json')) as Regions;
    expect(regions).toHaveLength(head.activationRegions);
    expect(head).toMatchObject({
      method: 'plane',
      exact: true,
      coordinates: {
        origin: [-1, -1],
        directions: [
          [2, 0],
          [0, 2],
        ],
      },
    });
    expect(head.patternLayers.map(({ index }) => index)).toEqual([0, 1]);
    expect(regions.reduce((sum, { volume }) => sum + volume!, 0)).toBeCloseTo(4, 9);
    const faces = regions.reduce((sum, { corners }) => sum + corners!.length, 0);
    expect(head.facesPerRegion).toBeCloseTo(faces / regions.length, 12);
    expect(regions[0].pattern).toMatch(/^[01]{16}\|[01]{16}$/);
    expect(regions[0].outputs[0]).toHaveLength(3);
    const missing = await cli.run(['count', 'mlp.network.json', '--method', 'plane', '--regions', 'no/folder.json']);
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/no such file or directory/);
    expect(
      (await cli.run(['count', 'mlp.network.json', '--method', 'plane', '--regions', 'r.json', '--repeat', '2'])).code,
    ).toBe(2);
  });

  it('count draws weights from the seed in the file by default', async () => {
    const seeded = await cli.file('seeded.network.json', { ...mlp, init: { seed: 5 } });
    const regions = async (file: string, ...words: string[]) =>
      counts((await cli.run(['count', file, '--method', 'plane', '--json', ...words])).out)[0];
    const own = await regions(seeded);
    expect(own.seed).toBe(5);
    expect(own.activationRegions).toBe((await regions('mlp.network.json', '--seed', '5')).activationRegions);
    expect(own.activationRegions).not.toBe((await regions(seeded, '--seed', '1')).activationRegions);
  });

  it('count --method sample draws its points in the segment or plane given', async () => {
    const segment = ['--from', '[-1,-1]', '--to', '[1,1]'];
    const counted = async (...words: string[]) =>
      counts((await cli.run(['count', 'mlp.network.json', '--json', ...words])).out)[0];
    const sampled = await counted('--method', 'sample', '--samples', '4000', ...segment);
    expect(sampled.domain).toEqual({ from: [-1, -1], to: [1, 1] });
    expect(sampled.exact).toBe(false);
    expect(sampled.activationRegions).toBeLessThanOrEqual(
      (await counted('--method', 'line', ...segment)).activationRegions,
    );
    const plane = await counted('--method', 'sample', '--origin', '[0,0]', '--u', '[1,0]', '--v', '[0,1]');
    expect(plane.domain).toEqual({ lower: [0, 0], upper: [1, 1] });
  });

  it('count holds cells by their vertices or by linear programs, as requested, and counts the same', async () => {
    const file = await cli.file('cells.network.json', { input: [3], layers: [dense(7), dense(5), dense(1, 'linear')] });
    const words = ['count', file, '--method', 'cells', '--json', '--cells-by'];
    const [a, b] = await Promise.all(
      ['vertices', 'programs'].map(async (by) => counts((await cli.run([...words, by])).out)[0]),
    );
    expect(a).toMatchObject({ exact: true, activationRegions: b.activationRegions, linearRegions: b.linearRegions });
    expect((await cli.run([...words, 'guessing'])).code).toBe(2);
  });

  it('count --units reports the breakpoints of each neuron on a line', async () => {
    const words = ['count', 'mlp.network.json', '--method', 'line', '--seed', '3', '--units'];
    const [found] = counts((await cli.run([...words, '--json'])).out);
    const { perLayer, unitBreakpoints } = found;
    const sums = unitBreakpoints!.perLayer.map((units) => units?.each?.reduce((sum, count) => sum + count, 0) ?? 0);
    expect(sums).toEqual([perLayer[0] - 1, perLayer[1] - perLayer[0], 0]);
    expect(unitBreakpoints!.perLayer.map((units) => units?.units)).toEqual([16, 16, undefined]);
    const { none, median, most } = unitBreakpoints!.perLayer[1]!;
    const text = (await cli.run(words)).out.trimEnd().split('\n');
    expect(text).toHaveLength(3);
    expect(text[2]).toBe(`  dense_2: breakpoints of 16 neurons: ${none} have none; median ${median}, most ${most}`);
    expect(counts((await cli.run([...words.slice(0, -1), '--json'])).out)[0]).not.toHaveProperty('unitBreakpoints');
    expect((await cli.run(['count', 'mlp.network.json', '--units'])).code).toBe(2);
    expect((await cli.run([...words, '--cells-by', 'vertices'])).code).toBe(2);
  });

  it('measure --units reports them of all networks together', async () => {
    const words = ['measure', 'mlp.network.json', '--repeat', '3', '--lines', '1', '--points', '0', '--units'];
    const [report] = lines((await cli.run([...words, '--json'])).out) as ReturnType<typeof experimentJson>[];
    const { regions, unitBreakpoints } = report.segment;
    const sums = unitBreakpoints!.perLayer.map((units) => units?.each?.reduce((sum, count) => sum + count, 0) ?? 0);
    expect(sums[0] / 3).toBeCloseTo(regions[0]!.mean - 1, 9);
    expect(sums[1] / 3).toBeCloseTo(regions[1]!.mean - regions[0]!.mean, 9);
    expect(unitBreakpoints!.all.units).toBe(96);
    expect((await cli.run(words)).out).toContain('dense_1: breakpoints of 48 neurons: ');
  });

  it('measure prints what Hanin and Rolnick measure, over seeds', async () => {
    const words = ['measure', 'mlp.network.json', '--repeat', '3', '--lines', '10', '--points', '5', '--seed', '7'];
    const { code, out, err } = await cli.run([...words, '--json']);
    expect([code, err]).toEqual([0, '']);
    const [report] = lines(out) as ReturnType<typeof experimentJson>[];
    expect(report).toMatchObject({
      complete: true,
      seeds: [7, 8, 9],
      weights: 'drawn',
      domain: { lower: -1, upper: 1 },
    });
    expect(report.segment.regions[1]!.mean).toBeGreaterThan(report.segment.regions[0]!.mean);
    expect(report.segment.expected![1]).toBeGreaterThan(report.segment.expected![0]!);
    expect(report.boundary.volume!.mean).toBeCloseTo(4 * report.boundary.density[2]!.mean, 9);
    expect(report.boundary.density[2]!.standardError).toBeGreaterThan(0);
    expect(report.distance.timesNeurons!.mean).toBeCloseTo(32 * report.distance.mean!.mean, 9);
    // Any number of threads gives the same figures.
    expect((await cli.run([...words, '--json', '--workers', '2'])).out).toBe(out);
    const table = await cli.run([...words, '--kernel-stddev', '0.5', '--bias-stddev', '0']);
    expect(table.out).toContain('normal weights of deviation 0.5, bias deviation 0');
    expect(table.out).toMatch(/distance to the nearest boundary: [\d.]+ ± /);
    expect((await cli.run([...words, '--init', 'normal'])).code).toBe(2);
    expect((await cli.run([...words, '--init', 'he_normal', '--kernel-stddev', '1'])).code).toBe(2);
    expect((await cli.run(['measure', 'mlp.network.json', '--domain=1,-1'])).code).toBe(2);
    const flat = await cli.run(['measure', 'mlp.network.json', '--from=[1,2]', '--to=[1,2]']);
    expect(flat.code).toBe(2);
    expect(flat.err).toContain('the two ends of the line are the same point');
  });

  it('analyze prints a table a person reads', async () => {
    const { code, out } = await cli.run(['analyze', 'mlp.network.json']);
    expect(code).toBe(0);
    expect(out).toContain('mlp  (mlp.network.json)');
    expect(out).toMatch(/at most +18,?769 +serra2018-upper +Serra et al\. 2018/);
  });

  it('errors name file, line and column', async () => {
    await cli.file('wrong.network.json', '{ "input": [2],\n  "layers": [ { "type": "dens", "units": 3 } ] }');
    const { code, err } = await cli.run(['analyze', 'wrong.network.json']);
    expect(code).toBe(1);
    expect(err).toMatch(/^wrong\.network\.json:2:25: .*dens/);
  });

  it.each([
    [[], 'a command is missing'],
    [['plot'], 'there is no command plot'],
    [['analyze'], 'analyze needs a FILE'],
    [['analyze', '--jsn', 'mlp.network.json'], '--jsn'],
    [['analyze', 'mlp.network.json', '--slice-dim', 'two'], '--slice-dim takes a whole number'],
    [['analyze', 'mlp.network.json', '--from', '[0,0]'], '--from, --to go together'],
    [['analyze', 'mlp.network.json', '--network', 'nobody'], 'there is no network nobody'],
    [['count', 'mlp.network.json', '--method', 'best'], '--method is one of'],
    [['count', 'mlp.network.json', '--method', 'plane', '--domain=1,-1'], '--domain takes LO,HI'],
    [['count', 'mlp.network.json', '--method', 'plane', '--samples', '9'], '--samples is for --method sample'],
    [
      ['count', 'mlp.network.json', '--method', 'sample', '--samples', '0'],
      '--samples takes a whole number of at least 1',
    ],
  ])('%j is wrong usage', async (words, message) => {
    const { code, err, out } = await cli.run(words);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect([code, out]).toEqual([2, '']);
  });

  it('says what a count will take without making it', async () => {
    const words = ['count', 'mlp.network.json', '--estimate', '--repeat', '3'];
    const { code, out } = await cli.run(words);
    expect(code).toBe(0);
    expect(out).toMatch(/^seed 1: .* on one thread of this machine, and about that for each of 3 networks \(.*\)\n$/);
    const answer = JSON.parse((await cli.run([...words, '--json'])).out) as Record<string, unknown>;
    expect(answer).toMatchObject({ schemaVersion: 1, seed: 1, networks: 3, estimate: { isMeasured: true } });
    expect((await cli.run([...words, '--runs', '2'])).code).toBe(2);
  });

  it('counts on a plane and on a line, the same for a seed every time', async () => {
    const words = ['count', 'mlp.network.json', '--json', '--method', 'plane', '--repeat', '3', '--seed', '5'];
    const first = await cli.start([...words, '--workers', '1']);
    const second = await cli.run([...words, '--workers', '2']);
    const figures = counts(first.out).map(({ seed, activationRegions }) => [seed, activationRegions]);
    expect(counts(second.out).map(({ seed, activationRegions }) => [seed, activationRegions])).toEqual(figures);
    expect(figures.map(([seed]) => seed)).toEqual([5, 6, 7]);
    expect(new Set(figures.map(([, count]) => count)).size).toBeGreaterThan(1);
    const [plane] = counts(first.out);
    expect(plane).toMatchObject({
      schemaVersion: 1,
      method: 'plane',
      exact: true,
      domain: { lower: [-1, -1], upper: [1, 1] },
    });
    expect(plane.perLayer.at(-1)).toBe(plane.activationRegions);
    const [line] = counts((await cli.run(['count', 'mlp.network.json', '--json', '--method', 'line'])).out);
    expect(line).toMatchObject({ method: 'line', exact: true, domain: { from: [-1, -1], to: [1, 1] } });
  });

  it('samples as many points as asked for, and calls what it finds a lower bound', async () => {
    const words = ['count', 'mlp.network.json', '--method', 'sample', '--samples', '300', '--seed', '5'];
    const { code, out } = await cli.run([...words, '--json']);
    const [sample] = counts(out);
    const [plane] = counts(
      (await cli.run(['count', 'mlp.network.json', '--json', '--method', 'plane', '--seed', '5'])).out,
    );
    expect(code).toBe(0);
    expect(sample).toMatchObject({ method: 'sample', exact: false, stoppedBy: null, sampling: { samples: 300 } });
    expect(sample.activationRegions).toBeGreaterThan(1);
    expect(sample.activationRegions).toBeLessThan(plane.activationRegions);
    expect(sample.sampling?.chao1).toBeGreaterThanOrEqual(sample.activationRegions);
    expect(plane).not.toHaveProperty('sampling');
    const text = (await cli.run(words)).out;
    expect(text).toContain(`seed 5: at least ${sample.activationRegions} activation regions (sample;`);
    expect(text).toContain('; 300 points, of the last tenth ');
    const { log10, units, switching } = sample.atMostForWeights!;
    expect(10 ** log10).toBeGreaterThanOrEqual(plane.activationRegions);
    expect(text).toContain(` for these weights (${switching} of ${units} units can switch here)`);
    expect(plane).not.toHaveProperty('atMostForWeights');
  });

  it('samples other points with another seed, and ends with 3 only when stopped', async () => {
    const words = ['count', 'weighted.network.json', '--json', '--method', 'sample', '--samples', '40'];
    const kernel = [
      [1, -1, 1, 2],
      [1, 1, -2, 1],
    ];
    const layers = [{ type: 'dense', units: 4, activation: 'relu', weights: { kernel, bias: [0.1, -0.2, 0.3, -0.4] } }];
    await cli.file('weighted.network.json', { input: [2], layers });
    const found = await Promise.all(['1', '2', '3'].map((seed) => cli.run([...words, '--seed', seed])));
    expect(found.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(found.map(({ out }) => counts(out)[0].sampling?.chao1)).size).toBeGreaterThan(1);
    const stopped = await cli.run([...words, '--max-regions', '2']);
    expect(stopped.code).toBe(3);
    expect(counts(stopped.out)[0]).toMatchObject({ exact: false, stoppedBy: 'regions', sampling: { samples: 16 } });
  });

  it('stops at a limit with what it found, and says so', async () => {
    const { code, out } = await cli.run([
      'count',
      'mlp.network.json',
      '--json',
      '--method',
      'plane',
      '--max-regions',
      '20',
    ]);
    expect(code).toBe(3);
    expect(counts(out)[0]).toMatchObject({ exact: false, stoppedBy: 'regions' });
  });

  it('stops at a signal with what it found', async () => {
    // Minutes of counting: the signal must come before the end on the fastest machine.
    await cli.file('large.network.json', { input: [2], layers: Array.from({ length: 6 }, () => dense(512)) });
    const { code, out } = await cli.start(['count', 'large.network.json', '--json', '--method', 'plane'], {
      interruptAfter: 2500,
    });
    expect(code).toBe(3);
    expect(counts(out)[0]).toMatchObject({ exact: false, stoppedBy: 'request' });
  });

  it('measures up to a signal, and says that it is not all', async () => {
    await cli.file('wide.network.json', { input: [2], layers: [dense(256), dense(256), dense(256), dense(256)] });
    const words = ['measure', 'wide.network.json', '--json', '--lines', '1000000', '--points', '0'];
    const { code, out } = await cli.start(words, { interruptAfter: 1500 });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ complete: false });
  });

  it('says in a sentence why a domain does not fit', async () => {
    const { code, err } = await cli.run([
      'count',
      'mlp.network.json',
      '--method',
      'line',
      '--from',
      '[0]',
      '--to',
      '[1]',
    ]);
    expect(code).toBe(1);
    expect(err).toBe('mlp.network.json:1:1: points and directions need 2 finite coordinates, one for each input\n');
  });
});
