import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/common/place.ts';
import type { CountResult } from '../../src/counting/count.ts';
import { recordsOf } from '../../src/counting/regions/regionTable.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import type { Network } from '../../src/network/network.ts';
import { dense, named, networkOf } from '../unit/counting/networks.ts';
import { withWeights } from './hunt/counts.ts';
import { generate } from './hunt/generate.ts';
import { open } from './hunt/nativeFile.ts';
import { placesFor } from './hunt/places.ts';

function counted(network: Network, segment: Segment, choice: { listRegions: boolean }): CountResult {
  const domain = { kind: 'segment', ...segment } as const;
  return count({
    network,
    method: 'line',
    domain,
    linear: false,
    keepRegions: false,
    limits: {},
    units: true,
    ...choice,
  });
}

/** Pieces of the units of each stage, in brackets where they take more than a digit. */
function piecesOf(pattern: string): string[][] {
  return pattern.split('|').map((stage) => stage.match(/\[\d+\]|[\da-z]/g) ?? []);
}

/** How often each unit changes its piece from one cell to the next, by stage: cells are walked one by one. */
function changesByCells(network: Network, segment: Segment): number[][] {
  const { list } = counted(network, segment, { listRegions: true });
  const cells = [...recordsOf(list!)]
    .sort((a, b) => a.inside![0] - b.inside![0])
    .map(({ pattern }) => piecesOf(pattern));
  return cells[0].map((units, stage) =>
    units.map((_, unit) => cells.filter((cell, k) => k > 0 && cell[stage][unit] !== cells[k - 1][stage][unit]).length),
  );
}

/** Breakpoints that each layer adds to those before it. */
function added({ perLayer }: CountResult): number[] {
  return perLayer.map((regions, layer) => regions - (perLayer[layer - 1] ?? 1));
}

const sum = (counts: readonly number[]) => counts.reduce((total, x) => total + x, 0);
const filled = (length: number, value: number) => Array<number>(length).fill(value);

describe('breakpoints of each unit', () => {
  it('add up to those of each layer where no two units share one', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const layers = [dense(30, 'relu'), dense(20, 'hard_tanh'), dense(12, 'leaky_relu'), dense(2)];
      const network = drawWeights(networkOf([3], layers), seed);
      const result = counted(network, placesFor(3, seed).segment, { listRegions: false });
      expect(result.unitBreakpoints!.map(sum)).toEqual(added(result));
      expect(result.unitBreakpoints!.map(({ length }) => length)).toEqual([30, 20, 12, 0]);
    }
  });

  it('are the changes from cell to cell in random networks of all kinds', () => {
    let compared = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { network, fault } = open(generate(seed));
      if (fault !== null) continue;
      const weighted = withWeights(network);
      const { segment } = placesFor(weighted.inputSize, seed);
      const result = counted(weighted, segment, { listRegions: false });
      if (!result.unitBreakpoints) continue;
      // A maximum counts its own breakpoints alone.
      const hasMaxima = network.layers.some(({ stages }) => stages.some(({ kind }) => kind === 'operation'));
      result.unitBreakpoints.forEach((units, layer) => expect(sum(units)).toBeGreaterThanOrEqual(added(result)[layer]));
      if (hasMaxima) continue;
      expect(result.unitBreakpoints.flat()).toEqual(changesByCells(weighted, segment).flat());
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  }, 60_000);

  it('count a point once for each of the units that share it, also in later layers', () => {
    const kernel = (rows: number[][]) => ({
      shape: [rows.length, rows[0].length],
      data: Float64Array.from(rows.flat()),
    });
    const bias = (values: number[]) => ({ shape: [values.length], data: Float64Array.from(values) });
    const network = networkOf(
      [1],
      [
        // Bends at 0, 0 and 0.5.
        dense(3, 'relu', { kernel: kernel([[1, -1, 1]]), bias: bias([0, 0, -0.5]) }),
        // x for all x; then |x| - 0.25 and max(0, x).
        dense(3, 'relu', {
          kernel: kernel([
            [1, 1, 1],
            [-1, 1, 0],
            [0, 0, 0],
          ]),
          bias: bias([0, -0.25, 0]),
        }),
        dense(1, 'linear', { kernel: kernel([[1], [1], [1]]), bias: bias([0]) }),
      ],
    );
    const result = counted(network, { from: [-1], to: [1] }, { listRegions: false });
    expect(result.perLayer).toEqual([3, 5, 5]);
    expect(result.unitBreakpoints).toEqual([[1, 1, 1], [1, 2, 1], []]);
    expect(changesByCells(network, { from: [-1], to: [1] }).flat()).toEqual([1, 1, 1, 1, 2, 1]);
  });

  it('are found where a line is cut into stretches at one of them', () => {
    const size = 600;
    const eye = Float64Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0));
    const network = networkOf(
      [1],
      [
        dense(size, 'relu', {
          kernel: { shape: [1, size], data: new Float64Array(size).fill(1) },
          bias: { shape: [size], data: Float64Array.from({ length: size }, (_, i) => -(i + 1) / 1024) },
        }),
        dense(size, 'relu', {
          kernel: { shape: [size, size], data: eye },
          bias: { shape: [size], data: new Float64Array(size) },
        }),
      ],
    );
    const { perLayer, unitBreakpoints } = counted(network, { from: [0], to: [1] }, { listRegions: false });
    expect(perLayer).toEqual([size + 1, size + 1]);
    expect(unitBreakpoints).toEqual([filled(size, 1), filled(size, 1)]);
  });

  it('of maxima are those of the greatest argument, not those of its arguments', () => {
    const maxout = { operation: { kind: 'maxout', units: 12, rank: 3, useBias: true } } as const;
    const pooled = (layers: Parameters<typeof networkOf>[1]) => drawWeights(networkOf([2], layers), 4);
    const segment = { from: [-1, -0.9], to: [1, 0.8] };
    const inMaxout = counted(pooled([dense(9, 'relu'), maxout, dense(1)]), segment, { listRegions: false });
    expect(inMaxout.unitBreakpoints!.map(sum)).toEqual(added(inMaxout));
    const window = { rank: 2, kernel: [2, 2], strides: [2, 2], dilation: [1, 1], padding: 'valid' } as const;
    const convolution = { kind: 'convolution', window, filters: 3, groups: 1, useBias: true } as const;
    const layers = [
      {
        operation: { ...convolution, window: { ...window, strides: [1, 1], padding: 'same' } },
        activation: named('relu'),
      },
      { operation: { kind: 'maxPooling', window } },
      { operation: { kind: 'flatten' } },
      dense(9, 'relu'),
    ] as const;
    const across = { from: filled(36, 0).map((_, i) => Math.sin(1 + i)), to: filled(36, 0).map((_, i) => Math.cos(i)) };
    const inWindows = counted(drawWeights(networkOf([6, 6, 1], layers), 5), across, { listRegions: false });
    expect(inWindows.unitBreakpoints!.map(sum)).toEqual(added(inWindows));
    expect(inWindows.unitBreakpoints!.map(({ length }) => length)).toEqual([108, 27, 0, 9]);
    expect(sum(inWindows.unitBreakpoints![1])).toBeGreaterThan(0);
  });

  it('are not told where they were not asked for, and not known after a stop', () => {
    const network = drawWeights(networkOf([4], [dense(2500, 'relu'), dense(1500, 'relu'), dense(2)], 1), 3);
    const domain = { kind: 'segment', from: filled(4, -2), to: [2, 2, 1, 2] } as const;
    const request = { network, method: 'line', domain, linear: false, keepRegions: false, limits: {} } as const;
    expect(count(request)).not.toHaveProperty('unitBreakpoints');
    expect(count({ ...request, limits: { regions: 100 }, units: true }).unitBreakpoints).toBeNull();
  });
});
