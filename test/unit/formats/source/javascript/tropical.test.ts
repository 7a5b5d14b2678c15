import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';

const networksIn = (text: string, fileName: string) => {
  const { networks, problems } = read(text, fileName, { weights: false })!;
  return { networks: networks.map((definition) => buildNetwork(definition).network), problems };
};
const facts = (text: string, fileName: string) =>
  networksIn(text, fileName).networks[0].layers.map(({ operation, outputShape }) => [operation, outputShape]);

/** A layer of the file's own with 5 units of 3 numbers each. */
const source = (call: string, build = '[this.units, shape[shape.length - 1]]', more = '') => `
import * as tf from '@tensorflow/tfjs';
class Own extends tf.layers.Layer {
  private w!: tf.LayerVariable;
  private readonly units: number;
  constructor(config: { units: number }) { super(config); this.units = config.units; ${more} }
  override build(shape: number[]) {
    this.w = this.addWeight('w', ${build}, 'float32', tf.initializers.randomNormal({ stddev: 1 }));
    this.built = true;
  }
  override computeOutputShape(shape: number[]) { return [shape[0], this.units]; }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    ${call}
  }
  static get className() { return 'Own'; }
}
export const model = tf.sequential({ layers: [
  tf.layers.dense({ inputShape: [2], units: 3 }), new Own({ units: 5 }), tf.layers.dense({ units: 1 }) ] });
`;
const columns = '[shape[1], this.units]';

describe('max-plus products in the code of a layer of TensorFlow.js', () => {
  it.each([
    ['max', 'return x.expandDims(1).add(this.w.read()).max(2);'],
    ['max', 'return tf.tidy(() => tf.max(tf.add(tf.expandDims(x, -2), this.w.read()), -1));'],
    ['min', 'return tf.tidy(() => this.w.read().expandDims(0).add(x.expandDims(1)).min([2], false));'],
    ['min', 'return tf.min(x.expandDims(2).add(this.w.read()), 1);', columns],
    ['max', 'const sums = x.expandDims(-1).add(this.w.read()); return sums.max(1);', columns],
  ])('are %s-plus layers: %s', (semiring, call, build?: string) => {
    const { problems } = networksIn(source(call, build), 'net.ts');
    expect(problems).toEqual([]);
    const text = `{ "input": [2], "layers": [ { "type": "dense", "units": 3 },
      { "type": "tropical_dense", "units": 5, "semiring": "${semiring}" }, { "type": "dense", "units": 1 } ] }`;
    expect(facts(source(call, build), 'net.ts')).toEqual(facts(text, 'a.network.json'));
  });

  it.each([
    ['a soft maximum', 'return x.expandDims(1).add(this.w.read()).logSumExp(2);'],
    ['a bias', 'return x.expandDims(1).add(this.w.read()).max(2).add(this.w.read());'],
    ['units behind it', 'return x.expandDims(1).add(this.w.read()).max(2).relu();'],
    ['a difference', 'return x.expandDims(1).sub(this.w.read()).max(2);'],
    ['a product', 'return x.expandDims(1).mul(this.w.read()).max(2);'],
    ['an axis that is kept', 'return x.expandDims(1).add(this.w.read()).max(2, true);'],
    ['the greatest over units', 'return x.expandDims(1).add(this.w.read()).max(1);'],
    ['the greatest of all', 'return x.expandDims(1).add(this.w.read()).max();'],
    ['the greatest input', 'return x.max(1);'],
    ['the input', 'return x;'],
    ['the input and weights together', 'return x.add(this.w.read());'],
    ['weights that fit one number of inputs', 'return x.expandDims(1).add(this.w.read()).max(2);', '[this.units, 7]'],
    ['as many units as inputs', 'return x.expandDims(1).add(this.w.read()).max(2);', '[shape[1], shape[1]]'],
    ['what does not end', 'for (;;) x.add(1);'],
    ['an error', "throw new Error('not here');"],
  ])('are not taken for it, and the layer is named: %s', (_what, call, build?: string) => {
    const { networks, problems } = read(source(call, build), 'net.ts', { weights: false })!;
    expect(networks.map(({ layers }) => layers.map(({ operation }) => operation.kind))).toEqual([
      ['dense', 'unknown', 'dense'],
    ]);
    expect(problems.map(({ message }) => message)).toContain(
      'Own is not a layer of Keras: what it computes is not known.',
    );
  });

  it('are followed in the functional interface, as first layers and with weights in common', () => {
    const text = source('return x.expandDims(1).add(this.w.read()).max(2);').replace(
      /export const model[^]*/,
      `const own = new Own({ units: 3, inputShape: [3] });
const input = tf.input({ shape: [3] });
export const twice = tf.model({ inputs: input, outputs: own.apply(own.apply(input)) as tf.SymbolicTensor });
export const alone = tf.sequential({ layers: [new Own({ units: 3, inputShape: [3] })] });
`,
    );
    const { networks, problems } = networksIn(text, 'net.ts');
    expect(problems).toEqual([]);
    const layers = networks.map((network) => network.layers.map(({ type, sharedWith }) => [type, sharedWith]));
    expect(layers).toEqual([
      [
        ['tropical_dense', undefined],
        ['tropical_dense', 0],
      ],
      [['tropical_dense', undefined]],
    ]);
  });

  it.each(["throw new Error('')", 'for (;;) made++', 'return x.max(1)'])('take back what they change: %s', (end) => {
    const call = `made++; x.max(1); ${end};`;
    const text = `let made = 4;\n${source(call)}\nexport const more = tf.sequential({ layers: [
      tf.layers.dense({ inputShape: [2], units: made }) ] });`;
    const { networks } = read(text, 'net.ts', { weights: false })!;
    expect(networks.at(-1)!.layers.map(({ operation }) => operation)).toMatchObject([{ kind: 'dense', units: 4 }]);
  });

  it('do not hide networks in methods of other layers', () => {
    const text = `
import * as tf from '@tensorflow/tfjs';
class Block extends tf.layers.Layer {
  build() { this.net = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] })] }); }
  call(x) { return this.net.apply(x); }
}
const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 3 }), new Block({})] });
`;
    const { networks } = networksIn(text, 'net.ts');
    expect(networks.map(({ name }) => name)).toEqual(['model', 'net']);
  });

  it('leave nothing behind where they are tried', () => {
    const inner = 'this.inner = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] }); made++;';
    const text = `let made = 4;\n${source('return this.inner.apply(x);', undefined, inner).replace('units: 5', 'units: made')}`;
    const { networks } = networksIn(text, 'net.ts');
    expect(networks.map(({ name }) => name)).toEqual(['model']);
  });
});
