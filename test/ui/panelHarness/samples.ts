import { drawnWeights } from '../../../src/common/weightsSource.ts';
import type { PanelLayer, PanelModel, PanelNetwork, PanelSeries, Quantity } from '../../../src/protocol/panel.ts';
import { usualSettings } from '../../../src/protocol/usualSettings.ts';
import { describePlace } from '../../../src/common/describePlace.ts';
import type { CountSettings, PanelCount, PanelRun } from '../../../src/protocol/runs.ts';
import { boundFormula, layerFormula } from '../../../src/server/panel/formulas.ts';
import type { BoundId } from '../../../src/theory/boundIds.ts';
import { boundFacts } from '../../../src/theory/registry.ts';
import { normals } from './partition.ts';

/** Models as the extension sends them: a small network in a plane, an image network on a line, a deep one. */

function quantity(log10: number, exact: string | null = null): Quantity {
  const count = Math.round(10 ** log10).toLocaleString('en-US');
  return { log10, text: log10 < 6 ? count : `10^${log10.toFixed(2)}`, exact };
}

function exactly(count: bigint): Quantity {
  const grouped = count.toLocaleString('en-US');
  const log10 = Math.log10(Number(count));
  return { log10, text: count < 1000000n ? grouped : `10^${log10.toFixed(2)}`, exact: grouped };
}

type SeriesHead = Pick<PanelSeries, 'kind' | 'label' | 'domain'> & Partial<PanelSeries> & { id: BoundId };

function series(head: SeriesHead, perLayer: readonly (Quantity | null)[]): PanelSeries {
  const total = perLayer.findLast((value) => value !== null) ?? null;
  const formula = boundFormula(boundFacts[head.id]);
  return { url: `https://example.org/${head.id}`, note: null, formula, perLayer, total, ...head };
}

function layer(
  index: number,
  name: string,
  type: string,
  shape: string,
  neurons: number,
  more: Partial<PanelLayer> = {},
): PanelLayer {
  return {
    index,
    name,
    type,
    activation: neurons > 0 ? 'ReLU' : '',
    outputShape: shape,
    neurons,
    parameters: 0,
    dimensionIn: 2,
    note: null,
    bottleneck: false,
    formula: null,
    sizes: [],
    ...more,
  };
}

/** 2 -> 24 -> 24 -> 24 -> 1: 1 + 24 + 276 = 301 a layer at most; (24 / 2 + 1)^2 = 169 reached in all but the last. */
export function mlpNetwork(name = 'deep-mlp'): PanelNetwork {
  const atMost = series(
    { id: 'tightest-upper', kind: 'upper', label: 'Dimension recurrence', domain: 'ℝ²' },
    [301n, 301n ** 2n, 301n ** 3n, 301n ** 3n].map(exactly),
  );
  const canReach = series(
    { id: 'best-lower', kind: 'lower', label: 'Serra et al. 2018, Theorem 6', domain: 'ℝ²' },
    [301n, 169n * 301n, 169n ** 2n * 301n, 169n ** 2n * 301n].map(exactly),
  );
  const expected = series(
    {
      id: 'kac-rice-plane',
      kind: 'mean',
      label: 'Kac–Rice mean, wide limit',
      domain: '[−1, 1]²',
      note: 'He normal weights, bias deviation 0.1',
    },
    [276, 1055, 2311, 2311].map((mean) => quantity(Math.log10(mean))),
  );
  const line = series(
    { id: 'kac-rice-line', kind: 'mean', label: 'Kac–Rice mean, wide limit', domain: 'the diagonal of [−1, 1]²' },
    [11.4, 21.9, 32.1, 32.1].map((mean) => ({ log10: Math.log10(mean), text: mean.toFixed(1), exact: null })),
  );
  const naive = series(
    {
      id: 'naive-upper',
      kind: 'upper',
      label: 'One bit a neuron',
      domain: 'ℝ²',
      note: 'every pattern counted, whether it occurs or not',
    },
    [24, 48, 72, 72].map((bits) => exactly(2n ** BigInt(bits))),
  );
  const layers = [1, 2, 3].map((i) =>
    layer(i - 1, `dense_${i}`, 'dense', '[24]', 24, {
      parameters: i === 1 ? 72 : 600,
      formula: layerFormula('Σ_{j≤2} C(24, j)', '1 + 24 + 276 = 301'),
      sizes: [
        { field: 'units', value: 24 },
        { field: 'copies', value: 1 },
      ],
      note: 'With 48 neurons it would be 1,177 (now 301).',
    }),
  );
  return {
    key: `file:///networks/deep-mlp.network.json#${name}#0`,
    fingerprint: 'mlp',
    name,
    architecture: '2 → 24 → 24 → 24 → 1',
    neurons: 72,
    parameters: 1297,
    inputSize: 2,
    initialization: 'He normal weights, bias deviation 0.1',
    layers: [...layers, layer(3, 'dense_4', 'dense', '[1]', 0, { parameters: 25 })],
    atMost,
    canReach,
    expected,
    atMostOnSlice: null,
    series: [atMost, canReach, expected, line, naive],
    refused: [
      {
        id: 'arora2018-lower',
        kind: 'lower',
        label: 'Arora et al. 2018, Theorem 2.11',
        reason: 'It needs one input per two units of the first layer, and widths that are multiples of it.',
      },
      {
        id: 'xiong2020-one-layer',
        kind: 'upper',
        label: 'Xiong et al. 2020, Theorem 2',
        reason: 'It is about one convolutional layer; this network has three dense ones.',
      },
    ],
    counting: {
      box: { method: 'plane', why: 'the box of two inputs is a plane, of an estimated 2,629 regions' },
      all: { method: 'cells', why: 'all of R^2 has an estimated 2,629 regions' },
      cells: true,
    },
    isLongCount: false,
    countRefused: null,
    hasWeights: false,
    weightsFile: null,
    run: null,
    kernel: 'he_normal',
    biasStddev: 0.1,
    remarks: [],
  };
}

/** LeNet on 28 x 28 images: bounds near 10^1900, counts of some hundreds on a line. */
export function lenetNetwork(): PanelNetwork {
  const layers = [
    layer(0, 'conv2d', 'conv2d', '[28, 28, 6]', 4704, { parameters: 156, dimensionIn: 784 }),
    layer(1, 'average_pooling2d', 'average_pooling2d', '[14, 14, 6]', 0, { dimensionIn: 784 }),
    layer(2, 'conv2d_1', 'conv2d', '[10, 10, 16]', 1600, { parameters: 2416, dimensionIn: 784 }),
    layer(3, 'average_pooling2d_1', 'average_pooling2d', '[5, 5, 16]', 0, { dimensionIn: 400 }),
    layer(4, 'flatten', 'flatten', '[400]', 0, { dimensionIn: 400 }),
    layer(5, 'dense', 'dense', '[120]', 120, { parameters: 48120, dimensionIn: 400 }),
    layer(6, 'dense_1', 'dense', '[84]', 84, {
      parameters: 10164,
      dimensionIn: 120,
      bottleneck: true,
      note: '120 dimensions can enter, 84 can leave: every later layer sees at most 84.',
    }),
    layer(7, 'dense_2', 'dense', '[10]', 0, { parameters: 850, dimensionIn: 84 }),
  ];
  const steps = (log10s: readonly number[]): Quantity[] => {
    let sum = 0;
    return layers.map((_, i) => quantity((sum += log10s[i] ?? 0)));
  };
  const atMost = series(
    { id: 'tightest-upper', kind: 'upper', label: 'Dimension recurrence', domain: 'ℝ⁷⁸⁴' },
    steps([1317.4, 0, 481.6, 0, 0, 36.12, 25.29]),
  );
  const canReach = series(
    { id: 'best-lower', kind: 'lower', label: 'One dense layer in the first window', domain: 'ℝ⁷⁸⁴' },
    steps([1188.2, 0, 0, 0, 0, 0, 0]),
  );
  const slice = series(
    { id: 'tightest-upper', kind: 'upper', label: 'Dimension recurrence', domain: 'any line' },
    steps([3.6726, 0, 3.2044, 0, 0, 2.0828, 1.9294]),
  );
  return {
    key: 'file:///networks/lenet.network.json#lenet#0',
    fingerprint: 'lenet',
    name: 'lenet',
    architecture: '[28, 28, 1] → [28, 28, 6] → [14, 14, 6] → [10, 10, 16] → [5, 5, 16] → 400 → 120 → 84 → 10',
    neurons: 6508,
    parameters: 61706,
    inputSize: 784,
    initialization: 'He normal weights, bias deviation 0.1',
    layers,
    atMost,
    canReach,
    expected: null,
    atMostOnSlice: slice,
    series: [atMost, canReach],
    refused: [
      {
        id: 'kac-rice-line',
        kind: 'mean',
        label: 'Kac–Rice mean on a line',
        reason: 'Average pooling of rectified values has no closed form: count drawn networks instead.',
      },
    ],
    counting: {
      box: {
        method: 'line',
        why: '784 inputs are too many to count the box whole; even a plane has an estimated 10^7.3 regions',
      },
      all: { method: 'sample', why: '784 inputs are too many to count all of R^784 whole' },
      cells: false,
    },
    isLongCount: false,
    countRefused: null,
    hasWeights: false,
    weightsFile: null,
    run: null,
    kernel: 'he_normal',
    biasStddev: 0.1,
    remarks: ['The softmax after the last layer is left out: the count is of the logits.'],
  };
}

/** Ten inputs, sixty layers of 64: many columns, long names, a line again. */
export function deepNetwork(): PanelNetwork {
  const layers = Array.from({ length: 60 }, (_, i) =>
    layer(i, `residual_block_${i + 1}_dense`, 'dense', '[64]', 64, {
      parameters: i === 0 ? 704 : 4160,
      dimensionIn: 10,
    }),
  );
  const grow = (log10: number): Quantity[] => layers.map((_, i) => quantity((i + 1) * log10));
  const atMost = series(
    { id: 'tightest-upper', kind: 'upper', label: 'Dimension recurrence', domain: 'ℝ¹⁰' },
    grow(11.27),
  );
  const canReach = series(
    { id: 'best-lower', kind: 'lower', label: 'Serra et al. 2018, Theorem 6', domain: 'ℝ¹⁰' },
    grow(8.45),
  );
  const slice = series(
    { id: 'tightest-upper', kind: 'upper', label: 'Dimension recurrence', domain: 'any line' },
    grow(Math.log10(65)),
  );
  const expected = series(
    { id: 'kac-rice-line', kind: 'mean', label: 'Kac–Rice mean, wide limit', domain: 'the diagonal of [−1, 1]¹⁰' },
    layers.map((_, i) => quantity(Math.log10(1 + 29.2 * (i + 1)))),
  );
  return {
    ...lenetNetwork(),
    key: 'file:///networks/deep.network.json#deep#0',
    fingerprint: 'deep',
    name: 'sixty-layers',
    architecture: '10 → 64 → 64 → 64 → 64 → 64 → 64 → 64 → 64 → 64 → … → 64',
    neurons: 3840,
    parameters: 246144,
    inputSize: 10,
    layers,
    atMost,
    canReach,
    expected,
    atMostOnSlice: slice,
    series: [atMost, canReach, expected],
    refused: [],
    counting: {
      box: {
        method: 'line',
        why: 'the box has an estimated 10^29.3 regions, too many to count; even a plane has an estimated 10^6.9 regions',
      },
      all: { method: 'sample', why: 'all of R^10 has an estimated 10^29.3 regions, too many to count' },
      cells: true,
    },
    remarks: [],
  };
}

export function modelOf(...networks: readonly PanelNetwork[]): PanelModel {
  return {
    file: 'example.network.json',
    uri: 'file:///networks/example.network.json',
    version: 1,
    networks,
    selected: 0,
  };
}

export function settingsOf(network: PanelNetwork, more: Partial<CountSettings> = {}): CountSettings {
  return { ...usualSettings(8, network.hasWeights), ...more };
}

/** A run of this network with its default theory. */
export function runOf(network: PanelNetwork, counts: readonly PanelCount[], more: Partial<PanelRun> = {}): PanelRun {
  const { method, why } = network.counting.box;
  return {
    settings: settingsOf(network, { seeds: Math.max(1, counts.length) }),
    theory: {
      method,
      why,
      domain: describePlace(network.inputSize, method, usualSettings(8, false).place),
      initialization: network.initialization,
      expected: network.expected,
      noMean: network.expected === null ? 'Average pooling of rectified values has no closed form.' : null,
      slice: network.atMostOnSlice,
    },
    fingerprint: network.fingerprint,
    counts,
    status: 'running',
    message: null,
    ...more,
  };
}

/** Counts around given means, as drawn networks give them. */
export function countsAround(means: readonly number[], seeds: number, relativeDeviation: number): PanelCount[] {
  return Array.from({ length: seeds }, (_, i) => {
    const normal = normals(1000 + i);
    const shift = normal();
    const perLayer = means.map((mean) =>
      Math.max(1, Math.round(mean * (1 + relativeDeviation * (0.8 * shift + 0.3 * normal())))),
    );
    return {
      source: drawnWeights(i + 1),
      exact: true,
      activationRegions: perLayer[perLayer.length - 1],
      perLayer,
      seconds: 0.05,
      sampling: null,
      atMost: null,
    };
  });
}
