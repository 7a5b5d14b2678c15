import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { countJson } from '../../../src/report/countJson.ts';
import { arrayExpression } from '../../../src/cli/parts/folder.ts';
import { CommandLine } from './commandLine.ts';

type Count = ReturnType<typeof countJson>;

const network = (units: number, bias = 0.1) => ({
  name: 'net',
  input: [3],
  layers: [
    { type: 'dense', units, activation: 'relu' },
    { type: 'dense', units, activation: 'relu' },
    { type: 'dense', units: 1 },
  ],
  init: { kernel: 'he_normal', bias_stddev: bias, seed: 3 },
});

describe('a count in parts, on the command line', () => {
  let cli: CommandLine;
  const counts = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ ...(JSON.parse(line) as Count), seconds: 0, regionsPerSecond: 0 }));
  const part = (folder: string, k: number, n: number, ...more: string[]) =>
    cli.run([
      ...['count', 'net.network.json', '--method', 'cells', ...more],
      ...['--part', `${k}/${n}`, '--output', `${folder}/part-${k}.json`],
    ]);
  const all = async (folder: string, n: number, ...more: string[]) => {
    for (let k = 1; k <= n; k++) expect((await part(folder, k, n, ...more)).code).toBe(0);
  };

  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('net.network.json', network(10));
  });
  afterAll(() => cli.remove());

  it('merges into what the whole count says, to the last figure', async () => {
    await all('whole', 3, '--domain=-2,2');
    const words = ['--method', 'cells', '--domain=-2,2', '--json'];
    const whole = counts((await cli.run(['count', 'net.network.json', ...words])).out);
    const { code, out, err } = await cli.run(['merge', 'whole', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(counts(out)).toEqual(whole);
    expect(whole[0].exact).toBe(true);
    expect((await cli.run(['merge', 'whole'])).out).toMatch(
      /^seed 3: [\d,]+ activation regions, [\d,]+ linear regions/,
    );
    expect(JSON.parse((await cli.run(['status', 'whole', '--json'])).out)).toMatchObject({
      parts: 3,
      done: 3,
      missing: [],
      running: [],
      unusable: [],
      regions: whole[0].activationRegions,
    });
  });

  it('merges the breakpoints of each neuron on a line', async () => {
    await cli.file('line.network.json', network(300));
    const words = ['line.network.json', '--method', 'line', '--units', '--from=[-3,-2,1]', '--to=[2,3,-2]'];
    for (let k = 1; k <= 3; k++)
      expect((await cli.run(['count', ...words, '--part', `${k}/3`, '--output', `line/p-${k}.json`])).code).toBe(0);
    const whole = counts((await cli.run(['count', ...words, '--json'])).out);
    const merged = counts((await cli.run(['merge', 'line', '--json'])).out);
    expect(merged).toEqual(whole);
    expect(merged[0].unitBreakpoints!.perLayer[0]!.each).toHaveLength(300);
    const text = async (...line: string[]) => (await cli.run(line)).out.replace(/in [\d.]+ m?s/, '').split('\n');
    expect((await text('merge', 'line')).slice(1)).toEqual((await text('count', ...words)).slice(1));
    await cli.delete('line/p-2.json');
    expect(counts((await cli.run(['merge', 'line', '--json'])).out)[0]).toMatchObject({ unitBreakpoints: null });
  });

  it('does not count a part again that is there, and the same part is the same file', async () => {
    await all('again', 2);
    const before = await cli.read('again/part-2.json');
    const { code, out } = await part('again', 2, 2);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('was counted before') as string });
    expect(await cli.read('again/part-2.json')).toBe(before);
  });

  it('lists what is missing and what is damaged by name, and says less than the whole', async () => {
    await all('gaps', 6);
    const whole = counts((await cli.run(['merge', 'gaps', '--json'])).out)[0];
    await cli.delete('gaps/part-2.json');
    await cli.delete('gaps/part-5.json');
    const text = await cli.read('gaps/part-4.json');
    await cli.file('gaps/part-4.json', text.replace('"seconds":', '"seconds":1'));
    await cli.file('gaps/part-6.json', text.slice(0, text.length / 2));
    const { code, out, err } = await cli.run(['merge', 'gaps', '--json']);
    expect(code).toBe(3);
    expect(err).toContain('4 of 6 parts are missing: --array=2,4-6');
    expect(err).toContain('part-4.json is damaged');
    expect(err).toContain('part-6.json is cut off');
    const [found] = counts(out);
    expect(found).toMatchObject({ exact: false, linearRegions: null, doubt: 'Parts 2,4-6 of 6 are missing.' });
    expect(found.activationRegions).toBeLessThan(whole.activationRegions);
    expect((await cli.run(['merge', 'gaps'])).out).toMatch(/^seed 3: at least /);
    const status = await cli.run(['status', 'gaps']);
    expect(status.out).toContain('2 of 6 parts done');
    expect(status.out).toContain('not begun: --array=2,4-6');
    // Damaged parts are counted again.
    for (const k of [2, 4, 5, 6]) expect((await part('gaps', k, 6)).code).toBe(0);
    expect(counts((await cli.run(['merge', 'gaps', '--json'])).out)).toEqual([whole]);
  });

  it('a folder takes parts of one plan only', async () => {
    await all('one', 2);
    expect(await part('one', 1, 3)).toMatchObject({ code: 1, err: expect.stringContaining('parts differs') as string });
    for (const [words, name] of [
      [['--seed', '9'], 'choice.source.seed'],
      [['--domain=-3,3'], 'choice.place'],
      [['--bias-stddev', '0.5'], 'choice.initialization'],
    ] as const) {
      const { code, err } = await part('one', 1, 2, ...words);
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(name) as string });
    }
    await all('two', 2, '--seed', '9');
    await cli.file('one/part-2.json', await cli.read('two/part-2.json'));
    const merged = await cli.run(['merge', 'one', '--json']);
    expect(merged).toMatchObject({ code: 3, err: expect.stringContaining('part-2.json is of another plan') as string });
    expect(counts(merged.out)[0].exact).toBe(false);
    const limited = await part('one', 2, 2, '--max-regions', '5');
    expect(limited).toMatchObject({ code: 3, err: expect.stringContaining('is of another plan') as string });
    expect(await cli.run(['merge', 'one'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('stopped by a limit: --array=2') as string,
    });
  });

  it('a network or weights that changed since are found', async () => {
    await cli.file('changing.network.json', network(6));
    const words = ['count', 'changing.network.json', '--method', 'plane', '--output', 'changed/part-1.json'];
    expect((await cli.run([...words, '--part', '1/1'])).code).toBe(0);
    await cli.file('changing.network.json', network(7));
    for (const again of [
      [...words, '--part', '1/1'],
      ['merge', 'changed'],
    ])
      expect(await cli.run(again)).toMatchObject({ code: 1, err: expect.stringContaining('digests.text') as string });
    await cli.file('elsewhere.network.json', network(6));
    expect((await cli.run(['merge', 'changed', '--file', 'elsewhere.network.json'])).code).toBe(0);
  });

  it('divides the networks of --repeat by their seeds', async () => {
    const words = ['--repeat', '5', '--seed', '2'];
    await all('seeds', 3, ...words);
    const whole = await cli.run(['count', 'net.network.json', '--method', 'cells', '--json', ...words]);
    expect(counts((await cli.run(['merge', 'seeds', '--json'])).out)).toEqual(counts(whole.out));
    await cli.delete('seeds/part-2.json');
    const { code, out } = await cli.run(['merge', 'seeds', '--json']);
    expect(code).toBe(3);
    expect(counts(out).map(({ seed }) => seed)).toEqual([2, 4, 5]);
  });

  it('counts parts from 0 as well as from 1', async () => {
    for (const k of [0, 1, 2]) expect((await part('zero', k, 3)).code).toBe(0);
    expect((await cli.run(['merge', 'zero'])).code).toBe(0);
  });

  it('a part that is killed leaves nothing that is taken for a part', async () => {
    await cli.file('large.network.json', { ...network(40), input: [4] });
    const words = ['count', 'large.network.json', '--method', 'cells', '--part', '1/2'];
    const isRunning = () => existsSync(cli.path('killed/part-1.progress'));
    const killed = await cli.start([...words, '--output', 'killed/part-1.json'], { interruptWhen: isRunning });
    expect(killed.code).toBe(null);
    expect((await cli.run(['merge', 'killed'])).err).toContain('2 of 2 parts are missing: --array=1-2');
    const status = JSON.parse((await cli.run(['status', 'killed', '--json'])).out) as { running: unknown[] };
    expect(status).toMatchObject({ done: 0, running: [{ part: 1 }], missing: [2] });
  });

  it.each([
    [['count', 'net.network.json', '--method', 'cells', '--part', '4/3', '--output', 'x/p.json'], '--part takes K/N'],
    [['count', 'net.network.json', '--method', 'cells', '--part', '1', '--output', 'x/p.json'], '--part takes K/N'],
    [['count', 'net.network.json', '--method', 'cells', '--part', '1/3'], '--part needs --output'],
    [['count', 'net.network.json', '--method', 'cells', '--part', '1/3', '--output', 'x/plan.json'], 'any name but'],
    [['count', 'net.network.json', '--method', 'cells', '--output', 'x/p.json'], '--output is for --part'],
    [['merge'], 'merge needs one DIR'],
    [['status', 'a', 'b'], 'status needs one DIR'],
    [['slurm', 'net.network.json', '--method', 'cells', '--output', 'x'], 'slurm needs --tasks'],
    [['slurm', 'net.network.json', '--method', 'cells', '--tasks', '3'], 'slurm needs --output'],
  ])('wrong usage: %j', async (words, message) => {
    expect(await cli.run(words)).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });

  it('what cannot be divided or found is a sentence', async () => {
    const sample = ['count', 'net.network.json', '--method', 'sample', '--part', '1/2', '--output', 'x/part-1.json'];
    expect(await cli.run(sample)).toMatchObject({ code: 1, err: expect.stringContaining('is not divided') as string });
    for (const command of ['merge', 'status'])
      expect(await cli.run([command, 'nowhere'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('there is no plan.json in nowhere') as string,
      });
    await cli.file('plan.json', '{"parts": 3}');
    expect((await cli.run(['status', '.'])).err).toContain('is not the plan of a count');
  });

  it('slurm writes batch files that a shell reads, with the words of the count', async () => {
    await cli.file("it's.network.json", network(6));
    const words = ['slurm', "it's.network.json", '--method', 'cells', '--domain=-2,2', '--tasks', '5'];
    expect(await cli.start([...words, '--at-once', '2', '--output', 'batch'])).toMatchObject({ code: 0, err: '' });
    const count = await cli.read('batch/count.sbatch');
    expect(count).toContain('#SBATCH --array=1-5%2\n');
    expect(count).toContain('--part "$SLURM_ARRAY_TASK_ID/5"');
    expect(await cli.read('batch/submit.sh')).toContain('--dependency=afterany:');
    if (process.platform === 'win32') return;
    for (let k = 1; k <= 5; k++) {
      const env = { ...process.env, SLURM_ARRAY_TASK_ID: String(k) };
      const task = spawnSync('bash', [cli.path('batch/count.sbatch')], { env, encoding: 'utf8' });
      expect(task.stderr).toBe('');
    }
    expect(spawnSync('bash', [cli.path('batch/merge.sbatch')]).status).toBe(0);
    const whole = await cli.run(['count', "it's.network.json", '--method', 'cells', '--domain=-2,2', '--json']);
    expect(counts(await cli.read('batch/merged.jsonl'))).toEqual(counts(whole.out));
  });
});

describe('arrayExpression', () => {
  it('joins neighbors', () => {
    expect(arrayExpression([1, 2, 3, 5, 7, 8])).toBe('1-3,5,7-8');
    expect(arrayExpression([4])).toBe('4');
    expect(arrayExpression([])).toBe('');
  });
});
