import { describe, expect, it } from 'vitest';
import type { CountResult } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import type { Network } from '../../src/network/network.ts';
import type { Domain, Segment } from '../../src/common/place.ts';
import { dense, named, networkOf, type LayerSketch } from '../unit/counting/networks.ts';
import { withWeights } from './hunt/counts.ts';
import { generate } from './hunt/generate.ts';
import { open } from './hunt/nativeFile.ts';
import { placesFor } from './hunt/places.ts';

type Figures = Pick<CountResult, 'exact' | 'activationRegions' | 'linearRegions' | 'perLayer'> & {
  readonly layers: readonly number[];
};

/** Layer by layer, or cell by cell by the method that planes are counted by. */
function counted(network: Network, segment: Segment, cellByCell: boolean): CountResult {
  const domain: Domain = { kind: 'segment', ...segment };
  const cellsBy = cellByCell ? 'vertices' : undefined;
  return count({ network, method: 'line', domain, cellsBy, linear: true, keepRegions: true, limits: {} });
}

function figures({ exact, activationRegions, linearRegions, perLayer, line }: CountResult): Figures {
  return { exact, activationRegions, linearRegions, perLayer, layers: Array.from(line!.layers) };
}

function expectAgreement(network: Network, segment: Segment): CountResult {
  const layers = counted(network, segment, false);
  const cells = counted(network, segment, true);
  expect(figures(layers)).toEqual(figures(cells));
  layers.line!.knots.forEach((x, k) => expect(Math.abs(x - cells.line!.knots[k])).toBeLessThan(1e-7));
  const size = cells.line!.outputs.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
  layers.line!.outputs.forEach((x, k) => expect(Math.abs(x - cells.line!.outputs[k]) / size).toBeLessThan(1e-6));
  return layers;
}

const filled = (length: number, value: number) => Array<number>(length).fill(value);
const across = (inputs: number, from = -1, to = 1): Segment => ({
  from: filled(inputs, from).map((x, i) => x + 0.01 * i),
  to: filled(inputs, to).map((x, i) => x * (i % 3 === 0 ? 1 : 0.5)),
});
const conv = (filters: number, kernel: number, activation = 'relu'): LayerSketch => ({
  operation: {
    kind: 'convolution',
    window: { rank: 2, kernel: [kernel, kernel], strides: [1, 1], dilation: [1, 1], padding: 'same' },
    filters,
    groups: 1,
    useBias: true,
  },
  activation: named(activation),
});
const pool = (kind: 'maxPooling' | 'averagePooling'): LayerSketch => ({
  operation: {
    kind,
    window: { rank: 2, kernel: [2, 2], strides: [2, 2], dilation: [1, 1], padding: 'valid' },
  },
});
const flatten: LayerSketch = { operation: { kind: 'flatten' } };

describe('lines layer by layer have the same regions as cell by cell', () => {
  for (const part of [0, 1, 2, 3]) {
    it(`in random networks of all kinds (${part + 1} of 4)`, () => {
      for (let seed = 1 + 60 * part; seed <= 60 * (part + 1); seed++) {
        const { network, fault } = open(generate(seed));
        if (fault !== null) continue;
        const weighted = withWeights(network);
        for (const place of [seed, seed + 1_000_003])
          expectAgreement(weighted, placesFor(weighted.inputSize, place).segment);
      }
    }, 60_000);
  }

  it('with the outputs behind very steep pieces', () => {
    for (const [seed, place] of [
      [477, 477 + 1_000_003],
      [1262, 1262],
      [1262, 1262 + 2_000_006],
    ]) {
      const network = withWeights(open(generate(seed)).network);
      const { segment } = placesFor(network.inputSize, place);
      const [layers, cells] = [false, true].map((cellByCell) => counted(network, segment, cellByCell));
      expect(figures(layers)).toEqual(figures(cells));
      const { outputs, outputCount } = layers.line!;
      const last = Array.from(outputs.slice(-outputCount));
      cells.line!.outputs.slice(-outputCount).forEach((x, k) => {
        expect(Math.abs(x - last[k])).toBeLessThanOrEqual(1e-4 * Math.abs(x));
      });
    }
  });

  it('where a line is cut into many stretches', () => {
    const network = networkOf([4], [dense(700, 'relu'), dense(60, 'hard_tanh'), dense(40, 'relu'), dense(2)], 1);
    const { activationRegions } = expectAgreement(drawWeights(network, 3), across(4, -2, 2));
    expect(activationRegions).toBeGreaterThan(512);
  }, 30_000);

  for (const kind of ['maxPooling', 'averagePooling'] as const) {
    it(`in a convolutional network with ${kind}`, () => {
      const layers = [conv(4, 3), pool(kind), conv(6, 3), pool(kind), flatten, dense(20, 'relu'), dense(3)];
      const network = networkOf([12, 12, 2], layers, 0.3);
      const { activationRegions } = expectAgreement(drawWeights(network, 5), across(288));
      expect(activationRegions).toBeGreaterThan(256);
    }, 30_000);
  }

  it('from the origin, and through it, in a network without biases', () => {
    const layers = [conv(3, 3), pool('maxPooling'), conv(4, 3), flatten, dense(10, 'relu'), dense(2)];
    const network = drawWeights(networkOf([6, 6, 1], layers, 0), 2);
    const to = filled(36, 0).map((_, i) => Math.sin(1 + i));
    expectAgreement(network, { from: filled(36, 0), to });
    expectAgreement(network, { from: to.map((x) => -x), to });
  }, 30_000);

  it('but neither where numbers overflow', () => {
    const kernel = { shape: [1, 2], data: Float64Array.of(1e300, -1e300) };
    const network = networkOf(
      [1],
      [
        dense(2, 'relu', { kernel, bias: { shape: [2], data: Float64Array.of(0, 0) } }),
        dense(1, 'relu', {
          kernel: { shape: [2, 1], data: Float64Array.of(1e300, 1e300) },
          bias: { shape: [1], data: Float64Array.of(0) },
        }),
      ],
    );
    for (const cellByCell of [false, true])
      expect(() => counted(network, { from: [-1], to: [1] }, cellByCell)).toThrow('overflow');
  });
});

describe('a line that is stopped', () => {
  // A count of it takes many times as long as passes between two looks for a request to stop.
  const network = drawWeights(networkOf([4], [dense(2500, 'relu'), dense(1500, 'relu'), dense(2)], 1), 3);
  const domain: Domain = { kind: 'segment', ...across(4, -2, 2) };
  const request = { network, method: 'line', domain, linear: true, keepRegions: false } as const;
  const whole = count({ ...request, limits: {} });

  it('by a limit on regions says so, and gives a part of the whole', () => {
    const part = count({ ...request, limits: { regions: 100 } });
    expect(part).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
    expect(part.activationRegions).toBeGreaterThanOrEqual(100);
    part.perLayer.forEach((regions, layer) => expect(regions).toBeLessThanOrEqual(whole.perLayer[layer]));
  });

  it('by a limit on time or a request says so, and counts whole lines afterwards', () => {
    expect(count({ ...request, limits: { seconds: 0 } })).toMatchObject({ exact: false, stoppedBy: 'seconds' });
    const stopped = count({ ...request, limits: {} }, { stopped: () => true });
    expect(stopped).toMatchObject({ exact: false, stoppedBy: 'request', linearRegions: null });
    expect(count({ ...request, limits: {} })).toMatchObject({
      exact: true,
      perLayer: whole.perLayer,
      linearRegions: whole.linearRegions,
    });
  });
});
