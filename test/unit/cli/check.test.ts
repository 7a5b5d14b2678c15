import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv from 'ajv';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandLine } from './commandLine.ts';

const dense = (name: string, units: number, activation = 'relu') => ({ type: 'dense', name, units, activation });
const net = (name: string, width: number) => ({
  name,
  input: [2],
  layers: [dense('a', width), dense('b', 8), dense('out', 1, 'linear')],
});

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly { readonly check: string; readonly passed: boolean; readonly message: string }[];
}

describe('region-lens check', () => {
  let cli: CommandLine;

  beforeAll(async () => {
    cli = await CommandLine.build();
  });
  afterAll(() => cli.remove());
  beforeEach(async () => {
    await cli.file('nets/one.network.json', net('one', 8));
    await cli.file('nets/deep/two.network.json', net('two', 16));
  });

  async function check(expectations: unknown, ...words: string[]): Promise<Report & { code: number | null }> {
    await cli.file('regionlens.json', expectations);
    const { code, out, err } = await cli.run(['check', '--format', 'json', ...words]);
    expect(err).toBe('');
    return { code, ...(JSON.parse(out) as Report) };
  }
  const failures = ({ results }: Report) => results.filter(({ passed }) => !passed).map(({ message }) => message);

  it('passes what holds, file by file and network by network', async () => {
    const report = await check({
      files: 'nets/**/*.network.json',
      expectations: [
        // 2 inputs: (1 + 8 + 28) of the first layer, at most as many of the second.
        { files: 'nets/*.json', atMost: '1,369', parameters: 105, multiplyAdds: { min: 88, max: 88 } },
        {
          network: 't*',
          expected: { min: 10 },
          canReach: { min: '10^1' },
          bottlenecks: 0,
          shapes: { a: [16], out: [1] },
        },
      ],
    });
    expect(failures(report)).toEqual([]);
    // Two files read, three figures of one, and five of the other.
    expect([report.code, report.passed]).toEqual([0, 10]);
  });

  it('says what does not hold, with the figures', async () => {
    const report = await check({
      files: 'nets/*.json',
      expectations: [
        { atMost: { max: 1000 }, canReach: { min: '2^60' }, expected: { max: 1 }, parameters: 104 },
        { shapes: { a: [9], nowhere: [1] }, bottlenecks: 1 },
      ],
    });
    expect(report.code).toBe(1);
    expect(failures(report)).toEqual([
      'at most 1,369 regions, more than 1,000',
      expect.stringMatching(/^can reach [\d,]+ regions, less than 2\^60$/),
      expect.stringMatching(/^expected [\d,.]+ regions in a plane, more than 1$/),
      '105 parameters, not 104',
      '0 bottlenecks, not 1',
      'a has the shape 8, not 9',
      'there is no layer or input nowhere',
    ]);
  });

  it('takes figures of a part for no figures of the whole', async () => {
    await cli.file('part/smooth.network.json', {
      input: [2],
      layers: [dense('a', 3), dense('b', 4, 'tanh'), dense('c', 5)],
    });
    await cli.file('part/broken.network.json', { input: [2], layers: [dense('a', 3), { type: 'mystery', name: 'm' }] });
    const report = await check({ files: 'part/*', expectations: [{ atMost: { max: 1e9 } }] });
    const atMost = report.results.filter((result) => result.check === 'atMost').map(({ message }) => message);
    expect(atMost).toEqual([
      'there is no such figure: some layers could not be read',
      'at most 7 regions (of the layers before b), not more than 1,000,000,000',
    ]);
  });

  it('fails for an expectation that is for no network, unless files are named', async () => {
    const expectations = { files: 'nets/*.json', expectations: [{ network: 'three', parameters: 1 }] };
    const report = await check(expectations);
    expect([report.code, failures(report)]).toEqual([
      1,
      ['this expectation is for no network of the files that are checked'],
    ]);
    expect((await check(expectations, 'nets/one.network.json')).code).toBe(0);
  });

  it('fails for a file with errors, at their places', async () => {
    await cli.file('wrong.network.json', '{"input": [2],\n "layers": [{"type": "dens", "units": 3}]}');
    await cli.file('regionlens.json', { expectations: [] });
    const { code, out } = await cli.run(['check', 'wrong.network.json']);
    expect([code, out]).toEqual([1, expect.stringMatching(/FAILED {2}wrong\.network\.json:2 .*'dens'/)]);
    expect((await check({ expectations: [] }, 'missing.json')).code).toBe(1);
  });

  it.each([
    ['a misspelled field', { expectations: [{ atmost: 3 }] }, /regionlens\.json:1:\d+: .*"atmost"/],
    ['a figure that is none', { expectations: [{ atMost: 'many' }] }, /regionlens\.json:1:28: atMost: is not a number/],
    ['limits without a limit', { expectations: [{ atMost: {} }] }, /needs min, max, or both/],
    ['no JSON', '{"files": [}', /regionlens\.json:1:12: this is not JSON/],
    ['nothing to check', {}, /check needs FILES/],
    ['patterns that match nothing', { files: 'none/*' }, /no file matches/],
    [
      'a missing baseline',
      { files: 'nets/*', baseline: { file: 'no.json' } },
      /no baseline .*no\.json; --write-baseline/,
    ],
  ])('refuses %s as wrong usage', async (_, expectations, sentence) => {
    await cli.file('regionlens.json', expectations);
    const { code, err } = await cli.run(['check']);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it('holds figures against a baseline, which it writes', async () => {
    const expectations = { files: 'nets/**/*.json', baseline: { file: 'baseline.json' } };
    await cli.file('regionlens.json', expectations);
    expect((await cli.run(['check', '--write-baseline'])).code).toBe(0);
    expect(failures(await check(expectations))).toEqual([]);
    await cli.file('nets/one.network.json', net('one', 7));
    const report = await check(expectations);
    expect(report.code).toBe(1);
    expect(failures(report)).toContainEqual(
      expect.stringMatching(/^at most fell from 1,369 to 1,073 since the baseline$/),
    );
    expect(report.results).toContainEqual(
      expect.objectContaining({ passed: true, message: 'parameters fell from 105 to 94 since the baseline' }),
    );
    const tolerant = { ...expectations, baseline: { file: 'baseline.json', tolerance: 0.5 } };
    expect(failures(await check(tolerant))).toEqual([]);
    await cli.file('nets/one.network.json', net('other', 8));
    expect(failures(await check(expectations))).toEqual([expect.stringContaining('write the baseline again')]);
  });

  it('writes SARIF that is valid by the published schema, at the lines of the failures', async () => {
    await cli.file('nets/a b/“ä”.network.json', net('<b>&"\u0001', 8));
    await cli.file('regionlens.json', { expectations: [{ parameters: 1, shapes: { b: [7] } }] });
    const { code, out } = await cli.run(['check', 'nets/**', '--format', 'sarif']);
    expect(code).toBe(1);
    const log = JSON.parse(out) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
    };
    const {
      id: _,
      $schema: __,
      ...schema
    } = JSON.parse(readFileSync('test/fixtures/sarif/sarif-schema-2.1.0.json', 'utf8')) as Record<string, unknown>;
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      formats: { uri: isUri, 'uri-reference': isUri, 'date-time': true },
    });
    expect(ajv.validate(schema, log), JSON.stringify(ajv.errors)).toBe(true);
    const [{ results }] = log.runs;
    expect(results).toHaveLength(6);
    expect(results.map(({ locations: [{ physicalLocation }] }) => physicalLocation.artifactLocation.uri)).toContain(
      'nets/a%20b/%E2%80%9C%C3%A4%E2%80%9D.network.json',
    );
  });

  it('writes JUnit that is well-formed, whatever names are in it', async () => {
    await cli.file('nets/one.network.json', net('<b>&"\u0001\u{1f600}', 8));
    await cli.file('regionlens.json', { expectations: [{ parameters: 1 }] });
    const { out } = await cli.run(['check', 'nets/one.network.json', '--format', 'junit']);
    expect(out).toContain('tests="2" failures="1"');
    expect(out).toContain('&lt;b&gt;&amp;&quot;\\u0001\u{1f600}: parameters');
    expect(out.match(/&(?!lt;|gt;|amp;|quot;)/)).toBeNull();
  });

  it('runs as the action of this repository, step by step', async () => {
    const action = resolve('.github/actions/check/action.yml');
    const { runs, inputs } = parse(readFileSync(action, 'utf8')) as {
      runs: { steps: { run?: string; shell?: string; env?: Record<string, string> }[] };
      inputs: Record<string, { default: string }>;
    };
    // As GitHub places it: the action's folder within the repository, whose build is there already.
    mkdirSync(cli.path('repository/.github/actions/check'), { recursive: true });
    for (const name of ['cli.js', 'worker.js']) cpSync(cli.path(name), cli.path(`repository/dist/${name}`));
    await cli.file('regionlens.json', { files: 'nets/**', expectations: [{ parameters: { max: 150 } }] });
    const given: Record<string, string> = { files: '\nnets/*.json\n' };
    const run = () => {
      const codes = runs.steps.flatMap(({ run: script, shell, env }) => {
        if (script === undefined) return [];
        expect(shell).toBe('bash');
        const values = Object.entries(env ?? {}).map(([name, value]) => {
          const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? '';
          return [name, given[input] ?? inputs[input].default];
        });
        const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
          cwd: cli.path('.'),
          encoding: 'utf8',
          env: {
            ...process.env,
            ...(Object.fromEntries(values) as Record<string, string>),
            GITHUB_ACTION_PATH: cli.path('repository/.github/actions/check'),
            GITHUB_STEP_SUMMARY: cli.path('summary.md'),
          },
        });
        return [{ status, stdout }];
      });
      return codes.at(-1);
    };
    expect(run()).toEqual({ status: 0, stdout: expect.stringContaining('2 passed, 0 failed') as string });
    given.files = '';
    expect(run()).toEqual({ status: 1, stdout: expect.stringMatching(/two +parameters .*more than 150/) as string });
    expect(await cli.read('summary.md')).toContain('FAILED  nets/deep/two.network.json');
    expect((JSON.parse(await cli.read('region-lens.sarif')) as { version: string }).version).toBe('2.1.0');
  });
});

function isUri(text: string): boolean {
  return URL.canParse(text, 'file:///') && !/\s/.test(text);
}
