import { describe, expect, it } from 'vitest';
import { fixture, open, openFixture, readText, summary, underlined } from '../fixtures.ts';
import { openWithWeights, outputOf } from '../values.ts';

const samples = (count: number, size: number) =>
  Array.from({ length: count }, (_, k) => Array.from({ length: size }, (__, i) => Math.sin(7 * k + 3 * i + 1)));

describe('a ConvNetJS network', () => {
  interface Volume {
    readonly sx: number;
    readonly sy: number;
    readonly depth: number;
    readonly w: Record<string, number>;
  }
  interface Layer {
    readonly layer_type: string;
    readonly sx: number;
    readonly sy: number;
    readonly stride: number;
    readonly pad: number;
    readonly out_depth: number;
    readonly out_sx: number;
    readonly out_sy: number;
    readonly drop_prob: number;
    readonly group_size: number;
    readonly filters: Volume[];
    readonly biases: Volume;
  }
  const blank = (sx: number, sy: number, depth: number): Volume => ({ sx, sy, depth, w: {} });
  const at = ({ sx, sy, depth, w }: Volume, x: number, y: number, d: number): number | undefined =>
    x < 0 || y < 0 || x >= sx || y >= sy ? undefined : w[(sx * y + x) * depth + d];
  const entries = ({ w }: Volume) => Object.values(w);

  /** What ConvNetJS computes, written out by its definition. */
  function forward(layer: Layer, v: Volume): Volume {
    const out = blank(layer.out_sx, layer.out_sy, layer.out_depth);
    const put = (x: number, y: number, d: number, value: number) => (out.w[(out.sx * y + x) * out.depth + d] = value);
    const pointwise = (f: (value: number) => number): Volume => ({
      ...v,
      w: Object.fromEntries(entries(v).map((value, i) => [i, f(value)])),
    });
    switch (layer.layer_type) {
      case 'relu':
        return pointwise((value) => Math.max(0, value));
      case 'dropout':
        return pointwise((value) => layer.drop_prob * value);
      case 'maxout':
        for (let d = 0; d < out.depth; d++) {
          put(0, 0, d, Math.max(...Array.from({ length: layer.group_size }, (_, k) => v.w[d * layer.group_size + k])));
        }
        return out;
      case 'fc':
        layer.filters.forEach((filter, d) =>
          put(
            0,
            0,
            d,
            entries(v).reduce((sum, value, i) => sum + value * filter.w[i], layer.biases.w[d]),
          ),
        );
        return out;
      case 'conv':
      case 'pool':
        for (let y = 0; y < out.sy; y++)
          for (let x = 0; x < out.sx; x++)
            for (let d = 0; d < out.depth; d++) {
              let [sum, most] = [layer.biases?.w[d] ?? 0, -Infinity];
              for (let fy = 0; fy < layer.sy; fy++)
                for (let fx = 0; fx < layer.sx; fx++) {
                  const [ix, iy] = [x * layer.stride - layer.pad + fx, y * layer.stride - layer.pad + fy];
                  most = Math.max(most, at(v, ix, iy, d) ?? -Infinity);
                  for (let c = 0; c < v.depth; c++)
                    sum +=
                      (at(v, ix, iy, c) ?? 0) * (layer.layer_type === 'conv' ? at(layer.filters[d], fx, fy, c)! : 0);
                }
              put(x, y, d, layer.layer_type === 'conv' ? sum : most);
            }
        return out;
      default:
        return v;
    }
  }

  function expectEqualOutputs(text: string): void {
    const { layers } = JSON.parse(text) as { layers: Layer[] };
    const [{ out_sx: sx, out_sy: sy, out_depth: depth }, ...rest] = layers;
    const network = openWithWeights(text);
    for (const input of samples(3, sx * sy * depth)) {
      const first: Volume = { sx, sy, depth, w: Object.fromEntries(input.entries()) };
      const expected = entries(rest.reduce((volume, layer) => forward(layer, volume), first));
      const found = outputOf(network, input);
      expect(found).toHaveLength(expected.length);
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 9));
    }
  }

  it('is read with its shapes and weights', () => {
    expect(summary(openFixture('convnetjs.json').network)).toEqual([
      'conv2d_1 conv2d linear 2x3x2 20 0',
      'relu_1 relu relu 2x3x2 0 12',
      'max_pooling2d_1 max_pooling2d linear 1x2x2 0 4',
      'flatten_1 flatten linear 4 0 0',
      'dense_1 dense linear 3 15 0',
      'relu_2 relu relu 3 0 3',
      'activation_1 activation linear 3 0 0',
      'dense_2 dense linear 2 8 0',
      'softmax_1 softmax softmax 2 0 0',
    ]);
    expectEqualOutputs(fixture('convnetjs.json'));
  });

  const volume = (depth: number, at: number) => ({
    sx: 1,
    sy: 1,
    depth,
    w: Object.fromEntries(samples(1, depth)[0].map((v, i) => [i, v * at])),
  });
  const fc = (inputs: number, outputs: number) => ({
    layer_type: 'fc',
    out_depth: outputs,
    out_sx: 1,
    out_sy: 1,
    filters: Array.from({ length: outputs }, (_, k) => volume(inputs, k + 1)),
    biases: volume(outputs, 2),
  });
  const input = { layer_type: 'input', out_sx: 1, out_sy: 1, out_depth: 3 };

  it('has maxout units over neurons side by side', () => {
    const maxout = { layer_type: 'maxout', group_size: 3, out_depth: 2, out_sx: 1, out_sy: 1 };
    const text = JSON.stringify({ layers: [input, fc(3, 6), maxout, fc(2, 2)] });
    expect(summary(open(text, 'a.json').network)).toEqual([
      'maxout_1 maxout linear 2 24 2',
      'dense_1 dense linear 2 6 0',
    ]);
    expectEqualOutputs(text);
  });

  it('passes over long volumes, whose numbers stand under their places, until weights are wanted', () => {
    const text = JSON.stringify({ layers: [{ ...input, out_depth: 200 }, fc(200, 2)] });
    expect(readText(text, 'a.json').networks[0].layers[0].weights).toBeUndefined();
    expect(readText(text, 'a.json', true).networks[0].layers[0].weights?.kernel.shape).toEqual([200, 2]);
  });

  it('says what it cannot read', () => {
    const text = JSON.stringify({
      layers: [input, { layer_type: 'quadtransform' }, { layer_type: 'fc', out_depth: 0 }, { layer_type: 'maxout' }],
    });
    expect(underlined(text, readText(text, 'a.json').problems)).toEqual([
      'unknown-layer at "quadtransform"',
      'bad-value at 0',
    ]);
    const conv = JSON.stringify({
      layers: [{ ...input, out_sx: 4 }, { layer_type: 'conv', sx: 1, out_depth: 2 }, { layer_type: 'maxout' }],
    });
    expect(underlined(conv, readText(conv, 'a.json').problems)).toEqual(['unsupported at "maxout"']);
  });
});

describe('a brain.js network', () => {
  interface Trained {
    readonly layers: { readonly weights: number[][]; readonly biases: number[] }[];
  }

  it('has one activation for all its layers, and its weights', () => {
    const text = fixture('brainjs.json');
    expect(summary(openFixture('brainjs.json').network)).toEqual([
      'dense_1 dense leaky_relu 4 12 4',
      'dense_2 dense leaky_relu 3 15 3',
      'dense_3 dense leaky_relu 1 4 1',
    ]);
    const { layers } = JSON.parse(text) as Trained;
    const network = openWithWeights(text);
    for (const input of samples(4, 2)) {
      let values = input;
      for (const { weights, biases } of layers.slice(1)) {
        const before = values;
        values = weights
          .map((row, k) => row.reduce((sum, weight, i) => sum + weight * before[i], biases[k]))
          .map((z) => Math.max(z, 0.125 * z));
      }
      outputOf(network, input).forEach((value, i) => expect(value).toBeCloseTo(values[i], 9));
    }
  });

  it('of old versions keeps its neurons under their names', () => {
    const old = {
      sizes: [2, 2],
      layers: [
        { r: {}, g: {} },
        { dark: { bias: 0.5, weights: { r: 1, g: -2 } }, light: { bias: -1, weights: { r: 3, g: 4 } } },
      ],
      outputLookup: true,
      inputLookup: true,
      activation: 'relu',
    };
    const network = openWithWeights(JSON.stringify(old));
    expect(outputOf(network, [1, 1])).toEqual([0, 6]);
    expect(outputOf(network, [2, 1])).toEqual([0.5, 9]);
    const leaky = readText(JSON.stringify({ ...old, activation: 'leaky-relu' }), 'a.json');
    expect(leaky.problems.map(({ code }) => code)).toEqual(['approximation']);
  });

  it('is not piecewise linear unless it says so', () => {
    const text = fixture('brainjs.json').replace('"activation":"leaky-relu",', '');
    expect(open(text, 'a.json').network.layers.map(({ activation, scope: reach }) => [activation.name, reach])).toEqual(
      [
        ['sigmoid', 'boundary'],
        ['sigmoid', 'beyond'],
        ['sigmoid', 'beyond'],
      ],
    );
  });

  it('says when its weights do not fit its sizes', () => {
    const text = fixture('brainjs.json').replace('"sizes":[2,4,3,1]', '"sizes":[2,4,3,2]');
    expect(readText(text, 'a.json', true).problems.map(({ message }) => message)).toEqual([
      'The weights cannot be read: 3 weights and 1 biases do not fit 2 neurons with 3 inputs.',
    ]);
  });
});

describe('an NNI search space', () => {
  it('says what each choice of a size can do at most', () => {
    const { problems } = readText(fixture('nni.json'), 'nni.json');
    expect(underlined(fixture('nni.json'), problems)).toEqual([
      'search-space at {',
      'search-space at "hidden_size"',
      'search-space at "n_units"',
      'search-space at "fc_dim"',
      'search-space at "num_layers"',
    ]);
    const said = problems.map(({ message }) => message);
    expect(said[1]).toContain('at most 2^16 (65,536) for the least choice and 2^64 (below 10^19.27) for the greatest');
    expect(said[2]).toContain('2^8 (256) for the least choice and 2^32 (4,294,967,296)');
    expect(said[3]).toContain('2^4 (16) for the least choice and 2^12 (4,096)');
    expect(said[4]).toContain('at most 2^16 (65,536) regions for the least choices and 2^192 (below 10^57.8)');
  });
});

describe('a configuration of Hugging Face', () => {
  it('shows one feed-forward block where that is piecewise linear, and says why not more', () => {
    const { network, problems } = openFixture('huggingface.json');
    expect(summary(network)).toEqual(['dense_1 dense relu 32 288 32', 'dense_2 dense linear 8 264 0']);
    expect(problems[0].message).toMatch(/^This configures a transformer \(opt\): 3 layers, width 8, 2 attention heads/);
    expect(problems[0].message).toMatch(/softmax attention and normalization it is not piecewise linear/);
  });

  it('shows none where it is gated or smooth', () => {
    const gated = fixture('huggingface.json').replace('"opt"', '"llama"');
    expect(readText(gated, 'config.json')).toMatchObject({ networks: [] });
    const smooth = fixture('huggingface.json').replace('"relu"', '"gelu_new"');
    expect(readText(smooth, 'config.json')).toMatchObject({ networks: [] });
    expect(readText(smooth, 'config.json').problems[0].message).toContain('normalization and gelu_new');
  });
});
