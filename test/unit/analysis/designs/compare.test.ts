import { comparisonJson, comparisonTable } from '../../../../src/report/comparisonReport.ts';
import { totalNeurons } from '../../../../src/network/network.ts';
import { describe, expect, it } from 'vitest';
import { leakyRelu, linear, relu } from '../../../../src/network/activation.ts';
import type { LayerDefinition } from '../../../../src/network/definition.ts';
import { compareNetworks } from '../../../../src/analysis/designs/compare.ts';
import { baselinesOf } from '../../../../src/analysis/designs/baselines.ts';
import { networkFigures, regionsPerParameter } from '../../../../src/analysis/designs/figures.ts';

import { analyzedParameters } from '../../../../src/network/parameters.ts';
import { build, dense, denseNetwork, layer, window2d } from '../../network/definitions.ts';

const conv = (name: string, filters: number, kernel: number): LayerDefinition =>
  layer(
    name,
    { kind: 'convolution', window: window2d(kernel), filters, groups: 1, useBias: true },
    { activation: relu },
  );
const flatten = layer('flatten', { kind: 'flatten' });

/** 6 x 6 x 1, two convolutions and a readout: 20 + 57 + 52 parameters, 50 + 12 neurons. */
const cnn = build([6, 6, 1], [conv('a', 2, 2), conv('b', 3, 4), flatten, dense('out', 4, linear)]).network;

describe('counterparts', () => {
  it('have as many parameters, within less than one neuron’s, and as many outputs', () => {
    const parameters = analyzedParameters(cnn);
    const [equal] = baselinesOf(cnn);
    const built = equal.network!;
    expect(equal.role).toBe('dense-same-parameters');
    expect(built.layers.map(({ outputShape }) => outputShape)).toEqual([[3], [4]]);
    const perNeuron = 36 + 1 + 4;
    const spare = parameters - analyzedParameters(built);
    expect(spare).toBeGreaterThanOrEqual(0);
    expect(spare).toBeLessThan(perNeuron);
    expect(equal.how).toContain(`at most ${parameters} parameters`);
  });

  it('have as many neurons in one layer', () => {
    const [, shallow] = baselinesOf(denseNetwork(2, [5, 6, 7]));
    expect(shallow.network!.layers.map(({ neurons }) => neurons)).toEqual([18]);
    expect(totalNeurons(shallow.network!.layers)).toBe(18);
    // One layer of n lines: 1 + n + n (n - 1) / 2.
    expect(networkFigures(shallow.network!, {}).upper?.value?.exact).toBe(1n + 18n + 153n);
  });

  it('end in units where the network does', () => {
    const [equal, shallow] = baselinesOf(denseNetwork(2, [5, 5]));
    expect(equal.network!.layers.map(({ outputShape }) => outputShape)).toEqual([[15]]);
    expect(shallow.network!.layers).toHaveLength(1);
  });

  it('are none for what is one hidden layer already, and for what has no units', () => {
    expect(baselinesOf(denseNetwork(3, [9]))).toEqual([]);
    const apart = [
      dense('d', 9, linear),
      layer('r', { kind: 'identity' }, { activation: relu }),
      dense('o', 1, linear),
    ];
    expect(baselinesOf(build([3], apart).network)).toEqual([]);
    expect(baselinesOf(build([3], [dense('d', 9, linear)]).network)).toEqual([]);
    expect(baselinesOf(build([3], [dense('d', 2, linear), dense('e', 9)]).network)).toHaveLength(2);
    expect(baselinesOf(build([3], [dense('d', 9, leakyRelu(0.1))]).network)).toEqual([]);
  });

  it('are refused with a sentence where the parameters do not suffice for one neuron', () => {
    const small = build([28, 28, 1], [conv('a', 1, 2)]).network;
    const [equal] = baselinesOf(small);
    expect(equal.network).toBeNull();
    expect(equal.how).toBe('5 parameters are too few for a fully connected hidden neuron on 784 inputs');
  });
});

describe('comparison', () => {
  const mlp = { ...denseNetwork(2, [8, 8]), name: 'mlp' };

  it('puts each network before its counterparts, with one mean for all', () => {
    const networks = [
      { file: 'a.json', network: mlp },
      { file: 'b.json', network: { ...cnn, name: 'cnn' } },
    ];
    const comparison = compareNetworks(networks, {}, true);
    expect(comparison.rows.map(({ name, role }) => [name, role])).toEqual([
      ['mlp', 'network'],
      ['mlp', 'dense-same-parameters'],
      ['mlp', 'shallow-same-neurons'],
      ['cnn', 'network'],
      ['cnn', 'dense-same-parameters'],
      ['cnn', 'shallow-same-neurons'],
    ]);
    // A convolution has a mean on a line only.
    expect(comparison.mean).toBe('kac-rice-line');
    expect(compareNetworks(networks.slice(0, 1), {}, false)).toMatchObject({ mean: 'kac-rice-plane', rows: [{}] });
    const table = comparisonTable(comparison);
    expect(table).toContain('expected (line)');
    expect(table).toMatch(/^mlp +a\.json +2 +2 +16 +96 /m);
    expect(table).toMatch(/cnn, dense, same parameters: one hidden layer of 3 neurons/);
  });

  it('divides regions by parameters', () => {
    const [row] = comparisonJson(compareNetworks([{ file: 'a.json', network: mlp }], {}, false));
    const [upper, lower] = [row.upper!, row.lower!];
    expect(row).toMatchObject({
      schemaVersion: 1,
      file: 'a.json',
      network: 'mlp',
      role: 'network',
      how: null,
      depth: 2,
      parameters: 96,
    });
    expect(10 ** upper.regionsPerParameter!.log10).toBeCloseTo(Number(upper.value) / 96, 9);
    expect(upper.digitsPerParameter).toBeCloseTo(Math.log10(Number(upper.value)) / 96, 12);
    expect(Number(lower.value)).toBeLessThanOrEqual(Number(upper.value));
    expect(row.expected).toMatchObject({ bound: 'kac-rice-plane', value: null });
  });

  it('keeps the error of a logarithm in the quotient', () => {
    const value = { exact: null, log10: 5000, log10Error: 1e-6 };
    const bound = { ...networkFigures(mlp, {}).upper!, value };
    const ratio = regionsPerParameter(bound, 1000);
    expect(ratio?.log10).toBeCloseTo(4997, 9);
    expect(ratio?.log10Error).toBeGreaterThanOrEqual(1e-6);
    expect(regionsPerParameter(bound, 0)).toBeNull();
  });

  it('counts only what the bounds are about', () => {
    const written = [dense('a', 4), layer('s', { kind: 'notPiecewiseLinear', what: 'attention' }), dense('b', 100)];
    const { network } = build([2], written);
    expect(networkFigures(network, {})).toMatchObject({ depth: 1, neurons: 4, parameters: 12 });
  });
});
