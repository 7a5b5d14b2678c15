import { describe, expect, it } from 'vitest';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { matchWeights } from '../../../../src/formats/weights/match.ts';
import { read } from '../../../../src/formats/registry.ts';
import type { ByteSource, WeightsFile } from '../../../../src/formats/weights/weightsFile.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { openWithWeights, outputOf } from '../values.ts';
import { fixture, open, openFixture, summary, underlined } from '../fixtures.ts';

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: object;
}

const shapeOf = (...sizes: number[]) => ({ shape: { shape: { dim: sizes.map((size) => ({ size: String(size) })) } } });

/** A graph model over an input of this shape; weights by name with their shapes. */
function model(input: number[], weights: Record<string, number[]>, nodes: Node[]): string {
  const constants = Object.keys(weights).map((name) => ({ name, op: 'Const', attr: {} }));
  const node = [{ name: 'x', op: 'Placeholder', attr: shapeOf(-1, ...input) }, ...constants, ...nodes];
  const listed = Object.entries(weights).map(([name, shape]) => ({
    name,
    shape,
    dtype: name.startsWith('i/') ? 'int32' : 'float32',
  }));
  return JSON.stringify({ modelTopology: { node }, weightsManifest: [{ paths: [], weights: listed }] });
}

const sourceOf = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  read: (start, length) => bytes.slice(start, start + length),
});

const layersOf = (text: string) => {
  const { network, problems } = open(text, 'model.json');
  return [...summary(network), ...problems.map(({ code, message }) => `${code}: ${message}`)];
};

describe('a graph model of TensorFlow.js', () => {
  it('gives its layers back: fused or not, with biases and activations in them', () => {
    const { network, problems } = openFixture('tfjs-graph.json');
    expect(problems).toEqual([]);
    expect(network.inputs).toEqual([{ name: 'images', shape: [9, 8, 2] }]);
    expect(summary(network)).toEqual([
      'model/conv conv2d relu6 5x4x4 76 80',
      'model/dw depthwise_conv2d leaky_relu 5x4x4 40 80',
      'model/bn batch_normalization linear 5x4x4 16 0',
      'model/proj conv2d linear 5x4x4 16 0',
      'model/add add linear 5x4x4 0 0',
      'model/pool max_pooling2d linear 2x2x4 0 16',
      'model/gap global_average_pooling2d linear 4 0 0',
      'model/dense dense relu 6 30 6',
      'model/out dense softmax 3 21 0',
    ]);
  });

  it('has as many parameters as its manifest lists, or says so', () => {
    const text = fixture('tfjs-graph.json');
    const { weightsManifest } = JSON.parse(text) as {
      weightsManifest: { weights: { shape: number[]; dtype: string }[] }[];
    };
    const floats = weightsManifest[0].weights.filter(({ dtype }) => dtype === 'float32');
    const total = floats.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
    expect(totalParameters(open(text, 'model.json').network.layers)).toBe(total);
    const more = text.replace('"weights": [', '"weights": [{ "name": "stray", "shape": [2], "dtype": "float32" },');
    expect(underlined(more, open(more, 'model.json').problems)).toEqual(['parameter-total at "weightsManifest"']);
  });

  it('writes convolutions along one axis with rows of one', () => {
    const text = model([10, 3], { 'i/dim': [], 'c/w': [1, 4, 3, 5] }, [
      { name: 'c/expand', op: 'ExpandDims', input: ['x', 'i/dim'] },
      { name: 'c/Conv2D', op: 'Conv2D', input: ['c/expand', 'c/w'], attr: { padding: { s: 'VkFMSUQ=' } } },
      { name: 'c/Squeeze', op: 'Squeeze', input: ['c/Conv2D'], attr: { squeeze_dims: { list: { i: ['1'] } } } },
      { name: 'act/Relu', op: 'Relu', input: ['c/Squeeze'] },
    ]);
    expect(layersOf(text)).toEqual([
      'c/expand reshape linear 1x10x3 0 0',
      'c conv2d linear 1x7x5 60 0',
      'c/Squeeze reshape linear 7x5 0 0',
      'act relu relu 7x5 0 35',
    ]);
  });

  it('takes factors and shifts of channels for one layer, and numbers in the file for a straight line', () => {
    const attr = { value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {}, floatVal: [0.5] } } };
    const text = model([4], { w: [4, 6], g: [6], b: [6] }, [
      { name: 'half', op: 'Const', attr },
      { name: 'h', op: 'Mul', input: ['half', 'x'] },
      { name: 'd/MatMul', op: 'MatMul', input: ['h', 'w'] },
      { name: 's/mul', op: 'Mul', input: ['d/MatMul', 'g'] },
      { name: 's/add', op: 'AddV2', input: ['s/mul', 'b'] },
      { name: 'r', op: 'Relu', input: ['s/add'] },
    ]);
    expect(layersOf(text)).toEqual(
      [
        'h activation linear 4 0 0',
        'd dense linear 6 24 0',
        's/mul batch_normalization linear 6 12 0',
        'r relu relu 6 0 6',
      ].map((line) => line.replace('s/mul', 's')),
    );
  });

  it('says what stands in the weights file, and goes as far as that does not matter', () => {
    const text = model([8, 8, 1], { 'c/w': [3, 3, 1, 2], 'i/pads': [4, 2] }, [
      { name: 'c/Conv2D', op: 'Conv2D', input: ['x', 'c/w'], attr: { padding: { s: 'U0FNRQ==' } } },
      { name: 'pad', op: 'Pad', input: ['c/Conv2D', 'i/pads'] },
    ]);
    expect(layersOf(text)).toEqual([
      'c conv2d linear 8x8x2 18 0',
      'unsupported: How far this pads stands in a weights file that is not beside this one.',
    ]);
  });

  it('knows what is not piecewise linear', () => {
    const text = model([5, 4], { q: [4, 4] }, [
      { name: 'q/MatMul', op: 'BatchMatMulV2', input: ['x', 'q'] },
      { name: 'scores', op: 'BatchMatMulV2', input: ['q/MatMul', 'x'], attr: { adj_y: { b: true } } },
      { name: 'weights', op: 'Softmax', input: ['scores'] },
      { name: 'mix', op: 'BatchMatMulV2', input: ['weights', 'x'] },
    ]);
    expect(
      open(text, 'm.json').network.layers.map(({ type, scope: reach, outputShape }) => [type, reach, outputShape]),
    ).toEqual(
      [
        ['dense', 'piecewiseLinear', [5, 4]],
        ['BatchMatMulV2', 'beyond', [5, 5]],
        ['activation', 'beyond', [5, 5]],
        ['BatchMatMulV2', 'beyond', [5, 4]],
      ].map((row) => (row[0] === 'activation' ? ['softmax', ...row.slice(1)] : row)),
    );
  });

  it('takes its weights from the shards by the names of its constants', () => {
    const weights = { 'a/w': [2, 3], b: [3], v: [3, 1], c: [1] };
    const text = model([2], { ...weights, 'i/axes': [2] }, [
      { name: 'a/MatMul', op: 'MatMul', input: ['x', 'a/w'] },
      { name: 'a/add', op: 'AddV2', input: ['a/MatMul', 'b'] },
      { name: 'a/Relu', op: 'Relu', input: ['a/add'] },
      {
        name: 'out',
        op: '_FusedMatMul',
        input: ['a/Relu', 'v', 'c'],
        attr: { fused_ops: { list: { s: ['BiasAdd'] } } },
      },
    ]);
    const values: Record<string, number[]> = {
      'a/w': [1, 2, -3, 4, -5, 6],
      b: [0, 1, 2],
      v: [1, -1, 2],
      c: [10],
      'i/axes': [1, 2],
    };
    const stored = Object.entries(values).map(([name, numbers]) => {
      const shape = Object.hasOwn(weights, name) ? weights[name as keyof typeof weights] : [2];
      return { name, shape, values: () => Float64Array.from(numbers) };
    });
    const file: WeightsFile = { kind: 'tfjs', name: 'shard.bin', tensors: stored, model: null };
    const { definition, network } = open(text, 'model.json');
    const match = matchWeights(definition, network, file);
    expect(match.remarks).toEqual([]);
    // relu([1, 1] W + b) = [5, 0, 5], and 5 - 0 + 10 + 10.
    expect(outputOf(match.attach(), [1, 1])).toEqual([25]);
    const without = matchWeights(definition, network, { ...file, tensors: stored.slice(1) });
    expect(without.remarks.map(({ message }) => message)).toEqual(['a has no kernel in shard.bin.']);
  });

  it('reads weights from the shards that it uses in another form', () => {
    const numbers = { w: [1, 2, 3, 4, 5, 6], s: [1, 0, -1], d: [2, 4, -8], p: [3, 2, 1] };
    const text = model([2], { w: [3, 2], s: [3], d: [3], p: [3] }, [
      { name: 'm', op: 'MatMul', input: ['x', 'w'], attr: { transpose_b: { b: true } } },
      { name: 'sub', op: 'Sub', input: ['m', 's'] },
      { name: 'div', op: 'RealDiv', input: ['sub', 'd'] },
      { name: 'from', op: 'Sub', input: ['p', 'div'] },
    ]).replace('"paths":[]', '"paths":["shard.bin"]');
    const shard = new Uint8Array(Float32Array.from(Object.values(numbers).flat()).buffer);
    const files = { bytes: (path: string) => sourceOf(path, shard) };
    const definition = read(text, 'model.json', { weights: true, files })!.networks[0];
    // p - (W x - s) / d for x = [1, -1]: W x = [-1, -1, -1].
    expect(outputOf(buildNetwork(definition).network, [1, -1])).toEqual([3 + 2 / 2, 2 + 1 / 4, 1 - 0]);
  });

  it('has single numbers as an input, which get an axis', () => {
    const axis = (name: string, value: number) => ({
      name,
      op: 'Const',
      attr: { value: { tensor: { dtype: 'DT_INT32', tensorShape: {}, intVal: [value] } } },
    });
    for (const at of [1, -1]) {
      const text = model([], { w: [1, 3] }, [
        axis('at', at),
        { name: 'column', op: 'ExpandDims', input: ['x', 'at'] },
        { name: 'o', op: 'MatMul', input: ['column', 'w'] },
        { name: 'r', op: 'Relu', input: ['o'] },
      ]);
      expect(layersOf(text)).toEqual(['o dense relu 3 3 3']);
    }
  });

  it('counts weights that are used twice once', () => {
    const text = model([3], { w: [3, 3], b: [3] }, [
      {
        name: 'a/MatMul',
        op: '_FusedMatMul',
        input: ['x', 'w', 'b'],
        attr: { fused_ops: { list: { s: ['BiasAdd', 'Relu'] } } },
      },
      {
        name: 'b/MatMul',
        op: '_FusedMatMul',
        input: ['a/MatMul', 'w', 'b'],
        attr: { fused_ops: { list: { s: ['BiasAdd'] } } },
      },
    ]);
    expect(layersOf(text)).toEqual(['a dense relu 3 12 3', 'b dense linear 3 0 0']);
  });

  describe('whose channels come first', () => {
    const format = { data_format: { s: 'TkNIVw==' } };
    const [padding, strides] = [{ s: 'VkFMSUQ=' }, (...list: string[]) => ({ list: { i: list } })];
    const weights = { k: [2, 2, 1, 2], b: [2], d: [4, 2], 'i/flat': [2] };
    /** One graph in both orders: convolution, bias, pooling, and a product with what is flattened. */
    const graph = (isFirst: boolean) => {
      const attr = isFirst ? format : {};
      return model(isFirst ? [1, 5, 3] : [5, 3, 1], weights, [
        {
          name: 'c/Conv2D',
          op: 'Conv2D',
          input: ['x', 'k'],
          attr: { ...attr, padding, strides: isFirst ? strides('1', '1', '1', '1') : strides('1', '1', '1', '1') },
        },
        { name: 'c/BiasAdd', op: 'BiasAdd', input: ['c/Conv2D', 'b'], attr },
        { name: 'c/Relu', op: 'Relu', input: ['c/BiasAdd'] },
        {
          name: 'pool',
          op: 'MaxPool',
          input: ['c/Relu'],
          attr: {
            ...attr,
            padding,
            ksize: isFirst ? strides('1', '1', '2', '1') : strides('1', '2', '1', '1'),
            strides: isFirst ? strides('1', '1', '2', '2') : strides('1', '2', '2', '1'),
          },
        },
        { name: 'flat', op: 'Reshape', input: ['pool', 'i/flat'] },
        { name: 'd/MatMul', op: 'MatMul', input: ['flat', 'd'] },
      ]);
    };
    const shared = { k: [1, -2, 0.5, 1, -1, 3, 2, -0.5], b: [0.1, -0.2] };
    const rows = [
      [1, 2],
      [3, -4],
      [-5, 6],
      [7, 8],
    ]; // by position, the channels of each together
    const outputWith = (text: string, d: number[][]) => {
      const tensors = Object.entries({ ...shared, d: d.flat(), 'i/flat': [-1, 4] }).map(([name, numbers]) => ({
        name,
        shape: weights[name as keyof typeof weights],
        values: () => Float64Array.from(numbers),
      }));
      const { definition, network } = open(text, 'model.json');
      const match = matchWeights(definition, network, { kind: 'tfjs', name: 'shards', tensors, model: null });
      expect(match.remarks).toEqual([]);
      return outputOf(
        match.attach(),
        Array.from({ length: 15 }, (_, i) => ((i * 7) % 5) - 1.5),
      );
    };

    it('computes what the same graph with channels last does', () => {
      expect(summary(open(graph(true), 'm.json').network)).toEqual(summary(open(graph(false), 'm.json').network));
      expect(open(graph(true), 'm.json').problems).toEqual([]);
      const [[a, b], [c, e], [f, g], [h, i]] = [rows[0], rows[1], rows[2], rows[3]];
      const last = outputWith(graph(false), [
        [a, b],
        [c, e],
        [f, g],
        [h, i],
      ]);
      // Flattened channel by channel, the second and third number change places.
      const first = outputWith(graph(true), [
        [a, b],
        [f, g],
        [c, e],
        [h, i],
      ]);
      expect(last.some((value) => value !== 0)).toBe(true);
      expect(first).toEqual(last);
    });

    it('says where it is read as it does not stand', () => {
      const text = graph(false).replace(
        '"name":"pool","op":"MaxPool","input":["c/Relu"],"attr":{',
        '$&"data_format":{"s":"TkNIVw=="},',
      );
      expect(layersOf(text)).toContain('unsupported: MaxPool reads channels where this tensor has positions.');
    });
  });

  it('takes paddings, shapes and factors from the shards that lie beside it', () => {
    const constants = { 'i/pads': [4, 2], k: [3, 3, 1, 2], 'i/shape': [2], half: [], d: [50, 1] };
    const numbers = {
      'i/pads': [0, 0, 1, 1, 1, 1, 0, 0],
      k: Array<number>(18).fill(1),
      'i/shape': [-1, 50],
      half: [0.5],
      d: Array<number>(50).fill(1),
    };
    const text = model([5, 5, 1], constants, [
      { name: 'pad', op: 'Pad', input: ['x', 'i/pads'] },
      { name: 'c/Conv2D', op: 'Conv2D', input: ['pad', 'k'], attr: { padding: { s: 'VkFMSUQ=' } } },
      { name: 'h', op: 'Mul', input: ['c/Conv2D', 'half'] },
      { name: 'flat', op: 'Reshape', input: ['h', 'i/shape'] },
      { name: 'd/MatMul', op: 'MatMul', input: ['flat', 'd'] },
    ]).replace('"paths":[]', '"paths":["a.bin","b.bin"]');
    const bytes = new Uint8Array(
      Object.entries(numbers).flatMap(([name, list]) => {
        const array = name.startsWith('i/') ? Int32Array.from(list) : Float32Array.from(list);
        return [...new Uint8Array(array.buffer)];
      }),
    );
    const shards: Record<string, Uint8Array> = { 'a.bin': bytes.slice(0, 30), 'b.bin': bytes.slice(30) };
    const linesWith = (files: Record<string, Uint8Array>) => {
      const options = {
        weights: false,
        files: { bytes: (path: string) => (Object.hasOwn(files, path) ? sourceOf(path, files[path]) : undefined) },
      };
      const { networks, problems } = read(text, 'model.json', options)!;
      const built = buildNetwork(networks[0]);
      return [...summary(built.network), ...[...problems, ...built.problems].map(({ message }) => message)];
    };
    expect(linesWith(shards)).toEqual([
      'pad zero_padding2d linear 7x7x1 0 0',
      'c conv2d linear 5x5x2 18 0',
      'h activation linear 5x5x2 0 0',
      'flat flatten linear 50 0 0',
      'd dense linear 1 50 0',
    ]);
    const lacking: Record<string, Uint8Array>[] = [
      {},
      { 'a.bin': shards['a.bin'] },
      { ...shards, 'b.bin': bytes.slice(30, 40) },
    ];
    for (const files of lacking) {
      expect(linesWith(files)).toContain('How far this pads stands in a weights file that is not beside this one.');
    }
  });
});

/** A constant whose numbers stand in the text. */
const constant = (name: string, shape: number[], values: number[], isWhole = false): Node => {
  const tensorShape = { dim: shape.map((size) => ({ size: String(size) })) };
  const tensor = { dtype: isWhole ? 'DT_INT32' : 'DT_FLOAT', tensorShape, [isWhole ? 'intVal' : 'floatVal']: values };
  return { name, op: 'Const', attr: { value: { tensor } } };
};
const windowAttributes = (stride: number, padding: string) => ({
  strides: { list: { i: ['1', '1', String(stride), '1'] } },
  padding: { s: Buffer.from(padding).toString('base64') },
});

/** A matrix by what it makes of each unit vector. */
function columnsOf(text: string, size: number): number[][] {
  const network = openWithWeights(JSON.stringify({ ...(JSON.parse(text) as object), weightsManifest: undefined }));
  return Array.from({ length: size }, (_, k) =>
    outputOf(
      network,
      Array.from({ length: size }, (_, j) => (j === k ? 1 : 0)),
    ),
  );
}

describe('a transposed convolution of a graph', () => {
  const kernel = [2, 3, 5];
  const forward = (size: number, stride: number, padding: string) =>
    model([1, size, 1], {}, [
      constant('k', [1, 3, 1, 1], kernel),
      { name: 'y', op: 'Conv2D', input: ['x', 'k'], attr: windowAttributes(stride, padding) },
    ]);
  const backward = (from: number, size: number, stride: number, padding: string) =>
    model([1, from, 1], {}, [
      constant('k', [1, 3, 1, 1], kernel),
      constant('size', [4], [1, 1, size, 1], true),
      { name: 'y', op: 'Conv2DBackpropInput', input: ['size', 'k', 'x'], attr: windowAttributes(stride, padding) },
    ]);

  it.each([
    [4, 7, 2, 'SAME'],
    [4, 8, 2, 'SAME'],
    [3, 7, 3, 'SAME'],
    [3, 7, 2, 'VALID'],
    [3, 8, 2, 'VALID'],
    [5, 7, 1, 'VALID'],
  ] as const)(
    'from %i to %i positions, stride %i, %s, is the transpose of the convolution back',
    (from, size, stride, padding) => {
      const there = columnsOf(forward(size, stride, padding), size);
      const back = columnsOf(backward(from, size, stride, padding), from);
      expect(back.map((column) => column.length)).toEqual(Array(from).fill(size));
      expect(back).toEqual(there[0].map((_, row) => there.map((column) => column[row])));
    },
  );

  it('is refused where the size cannot come about, or is not known', () => {
    expect(layersOf(backward(4, 9, 2, 'SAME')).at(-1)).toBe(
      'unsupported: A transposed convolution cannot give 1×9 here.',
    );
    const unknown = model([1, 4, 1], { k: [1, 3, 1, 1], 'i/size': [4] }, [
      { name: 'y', op: 'Conv2DBackpropInput', input: ['i/size', 'k', 'x'], attr: windowAttributes(2, 'SAME') },
    ]);
    expect(layersOf(unknown).at(-1)).toContain('stands in a weights file that is not beside this one');
  });
});

describe('nothing of a graph is lost without a word', () => {
  const table = { table: [10, 4], 'i/axis': [], w: [12, 3] };
  const lookUp: Node[] = [
    { name: 'e', op: 'GatherV2', input: ['table', 'x', 'i/axis'] },
    constant('shape', [2], [-1, 12], true),
    { name: 'f', op: 'Reshape', input: ['e', 'shape'] },
    { name: 'o', op: 'MatMul', input: ['f', 'w'] },
  ];

  it('names an embedding', () => {
    const { network, problems } = open(model([3], table, lookUp), 'model.json');
    expect(problems).toEqual([]);
    expect(network.layers[0].scope).toBe('beyond');
    expect(network.layers[0].operation).toMatchObject({ what: 'an embedding of whole numbers' });
    expect(summary(network)).toEqual([
      'e embedding linear 3x4 40 0',
      'f flatten linear 12 0 0',
      'o dense linear 3 36 0',
    ]);
  });

  it.each([
    ['Pack', ['x', 'x'], 'The operation Pack is not analyzed.'],
    ['Prod', ['x', 'c'], 'The operation Prod is not analyzed.'],
    ['StridedSlice', ['x', 'c', 'c', 'c'], 'The operation StridedSlice is not analyzed.'],
    ['OneHot', ['x', 'c'], 'The operation OneHot is not analyzed.'],
  ])('refuses %s of a tensor', (op, input, message) => {
    const nodes: Node[] = [constant('c', [1], [1], true), { name: 'n', op, input }];
    expect(layersOf(model([3], {}, nodes))).toContain(`unsupported: ${message}`);
  });

  it('refuses windows and factors that it would otherwise forget', () => {
    const pool = (ksize: string[]) =>
      model([4, 4, 2], {}, [
        {
          name: 'p',
          op: 'MaxPool',
          input: ['x'],
          attr: { ksize: { list: { i: ksize } }, strides: { list: { i: ['1', '1', '1', '1'] } } },
        },
      ]);
    expect(layersOf(pool(['1', '2', '2', '2'])).at(-1)).toContain('along other axes than those of positions');
    expect(layersOf(pool(['1', '2', '2', '1']))).toEqual(['p max_pooling2d linear 3x3x2 0 18']);
    const resize = (op: string, attr: object) =>
      layersOf(model([4, 4, 1], {}, [constant('s', [2], [8, 8], true), { name: 'r', op, input: ['x', 's'], attr }]));
    expect(resize('ResizeBilinear', {}).at(-1)).toContain('half-pixel centers is not analyzed');
    expect(resize('ResizeBilinear', { half_pixel_centers: { b: true } })).toEqual(['r up_sampling2d linear 8x8x1 0 0']);
    expect(resize('ResizeNearestNeighbor', { align_corners: { b: true } }).at(-1)).toContain('aligned corners');
  });

  it('says of an output that the input does not reach it', () => {
    const text = JSON.parse(model([3], { w: [3, 2] }, [{ name: 'o', op: 'MatMul', input: ['x', 'w'] }])) as object;
    const signature = { outputs: { a: { name: 'w:0' } } };
    expect(layersOf(JSON.stringify({ ...text, signature })).at(-1)).toContain(
      'The output w does not depend on the input',
    );
  });
});
