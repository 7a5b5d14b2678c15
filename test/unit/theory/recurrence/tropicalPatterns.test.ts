import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../../src/network/operation.ts';
import { tropicalGeometry } from '../../../../src/network/window.ts';
import { tropicalArguments } from '../../../../src/counting/program/affineRows.ts';
import { tropicalPatterns } from '../../../../src/theory/recurrence/tropicalPatterns.ts';
import { build, layer, window1d, window2d } from '../../network/definitions.ts';

type Tropical = Extract<Operation, { kind: 'tropicalDense' | 'tropicalConvolution' }>;

const dense = (units: number): Tropical => ({ kind: 'tropicalDense', units, semiring: 'max' });
type Windowed = Extract<Tropical, { kind: 'tropicalConvolution' }>;

const line = (filters: number, kernel: number, strides: number, sumsChannels = false): Windowed => ({
  kind: 'tropicalConvolution',
  window: window1d(kernel, strides),
  filters,
  semiring: 'min',
  sumsChannels,
});
const plane = (filters: number, kernel: number, strides: number): Windowed => ({
  ...line(filters, kernel, strides),
  window: window2d(kernel, strides),
});

const built = (shape: number[], operation: Tropical) => build(shape, [layer('t', operation)]).network.layers[0];
const patterns = (shape: number[], operation: Tropical) => tropicalPatterns(built(shape, operation))?.exact;

/** By the definition: every unit chooses one of its inputs, and vectors of how often each is chosen are collected. */
function loadVectors(shape: number[], operation: Tropical): bigint {
  const isSummed = operation.kind === 'tropicalConvolution' && operation.sumsChannels;
  const { cells, groups } = tropicalArguments(tropicalGeometry(built(shape, operation)), isSummed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  let loads = new Set([Array<number>(size).fill(0).join()]);
  for (const group of groups) {
    const next = new Set<string>();
    for (const load of loads) {
      for (const argument of group) {
        const counts = load.split(',').map(Number);
        counts[cells[argument]]++;
        next.add(counts.join());
      }
    }
    loads = next;
  }
  return BigInt(loads.size);
}

describe('load vectors of tropical layers', () => {
  test('of a dense one: units shared out among inputs', () => {
    expect(patterns([3], dense(2))).toBe(6n);
    expect(patterns([4], dense(3))).toBe(20n);
    for (const [inputs, units] of [
      [2, 5],
      [3, 4],
      [5, 2],
    ]) {
      expect(patterns([inputs], dense(units))).toBe(loadVectors([inputs], dense(units)));
    }
  });

  test.each([
    [3, 2, 1, 2, 9n],
    [4, 3, 1, 2, 27n],
    [5, 3, 1, 2, 117n],
    [5, 3, 1, 1, 21n],
    [5, 3, 2, 1, 9n],
    [5, 4, 1, 1, 13n],
    [4, 4, 1, 3, 20n],
  ])('%i inputs, window %i, stride %i, %i filters', (inputs, kernel, stride, filters, loads) => {
    expect(patterns([inputs, 1], line(filters, kernel, stride))).toBe(loads);
    expect(loadVectors([inputs, 1], line(filters, kernel, stride))).toBe(loads);
  });

  test.each([
    [[6, 1], line(2, 2, 3)],
    [[5, 2], line(1, 2, 1)],
    [[4, 2], line(2, 3, 1)],
    [[4, 2], line(1, 2, 1, true)],
    [[3, 3], line(1, 2, 1, true)],
    [[7, 1], { ...line(2, 2, 1), window: { ...window1d(2), dilation: [1, 2] } }],
    [[7, 1], { ...line(1, 3, 2), window: { ...window1d(3, 2), dilation: [1, 2] } }],
  ] as const)('of windows that move along a line, by the definition: %j, %j', (shape, operation) => {
    expect(patterns([...shape], operation)).toBe(loadVectors([...shape], operation));
  });

  test.each([
    [[3, 3, 1], plane(1, 2, 1), 193n],
    [[3, 2, 1], plane(2, 2, 1), null],
    [[2, 4, 1], plane(1, 2, 1), null],
    [[3, 3, 2], plane(1, 2, 1), null],
  ] as const)('of windows in two dimensions, at least as many: %j, %j', (shape, operation, known) => {
    const loads = loadVectors([...shape], operation);
    if (known !== null) expect(loads).toBe(known);
    const { kernel, outH, outW } = tropicalGeometry(built([...shape], operation));
    const inputs = BigInt(kernel[0] * kernel[1] * shape[2]);
    const bound = patterns([...shape], operation)!;
    expect(bound).toBeGreaterThanOrEqual(loads);
    if (outH === 1 || outW === 1) expect(bound).toBe(loads);
    else expect(bound).toBeLessThan(inputs ** BigInt(outH * outW));
  });

  test('of very many units: windows one by one', () => {
    const many = tropicalPatterns(built([100, 1], line(2000, 3, 1)))!;
    expect(many.log10).toBeCloseTo(98 * Math.log10((2002 * 2001) / 2), 6);
  });
});
