import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { expectSoundResult } from './sound.ts';
import { readTypeScript } from '../../src/formats/source/javascript/typescript.ts';

const example = readFileSync(new URL('../../examples/cnn.ts', import.meta.url), 'utf8');

/** One of everything that the reader treats in its own way. */
const mixture = `// @region-lens depth = 2
import * as tf from '@tensorflow/tfjs';
enum Size { small = 4, large = 8 }
class Net extends tf.Sequential {
  #units = [Size.large, ...[Size.small]];
  constructor(private readonly inputs = 2) { super({ name: \`net\${1 + 1}\` }); this.grow(); }
  grow() { this.#units.forEach((units, i) => this.add(tf.layers.dense({ units, ...(i ? {} : { inputShape: [this.inputs] }) }))); }
}
new Net();
export const build = (depth: number, { wide = true } = {}) => {
  const input = tf.input({ shape: [6] });
  let x: any = input;
  for (let i = 0; i < depth; i++) { const h = tf.layers.dense({ units: wide ? 6 : missing }).apply(x); x = tf.layers.add().apply([x, h]); }
  switch (mode) { case 'a': x = tf.layers.reLU().apply(x); break; default: try { x = null ?? x; } catch { throw /[/]"/; } }
  return tf.model({ inputs: input, outputs: x });
};
const literal: Network = { input: [2], layers: [{ type: 'dense', units: 3, activation: "relu" }] };
`;

const expectSound = (text: string) => expectSoundResult(text, readTypeScript(text, 'model.ts', { weights: true }));

describe('a source while it is being written', () => {
  it('is read whole', () => {
    expect(expectSound(example).networks.map(({ name }) => name)).toEqual(['digits', 'residualDigits']);
    expect(expectSound(mixture).networks).toHaveLength(3);
  });

  it.each([
    ['the example', example],
    ['a mixture', mixture],
  ])('is read wherever %s is cut off', (_name, text) => {
    for (let end = 0; end < text.length; end += 23) expectSound(text.slice(0, end));
  });

  it('keeps the layers that are complete when the text is cut off', () => {
    const layers = Array.from({ length: 6 }, (_, i) => `    tf.layers.dense({ units: ${i + 1}, inputShape: [2] }),\n`);
    const text = `const net = tf.sequential({\n  layers: [\n${layers.join('')}  ],\n});\n`;
    const complete = layers.map((_, i) => text.indexOf(layers[i]) + layers[i].length - 2);
    for (let end = complete[0]; end < text.length; end++) {
      const [network] = expectSound(text.slice(0, end)).networks;
      expect(network.layers.length).toBeGreaterThanOrEqual(complete.filter((at) => at <= end).length);
    }
  });

  it('keeps what stands around a line that is being written', () => {
    const before = `const model = tf.sequential();\nmodel.add(tf.layers.dense({ units: 4, inputShape: [2] }));\n`;
    const line = `model.add(tf.layers.conv2d({ filters: 3, kernelSize: [3, 3], activation: 'relu' }));`;
    const after = `\nmodel.add(tf.layers.dense({ units: 1, name: 'last' }));\n`;
    const missing: string[] = [];
    for (let end = 0; end <= line.length; end++) {
      // Of these two lines JavaScript makes one expression.
      if (line.slice(0, end) === 'model.') continue;
      const { networks } = expectSound(before + line.slice(0, end) + after);
      const names = networks.flatMap((network) => network.layers.map((layer) => layer.name));
      expect(names).toContain('dense_1');
      if (!names.includes('last')) missing.push(line.slice(0, end));
    }
    expect(missing).toEqual([]);
  });

  it('is read when a piece is missing, doubled or out of place', () => {
    const piece = fc.tuple(
      fc.nat(mixture.length),
      fc.nat(40),
      fc.nat(mixture.length),
      fc.constantFrom('drop', 'double', 'move'),
    );
    fc.assert(
      fc.property(piece, ([start, length, target, what]) => {
        const end = start + length;
        const part = mixture.slice(start, end);
        const rest = mixture.slice(0, start) + mixture.slice(end);
        const kept = what === 'double' ? mixture : rest;
        expectSound(what === 'drop' ? rest : kept.slice(0, target) + part + kept.slice(target));
      }),
      { numRuns: 100 },
    );
  });

  it('is read whatever the values are', () => {
    const value = fc.oneof(
      fc.constantFrom(
        '1e308',
        '-1',
        '0.5',
        'NaN',
        '{}',
        '[]',
        'null',
        'undefined',
        "''",
        '() => 1',
        'tf',
        'tf.layers',
        'class {}',
        'x',
        'tf.sequential()',
        'tf.input({ shape: [2] })',
        '[[[]]]',
        'new Map()',
        '`${x}`',
        'Math',
        '2n',
        '/a/',
        'this',
        'await 1',
      ),
      fc.integer().map(String),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 8, maxLength: 8 }), (v) => {
        expectSound(`const m = tf.sequential({ layers: [tf.layers.dense({ units: ${v[0]}, inputShape: ${v[1]} }), ${v[2]}] });
          m.add(${v[3]}); const a = ${v[4]}; for (const b of ${v[5]}) m.add(b); const t = tf.layers.conv2d(${v[6]}).apply(${v[7]});
          const { p = ${v[0]}, ...q } = ${v[1]}; const [r, ...s] = ${v[2]}; a[${v[3]}] = ${v[4]}; a.push?.(${v[5]}); (${v[6]}).length + -${v[7]};
          tf.model({ inputs: ${v[0]}, outputs: t }); tf.model(${v[1]}); tf.model({ inputs: t, outputs: [${v[2]}, t] });
          export const net: Network = { input: ${v[3]}, layers: [{ type: 'dense', units: ${v[4]}, inputs: ${v[5]}, name: ${v[6]}, weights: ${v[7]} }] };`);
      }),
      { numRuns: 150 },
    );
  });
});
