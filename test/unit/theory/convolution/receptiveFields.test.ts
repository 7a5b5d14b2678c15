import { describe, expect, it } from 'vitest';
import { relu } from '../../../../src/network/activation.ts';
import type { Operation, Window } from '../../../../src/network/operation.ts';
import { convolutionSum } from '../../../../src/theory/convolution/sums/convolutionSum.ts';
import { receptiveFieldsOf } from '../../../../src/theory/convolution/receptiveFields.ts';
import { network, type SimpleLayer } from '../networks.ts';
import { fieldsIn, patternOf } from './layers.ts';

function line(kernel: number, more: Partial<Window> = {}): Window {
  return { rank: 1, kernel: [1, kernel], strides: [1, 1], dilation: [1, 1], padding: 'valid', ...more };
}

function convolution(window: Window, filters: number, groups = 1): SimpleLayer {
  return { operation: { kind: 'convolution', window, filters, groups, useBias: true } };
}

function fields(input: readonly number[], ...layers: (SimpleLayer | Operation)[]) {
  return fieldsIn(
    network(
      input,
      layers.map((each) => ('kind' in each ? { operation: each } : each)),
    ),
  );
}

function total(pattern: Parameters<typeof convolutionSum>[0]): bigint | null {
  const { upper, exact } = convolutionSum(pattern, 2, { budget: 1e9 });
  return exact ? upper.exact : null;
}

describe('receptive fields', () => {
  it('leave out padding cells and follow stride and dilation', () => {
    const pattern = fields([7, 2], convolution(line(3, { padding: 'same', dilation: [1, 2] }), 4));
    expect(pattern.rows).toEqual([[0]]);
    expect(pattern.columns).toEqual([
      [0, 2],
      [1, 3],
      [0, 2, 4],
      [1, 3, 5],
      [2, 4, 6],
      [3, 5],
      [4, 6],
    ]);
    expect(pattern.taps?.columns).toEqual([
      [1, 2],
      [1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1],
      [0, 1],
    ]);
    expect(pattern).toMatchObject({ groups: 1, channels: 2, filters: 4, sharing: 'shared' });
    const strided = fields([7, 1], convolution(line(3, { strides: [1, 2] }), 1));
    expect(strided.columns).toEqual([
      [0, 1, 2],
      [2, 3, 4],
      [4, 5, 6],
    ]);
  });

  it('see only the channels of their group', () => {
    expect(fields([5, 6], convolution(line(2), 9, 3))).toMatchObject({ groups: 3, channels: 2, filters: 3 });
    const depthwise = { kind: 'depthwiseConvolution' as const, window: line(2), multiplier: 4, useBias: true };
    expect(fields([5, 6], depthwise)).toMatchObject({ groups: 6, channels: 1, filters: 4 });
  });

  it('see all channels in a separable convolution, through as many as the depthwise part has', () => {
    const separable = {
      kind: 'separableConvolution' as const,
      window: line(3),
      filters: 9,
      multiplier: 2,
      useBias: true,
    };
    const pattern = fields([5, 2], separable);
    expect(pattern).toMatchObject({ groups: 1, channels: 2, filters: 9, rankLimit: 4, sharing: 'composed' });
    // Each of the three positions has at most 4 independent neurons of 9, and 10 inputs serve all of them.
    const { upper, lower, exact } = convolutionSum(pattern, 2, { budget: 1e9 });
    expect(exact).toBe(false);
    expect(lower.exact).toBe(1n);
    expect(upper.exact).toBeLessThan((1n + 9n + 36n + 84n + 126n) ** 3n);
  });

  it('are the cells whose windows reach a position in a transposed convolution', () => {
    const transposed = {
      kind: 'transposedConvolution' as const,
      window: line(3, { strides: [1, 2] }),
      filters: 2,
      groups: 1,
      useBias: true,
    };
    const pattern = fields([3, 1], transposed);
    expect(pattern.columns).toEqual([[0], [0], [0, 1], [1], [1, 2], [2], [2]]);
    expect(pattern.taps?.columns).toEqual([[0], [1], [2, 0], [1], [2, 0], [1], [2]]);
  });

  it('are the same for zero padding before a convolution and for a padded convolution', () => {
    const padded = patternOf({ input: [3, 4, 2], kernel: [2, 3], stride: 1, filters: 3, pad: [1, 1] });
    const apart = fields(
      [3, 4, 2],
      {
        kind: 'zeroPadding',
        padding: [
          [1, 1],
          [1, 1],
        ],
        rank: 2,
      },
      convolution({ rank: 2, kernel: [2, 3], strides: [1, 1], dilation: [1, 1], padding: 'valid' }, 3),
    );
    expect(apart).toEqual(padded);
  });

  it('grow through pooling and through a second convolution', () => {
    const pooling = { kind: 'averagePooling' as const, window: line(2, { strides: [1, 2] }) };
    const pattern = fields([8, 3], pooling, convolution(line(2), 5));
    expect(pattern.columns).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
      [4, 5, 6, 7],
    ]);
    expect(pattern).toMatchObject({
      groups: 1,
      channels: 3,
      filters: 5,
      rankLimit: 6,
      sharing: 'composed',
      taps: null,
    });
  });

  it('do not exist for layers without windows', () => {
    const flat = network(
      [4, 4, 1],
      [{ operation: { kind: 'flatten' } }, { operation: { kind: 'dense', units: 3, useBias: true }, activation: relu }],
    );
    expect(receptiveFieldsOf(flat.layers)).toBeNull();
    expect(receptiveFieldsOf(network([4], [{ operation: { kind: 'identity' }, activation: relu }]).layers)).toBeNull();
  });
});

describe('parts of a layer that see different inputs', () => {
  it('multiply: groups', () => {
    const one = total(fields([5, 1], convolution(line(2), 3)));
    expect(total(fields([5, 2], convolution(line(2), 6, 2)))).toBe((one ?? 0n) ** 2n);
  });

  it('multiply: residue classes of a dilated window', () => {
    const one = total(fields([5, 1], convolution(line(2), 3)));
    expect(total(fields([10, 1], convolution(line(2, { dilation: [1, 2] }), 3)))).toBe((one ?? 0n) ** 2n);
  });

  it('multiply: windows that do not overlap', () => {
    // 3 positions, each with 4 filters on 2 inputs: 1 + 4 + 6 regions.
    expect(total(fields([6, 1], convolution(line(2, { strides: [1, 2] }), 4)))).toBe(11n ** 3n);
  });

  it('count nothing where a window sees padding only', () => {
    const padded = fields(
      [1, 1],
      convolution(
        line(1, {
          padding: [
            [0, 0],
            [1, 1],
          ],
        }),
        3,
      ),
    );
    expect(padded.columns).toEqual([[], [0], []]);
    expect(total(padded)).toBe(4n);
  });
});
