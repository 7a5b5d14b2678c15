import { describe, expect, it } from 'vitest';
import { renderAll } from './render.ts';

interface Idiom {
  readonly name: string;
  readonly source: string;
  readonly expected: readonly string[];
}

const twoDense = ['input: [2]', 'dense_1: dense 4 relu <- input', 'dense_2: dense 1 <- dense_1'];
const mlp = ['net -> dense_2', ...twoDense];

const idioms: readonly Idiom[] = [
  {
    name: 'a list of layers',
    source: `const net = tf.sequential({ layers: [
      tf.layers.dense({ units: 4, activation: 'relu', inputShape: [2] }),
      tf.layers.dense({ units: 1 }),
    ] });`,
    expected: mlp,
  },
  {
    name: 'layers added one by one',
    source: `const net = tf.sequential();
      net.add(tf.layers.dense({ units: 4, activation: 'relu', inputShape: [2] }));
      net.add(tf.layers.dense({ units: 1 }));`,
    expected: mlp,
  },
  {
    name: 'the functional interface',
    source: `const input = tf.input({ shape: [2] });
      const hidden = tf.layers.dense({ units: 4, activation: 'relu' }).apply(input) as tf.SymbolicTensor;
      const net = tf.model({ inputs: [input], outputs: tf.layers.dense({ units: 1 }).apply(hidden) as tf.SymbolicTensor });`,
    expected: mlp,
  },
  {
    name: 'data in a text, and copies of it that are changed',
    source: `const given = JSON.parse('{"units": [4, 1], "act": "relu"}');
      const other = structuredClone(given); other.units.push(9); other.act = 'tanh';
      const third = JSON.parse(JSON.stringify(given)) as { units: number[] }; third.units[0] = 7;
      const net = tf.sequential({ layers: given.units.map((units, i) =>
        tf.layers.dense({ units, ...(i === 0 ? { activation: given.act, inputShape: [other.units.length - 1] } : {}) })) });`,
    expected: mlp,
  },
  {
    name: 'constants and arithmetic',
    source: `const width = 2 ** 3; let half = width / 2; half += width % 3; half -= 2;
      const net = tf.sequential({ layers: [
        tf.layers.dense({ units: Math.max(half, 3), activation: \`re\${'lu'}\`, inputShape: [width >> 2] }),
        tf.layers.dense({ units: +!!half }),
      ] });`,
    expected: mlp,
  },
  {
    name: 'a loop over literals',
    source: `const net = tf.sequential();
      net.add(tf.layers.inputLayer({ inputShape: [2] }));
      for (const [units, activation] of [[4, 'relu'], [1, undefined]] as const) net.add(tf.layers.dense({ units, activation }));`,
    expected: mlp,
  },
  {
    name: 'a counted loop with continue and break',
    source: `const sizes = [4, 0, 1, 9]; const net = tf.sequential();
      for (let i = 0; i < sizes.length; i++) {
        if (sizes[i] === 0) continue;
        if (i === 3) break;
        net.add(tf.layers.dense({ units: sizes[i], ...(i === 0 ? { inputShape: [2], activation: 'relu' } : {}) }));
      }`,
    expected: mlp,
  },
  {
    name: 'while, do and a labeled loop',
    source: `let n = 8; while (n > 4) n--;
      let one = 0; do { one++; } while (one < 1);
      outer: for (;;) { for (const _ of [1, 2]) { break outer; } }
      const net = tf.sequential({ layers: [tf.layers.dense({ units: n, activation: 'relu', inputShape: [2] }), tf.layers.dense({ units: one })] });`,
    expected: mlp,
  },
  {
    name: 'layers from map, spread and concat',
    source: `const first = tf.layers.dense({ units: 4, activation: 'relu', inputShape: [2] });
      const rest = [1].map((units) => tf.layers.dense({ units }));
      const net = tf.sequential({ layers: [first, ...rest].concat([]) });`,
    expected: mlp,
  },
  {
    name: 'library functions on arrays',
    source: `const sizes = Array.from({ length: 2 }, (_, i) => (i === 0 ? 4 : 1));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const net = tf.sequential();
      [...Array(2).keys()].forEach((i) => net.add(tf.layers.dense({
        units: [...sizes.entries()].filter(([k]) => k === i).flatMap(([, size]) => [size])[0],
        activation: i < total - 4 ? 'relu' : 'linear', inputShape: new Array(1).fill(2) })));`,
    expected: mlp,
  },
  {
    name: 'helper functions with defaults and destructuring',
    source: `function layer({ units = 4, activation = 'relu' } = {}, ...rest: object[]) {
        return tf.layers.dense({ units, activation, ...Object.assign({}, ...rest) });
      }
      const net = tf.sequential({ layers: [layer(undefined, { inputShape: [2] }), layer({ units: 1, activation: undefined! }, { activation: 'linear' })] });`,
    expected: mlp,
  },
  {
    name: 'a tensor reassigned in a loop',
    source: `const input = tf.input({ shape: [2] }); let x: any = input;
      for (const config of [{ units: 4, activation: 'relu' }, { units: 1 }]) x = tf.layers.dense(config as any).apply(x);
      export const net = tf.model({ inputs: input, outputs: x });`,
    expected: mlp,
  },
  {
    name: 'names from the library by import and destructuring',
    source: `import { sequential, layers as L } from '@tensorflow/tfjs-node';
      const { dense } = tf.layers;
      const net = sequential({ layers: [dense({ units: 4, activation: 'relu', inputShape: [2] }), L['dense']({ units: 1 })] });`,
    expected: mlp,
  },
  {
    name: 'shorter names for namespaces',
    source: `import layers = tf.layers;
      namespace Sizes { export const hidden = 4; }
      import hidden = Sizes.hidden;
      const net = tf.sequential({ layers: [layers.dense({ units: hidden, activation: 'relu', inputShape: [2] }), layers.dense({ units: 1 })] });`,
    expected: mlp,
  },
  {
    name: 'layers folded over a tensor, from the entries of an object',
    source: `const units = { hidden: 4, out: 1 } as const; const input = tf.input({ shape: [2] });
      const layers = Object.entries(units).map(([key, units]) => tf.layers.dense({ units, activation: key === 'hidden' ? 'relu' : 'linear' }));
      const net = tf.model({ inputs: input, outputs: layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });`,
    expected: mlp,
  },
  {
    name: 'recursion that ends, try and compound conditions',
    source: `function stack(depth: number): tf.layers.Layer[] {
        return depth === 0 ? [] : [...stack(depth - 1), tf.layers.dense({ units: depth === 1 ? 4 : 1, ...(depth === 1 && { activation: 'relu', inputShape: [2] }) })];
      }
      let layers: tf.layers.Layer[] = []; try { layers = stack(2); } catch { layers = []; } finally { layers.at(-1); }
      const net = tf.sequential({ layers } satisfies tf.SequentialArgs);`,
    expected: mlp,
  },
  {
    name: 'chained calls and promises',
    source: `async function build() { return tf.sequential({ layers: [tf.layers.dense({ units: 4, activation: 'relu', inputShape: [2] })] }); }
      let net: tf.Sequential;
      build().then((model) => { net = model; net!.add(tf.layers.dense({ units: 1 })); });`,
    expected: ['model -> dense_2', ...twoDense],
  },
  {
    name: 'enums, objects, maps and as const',
    source: `enum Size { one = 1, two, four = two * 2 }
      const config = { hidden: { units: Size.four }, out: new Map([['units', Size.one]]) } as const satisfies object;
      const net = tf.sequential({ layers: [
        tf.layers.dense({ ...config.hidden, activation: 'relu', inputShape: [Size['two']] }),
        tf.layers.dense({ units: config?.out.get('units')! }),
      ] });`,
    expected: mlp,
  },
  {
    name: 'conditions that fold',
    source: `const deep = 'mlp' as string; const net = tf.sequential();
      if (deep !== 'mlp') net.add(tf.layers.flatten()); else net.add(tf.layers.dense({ units: deep.length + 1, activation: 'relu', inputShape: [2] }));
      switch (deep) { case 'cnn': net.add(tf.layers.flatten()); break; case 'mlp': net.add(tf.layers.dense({ units: 1 })); break; default: throw new Error(); }`,
    expected: mlp,
  },
  {
    name: 'a class with fields, getters, private and static members',
    source: `class Builder {
        static outputs = 1;
        #hidden = 4;
        model = tf.sequential();
        constructor(private readonly inputs: number, readonly activation = 'relu') {}
        get hidden() { return this.#hidden; }
        build() { return this.dense(this.hidden, { inputShape: [this.inputs], activation: this.activation }).dense(Builder.outputs).model; }
        private dense(units: number, more = {}) { this.model.add(tf.layers.dense({ units, ...more })); return this; }
      }
      const net = new Builder(2).build();`,
    expected: ['model -> dense_2', ...twoDense],
  },
  {
    name: 'a class that extends a model',
    source: `class Net extends tf.Sequential {
        constructor(hidden: number) { super({ name: 'net' }); this.add(tf.layers.dense({ units: hidden, activation: 'relu', inputShape: [2] })); }
        add(layer: any) { super.add(layer); }
        finish() { this.add(tf.layers.dense({ units: 1 })); }
      }
      new Net(4).finish();`,
    expected: mlp,
  },
  {
    name: 'classes that inherit from one another',
    source: `abstract class Base { abstract units(): number; layer() { return tf.layers.dense({ units: this.units(), activation: 'relu', inputShape: [2] }); } }
      class Four extends Base { units() { return 4; } layer() { return super.layer(); } }
      const net = tf.sequential({ layers: [new Four().layer(), tf.layers.dense({ units: 1 })] });`,
    expected: mlp,
  },
  {
    name: 'activations as layers, pooling and convolution',
    source: `const net = tf.sequential({ layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: [3, 5], padding: 'same', inputShape: [8, 8, 1] }),
        tf.layers.reLU(), tf.layers.maxPool2d({ poolSize: 2 }), tf.layers.leakyReLU({ alpha: 0.1 }),
        tf.layers.flatten(), tf.layers.dense({ units: 2, activation: 'softmax' }) ] });`,
    expected: [
      'net -> dense_1',
      'input: [8, 8, 1]',
      'conv2d_1: conv2d 3 3x5 same <- input',
      're_lu_1: relu relu <- conv2d_1',
      'max_pooling2d_1: max_pooling2d 2x2 <- re_lu_1',
      'leaky_relu_1: leaky_relu leaky_relu <- max_pooling2d_1',
      'flatten_1: flatten <- leaky_relu_1',
      'dense_1: dense 2 softmax <- flatten_1',
    ].map((line) => line.replaceAll('re_lu_1', 'relu_1')),
  },
  {
    name: 'branches that meet: add, concatenate, a shared layer',
    source: `const a = tf.input({ shape: [3], name: 'left' }); const b = tf.input({ shape: [3] });
      const shared = tf.layers.dense({ units: 3, name: 'embed' });
      const [x, y] = [a, b].map((t) => shared.apply(t) as tf.SymbolicTensor);
      const sum = tf.layers.add().apply([x, y]) as tf.SymbolicTensor;
      const net = tf.model({ inputs: [a, b], outputs: tf.layers.concatenate().apply([sum, x]) as tf.SymbolicTensor, name: 'siamese' });`,
    expected: [
      'siamese -> concatenate_1',
      'left: [3]',
      'input: [3]',
      'embed: dense 3 <- left',
      'embed_2: dense 3 (shares embed) <- input',
      'add_1: add <- embed, embed_2',
      'concatenate_1: concatenate <- add_1, embed',
    ],
  },
  {
    name: 'models within models',
    source: `const block = tf.sequential({ name: 'block', layers: [tf.layers.dense({ units: 3, activation: 'relu' })] });
      const input = tf.input({ shape: [2] });
      const inner = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(input) as any });
      const net = tf.sequential(); net.add(inner); net.add(block); net.add(block);`,
    expected: [
      'inner -> dense_1',
      'input: [2]',
      'dense_1: dense 2 <- input',
      'net -> block/dense_2',
      'input: [2]',
      'dense_1: dense 2 <- input',
      'block/dense_1: dense 3 relu <- dense_1',
      'block/dense_2: dense 3 relu (shares block/dense_1) <- block/dense_1',
    ],
  },
  {
    name: 'a part of a model as a model',
    source: `const base = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2], name: 'cut' }), tf.layers.dense({ units: 9 })] });
      const net = tf.model({ inputs: base.inputs, outputs: tf.layers.reLU({ name: 'top' }).apply(base.getLayer('cut').output) as any });`,
    expected: [
      'base -> dense_1',
      'input: [2]',
      'cut: dense 4 <- input',
      'dense_1: dense 9 <- cut',
      'net -> top',
      'input: [2]',
      'cut: dense 4 <- input',
      'top: relu relu <- cut',
    ],
  },
  {
    name: 'the shape of a symbolic tensor',
    source: `const input = tf.input({ shape: [8, 8, 2] });
      const x = tf.layers.conv2d({ filters: 5, kernelSize: 3 }).apply(input) as tf.SymbolicTensor;
      const net = tf.model({ inputs: input, outputs: tf.layers.dense({ units: x.shape[x.shape.length - 1]! }).apply(x) as any });`,
    expected: [
      'net -> dense_1',
      'input: [8, 8, 2]',
      'conv2d_1: conv2d 5 3x3 valid <- input',
      'dense_1: dense 5 <- conv2d_1',
    ],
  },
  {
    name: 'ConvNetJS',
    source: `const layer_defs = [];
      layer_defs.push({ type: 'input', out_sx: 1, out_sy: 1, out_depth: 2 });
      layer_defs.push({ type: 'fc', num_neurons: 4, activation: 'relu' }, { type: 'fc', num_neurons: 6, activation: 'maxout' });
      layer_defs.push({ type: 'softmax', num_classes: 3 });
      const net = new convnetjs.Net(); net.makeLayers(layer_defs);`,
    expected: [
      'net -> dense_2',
      'input: [2]',
      'dense_1: dense 4 relu <- input',
      'maxout_1: maxout 3 <- dense_1',
      'dense_2: dense 3 softmax <- maxout_1',
    ],
  },
];

describe('networks in TypeScript', () => {
  it.each(idioms)('reads $name', ({ source, expected }) => {
    expect(renderAll(source)).toEqual(expected);
  });

  it('reads CommonJS', () => {
    const source = `const tf = require('@tensorflow/tfjs-node');
      const { layers } = tf;
      module.exports.net = tf.sequential({ layers: [layers.dense({ units: 4, activation: 'relu', inputShape: [2] }), layers.dense({ units: 1 })] });`;
    expect(renderAll(source, 'model.cjs')).toEqual(mlp);
  });

  it('tells models apart that share a variable name by the functions that make them', () => {
    const source = `
      export function small() { const model = tf.sequential(); model.add(tf.layers.dense({ units: 1, inputShape: [2] })); return model; }
      export function large() { const model = tf.sequential(); model.add(tf.layers.dense({ units: 9, inputShape: [2] })); return model; }`;
    expect(renderAll(source)).toEqual([
      'small -> dense_1',
      'input: [2]',
      'dense_1: dense 1 <- input',
      'large -> dense_1',
      'input: [2]',
      'dense_1: dense 9 <- input',
    ]);
  });

  it('tells models apart that one function makes by the variables that hold them', () => {
    const source = `
      const build = (units: number) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2] })] });
      const small = build(1), large = build(9);`;
    expect(renderAll(source).filter((line) => line.includes('->'))).toEqual(['small -> dense_1', 'large -> dense_1']);
  });
});
