import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixture, open, openFixture, readText, summary, underlined } from '../fixtures.ts';
import { openWithWeights, outputOf } from '../values.ts';

/** Models made with ONNX's own library, with outputs that its reference evaluator computed. */
const folder = new URL('../../../fixtures/onnx/', import.meta.url);

interface Recorded {
  readonly model: object;
  readonly points: readonly { readonly x: unknown; readonly y: readonly number[] }[];
}

type Nested = number | readonly Nested[];
const flat = (value: unknown): number[] => [value as Nested].flat(Infinity as 8) as number[];

/** `[c][h][w]` with the channels last. */
function channelsLast(x: unknown): number[] {
  const channels = x as readonly unknown[];
  const rows = channels.map(flat);
  return rows[0].flatMap((_, position) => rows.map((row) => row[position]));
}

const snakeCase = (text: string) =>
  text.replace(
    /"([a-z]+[A-Z]\w*)":/g,
    (_, key: string) => `"${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`,
  );

describe('an ONNX model', () => {
  it.each(readdirSync(folder))('%s gives what ONNX gives, with as many weights as its initializers', (name) => {
    const { model, points } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded;
    const network = openWithWeights(JSON.stringify(model));
    for (const { x, y } of points) {
      const isImage = Array.isArray(x) && Array.isArray(x[0]) && name !== 'nhwc.json';
      const output = outputOf(network, isImage ? channelsLast(x) : flat(x));
      expect(output).toHaveLength(y.length);
      output.forEach((value, i) => expect(value).toBeCloseTo(y[i], 4));
    }
  });

  it('has its channels last here, biases and activations in their layers, and tidy names', () => {
    const { network, problems } = openFixture('onnx.json');
    expect(problems).toEqual([]);
    expect(network.inputs).toEqual([{ name: 'x', shape: [7, 8, 2] }]);
    expect(summary(network)).toEqual([
      'conv1 conv2d linear 7x8x4 76 0',
      'batch_normalization batch_normalization linear 7x8x4 16 0',
      'relu relu relu 7x8x4 0 224',
      'max_pooling2d max_pooling2d linear 4x4x4 0 64',
      'depthwise_conv2d depthwise_conv2d relu6 4x2x8 72 64',
      'flatten flatten linear 64 0 0',
      'dense dense linear 3 195 0',
    ]);
  });

  it('may have the names of the protocol', () => {
    const text = snakeCase(fixture('onnx.json'));
    expect(text).toContain('"op_type":');
    expect(summary(open(text, 'a.json').network)).toEqual(summary(openFixture('onnx.json').network));
  });

  it('may leave the size of its input open, which is named', () => {
    const text = fixture('onnx.json').replace('"dimValue": "8"', '"dimParam": "width"');
    const { problems } = readText(text, 'a.json');
    expect(problems.map(({ message }) => message)).toEqual([
      'The size of the input x is left open (width): regions can be bounded only for given sizes. Write it here.',
    ]);
  });

  const graph = (nodes: object[], initializer: object[] = [], shape = ['N', '4']) => {
    const dim = shape.map((size) => (/^\d+$/.test(size) ? { dimValue: size } : { dimParam: size }));
    const input = [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }];
    return JSON.stringify({ irVersion: '9', graph: { node: nodes, initializer, input, output: [{ name: 'y' }] } });
  };
  const floats = (name: string, ...dims: number[]) => ({
    name,
    dims,
    dataType: 1,
    floatData: Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.5),
  });

  it.each([
    ['Foo', [], 'The operation Foo is not analyzed.'],
    ['Split', [], 'Some inputs of a batch are taken here: this mixes them.'],
    ['Split', [{ name: 'axis', i: '3' }], 'There is no axis 3 here.'],
    ['Transpose', [{ name: 'perm', ints: ['1', '0'] }], 'Transpose exchanges the batch with another axis.'],
    ['Gather', [{ name: 'axis', i: '1' }], 'Which places this takes is not known.'],
    [
      'Pad',
      [
        { name: 'pads', ints: ['0', '4', '0', '0'] },
        { name: 'mode', s: 'cmVmbGVjdA==' },
      ],
      'The 4 places of an axis are not enough to pad it by 4.',
    ],
  ])('names an operation that it cannot follow: %s', (opType, attribute, message) => {
    const text = graph([
      { opType, input: ['x'], output: ['h'], attribute },
      { opType: 'Relu', input: ['h'], output: ['y'] },
    ]);
    const { network, problems } = open(text, 'a.json');
    expect(problems.map((problem) => problem.message)).toEqual([message]);
    expect(underlined(text, problems)).toEqual([`unsupported at "${opType}"`]);
    expect(network.complete).toBe(false);
  });

  it('names an embedding', () => {
    const text = graph([{ opType: 'Gather', input: ['table', 'x'], output: ['y'] }], [floats('table', 9, 3)]);
    const { network, problems } = open(text, 'a.json');
    expect(problems).toEqual([]);
    expect(network.layers[0].scope).toBe('beyond');
    expect(network.layers.map(({ outputShape, parameters }) => [outputShape, parameters])).toEqual([[[4, 3], 27]]);
    expect(network.layers[0].operation).toMatchObject({ what: 'an embedding of whole numbers' });
  });

  it.each([
    [
      'nearest, asymmetric and rounded down',
      3,
      { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      true,
    ],
    ['nearest, asymmetric, to the nearest of two', 2, { coordinate_transformation_mode: 'asymmetric' }, true],
    ['nearest, asymmetric, to the nearest of three', 3, { coordinate_transformation_mode: 'asymmetric' }, false],
    ['nearest, half-pixel and rounded', 3, {}, true],
    ['nearest, half-pixel and rounded down', 2, { nearest_mode: 'floor' }, false],
    ['nearest, aligned corners', 2, { coordinate_transformation_mode: 'align_corners' }, false],
    ['linear, half-pixel', 2, { mode: 'linear' }, true],
    ['linear, asymmetric', 2, { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, false],
  ])('reads a resizing only where it repeats or blends cells as a layer does: %s', (_, factor, words, isRead) => {
    const attribute = Object.entries(words).map(([name, s]) => ({ name, s: Buffer.from(s).toString('base64') }));
    const scales = { name: 's', dims: [4], dataType: 1, floatData: [1, 1, factor, factor] };
    const text = graph(
      [{ opType: 'Resize', input: ['x', '', 's'], output: ['y'], attribute }],
      [scales],
      ['1', '1', '4', '4'],
    );
    const { network, problems } = open(text, 'a.json');
    expect(network.complete).toBe(isRead);
    expect(problems.map(({ code }) => code)).toEqual(isRead ? [] : ['unsupported']);
    if (isRead) expect(network.layers[0].outputShape).toEqual([4 * factor, 4 * factor, 1]);
  });

  it('knows what is not piecewise linear, and the shapes after it', () => {
    const text = graph(
      [
        { opType: 'MatMul', input: ['x', 'w'], output: ['a'] },
        { opType: 'Sigmoid', input: ['a'], output: ['b'] },
        { opType: 'Mul', input: ['a', 'b'], output: ['c'] },
        { opType: 'MatMul', input: ['c', 'v'], output: ['y'] },
      ],
      [floats('w', 4, 3), floats('v', 3, 2)],
    );
    const { network, problems } = open(text, 'a.json');
    expect(problems).toEqual([]);
    expect(
      network.layers.map(({ type, scope: reach, parameters, outputShape }) => [type, reach, parameters, outputShape]),
    ).toEqual([
      ['dense', 'piecewiseLinear', 12, [3]],
      ['activation', 'boundary', 0, [3]],
      ['Mul', 'beyond', 0, [3]],
      ['dense', 'beyond', 6, [2]],
    ]);
  });

  it('says when a matrix does not fit, and when a graph waits for itself', () => {
    const wrong = open(graph([{ opType: 'MatMul', input: ['x', 'w'], output: ['y'] }], [floats('w', 5, 3)]), 'a.json');
    expect(wrong.problems.map(({ code }) => code)).toContain('shape-mismatch');
    const loop = [
      { opType: 'Add', name: 'a', input: ['x', 'q'], output: ['p'] },
      { opType: 'Relu', name: 'b', input: ['p'], output: ['q'] },
    ];
    expect(open(graph(loop), 'a.json').problems.map(({ code }) => code)).toContain('cycle');
  });

  it('says when weights are fewer than their shape', () => {
    const text = graph(
      [{ opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
      [{ ...floats('w', 4, 3), floatData: [1, 2] }],
    );
    expect(readText(text, 'a.json', true).problems.map(({ message }) => message)).toEqual([
      'kernel: 2 numbers stand there, the shape needs 12.',
    ]);
  });

  it('spreads each group of channels by its own kernels', () => {
    const attribute = [{ name: 'group', i: '2' }];
    const nodes = [
      { opType: 'Relu', input: ['x'], output: ['r'] },
      { opType: 'Reshape', input: ['r', 's'], output: ['i'] },
      { opType: 'ConvTranspose', input: ['i', 'k'], output: ['y'], attribute },
    ];
    const shape = { name: 's', dims: [4], dataType: 7, int64Data: ['-1', '2', '1', '2'] };
    // [channels, filters of a group, 1, 2]: of both channels the filters (1, 2) and (3, 4), then (5, 6) and (7, 8).
    const kernel = { ...floats('k', 2, 2, 1, 2), floatData: [1, 2, 3, 4, 5, 6, 7, 8] };
    const network = openWithWeights(graph(nodes, [shape, kernel]), 'a.json');
    const [first, second] = [
      [1, 10],
      [100, 1000],
    ];
    const spread = ([a, b]: number[], [p, q]: number[]) => [a * p, a * q + b * p, b * q];
    const [filters, others] = [[first, [1, 2], [3, 4]] as const, [second, [5, 6], [7, 8]] as const].map(
      ([x, one, other]) => [spread(x, [...one]), spread(x, [...other])],
    );
    const rows = [...filters, ...others];
    expect(outputOf(network, [...first, ...second])).toEqual([0, 1, 2].flatMap((p) => rows.map((row) => row[p])));
  });

  it('uses weights behind a reshape to another order', () => {
    const nodes = [
      { opType: 'Relu', input: ['x'], output: ['r'] },
      { opType: 'Reshape', input: ['r', 's'], output: ['i'] },
      { opType: 'Conv', input: ['i', 'k'], output: ['y'] },
    ];
    const shape = { name: 's', dims: [4], dataType: 7, int64Data: ['-1', '2', '1', '2'] };
    const kernel = { ...floats('k', 3, 2, 1, 1), floatData: [1, 10, 2, 20, 3, 30] };
    const network = openWithWeights(graph(nodes, [shape, kernel]), 'a.json');
    // Two channels of two numbers each, and at each of the two places what three filters give.
    expect(outputOf(network, [1, 2, 4, 8])).toEqual([41, 82, 123, 82, 164, 246]);
  });
});
