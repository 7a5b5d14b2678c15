import { describe, expect, it } from 'vitest';
import { nativeNames } from '../../../../../src/formats/source/javascript/natives/globals.ts';
import { bombs } from './bombs.ts';
import { readSource } from './render.ts';

const before = `const before = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });`;
const after = before.replace('before', 'after');

/** Lets the test runner report, which it has to do within a minute. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('much work in few words', () => {
  it.each(bombs())('ends by the limits: %s', { timeout: 30_000 }, async (_name, sources) => {
    for (const source of sources) {
      const { networks, problems } = readSource(`${before}\n${source}\n${after}`);
      const names = networks.map(({ name }) => name);
      const stops = problems.filter(({ code }) => code === 'too-complex');
      expect(names[0], source).toBe('before');
      if (!names.includes('after')) expect(stops, source).not.toEqual([]);
      for (const { span } of stops) expect(span.start, source).toBeGreaterThan(before.length);
      await nextTurn();
    }
  });

  it('is tried with every function that is followed', () => {
    const names = bombs().map(([name]) => name);
    expect(nativeNames().filter((name) => !names.includes(name))).toEqual([]);
    expect(nativeNames().length).toBeGreaterThan(100);
  });

  it.each([
    ['sorting', 'for (let i = 0; i < 1e5; i++) list.sort();'],
    ['keeping copies', 'const kept = []; for (;;) kept.push([...list]);'],
  ])('in a function is stopped at the function: %s', (_what, body) => {
    const source = `function f() { const list = [...Array(20000).keys()]; ${body} f(); f(); }\nf();`;
    const { problems } = readSource(`${before}\n${source}`);
    const text = `import * as tf from '@tensorflow/tfjs';\n${before}\n${source}`;
    expect(problems.map(({ code, span }) => [code, text.slice(span.start, span.end)])).toEqual([
      ['too-complex', 'f();'],
    ]);
  });

  it.each([
    [
      'models',
      `for (let i = 1; i < 100; i++) tf.sequential({ layers: [tf.layers.dense({ units: i, inputShape: [2] })] });`,
      40,
    ],
    [
      'literals',
      Array.from(
        { length: 300 },
        (_none, i) => `const n${i}: Network = { input: [2], layers: [{ type: 'dense', units: 3 }] };`,
      ).join('\\n'),
      200,
    ],
  ])('says where there are more networks than are read: %s', (_what, text, read) => {
    const { networks, problems } = readSource(text);
    expect(networks).toHaveLength(read);
    expect(problems.map(({ message }) => message)).toEqual([
      'More networks are built here than are read: some of them are not shown.',
    ]);
  });

  it('does not say so of one network that is built often', () => {
    const { networks, problems } = readSource(`for (let i = 1; i < 100; i++) ${after.replace('const', 'var')}`);
    expect(networks).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it('in models without a layer comes to an end', { timeout: 30_000 }, () => {
    const doubling = `let m = tf.sequential(); for (let i = 0; i < 60; i++) m = tf.sequential({ layers: [m, m] });`;
    expect(readSource(`${doubling}\n${after}`).networks.map(({ name }) => name)).toEqual(['after']);
  });
});
