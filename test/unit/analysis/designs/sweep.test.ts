import { sweepRowJson, sweepTable } from '../../../../src/report/sweepReport.ts';
import { describe, expect, it } from 'vitest';
import fc from '../../../fastCheck.ts';
import { linear, relu } from '../../../../src/network/activation.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { MAX_VALUES, sweepAt, sweepFields, sweepValues, widthField } from '../../../../src/analysis/designs/sweep.ts';
import { networkFigures } from '../../../../src/analysis/designs/figures.ts';
import { define, dense, layer, window1d, window2d } from '../../network/definitions.ts';

const mlp = define([2], [dense('a', 8), dense('b', 8), dense('out', 1, linear)]);

describe('values of a sweep', () => {
  it.each([
    [{ from: 4, to: 256 }, [4, 8, 16, 32, 64, 128, 256]],
    [{ from: 4, to: 100 }, [4, 8, 16, 32, 64, 100]],
    [{ from: 1, to: 6, factor: 1.3 }, [1, 2, 3, 4, 5, 6]],
    [{ from: 2, to: 10, steps: 5 }, [2, 4, 6, 8, 10]],
    [{ from: 2, to: 4, steps: 50 }, [2, 3, 4]],
    [{ from: 7, to: 7 }, [7]],
  ])('%j', (spacing, values) => expect(sweepValues(spacing)).toEqual(values));

  it('ascend from one end to the other, or are refused', () => {
    const spacing = fc.record({
      from: fc.integer({ min: 1, max: 500 }),
      more: fc.integer({ min: 0, max: 1e6 }),
      steps: fc.option(fc.integer({ min: 2, max: 900 }), { nil: undefined }),
      factor: fc.double({ min: 1.05, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(spacing, ({ from, more, steps, factor }) => {
        const values = sweepValues({ from, to: from + more, steps, factor: steps === undefined ? factor : undefined });
        expect([values[0], values.at(-1)]).toEqual([from, from + more]);
        expect(values.every((value, i) => Number.isInteger(value) && (i === 0 || value > values[i - 1]))).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(() => sweepValues({ from: 1, to: 1e9, factor: 1.000001 })).toThrow(RangeError);
    expect(() => sweepValues({ from: 1, to: 1e9, steps: 1e9 })).toThrow(`at most ${MAX_VALUES} values`);
  });
});

describe('sweep', () => {
  it('gives what the network with that width written in gives', () => {
    const row = sweepAt(mlp, { layers: ['a'], field: 'units' }, 20, {});
    const written = buildNetwork(define([2], [dense('a', 20), dense('b', 8), dense('out', 1, linear)])).network;
    expect(row.measures).toEqual(networkFigures(written, {}));
    const both = sweepAt(mlp, { layers: ['a', 'b'], field: 'units' }, 20, {});
    expect(both.measures).toMatchObject({ neurons: 40, parameters: 60 + 420 + 21 });
  });

  it('gives what this many copies of a layer in a row give, and refuses those that do not fit', () => {
    const subject = { layers: ['b'], field: 'copies' } as const;
    const row = sweepAt(mlp, subject, 3, {});
    const written = [dense('a', 8), dense('b', 8), dense('b_2', 8), dense('b_3', 8), dense('out', 1, linear)];
    expect(row.measures).toEqual(networkFigures(buildNetwork(define([2], written)).network, {}));
    expect(sweepAt(mlp, subject, 1, {}).measures).toEqual(networkFigures(buildNetwork(mlp).network, {}));
    // A name that is taken, and a layer that two others read.
    const forked = define(
      [2],
      [dense('a', 4), dense('a_2', 4, relu, ['a']), layer('sum', { kind: 'add' }, { inputs: ['a', 'a_2'] })],
    );
    const deeper = sweepAt(forked, { layers: ['a'], field: 'copies' }, 2, {});
    const by = define(
      [2],
      [
        dense('a', 4),
        dense('a_3', 4),
        dense('a_2', 4, relu, ['a_3']),
        layer('sum', { kind: 'add' }, { inputs: ['a_3', 'a_2'] }),
      ],
    );
    expect(deeper.measures).toEqual(networkFigures(buildNetwork(by).network, {}));
    const conv = layer(
      'c',
      { kind: 'convolution', window: window2d(3), filters: 4, groups: 1, useBias: true },
      { activation: relu },
    );
    const chain = define([6, 6, 1], [conv]);
    expect(sweepAt(chain, { layers: ['c'], field: 'copies' }, 2, {}).measures).toMatchObject({
      neurons: 4 * 16 + 4 * 4,
      parameters: 40 + 148,
    });
    expect(sweepAt(chain, { layers: ['c'], field: 'copies' }, 3, {}).problems).toHaveLength(1);
    expect(sweepFields(dense('out', 1, linear, ['a']))).not.toContain('copies');
    expect(sweepFields({ ...dense('b', 8, relu, ['a']), sharedWith: 'a' })).not.toContain('copies');
    expect(sweepFields(mlp.layers[1])).toEqual(['units', 'copies']);
  });

  it('knows the sizes of each layer', () => {
    const conv = layer('c', { kind: 'convolution', window: window2d(3), filters: 4, groups: 1, useBias: true });
    const depthwise = layer('d', { kind: 'depthwiseConvolution', window: window1d(3), multiplier: 1, useBias: true });
    const pool = layer('p', { kind: 'maxPooling', window: window2d(2, 2) });
    const maxout = layer('m', { kind: 'maxout', units: 3, rank: 2 });
    expect([conv, depthwise, pool, maxout].map(sweepFields)).toEqual([
      ['filters', 'kernel_size', 'strides'],
      ['depth_multiplier', 'kernel_size', 'strides'],
      ['pool_size', 'strides'],
      ['units', 'rank'],
    ]);
    expect([conv, depthwise, pool, maxout].map(widthField)).toEqual(['filters', 'depth_multiplier', null, 'units']);
    const tropical = layer(
      't',
      { kind: 'tropicalConvolution', window: window2d(3), filters: 2, semiring: 'max', sumsChannels: true },
      { inputs: ['input'] },
    );
    expect(sweepFields(tropical)).toEqual(['filters', 'kernel_size', 'strides', 'copies']);
    const summed = define([9, 9, 3], [tropical]);
    expect(sweepAt(summed, { layers: ['t'], field: 'kernel_size' }, 5, {}).measures).toMatchObject({ neurons: 25 * 6 });
    expect(sweepAt(summed, { layers: ['t'], field: 'kernel_size' }, 1, {}).measures).toBeNull();
    const chain = define([9, 9, 1], [{ ...conv, activation: relu }]);
    const { measures } = sweepAt(chain, { layers: ['c'], field: 'kernel_size' }, 5, {});
    expect(measures).toMatchObject({ parameters: 4 * 26, neurons: 4 * 25 });
    expect(sweepAt(chain, { layers: ['c'], field: 'strides' }, 2, {}).measures).toMatchObject({ neurons: 4 * 16 });
  });

  it('changes layers that share weights together', () => {
    const again = { ...dense('b', 2), sharedWith: 'a' };
    const shared = define([2], [dense('a', 2), again]);
    // The second application reads what the first one makes, so that no other width fits both.
    expect(sweepAt(shared, { layers: ['a'], field: 'units' }, 2, {}).measures).toMatchObject({
      neurons: 4,
      parameters: 6,
    });
    const siblings = define([2], [dense('a', 2), { ...again, inputs: ['input'] }]);
    expect(sweepAt(siblings, { layers: ['a'], field: 'units' }, 5, {}).measures).toMatchObject({
      neurons: 10,
      parameters: 15,
    });
  });

  it('says what does not fit, and leaves the row empty', () => {
    const residual = define([2], [dense('a', 2), layer('add', { kind: 'add' }, { inputs: ['input', 'a'] })]);
    const subject = { layers: ['a'], field: 'units' } as const;
    const rows = [2, 3].map((value) => sweepAt(residual, subject, value, {}));
    expect(rows[0].measures).not.toBeNull();
    expect(rows[1].measures).toBeNull();
    expect(sweepRowJson('f.json', 'r', subject, rows[1])).toMatchObject({ value: 3, upper: null, parameters: null });
    expect(sweepRowJson('f.json', 'r', subject, rows[1]).problems).toHaveLength(1);
    expect(sweepTable(subject, rows)).toMatch(/^ +3 +– +–/m);
  });

  it('grows with the width', () => {
    const exact = [2, 4, 8, 16].map((value) => sweepAt(mlp, { layers: ['b'], field: 'units' }, value, {}).measures!);
    for (let i = 1; i < exact.length; i++) {
      for (const kind of ['upper', 'lower'] as const) {
        expect(exact[i][kind]!.value!.log10).toBeGreaterThanOrEqual(exact[i - 1][kind]!.value!.log10);
      }
    }
  });
});
