import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../scripts/process.mjs';
import type { countJson } from '../../src/report/countJson.ts';
import { CommandLine } from '../unit/cli/commandLine.ts';
import { findEngine, type Engine } from './engines.ts';

type Count = ReturnType<typeof countJson>;

/** Each of four parts of it takes a second or two. */
const NETWORK = {
  input: [4],
  layers: [
    { type: 'dense', units: 20, activation: 'relu' },
    { type: 'dense', units: 20, activation: 'relu' },
    { type: 'dense', units: 1 },
  ],
  init: { kernel: 'he_normal', bias_stddev: 0.1, seed: 1 },
};
const COUNT = ['network.json', '--method', 'cells'];

const figures = (json: string) => ({ ...(JSON.parse(json) as Count), seconds: 0, regionsPerSecond: 0 });

describe('a count in parts on a cluster', () => {
  let cli: CommandLine;
  let engine: Engine;
  let whole: ReturnType<typeof figures>;

  beforeAll(async () => {
    engine = await findEngine();
    cli = await CommandLine.build();
    await cli.file('network.json', NETWORK);
    whole = figures((await cli.run(['count', ...COUNT, '--json'])).out);
  });
  afterAll(async () => {
    engine.stop();
    await cli.remove();
  });

  it('loses a task that is killed, says which, and is whole when that part is submitted again', async () => {
    expect(whole.exact, engine.name).toBe(true);
    expect((await cli.start(['slurm', ...COUNT, '--tasks', '4', '--output', 'slurm'])).code).toBe(0);
    const folder = cli.path('slurm');
    const ended = engine.submit(folder, [1, 2, 3, 4]);
    // Reported when its count has begun.
    while (!existsSync(join(folder, 'part-2.progress'))) await new Promise((resolve) => setTimeout(resolve, 20));
    await engine.kill(2);
    await ended;
    const partial = figures(await cli.read('slurm/merged.jsonl'));
    expect(partial).toMatchObject({ exact: false, linearRegions: null, doubt: 'Part 2 of 4 is missing.' });
    expect(partial.activationRegions).toBeLessThan(whole.activationRegions);
    expect((await cli.run(['merge', 'slurm'])).err).toContain('1 of 4 parts is missing: --array=2');

    await engine.submit(folder, [2], '2');
    expect(figures(await cli.read('slurm/merged.jsonl'))).toEqual(whole);
    expect((await cli.run(['status', 'slurm'])).out).toContain('4 of 4 parts done');
  });

  it('GNU parallel runs the same parts, by the lines of the documentation', async () => {
    const documented = /^parallel [^`]*?::: \{1\.\.16\}$/m.exec(readFileSync('docs/cluster.md', 'utf8'))?.[0] ?? '';
    const program = `${process.execPath} ${cli.path('cli.js')}`;
    const line = documented
      .replace('--sshlogin node1,node2', '--sshlogin :')
      .replace('region-lens count lenet.network.json --method plane', `${program} count ${COUNT.join(' ')}`)
      .replaceAll('16', '4');
    expect(line).toContain(' count network.json');
    const { code } = await run('parallel', ['--version'], { quiet: true });
    // Without it a shell runs the same command for each part.
    const [, command] = / (\S+ \S+ count .*) ::: /.exec(line) ?? [];
    const loop = `for k in {1..4}; do ${command.replaceAll('{}', '$k')} || exit 1; done`;
    const ran = await run('bash', ['-c', code === 0 ? line : loop], { quiet: true, cwd: cli.path('.') });
    expect(ran).toMatchObject({ code: 0 });
    expect(figures((await cli.run(['merge', 'parts', '--json'])).out)).toEqual(whole);
  });
});
