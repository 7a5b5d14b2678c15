import { describe, expect, it } from 'vitest';
import { readTypeScript } from '../../../../../src/formats/source/javascript/typescript.ts';
import { readSource, render, renderAll } from './render.ts';

/** What is said about a source text: code and message of each problem. */
function messages(text: string): string[] {
  return readSource(text).problems.map(({ message }) => message);
}

function layers(text: string): string[] {
  return readSource(text).networks.flatMap((network) => render(network).filter((line) => line.includes('<-')));
}

describe('values that the source does not tell', () => {
  it('names the symbol a field is', () => {
    const text = `export function build(units: number) {
      return tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2] }), tf.layers.dense({ units: 2 * units })] });
    }`;
    expect(layers(text)).toEqual([
      'dense_1: dense ? units is `units`, which is not known here. <- input',
      'dense_2: dense ? units depends on `units`, which is not known here. <- dense_1',
    ]);
    expect(readSource(text).problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['unknown-value', 'information'],
      ['unknown-value', 'information'],
    ]);
  });

  it('says so of the shape of the input', () => {
    const text = `import { SIZE } from './config';
      const net = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [SIZE, 2] })] });`;
    expect(messages(text)[0]).toMatch(/^inputShape depends on `SIZE`, which is not known here\./);
    expect(layers(text)[1]).toBe('dense_1: dense 1 <- input');
  });

  it('asks for the shape of the input where there is none', () => {
    expect(messages(`const net = tf.sequential({ layers: [tf.layers.dense({ units: 1 })] });`)[0]).toMatch(
      /needs inputShape/,
    );
  });

  it('takes the default of a parameter that nobody gives', () => {
    const text = `export function build(units = 3, { depth = 2 } = {}, options: any) {
      const width = options.width ?? units;
      const net = tf.sequential();
      for (let i = 0; i < depth; i++) net.add(tf.layers.dense({ units: width, inputShape: [width] }));
      return net;
    }`;
    expect(layers(text)).toEqual(['dense_1: dense 3 <- input', 'dense_2: dense 3 <- dense_1']);
  });

  it('keeps what both ways of a condition leave, and marks where they differ', () => {
    const text = `export function build(wide: boolean) {
      const net = tf.sequential();
      net.add(tf.layers.dense({ units: 3, inputShape: [2] }));
      if (wide) net.add(tf.layers.dense({ units: 100 })); else { net.add(tf.layers.dense({ units: 5 })); net.add(tf.layers.reLU()); }
      net.add(tf.layers.dense({ units: 1 }));
      return net;
    }`;
    expect(layers(text)).toEqual([
      'dense_1: dense 3 <- input',
      'unknown_1: unknown ? What is built here depends on `wide`, which is not known here. <- dense_1',
      'dense_2: dense 1 <- unknown_1',
    ]);
    const { problems } = readSource(text);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toContain('// @region-lens wide = …');
  });

  it('does not mind a condition on which only dropout depends', () => {
    const text = `export function build(rate?: number, noisy: boolean) {
      const input = tf.input({ shape: [2] });
      let x: any = tf.layers.dense({ units: 3 }).apply(input);
      if (noisy) x = tf.layers.dropout({ rate }).apply(x);
      const net = tf.sequential();
      net.add(tf.layers.dense({ units: 3, inputShape: [2] }));
      if (noisy) net.add(tf.layers.dropout({ rate }));
      net.add(tf.layers.dense({ units: 1 }));
      return [net, tf.model({ inputs: input, outputs: tf.layers.dense({ units: 1 }).apply(x) as any })];
    }`;
    const expected = ['dense_1: dense 3 <- input', 'dropout_1: dropout <- dense_1', 'dense_2: dense 1 <- dropout_1'];
    expect(layers(text)).toEqual([...expected, ...expected]);
  });

  it('joins values: equal ones stay, different ones become unknown', () => {
    const text = `export function build(wide: boolean, kind: string) {
      const common = wide ? { units: 3, activation: 'relu' } : { units: 4, activation: 'relu' };
      let same = 1;
      switch (kind) { case 'a': same = 7; break; case 'b': same = 7; break; default: throw new Error(kind); }
      return tf.sequential({ layers: [tf.layers.dense({ ...common, inputShape: [2] }), tf.layers.dense({ units: same })] });
    }`;
    expect(layers(text)).toEqual([
      'dense_1: dense ? units depends on `wide`, which is not known here. relu <- input',
      'dense_2: dense 7 <- dense_1',
    ]);
  });

  it('does not guess how often a loop runs', () => {
    const text = `export function build(sizes: number[]) {
      const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
      for (const units of sizes) net.add(tf.layers.dense({ units }));
      sizes.forEach((units) => net.add(tf.layers.dense({ units })));
      net.add(tf.layers.dense({ units: 1 }));
      return net;
    }`;
    const unknown = 'unknown ? What is built here depends on `sizes`, which is not known here.';
    expect(layers(text)).toEqual([
      'dense_1: dense 3 <- input',
      `unknown_1: ${unknown} <- dense_1`,
      `unknown_2: ${unknown} <- unknown_1`,
      'dense_2: dense 1 <- unknown_2',
    ]);
  });

  it('does not let an early return hide the model', () => {
    const text = `export async function load(path?: string, units: number) {
      if (await exists(path)) return tf.loadLayersModel(path!);
      if (units < 1) throw new Error('no units');
      const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
      return net;
    }
    async function main() { const net = await load(undefined, 3); net.add(tf.layers.dense({ units: 1 })); }`;
    expect(layers(text)).toEqual(['dense_1: dense 3 <- input', 'dense_2: dense 1 <- dense_1']);
  });

  it('does not believe counters that a callback of an unknown function changes', () => {
    const text = `let count = 0; reader.on('line', () => { count++; });
      tf.sequential({ layers: [tf.layers.dense({ units: count, inputShape: [2] })] });`;
    expect(layers(text)).toEqual(['dense_1: dense ? units depends on `reader.on`, which is not known here. <- input']);
  });

  it('names layers of its own that it cannot follow', () => {
    const text = `class Scale extends tf.layers.Layer { call(x: any) { return x; } }
      tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] }), new Scale()] });`;
    expect(layers(text)[1]).toMatch(/^Scale_1: Scale \? Scale is not a layer of Keras/);
  });
});

describe('directives', () => {
  const cases: [string, string][] = [
    [
      'on the line above',
      `// @region-lens n = 64\nconst n = load();\ntf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] });`,
    ],
    [
      'on the same line',
      `const n = load(); // @region-lens n = 64\ntf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] });`,
    ],
    [
      'for the field',
      `const net = tf.sequential();\n// @region-lens units = 64\nnet.add(tf.layers.dense({ units: load().n, inputShape: [2] }));`,
    ],
    [
      'within the call',
      `tf.sequential({ layers: [tf.layers.dense({\n  /* @region-lens units: 64 */\n  units: load(),\n  inputShape: [2] })] });`,
    ],
    [
      'for a parameter',
      `// @region-lens n = 64\nexport function build(n: number) { return tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] }); }`,
    ],
    [
      'for a parameter with a default',
      `// @region-lens n = 64\nexport function build(n = 5) { return tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] }); }`,
    ],
    [
      'for a part of something',
      `tf.sequential({ layers: [\n// @region-lens n = 32\ntf.layers.dense({ units: 2 * options.n, inputShape: [2] })] });`,
    ],
    [
      'several, one above the other',
      `// @region-lens inputShape = [2]\n// @region-lens n = 64\nconst net = tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: shape() })] });`,
    ],
    [
      'for the missing shape of the input',
      `const net = tf.sequential();\n// @region-lens inputShape = [2]\nnet.add(tf.layers.dense({ units: 64 }));`,
    ],
  ];

  it.each(cases)('supply a value %s', (_where, text) => {
    expect(renderAll(text).slice(1)).toEqual(['input: [2]', 'dense_1: dense 64 <- input']);
    expect(readSource(text).problems).toEqual([]);
  });

  it('decide conditions and loops', () => {
    const text = `// @region-lens kind = 'deep'
      // @region-lens sizes = [4, 5]
      export function build(kind: string, sizes: number[]) {
        const net = tf.sequential();
        if (kind === 'deep') for (const units of sizes) net.add(tf.layers.dense({ units, inputShape: [2] }));
        return net;
      }`;
    expect(layers(text)).toEqual(['dense_1: dense 4 <- input', 'dense_2: dense 5 <- dense_1']);
  });

  it.each([
    [
      'a field',
      `export const f = (n: number) => tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] });`,
      '3',
    ],
    [
      'a field that is computed',
      `const w = 2 * load();\ntf.sequential({ layers: [tf.layers.dense({ units: w, inputShape: [2] })] });`,
      '3',
    ],
    [
      'the shape of the input',
      `tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [n, 2] })] });`,
      '[2]',
    ],
    [
      'the shape of a tensor',
      `const x = tf.input({\n shape: load() });\ntf.model({ inputs: x, outputs: tf.layers.dense({ units: 3 }).apply(x) as any });`,
      '[2]',
    ],
    ['a shape that is missing', `tf.sequential({ layers: [tf.layers.dense({ units: 3 })] });`, '[2]'],
    [
      'a condition',
      `const m = tf.sequential();\nconst deep = load() > 1;\nif (deep)\n  m.add(tf.layers.dense({ units: 3, inputShape: [2] }));\nm.add(tf.layers.dense({ units: 1 }));`,
      'true',
    ],
    [
      'a list',
      `const m = tf.sequential();\nfor (const units of args.sizes) {\n  m.add(tf.layers.dense({ units, inputShape: [2] }));\n}\nm.add(tf.layers.dense({ units: 1 }));`,
      '[3]',
    ],
    [
      'a choice',
      `const m = tf.sequential();\nswitch (args.kind) {\n case 'a': m.add(tf.layers.dense({ units: 3, inputShape: [2] }));\n}\nm.add(tf.layers.dense({ units: 1 }));`,
      "'a'",
    ],
    ['the native form', `const net: Network = { input: [2], layers: [\n { type: 'dense', units: load() }] };`, '3'],
  ])('supply %s where its problem says so', (_what, text, value) => {
    const [problem] = readTypeScript(text, 'model.ts', { weights: false }).problems;
    const name =
      /@region-lens (\w+) = …/.exec(problem.message)?.[1] ?? /@region-lens (\w+) = \[…\]/.exec(problem.message)?.[1];
    const line = text.lastIndexOf('\n', problem.span.start - 1) + 1;
    const supplied = `${text.slice(0, line)}// @region-lens ${name} = ${value}\n${text.slice(line)}`;
    const { networks, problems } = readTypeScript(supplied, 'model.ts', { weights: false });
    expect(problems).toEqual([]);
    expect(render(networks[0])[2]).toBe('dense_1: dense 3 <- input');
  });

  it('do not change what is known', () => {
    const text = `// @region-lens units = 64\nconst net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });`;
    expect(layers(text)).toEqual(['dense_1: dense 3 <- input']);
  });

  it('in strings are not directives', () => {
    const text = `const s = '// @region-lens n = 64'; const n = load(); tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] });`;
    expect(layers(text)[0]).toContain('not known');
  });
});

describe('imports of local files', () => {
  const files: Record<string, string> = {
    'size.ts': `export const SIZE = 4;`,
    'config.ts': `export { SIZE } from './size'; import { SIZE } from './size'; export default { units: 2 * SIZE }; export { Kind } from './kinds/kind.js';`,
    'kinds/kind.ts': `import { SIZE } from '../size'; export enum Kind { small = SIZE - 1, large }`,
    'common.js': `module.exports = { width: 6, dense(units) { return tf.layers.dense({ units }); } };`,
    'loop.ts': `import { again } from './loop'; export const again2 = again; export const fine = 5;`,
  };
  const readFile = (path: string) => files[path];

  it('gives constants and functions', () => {
    const text = `import config, { SIZE, Kind } from './config';
      import * as common from './common.js';
      import { fine } from './loop';
      const net = tf.sequential({ layers: [
        tf.layers.dense({ units: config.units, inputShape: [SIZE] }), common.dense(common.width), tf.layers.dense({ units: Kind.large }),
        tf.layers.dense({ units: fine }) ] });`;
    expect(renderAll(text, 'src/model.ts', readFile)).toEqual([
      'net -> dense_4',
      'input: [4]',
      'dense_1: dense 8 <- input',
      'dense_2: dense 6 <- dense_1',
      'dense_3: dense 4 <- dense_2',
      'dense_4: dense 5 <- dense_3',
    ]);
  });

  it('leaves the names of files that are not there', () => {
    const text = `import { n } from './nowhere'; tf.sequential({ layers: [tf.layers.dense({ units: n, inputShape: [2] })] });`;
    expect(renderAll(text, 'model.ts', readFile)[2]).toContain('units is `n`');
  });
});
