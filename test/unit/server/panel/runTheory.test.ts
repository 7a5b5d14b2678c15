import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { planCount } from '../../../../src/analysis/counts/countPlan.ts';
import { usualSettings } from '../../../../src/protocol/usualSettings.ts';
import type { CountSettings } from '../../../../src/protocol/runs.ts';
import { runTheory } from '../../../../src/server/panel/runTheory.ts';

function networkOf(inputs: number) {
  const text = `{ "input": [${inputs}], "layers": [
    { "type": "dense", "units": 12, "activation": "relu" },
    { "type": "dense", "units": 12, "activation": "relu" },
    { "type": "dense", "units": 1 } ] }`;
  return analyze(text, 'mlp.network.json')!.networks[0];
}

const zeros = (inputs: number): number[] => Array<number>(inputs).fill(0);
const axis = (inputs: number, i: number): number[] => zeros(inputs).with(i, 1);

const cases: [number, Partial<CountSettings>, string, string, string | null][] = [
  [1, {}, 'line', '[−1, 1]', 'kac-rice-line'],
  [2, {}, 'plane', '[−1, 1]²', 'kac-rice-plane'],
  [2, { method: 'cells', place: { kind: 'box', lower: 0, upper: 1 } }, 'cells', '[0, 1]²', 'kac-rice-plane'],
  [2, { method: 'sample' }, 'sample', '[−1, 1]²', 'kac-rice-plane'],
  [2, { place: { kind: 'all' } }, 'cells', 'ℝ²', null],
  [3, {}, 'cells', '[−1, 1]³', null],
  [3, { method: 'plane' }, 'plane', 'a random plane through the center of [−1, 1]³', 'kac-rice-plane'],
  [3, { method: 'line' }, 'line', 'the diagonal of [−1, 1]³', 'kac-rice-line'],
  [
    3,
    { place: { kind: 'segment', from: zeros(3), to: axis(3, 2) } },
    'line',
    'the segment from (0, 0, 0) to (0, 0, 1)',
    'kac-rice-line',
  ],
  [
    3,
    { place: { kind: 'parallelogram', origin: zeros(3), u: axis(3, 0), v: axis(3, 1) } },
    'plane',
    'the parallelogram at (0, 0, 0) along (1, 0, 0) and (0, 1, 0)',
    'kac-rice-plane',
  ],
  [
    3,
    { method: 'sample', place: { kind: 'segment', from: zeros(3), to: axis(3, 2) } },
    'sample',
    'the segment from (0, 0, 0) to (0, 0, 1)',
    'kac-rice-line',
  ],
  [
    3,
    { place: { kind: 'points', label: 'a.csv', points: [zeros(3), axis(3, 0)] } },
    'line',
    'the line through 2 points of a.csv',
    'kac-rice-line',
  ],
  [
    3,
    { place: { kind: 'points', label: 'a.csv', points: [zeros(3), axis(3, 0), axis(3, 1)] } },
    'plane',
    'the plane through 3 points of a.csv',
    'kac-rice-plane',
  ],
  [100, {}, 'plane', 'a random plane through the center of [−1, 1]¹⁰⁰', 'kac-rice-plane'],
];

it.each(cases)('of %d inputs and %j is what is counted: %s on %s', (inputs, more, method, domain, mean) => {
  const analysis = networkOf(inputs);
  const settings = { ...usualSettings(2, false), ...more };
  const theory = runTheory(analysis, settings);
  expect([theory.method, theory.domain, theory.expected?.id ?? null]).toEqual([method, domain, mean]);
  expect(theory.noMean === null).toBe(mean !== null);
  expect(theory.why === null).toBe(settings.method !== 'auto');
  const choice = {
    method: settings.method,
    source: drawnWeights(1),
    linear: false,
    keepRegions: false,
    limits: {},
  };
  const plan = planCount(analysis.network, { ...choice, place: settings.place });
  expect([plan.method, plan.chosen?.why ?? null]).toEqual([theory.method, theory.why]);
  // The bound of a slice is for one of the dimension that is counted.
  const isSlice = plan.domain.kind === 'segment' ? inputs > 1 : plan.domain.kind === 'parallelogram' && inputs > 2;
  expect(theory.slice !== null).toBe(isSlice);
});

it('has no mean for weights of the file, and none for points that do not fit', () => {
  const own = runTheory(networkOf(2), usualSettings(1, true));
  expect([own.expected, own.noMean]).toEqual([null, 'No expected value: the weights are fixed.']);
  const unfit = runTheory(networkOf(3), { ...usualSettings(1, false), place: { kind: 'segment', from: [0], to: [1] } });
  expect([unfit.expected, unfit.noMean]).toEqual([null, expect.stringContaining('need 3 finite coordinates')]);
});
