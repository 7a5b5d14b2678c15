import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linear, relu } from '../../../../src/network/activation.ts';
import type { Padding } from '../../../../src/network/operation.ts';
import { windowGeometry } from '../../../../src/network/window.ts';
import { poolingPatterns } from '../../../../src/theory/recurrence/poolingPatterns.ts';
import { evaluateBounds } from '../../../../src/theory/registry.ts';
import { build, layer, window1d, window2d } from '../../network/definitions.ts';

interface Reference {
  readonly line: readonly { inputs: number; window: number; stride: number; patterns: number }[];
  readonly rectified: readonly { inputs: number; window: number; stride: number; patterns: number }[];
  readonly plane: readonly {
    height: number;
    width: number;
    window: [number, number];
    stride: number;
    patterns: number;
    all: number;
  }[];
}

const fixture = new URL('../../../fixtures/reference/max_pooling_patterns.json', import.meta.url);
const reference = JSON.parse(readFileSync(fixture, 'utf8')) as Reference;

function patterns(
  shape: number[],
  kernel: number,
  stride: number,
  padding: Padding = 'valid',
  rectified = false,
): number {
  const window = shape.length === 2 ? window1d(kernel, stride, padding) : window2d(kernel, stride, padding);
  const { layers } = build(shape, [layer('p', { kind: 'maxPooling', window })]).network;
  return Number(poolingPatterns(layers[0], rectified)?.exact);
}

/** By the definition: choices of one value a window, or none, for which some order of the values exists. */
function acyclic(shape: number[], kernel: number, stride: number, padding: Padding, rectified: boolean): number {
  const window = shape.length === 2 ? window1d(kernel, stride, padding) : window2d(kernel, stride, padding);
  const g = windowGeometry(build(shape, [layer('p', { kind: 'maxPooling', window })]).network.layers[0])!;
  const windows: number[][] = [];
  for (let y = 0; y < g.outH; y++) {
    for (let x = 0; x < g.outW; x++) {
      const cells: number[] = rectified ? [-1] : [];
      for (let i = 0; i < g.kernel[0]; i++) {
        for (let j = 0; j < g.kernel[1]; j++) {
          const [row, column] = [y * g.strides[0] - g.padTop + i, x * g.strides[1] - g.padLeft + j];
          if (row >= 0 && row < g.inH && column >= 0 && column < g.inW) cells.push(row * g.inW + column);
        }
      }
      windows.push(cells);
    }
  }
  const choose = (k: number, chosen: number[]): number => {
    if (k === windows.length) return hasOrder(chosen) ? 1 : 0;
    return windows[k].reduce((sum, cell) => sum + choose(k + 1, [...chosen, cell]), 0);
  };
  const hasOrder = (chosen: number[]): boolean => {
    const beats = chosen.flatMap((best, k) => windows[k].filter((cell) => cell !== best).map((cell) => [best, cell]));
    let left = new Set(windows.flat());
    while (left.size > 0) {
      const unbeaten = [...left].filter((cell) => !beats.some(([best, worse]) => worse === cell && left.has(best)));
      if (unbeaten.length === 0) return false;
      left = new Set([...left].filter((cell) => !unbeaten.includes(cell)));
    }
    return true;
  };
  return choose(0, []);
}

describe('patterns of windows along a line', () => {
  test.each(reference.line)(
    '$inputs inputs, window $window, stride $stride',
    ({ inputs, window, stride, patterns: all }) => {
      expect(patterns([inputs, 1], window, stride)).toBe(all);
    },
  );

  test.each(reference.rectified)('with a ReLU: $inputs inputs, window $window, stride $stride', (one) => {
    expect(patterns([one.inputs, 1], one.window, one.stride, 'valid', true)).toBe(one.patterns);
  });

  test.each([
    [5, 3, 1, 'same'],
    [6, 3, 2, 'same'],
    [5, 4, 1, 'same'],
    [4, 2, 3, 'same'],
    [5, 2, 1, 'valid'],
    [7, 3, 3, 'valid'],
  ] as const)('%i inputs, window %i, stride %i, %s: by the definition', (inputs, kernel, stride, padding) => {
    for (const rectified of [false, true]) {
      expect(patterns([inputs, 1], kernel, stride, padding, rectified)).toBe(
        acyclic([inputs, 1], kernel, stride, padding, rectified),
      );
    }
  });

  test('channels are independent of each other', () => {
    expect(patterns([5, 3], 3, 1)).toBe(patterns([5, 1], 3, 1) ** 3);
  });

  test('dilated windows meet only those of their residue', () => {
    const window = { rank: 1, kernel: [1, 2], strides: [1, 1], dilation: [1, 2], padding: 'valid' } as const;
    const { layers } = build([6, 1], [layer('p', { kind: 'maxPooling', window })]).network;
    // Cells 0 2 4 and 1 3 5 are two lines of three.
    expect(Number(poolingPatterns(layers[0], false)?.exact)).toBe(patterns([3, 1], 2, 1) ** 2);
  });
});

describe('patterns of windows in two dimensions', () => {
  test.each(reference.plane)('$height×$width, stride $stride: at least the patterns, at most all choices', (one) => {
    const bound = patterns([one.height, one.width, 1], one.window[0], one.stride);
    expect(bound).toBeGreaterThanOrEqual(one.patterns);
    expect(bound).toBeLessThan(one.all);
  });

  test('disjoint windows have all choices', () => {
    expect(patterns([4, 4, 1], 2, 2)).toBe(256);
  });
});

describe('bounds of networks with max pooling', () => {
  const pool = layer('p', { kind: 'maxPooling', window: window1d(3, 1) });
  const figure = (layers: Parameters<typeof build>[1], id: string) =>
    evaluateBounds(build([5, 1], layers).network, {}).find((bound) => bound.id === id)?.value?.exact;

  test('pooling alone', () => {
    expect(figure([pool], 'recurrence-upper')).toBe(16n);
    expect(figure([pool], 'tightest-upper')).toBe(16n);
  });

  test('a ReLU before or behind it: 24 linear regions, as counted', () => {
    const rectifier = layer('r', { kind: 'identity' }, { activation: relu });
    expect(figure([rectifier, pool], 'tightest-upper-linear')).toBe(24n);
    expect(figure([pool, rectifier], 'tightest-upper-linear')).toBe(24n);
    const straight = layer('r', { kind: 'identity' }, { activation: linear });
    expect(figure([straight, pool], 'tightest-upper-linear')).toBe(16n);
  });
});
