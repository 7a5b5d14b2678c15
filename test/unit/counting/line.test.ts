import { describe, expect, it } from 'vitest';
import type { LineRegions } from '../../../src/counting/count.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import type { Network } from '../../../src/network/network.ts';
import { chain } from './networks.ts';

const segment = { from: [-1, -1], to: [1, 1] };

function traced(network: Network): { line: LineRegions; regions: number } {
  const result = count({
    network,
    method: 'line',
    domain: { kind: 'segment', ...segment },
    linear: false,
    keepRegions: true,
    limits: {},
  });
  return { line: result.line!, regions: result.activationRegions };
}

/** A dense ReLU network's outputs, in the plainest way. */
function outputsAt(network: Network, input: readonly number[]): number[] {
  let values = [...input];
  for (const layer of network.layers) {
    const { kernel, bias } = layer.weights!;
    const units = bias.data.length;
    const next = Array.from({ length: units }, (_, unit) =>
      values.reduce((sum, value, i) => sum + value * kernel.data[i * units + unit], bias.data[unit]),
    );
    values = layer.neurons > 0 ? next.map((value) => Math.max(0, value)) : next;
  }
  return values;
}

const pointAt = (t: number): number[] => segment.from.map((from, i) => from + t * (segment.to[i] - from));

describe.each([1, 2, 3])('a line through a drawn network (seed %i)', (seed) => {
  const network = drawWeights(chain([2, 16, 16, 3]), seed);
  const { line, regions } = traced(network);

  it('has one more knot than regions, in ascending order, from one end to the other', () => {
    expect(line.knots).toHaveLength(regions + 1);
    expect(line.outputCount).toBe(3);
    expect([line.knots[0], line.knots[regions]]).toEqual([0, 1]);
    for (let k = 0; k < regions; k++) expect(line.knots[k]).toBeLessThan(line.knots[k + 1]);
    expect([line.layers[0], line.layers[regions]]).toEqual([-1, -1]);
    for (const layer of line.layers.slice(1, -1)) expect([0, 1]).toContain(layer);
  });

  it('holds the outputs there, which are linear in between', () => {
    for (let k = 0; k <= regions; k++) {
      const there = outputsAt(network, pointAt(line.knots[k]));
      there.forEach((value, o) => expect(line.outputs[3 * k + o]).toBeCloseTo(value, 9));
      if (k === regions) continue;
      const middle = outputsAt(network, pointAt((line.knots[k] + line.knots[k + 1]) / 2));
      middle.forEach((value, o) =>
        expect((line.outputs[3 * k + o] + line.outputs[3 * k + 3 + o]) / 2).toBeCloseTo(value, 9),
      );
    }
  });

  it('has as many knots of the first layer as that layer alone makes', () => {
    const first = line.layers.filter((layer) => layer === 0).length;
    const alone = traced({ ...network, layers: network.layers.slice(0, 1), outputs: [] });
    expect(first + 1).toBe(alone.regions);
  });
});
