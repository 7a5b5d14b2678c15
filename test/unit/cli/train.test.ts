import { cp, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnapshotFigures } from '../../../src/analysis/training/snapshotFigures.ts';
import { CommandLine } from './commandLine.ts';

const FIXTURES = 'test/fixtures/training';

interface Complexity {
  readonly points: number;
  readonly breakpointsPerLength: { readonly mean: number };
}

interface Line {
  readonly step: number | null;
  readonly exact: boolean;
  readonly activationRegions: number;
  readonly linearRegions: number;
  readonly regionsPerNeuron: number;
  readonly lines: SnapshotFigures['lines'];
  readonly localComplexity: {
    readonly radius: number;
    readonly data?: Complexity;
    readonly test?: Complexity;
    readonly uniform: Complexity;
  };
  readonly expectedAtInitialization: {
    regionsPerNeuron: Record<string, number>;
    breakpointsPerLength: Record<string, number>;
  };
  readonly log: Record<string, number> | null;
}

const linesOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('region-lens train', () => {
  let cli: CommandLine;
  const words = ['train', 'spirals.network.json', '--run', 'spirals/step-*.pt', '--points', 'spirals/points.csv'];
  const few = ['--lines', '5', '--samples', '4'];

  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('spirals.network.json', await readFile(`${FIXTURES}/spirals.network.json`, 'utf8'));
    await cp(`${FIXTURES}/spirals`, cli.path('spirals'), { recursive: true });
  });
  afterAll(() => cli.remove());

  it('counts at every step what two independent counters have found', { timeout: 60_000 }, async () => {
    const { code, out } = await cli.run([...words, ...few, '--json']);
    expect(code).toBe(0);
    const { runs } = JSON.parse(await readFile(`${FIXTURES}/spirals/expected.json`, 'utf8')) as { runs: Line[] };
    const found = linesOf(out);
    expect(
      found.map(({ step, activationRegions, linearRegions }) => ({ step, activationRegions, linearRegions })),
    ).toEqual(runs.map(({ step, activationRegions, linearRegions }) => ({ step, activationRegions, linearRegions })));
    expect(found.every(({ exact }) => exact)).toBe(true);
    expect(found[3].log).toEqual({ step: 100, loss: 0.25933, accuracy: 0.9075 });
    expect(found[0].lines).toMatchObject({ through: { lines: 5 }, between: { lines: 5 } });
    expect(found[0].localComplexity.data?.points).toBe(4);
    // Near one region for each neuron at initialization, which is what the mean expects of such lines too.
    expect(found[0].regionsPerNeuron).toBeGreaterThan(0.5);
    expect(found[0].expectedAtInitialization.regionsPerNeuron.through).toBeCloseTo(0.92, 1);
    expect(Object.keys(found[0].expectedAtInitialization.breakpointsPerLength)).toEqual(['data', 'uniform']);
  });

  it('counts whole cells as it counts the plane', { timeout: 60_000 }, async () => {
    const early = words.map((word) => word.replace('step-*', 'step-0000*'));
    const [cells, plane] = await Promise.all(
      ['cells', 'plane'].map(async (method) =>
        linesOf((await cli.run([...early, ...few, '--method', method, '--json'])).out),
      ),
    );
    const figures = (found: Line[]) =>
      found.map(({ activationRegions, linearRegions }) => [activationRegions, linearRegions]);
    expect(figures(cells)).toEqual(figures(plane));
    expect(cells[0].activationRegions).toBe(2700);
  });

  it('reports the breakpoints of each neuron, which add up to the regions', { timeout: 60_000 }, async () => {
    const found = linesOf((await cli.run([...words, ...few, '--units', '--json'])).out);
    for (const { lines } of found) {
      for (const { regions, perLayer, unitBreakpoints } of Object.values(lines)) {
        const each = unitBreakpoints!.perLayer.map((units) => units?.each ?? []);
        expect(each.map(({ length }) => length)).toEqual([24, 24, 24, 0]);
        const added = perLayer.map((mean, layer) => mean - (perLayer[layer - 1] ?? 1));
        each.forEach((units, layer) => {
          const sum = units.reduce((total, count) => total + count, 0);
          expect(sum).toBeCloseTo(added[layer], 9);
        });
        const all = each.flat().sort((a, b) => a - b);
        expect(unitBreakpoints!.all).toEqual({
          units: 72,
          none: all.filter((count) => count === 0).length,
          median: (all[35] + all[36]) / 2,
          most: all[71],
        });
        expect(1 + all.reduce((total, count) => total + count, 0)).toBeCloseTo(regions.mean, 9);
      }
    }
    const [plain] = linesOf((await cli.run([...words, ...few, '--json'])).out);
    expect(plain.lines.through?.unitBreakpoints?.all).toEqual(found[0].lines.through?.unitBreakpoints?.all);
    expect(plain.lines.through?.unitBreakpoints?.perLayer[0]).not.toHaveProperty('each');
    expect((await cli.run([...words, '--units'])).code).toBe(2);
  });

  it('does not count again what was kept, unless the weights changed', { timeout: 60_000 }, async () => {
    const kept = [...words, ...few, '--cache', 'kept.jsonl', '--json'];
    const first = await cli.run(kept);
    const text = await cli.read('kept.jsonl');
    expect(text.trim().split('\n')).toHaveLength(9);
    // A figure that no count gives shows where it came from.
    await cli.file('kept.jsonl', text.replace('"activationRegions":2700', '"activationRegions":27'));
    const second = linesOf((await cli.run(kept)).out);
    expect(second[0].activationRegions).toBe(27);
    expect(second.slice(1)).toEqual(linesOf(first.out).slice(1));
    await writeFile(cli.path('spirals/step-00000.pt'), await readFile(cli.path('spirals/step-00010.pt')));
    const [changed, next] = linesOf((await cli.run(kept)).out);
    expect(changed.activationRegions).toBe(next.activationRegions);
  });

  it('looks near test data too, which changes no other figure', { timeout: 60_000 }, async () => {
    // The training samples themselves: breakpoints near them must be about as many.
    const test = ['--test-points', 'spirals/points.csv'];
    const figures = (out: string) => linesOf(out).map(({ lines, localComplexity }) => ({ lines, localComplexity }));
    const plain = figures((await cli.run([...words, '--lines', '5', '--samples', '60', '--json'])).out);
    const found = figures((await cli.run([...words, ...test, '--lines', '5', '--samples', '60', '--json'])).out);
    expect(found.map(({ lines, localComplexity: { test: _, ...rest } }) => ({ lines, localComplexity: rest }))).toEqual(
      plain,
    );
    const last = found[found.length - 1].localComplexity;
    const [near, nearTest, uniform] = [last.data!, last.test!, last.uniform].map(
      ({ breakpointsPerLength }) => breakpointsPerLength.mean,
    );
    expect(nearTest).toBeGreaterThan(1.5 * uniform);
    expect(nearTest / near).toBeGreaterThan(0.6);
    expect(nearTest / near).toBeLessThan(1 / 0.6);
    const [head] = (await cli.run([...words, ...test, ...few])).out.split('\n');
    expect(head).toMatch(/breakpoints near data +near test data +breakpoints near uniform points/);
  });

  it('shows a table with the log beside the figures, and says what they are', { timeout: 60_000 }, async () => {
    const { out, err } = await cli.run(['train', 'spirals.network.json', '--run', 'spirals', ...few]);
    const [head, ...rows] = out.split('\n');
    expect(head).toMatch(/^step +loss +accuracy +regions +regions per neuron +none +median +most/);
    expect(rows[8]).toMatch(/^3000 +1e−5 +1 +2,926 /);
    expect(out).toContain('on 5 random chords of the box');
    expect(out).toContain('expected for He normal, bias deviation 0.1');
    // How the weights were matched is said once.
    expect(err.split('\n').filter((line) => line.includes('dense_1 takes'))).toHaveLength(1);
  });

  it.each([
    [['train', 'spirals.network.json'], 2, 'train needs --run'],
    [['train', 'spirals.network.json', '--run', 'none/*.pt'], 1, 'none/*.pt names no file of weights'],
    [[...words.slice(0, 5), 'spirals.network.json'], 1, 'holds no points of 2 numbers'],
    [['train', 'spirals.network.json', '--run', 'spirals/points.csv'], 1, 'points.csv'],
  ])('%j ends with a sentence', async (wrong, code, sentence) => {
    const ran = await cli.run(wrong);
    expect(ran.err).toContain(sentence);
    expect(ran.err).not.toContain('    at ');
    expect(ran.code).toBe(code);
  });

  it('names a snapshot that cannot be read, and counts the others', { timeout: 60_000 }, async () => {
    await cp(`${FIXTURES}/spirals`, cli.path('damaged'), { recursive: true });
    await writeFile(
      cli.path('damaged/step-00100.pt'),
      (await readFile(cli.path('damaged/step-00100.pt'))).subarray(0, 4000),
    );
    const { code, out, err } = await cli.run(['train', 'spirals.network.json', '--run', 'damaged', ...few, '--json']);
    expect(code).toBe(1);
    expect(err).toContain('step-00100.pt:1:1: ');
    expect(linesOf(out).map(({ step }) => step)).toEqual([0, 10, 30, 200, 400, 800, 1500, 3000]);
  });

  it('follows snapshots as they come', { timeout: 60_000 }, async () => {
    const add = async (name: string) => cli.file(`live/${name}`, await readFile(`${FIXTURES}/spirals/${name}`));
    await add('step-00000.pt');
    const later = ['step-00030.pt', 'step-00100.pt'];
    const { code, out } = await cli.start(['train', 'spirals.network.json', '--run', 'live', ...few, '--watch'], {
      onOutput: (_, interrupt) => {
        const next = later.shift();
        if (next) void add(next);
        else interrupt();
      },
    });
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['step 0: 2', 'step 30: 2', 'step 100: 2']);
    expect(lines[1]).toMatch(/^step 30: 2,026 regions, \S+ ± \S+ per neuron on lines, \S+ ± \S+ neurons × distance$/);
  });

  it('refuses a run of another network', async () => {
    await cli.file('other.network.json', { input: [2], layers: [{ type: 'dense', units: 7, activation: 'relu' }] });
    const ran = await cli.run(['train', 'other.network.json', '--run', 'spirals']);
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('');
  });
});
