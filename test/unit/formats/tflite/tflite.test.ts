import { describe, expect, it } from 'vitest';
import { read } from '../../../../src/formats/registry.ts';
import { bytesSource } from '../../../../src/formats/weights/weightsFile.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { outputOf } from '../values.ts';
import { connected, convolved, convolvedByChannel, pooled, type Image } from './reference.ts';
import { liteFile, type LiteOperator, type LiteTensor } from './writer.ts';

/** Codes of operations (schema.fbs). */
const code = { add: 0, average: 1, concat: 2, conv: 3, depthwise: 4, dequantize: 6, dense: 9, maxPool: 17, relu: 19 };
const more = { reshape: 22, pad: 34, mean: 40, transposeConv: 67, resize: 97, quantize: 114, custom: 32 };

/** Numbers that look random and are always the same. */
const numbers = (count: number, seed = 1) =>
  Array.from({ length: count }, (_, k) => Math.fround(Math.sin(12.9898 * (k + 1) + 78.233 * seed)));

const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const constant = (name: string, shape: readonly number[], seed = 1): LiteTensor & { readonly values: number[] } => {
  const values = numbers(size(shape), seed);
  return { name, shape, data: Float32Array.from(values), values };
};
const tensor = (name: string, shape: readonly number[]): LiteTensor => ({ name, shape });
const whole = (name: string, values: readonly number[]): LiteTensor => ({
  name,
  shape: [values.length],
  type: 2,
  data: Int32Array.from(values),
});

function open(bytes: Uint8Array) {
  const result = read(bytesSource('model.tflite', bytes), 'model.tflite', { weights: true })!;
  const built = result.networks.map((definition) => buildNetwork(definition));
  const problems = [...result.problems, ...built.flatMap((each) => each.problems)];
  return { format: result.format, network: built[0]?.network, problems };
}

const relu = (values: readonly number[]) => values.map((value) => Math.max(value, 0));
const through = (image: Image, change: (data: readonly number[]) => number[]): Image => ({
  ...image,
  data: change(image.data),
});

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, k) => expect(value).toBeCloseTo(wanted[k], 5));
}

/** Padding, strides and a fused activation, as most options begin. */
const same = { byte: 0 };
const valid = { byte: 1 };
const steps = (stride: number) => [{ int: stride }, { int: stride }];

describe('a TensorFlow Lite model', () => {
  const k = constant('k', [4, 3, 3, 2], 1);
  const kb = constant('kb', [4], 2);
  const d = constant('d', [1, 2, 2, 8], 3);
  const db = constant('db', [8], 4);
  const w = constant('w', [5, 8], 5);
  const wb = constant('wb', [5], 6);
  const v = constant('v', [2, 5], 7);
  const operators: LiteOperator[] = [
    { code: code.conv, inputs: ['x', 'k', 'kb'], outputs: ['a'], options: [same, ...steps(2), { byte: 3 }] },
    {
      code: code.depthwise,
      inputs: ['a', 'd', 'db'],
      outputs: ['b'],
      options: [valid, ...steps(1), { int: 2 }, { byte: 1 }],
    },
    { code: code.maxPool, inputs: ['b'], outputs: ['c'], options: [valid, ...steps(2), { int: 2 }, { int: 2 }] },
    { code: more.reshape, inputs: ['c', 'shape'], outputs: ['flat'] },
    { code: code.dense, inputs: ['flat', 'w', 'wb'], outputs: ['e'], options: [{ byte: 1 }] },
    { code: code.dense, inputs: ['e', 'v', ''], outputs: ['y'] },
  ];
  const tensors = [
    tensor('serving_default_x:0', [1, 6, 5, 2]),
    ...[k, kb, d, db, w, wb, v],
    tensor('a', [1, 3, 3, 4]),
    tensor('b', [1, 2, 2, 8]),
    tensor('c', [1, 1, 1, 8]),
    whole('shape', [-1, 8]),
    tensor('flat', [1, 8]),
    tensor('e', [1, 5]),
    tensor('y', [1, 2]),
  ];
  const named = operators.map((operator) => ({
    ...operator,
    inputs: operator.inputs.map((name) => (name === 'x' ? 'serving_default_x:0' : name)),
  }));
  const file = liteFile(tensors, named, ['serving_default_x:0'], ['y']);
  const input = numbers(60, 9);

  it('gives what its operations give, with as many parameters as its constants', () => {
    const { format, network, problems } = open(file);
    expect(problems).toEqual([]);
    expect(format).toBe('tflite');
    expect(network.inputs).toEqual([{ name: 'x', shape: [6, 5, 2] }]);
    expect(totalParameters(network.layers)).toBe(72 + 4 + 32 + 8 + 40 + 5 + 10);
    const clip = (values: readonly number[]) => values.map((value) => Math.min(Math.max(value, 0), 6));
    const image: Image = { shape: [6, 5, 2], data: input };
    const a = through(convolved(image, k, k.values, kb.values, { stride: 2, isSame: true }), clip);
    const b = through(convolvedByChannel(a, d, d.values, db.values, { stride: 1, isSame: false }), relu);
    const c = pooled(b, 2, { stride: 2, isSame: false });
    const e = relu(connected(c.data, w.values, wb.values));
    expectClose(outputOf(network, input), connected(e, v.values, [0, 0]));
  });

  it('has its own words for layers', () => {
    expect(open(file).network.layers.map(({ name, type, activation }) => `${name} ${type} ${activation.name}`)).toEqual(
      [
        'a conv2d relu6',
        'b depthwise_conv2d relu',
        'c max_pooling2d linear',
        'flat flatten linear',
        'e dense relu',
        'y dense linear',
      ],
    );
  });

  it('joins, adds, averages and pads', () => {
    const p = constant('p', [2, 1, 1, 2], 1);
    const q = constant('q', [3, 2, 2, 2], 2);
    const model = liteFile(
      [
        tensor('x', [1, 4, 4, 2]),
        ...[p, q],
        whole('sides', [0, 0, 1, 0, 0, 1, 0, 0]),
        whole('axes', [1, 2]),
        ...[tensor('a', [1, 4, 4, 2]), tensor('s', [1, 4, 4, 2]), tensor('padded', [1, 5, 5, 2])],
        ...[tensor('b', [1, 4, 4, 3]), tensor('j', [1, 4, 4, 5]), tensor('y', [1, 5])],
      ],
      [
        { code: code.conv, inputs: ['x', 'p', ''], outputs: ['a'], options: [valid, ...steps(1)] },
        { code: code.add, inputs: ['x', 'a'], outputs: ['s'], options: [{ byte: 1 }] },
        { code: more.pad, inputs: ['s', 'sides'], outputs: ['padded'] },
        { code: code.conv, inputs: ['padded', 'q', ''], outputs: ['b'], options: [valid, ...steps(1)] },
        { code: code.concat, inputs: ['b', 's'], outputs: ['j'], options: [{ int: 3 }] },
        { code: more.mean, inputs: ['j', 'axes'], outputs: ['y'] },
      ],
      ['x'],
      ['y'],
    );
    const { network, problems } = open(model);
    expect(problems).toEqual([]);
    const x: Image = { shape: [4, 4, 2], data: numbers(32, 5) };
    const a = convolved(x, p, p.values, [0, 0], { stride: 1, isSame: false });
    const s = through(a, (data) => relu(data.map((value, i) => value + x.data[i])));
    const rows = [Array<number>(10).fill(0), ...[0, 1, 2, 3].map((y) => [...s.data.slice(8 * y, 8 * y + 8), 0, 0])];
    const b = convolved({ shape: [5, 5, 2], data: rows.flat() }, q, q.values, [0, 0, 0], { stride: 1, isSame: false });
    const mean = ({ data, shape: [, , channels] }: Image) =>
      Array.from(
        { length: channels },
        (_, c) => data.filter((_value, i) => i % channels === c).reduce((sum, v_) => sum + v_, 0) / 16,
      );
    expectClose(outputOf(network, x.data), [...mean(b), ...mean(s)]);
  });

  describe('with weights of fewer bits', () => {
    const product = (matrix: LiteTensor, before: readonly LiteOperator[] = [], kernel = 'w') =>
      open(
        liteFile(
          [tensor('x', [1, 2]), matrix, tensor('f', matrix.shape), tensor('y', [1, 3])],
          [...before, { code: code.dense, inputs: ['x', kernel, ''], outputs: ['y'] }],
          ['x'],
          ['y'],
        ),
      );

    it('has one scale for all or one for each unit', () => {
      const data = Int8Array.from([1, 2, 3, 4, -5, 6]);
      const one = product({ name: 'w', shape: [3, 2], type: 9, data, scales: [0.5], zeros: [1] });
      expect(one.problems).toEqual([]);
      expectClose(outputOf(one.network, [1, 1]), [0.5, 2.5, -0.5]);
      const each = product({ name: 'w', shape: [3, 2], type: 9, data, scales: [1, 2, 4], zeros: [0, 0, 0] });
      expectClose(outputOf(each.network, [1, 10]), [21, 86, 220]);
    });

    it('has halves that another operation widens', () => {
      const data = Uint16Array.from([0x3c00, 0x4000, 0xc000, 0x3800, 0, 0x4200]);
      const before = [{ code: code.dequantize, inputs: ['w'], outputs: ['f'] }];
      const { network, problems } = product({ name: 'w', shape: [3, 2], type: 1, data }, before, 'f');
      expect(problems).toEqual([]);
      expectClose(outputOf(network, [1, 1]), [3, -1.5, 3]);
    });

    it('says so where numbers are not understood', () => {
      const strange = product({ name: 'w', shape: [3, 2], type: 17, data: Int8Array.from([1, 2, 3]) });
      expect(strange.problems.map(({ message }) => message)).toEqual(['kernel: numbers of the kind 17 are not read.']);
      const short = product({ name: 'w', shape: [3, 2], data: Float32Array.from([1, 2]) });
      expect(short.problems).toHaveLength(1);
    });
  });

  it('whose layers give rounded numbers is bounded, and its weights are not used', () => {
    const model = liteFile(
      [
        { ...tensor('x', [1, 2]), type: 9, scales: [0.1], zeros: [0] },
        { name: 'w', shape: [3, 2], type: 9, data: new Int8Array(6).fill(3), scales: [0.5], zeros: [0] },
        { ...tensor('y', [1, 3]), type: 9, scales: [0.2], zeros: [0] },
      ],
      [{ code: code.dense, inputs: ['x', 'w', ''], outputs: ['y'], options: [{ byte: 1 }] }],
      ['x'],
      ['y'],
    );
    const { network, problems } = open(model);
    expect(problems.map(({ code: kind }) => kind)).toEqual(['approximation']);
    expect(network.layers.map(({ neurons, weights }) => [neurons, weights])).toEqual([[3, undefined]]);
  });

  it('names operations that are not analyzed', () => {
    const unknown = (operation: number) =>
      open(
        liteFile(
          [tensor('x', [1, 2]), tensor('y', [1, 2])],
          [{ code: operation, inputs: ['x'], outputs: ['y'] }],
          ['x'],
          ['y'],
        ),
      );
    expect(unknown(111).network.complete).toBe(true);
    expect(unknown(5).problems.map(({ message }) => message)).toEqual([
      'The operation DEPTH_TO_SPACE is not analyzed.',
    ]);
    expect(unknown(999).problems.map(({ message }) => message)).toEqual([
      'The operation operation 999 is not analyzed.',
    ]);
  });

  it('brings tensors to a larger size and asks for open ones', () => {
    const t = constant('t', [3, 2, 2, 1], 3);
    const build = (extents: readonly number[]) =>
      open(
        liteFile(
          [
            tensor('x', extents),
            whole('size', [6, 4]),
            tensor('a', [1, 6, 4, 1]),
            t,
            whole('to', [1, 12, 8, 3]),
            tensor('y', [1, 12, 8, 3]),
          ],
          [
            { code: more.resize, inputs: ['x', 'size'], outputs: ['a'] },
            { code: more.transposeConv, inputs: ['to', 't', 'a'], outputs: ['y'], options: [same, ...steps(2)] },
          ],
          ['x'],
          ['y'],
        ),
      );
    const { network, problems } = build([1, 3, 2, 1]);
    expect(problems).toEqual([]);
    expect(network.layers.map(({ type, outputShape }) => `${type} ${outputShape.join('x')}`)).toEqual([
      'up_sampling2d 6x4x1',
      'conv2d_transpose 12x8x3',
    ]);
    const x = [1, 2, 3, 4, 5, 6];
    // Windows of two that move by two do not overlap: each number fills a square with its kernel.
    const expected = Array.from({ length: 12 * 8 * 3 }, (_, i) => {
      const [row, column, filter] = [Math.floor(i / 24), Math.floor(i / 3) % 8, i % 3];
      return x[Math.floor(row / 4) * 2 + Math.floor(column / 4)] * t.values[filter * 4 + (row % 2) * 2 + (column % 2)];
    });
    expectClose(outputOf(network, x), expected);
    expect(build([1, -1, 2, 1]).problems[0]).toMatchObject({ code: 'unknown-size' });
  });

  it('that points outside of itself is refused with a sentence', () => {
    for (const length of [8, 12, 40, Math.floor(file.length / 2), file.length - 200]) {
      const { network, problems } = open(file.slice(0, length));
      expect(network).toBeUndefined();
      expect(problems).toMatchObject([{ code: 'damaged', severity: 'error' }]);
    }
  });
});
