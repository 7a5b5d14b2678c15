import { drawnWeights } from '../../../src/common/weightsSource.ts';
import { planCount } from '../../../src/analysis/counts/countPlan.ts';
import { planExperiment } from '../../../src/analysis/counts/experiment.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { runExperiment } from '../../../src/counting/experiments/measure.ts';
import { linear, relu } from '../../../src/network/activation.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import { defaultInitialization } from '../../../src/network/definition.ts';
import type { HostMessage } from '../../../src/protocol/messages.ts';
import type { PanelNetwork, Quantity } from '../../../src/protocol/panel.ts';
import type {
  ComparedCount,
  PanelComparison,
  PanelCount,
  PanelDesign,
  PanelDistances,
  PanelFit,
  PanelLine,
  PanelPicture,
  PanelProbe,
  RunTheory,
  SweepOption,
  SweptRow,
} from '../../../src/protocol/runs.ts';
import { partition } from './partition.ts';
import { countsAround, deepNetwork, lenetNetwork, mlpNetwork, modelOf, runOf } from './samples.ts';

/** What the extension sends for one counted network, from `show` to the end of the count. */
function counted(network: PanelNetwork, counts: readonly PanelCount[], theory: Partial<RunTheory> = {}): HostMessage[] {
  const { key } = network;
  const usual = runOf(network, counts);
  const run = { ...usual, theory: { ...usual.theory, ...theory } };
  return [
    {
      type: 'home',
      home: 'tab',
      pinned: false,
      versions: 'Region Lens 0.1.0, VS Code 1.100.0',
      seeds: 8,
      timeLimit: 60,
    },
    { type: 'show', model: modelOf(network) },
    { type: 'run', key, run: { ...run, counts: [] } },
    ...counts.map((one): HostMessage => ({ type: 'counted', key, count: one })),
    { type: 'run', key, run: { ...run, status: 'done' } },
  ];
}

/** The pictures that the scene's networks have, by seed. */
export function planePictures(seeds: number): Map<number, { count: PanelCount; picture: PanelPicture }> {
  return new Map(Array.from({ length: seeds }, (_, i) => [i + 1, partition([24, 24, 24], i + 1)]));
}

export function planeScene(seeds: number): HostMessage[] {
  const counts = [...planePictures(seeds).values()].map((one) => one.count);
  return counted(mlpNetwork(), counts);
}

function lineScene(network: PanelNetwork, means: readonly number[]): HostMessage[] {
  return counted(network, countsAround(means, 24, 0.18));
}

export function lenetScene(): HostMessage[] {
  return lineScene(lenetNetwork(), [212, 212, 318, 318, 318, 331, 338, 338]);
}

export function deepScene(): HostMessage[] {
  const network = deepNetwork();
  return lineScene(
    network,
    network.layers.map((_, i) => 1 + 29.2 * (i + 1)),
  );
}

/** Three inputs, whose box is counted as whole cells: there is no mean for it, and no picture. */
export function cubeScene(): HostMessage[] {
  const base = mlpNetwork('cube');
  const network: PanelNetwork = {
    ...base,
    inputSize: 3,
    architecture: '3 → 24 → 24 → 24 → 1',
    counting: {
      box: { method: 'cells', why: 'the box of 3 inputs has an estimated 62,269 regions' },
      all: { method: 'cells', why: 'all of R^3 has an estimated 62,269 regions' },
      cells: true,
    },
  };
  const counts = countsAround([1900, 11_000, 31_000, 31_000], 8, 0.1);
  return counted(network, counts, {
    expected: null,
    noMean: 'A mean is known on lines and in planes; this is a box of more dimensions.',
  });
}

/** LeNet's whole box, of which samples meet some regions. */
export function sampledScene(): HostMessage[] {
  const counts = countsAround([9900, 9900, 9950, 9950, 9950, 9960, 9970, 9970], 8, 0.002).map((one): PanelCount => {
    return { ...one, exact: false, sampling: { samples: 10_000, chao1: 1_200_000, newAtEnd: 0.97 } };
  });
  return counted(lenetNetwork(), counts, { method: 'sample', why: null, domain: '[−1, 1]⁷⁸⁴', slice: null });
}

const nowhere = { start: 0, end: 0 };

/** The network of `mlpNetwork` as the counter takes it. */
function countedMlp() {
  const layers = [24, 24, 24, 1].map((units, i) => ({
    name: `dense_${i + 1}`,
    type: 'dense',
    operation: { kind: 'dense', units, useBias: true } as const,
    activation: i < 3 ? relu : linear,
    inputs: [i === 0 ? 'input' : `dense_${i}`],
    span: nowhere,
    fields: {},
  }));
  return buildNetwork({
    name: 'deep-mlp',
    inputs: [{ name: 'input', shape: [2], span: nowhere }],
    layers,
    outputs: [],
    initialization: defaultInitialization,
    span: nowhere,
    nameSpan: nowhere,
  }).network;
}

/** The network of `mlpNetwork`, drawn with this seed, along the diagonal: counted by the counter itself. */
export function mlpLine(seed: number): PanelLine {
  const choice = { method: 'line', source: drawnWeights(seed), linear: false, keepRegions: true, limits: {} } as const;
  const { line } = count(planCount(countedMlp(), choice));
  if (line === null) throw new Error('A line was asked for.');
  return { source: drawnWeights(seed), exact: true, ...line, length: Math.hypot(2, 2) };
}

/** How far points of the square are from the nearest boundary of the same network, as measured. */
export function mlpDistances(seed: number): PanelDistances {
  const choice = { source: drawnWeights(seed), placesSeed: seed, chords: 0, points: 500 };
  const { points } = runExperiment(planExperiment(countedMlp(), choice));
  const distances = Float64Array.from(points, ({ distance }) => distance ?? Number.NaN);
  return { source: drawnWeights(seed), box: '[−1, 1]²', distances, points: points.length, complete: true };
}

export function mlpProbe(x: number, y: number): PanelProbe {
  const bits = (share: number, phase: number): string =>
    Array.from({ length: 24 }, (_, i) => Number((i * 0.618 + phase) % 1 < share)).join('');
  const pattern = [0.5, 0.42, 0.58].map((share, layer) => {
    const pieces = bits(share, layer / 3);
    return { layer, units: 24, above: [...pieces].filter((bit) => bit === '1').length, pieces };
  });
  return {
    source: drawnWeights(1),
    x,
    y,
    pattern,
    outputs: [{ coefficients: [0.42, -1.37], size: 1.433, constant: 0.188, value: -0.21 }],
  };
}

function grown(log10: number): Quantity {
  return {
    log10,
    text: log10 < 6 ? Math.round(10 ** log10).toLocaleString('en-US') : `10^${log10.toFixed(2)}`,
    exact: null,
  };
}

/** Three networks and the equals of the first. */
export function comparison(): PanelComparison {
  const bound = (steps: readonly number[], parameters: number) => {
    const perLayer = steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, step) => sum + step, 0));
    const total = perLayer[perLayer.length - 1];
    const ratio = total - Math.log10(parameters);
    const perParameter = ratio < 0 ? { log10: ratio, text: `10^${ratio.toFixed(2)}`, exact: null } : grown(ratio);
    return { total: grown(total), perLayer, perParameter };
  };
  const row = (
    name: string,
    role: 'network' | 'dense-same-parameters' | 'shallow-same-neurons',
    neurons: number,
    parameters: number,
    upper: readonly number[],
    lower: readonly number[],
    how: string | null = null,
  ) => ({
    key: `${name}/${role}`,
    file: `${name}.network.json`,
    name,
    role,
    how,
    figures: {
      inputSize: 2,
      neurons,
      parameters,
      layerNames: upper.map((_, i) => `dense_${i + 1}`),
      atMost: bound(upper, parameters),
      canReach: bound(lower, parameters),
      expected: bound(
        upper.map((_, i) => (i === 0 ? 2.4 : 0.4)),
        parameters,
      ),
    },
  });
  return {
    mean: '[−1, 1]²',
    problems: [],
    rows: [
      row('deep-mlp', 'network', 72, 1297, [2.48, 2.48, 2.48], [2.48, 2.23, 2.23]),
      row(
        'deep-mlp',
        'dense-same-parameters',
        324,
        1297,
        [4.72],
        [4.72],
        'one hidden layer of 324 neurons, the widest with at most 1,297 parameters',
      ),
      row('deep-mlp', 'shallow-same-neurons', 72, 289, [3.42], [3.42], 'all 72 neurons as ReLUs in one hidden layer'),
      row('residual-mlp', 'network', 64, 1201, [2.14, 2.14, 2.14, 2.14], [2.14, 0, 0, 0]),
      row('bottleneck', 'network', 82, 900, [2.5, 0.3, 1.6], [2.5, 0.3, 1.2]),
    ],
  };
}

/** One random network of a row of that comparison: about as many regions as are expected. */
export function comparedCount(row: string | null, seed: number): ComparedCount | null {
  const expected = comparison().rows.find(({ key }) => key === row)?.figures?.expected;
  if (!expected) return null;
  const perLayer = expected.perLayer.map((log10) => Math.round(10 ** (log10 ?? 0) * (1 + ((seed * 7) % 5) / 50)));
  return { seed, exact: true, regions: perLayer[perLayer.length - 1], perLayer };
}

/** deep-mlp over the width of its second layer. */
export function swept(value: number): SweptRow {
  const factor = Math.log10(1 + value + (value * (value - 1)) / 2);
  const folded = value < 6 ? null : grown(4.96 + 2 * Math.log10(Math.floor(value / 2) + 1));
  return {
    value,
    parameters: 97 + 49 * value,
    atMost: grown(4.96 + factor),
    canReach: folded,
    expected: grown(3 + 0.4 * Math.log10(value)),
    problem: null,
  };
}

/** What can be varied in deep-mlp. */
export function sweepOptions(): readonly SweepOption[] {
  const layers = ['dense_1', 'dense_2', 'dense_3'];
  return [
    { subject: { kind: 'variable', name: 'width', ordinal: 0 }, layers: [], now: 24, to: 96 },
    { subject: { kind: 'widths' }, layers, now: 100, to: 400 },
    ...layers.flatMap((name, layer): SweepOption[] => [
      { subject: { kind: 'size', layer, field: 'units' }, layers: [name], now: 24, to: 96 },
      { subject: { kind: 'size', layer, field: 'copies' }, layers: [name], now: 1, to: 12 },
    ]),
  ];
}

/** Two designs of as many parameters, beside the network as it is. */
export function fitted(): PanelFit {
  const design = (widths: readonly number[], expected: number, atMost: number): PanelDesign => ({
    copies: 1,
    widths,
    parameters: 1297,
    multiplyAdds: 1224,
    expected: grown(Math.log10(expected)),
    atMost: grown(atMost),
  });
  return {
    layers: ['dense_1', 'dense_2', 'dense_3'],
    objective: 'expected-plane',
    repeated: null,
    designs: [design([110, 8, 8], 9120, 6.8), design([90, 9, 8], 8040, 6.9)],
    start: design([24, 24, 24], 2311, 7.44),
    isExhaustive: true,
    evaluated: 312,
  };
}
