import { describe, expect, it } from 'vitest';
import { readTypeScript } from '../../../../../src/formats/source/javascript/typescript.ts';
import { render } from './render.ts';

function read(text: string) {
  return readTypeScript(text, 'model.ts', { weights: false });
}

const net = (library: string) =>
  `${library}.sequential({ layers: [${library}.layers.dense({ units: 3, inputShape: [2] })] })`;

describe('where the library comes from', () => {
  const sources: readonly [string, string][] = [
    ['a parameter of a function', `export function build(tf) { return ${net('tf')}; }`],
    ['a parameter of a constructor', `class Agent { constructor(tf) { this.tf = tf; this.net = ${net('this.tf')}; } }`],
    ['a field of the parameter', `export const build = ({ tf }) => ${net('tf')};`],
    ['a member of the parameter', `export const build = (deps) => ${net('deps.tf')};`],
    ['an argument that is not known', `function build(tf) { return ${net('tf')}; } build(pick(backend));`],
    [
      'a field that is set later',
      `class A { tf; async init() { this.tf = await load(); } build() { return ${net('this.tf')}; } }`,
    ],
    [
      'a variable that is set later',
      `let tf = null; export const build = () => ${net('tf')}; export const init = async () => { tf = await load(); };`,
    ],
    ['an import that is awaited', `const tf = await import('@tensorflow/tfjs'); const net = ${net('tf')};`],
    ['an import and what follows it', `import('@tensorflow/tfjs').then((t) => { const net = ${net('t')}; });`],
    [
      'several imports together',
      `Promise.all([import('@tensorflow/tfjs'), import('./data')]).then(([t]) => ${net('t')});`,
    ],
    [
      'parts of an import',
      `import('@tensorflow/tfjs').then(({ sequential, layers }) => sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }));`,
    ],
    ['require', `const t = require('@tensorflow/tfjs-node'); const net = ${net('t')};`],
    ['require of a path that is not known', `const tf = require(path); const net = ${net('tf')};`],
    ['AMD', `define(['jquery', '@tensorflow/tfjs'], function ($, t) { return ${net('t')}; });`],
    ['AMD with a name', `define('net', ['@tensorflow/tfjs'], (t) => ${net('t')});`],
    ['AMD by the name of the parameter', `define(['lib/tf.min'], function (tf) { return ${net('tf')}; });`],
    ['require of AMD', `require(['@tensorflow/tfjs'], (t) => { const net = ${net('t')}; });`],
    [
      'a module for all loaders',
      `(function (root, factory) {
      if (typeof define === 'function' && define.amd) define(['@tensorflow/tfjs'], factory);
      else if (typeof module === 'object') module.exports = factory(require('@tensorflow/tfjs'));
      else root.net = factory(root.tf);
    })(this, function (t) { return ${net('t')}; });`,
    ],
    ['a type', `export function build(engine: typeof import('@tensorflow/tfjs')) { return ${net('engine')}; }`],
    [
      'a type that is imported',
      `import type * as T from '@tensorflow/tfjs'; export const build = (engine: typeof T) => ${net('engine')};`,
    ],
    [
      'the type of a field',
      `class A { engine: typeof import('@tensorflow/tfjs'); build() { return ${net('this.engine')}; } }`,
    ],
  ];

  it.each(sources)('does not matter: %s', (_where, text) => {
    const { networks, problems } = read(text);
    expect(networks.map((network) => render(network).slice(1))).toEqual([['input: [2]', 'dense_1: dense 3 <- input']]);
    expect(problems).toEqual([]);
  });

  it('is not the library where the source says what tf is', () => {
    const { networks } = read(
      `const tf = { sequential: () => 1, layers: { dense: () => 2 } }; const net = ${net('tf')};`,
    );
    expect(networks).toEqual([]);
  });

  it.each([
    ['engine', `export function build(engine) { return ${net('engine')}; }`, 'engine.sequential'],
    ['this.engine', `class A { build() { return ${net('this.engine')}; } }`, 'this.engine.sequential'],
    [
      'sequential',
      `export const build = ({ sequential, layers }) => sequential({ layers: [layers.dense({ units: 3 })] });`,
      'sequential',
    ],
    [
      'engine',
      `export const build = (engine, x, layers) => engine.model({ inputs: x, outputs: layers.dense({ units: 3 }).apply(x) });`,
      'engine.model',
    ],
    [
      'nn',
      `export const build = (nn, layers) => { const m = new nn.Sequential(); m.add(layers.dense({ units: 3 })); };`,
      'nn.Sequential',
    ],
  ])('is named where it is not known: %s', (name, text, place) => {
    const { networks, problems } = read(text);
    expect(networks).toEqual([]);
    expect(problems).toHaveLength(1);
    const [{ severity, message, span }] = problems;
    expect(severity).toBe('information');
    expect(message).toBe(`\`${name}\` is not known here: a network that is built with it is not read.`);
    expect(text.slice(span.start, span.end)).toBe(place);
  });
});

describe('names of what is not known', () => {
  it('are those of values, not of their methods', () => {
    const text = `import * as tf from '@tensorflow/tfjs';
      export function head(features, sizes) {
        const net = tf.sequential();
        net.add(tf.layers.dense({ inputShape: features.shape.slice(1), units: 3 }));
        for (const [, units] of sizes.slice(1).entries()) net.add(tf.layers.dense({ units }));
        return net;
      }`;
    const { problems } = read(text);
    expect(problems.map(({ message, span }) => [message.split('.')[0], text.slice(span.start, span.end)])).toEqual([
      ['inputShape depends on `features', 'features.shape.slice(1)'],
      ['What is built here depends on `sizes`, which is not known here', 'sizes.slice(1).entries()'],
    ]);
  });

  it('speak of the list that gives the layers, each time that it is walked', () => {
    const text = `import * as tf from '@tensorflow/tfjs';
      class P {
        create(sizes) {
          this.net = tf.sequential();
          sizes.forEach((units, i) => { this.net.add(tf.layers.dense({ units, inputShape: i === 0 ? [4] : undefined })); });
          this.net.add(tf.layers.dense({ units: 1 }));
        }
      }
      export const first = (sizes) => new P().create(sizes);
      export const second = (sizes) => new P().create(sizes);`;
    const { networks, problems } = read(text);
    for (const network of networks)
      expect(render(network)[1]).toMatch(/^unknown_1: unknown \? What is built here depends on `sizes`/);
    expect(problems.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('needs inputShape'));
    expect(problems.some(({ message }) => message.startsWith('What is built here depends on `sizes`'))).toBe(true);
  });
});
