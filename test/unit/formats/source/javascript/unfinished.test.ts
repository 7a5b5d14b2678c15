import { describe, expect, it } from 'vitest';
import { readSource, render } from './render.ts';

/** The layers of the network that is built with what a loop left that was not followed to its end. */
function layersAfter(text: string): string[] {
  return readSource(text).networks.flatMap(render);
}

const cut = 'depends on `i < 1e6`, which is not known here.';

describe('what a loop leaves that is not followed to its end', () => {
  it('is not a whole list', () => {
    const layers = layersAfter(`const layers = [tf.layers.dense({ units: 3, inputShape: [2] })];
      for (let i = 0; i < 1e6; i++) layers.push(tf.layers.dense({ units: 4 }));
      const net = tf.sequential({ layers });`);
    expect(layers.slice(0, 4)).toEqual([
      expect.stringMatching(/^net -> unknown_1$/),
      'input: [2]',
      'dense_1: dense 3 <- input',
      'dense_2: dense 4 <- dense_1',
    ]);
    expect(layers.at(-1)).toContain(`unknown ? What is built here ${cut}`);
  });

  it.each([
    ['a variable', 'let n = 1; function more() { n++; }', 'more();', 'n', 'is `n`, which is not known here.'],
    ['a property', 'const o = { n: 1 };', 'o.n += 1;', 'o.n', cut],
    [
      'a property behind a method',
      'class A { n = 1; more() { this.n++; } } const a = new A();',
      'a.more();',
      'a.n',
      cut,
    ],
    ['an object that others are copied to', 'const o = { n: 1 };', 'Object.assign(o, { m: i });', 'o.m', undefined],
    ['an item', 'const list = [1, 2];', 'list[1] = i;', 'list[1]', cut],
    ['the length of a list', 'const list = [1];', 'list.push(2);', 'list.length', cut],
    ['a list in another order', 'const list = [1, 2];', 'list.reverse();', 'list[0]', cut],
    ['an entry of a map', `const map = new Map([['n', 1]]);`, `map.set('n', i);`, `map.get('n')`, cut],
    ['the size of a set', 'const set = new Set();', 'set.add(i);', 'set.size', cut],
  ])('is not known: %s', (_what, start, body, value, why) => {
    const layers = layersAfter(`${start} for (let i = 0; i < 1e6; i++) { ${body} }
      tf.sequential({ layers: [tf.layers.dense({ units: ${value}, inputShape: [2] })] });`);
    expect(layers.at(-1)).toMatch(/^dense_1: dense \? units .* is not known here\. <- input$/);
    if (why !== undefined) expect(layers.at(-1)).toContain(why);
  });

  it('stays known where the loop does not write to it', () => {
    const layers = layersAfter(`const o = { n: 5 }; const log = []; for (let i = 0; i < 1e6; i++) log.push(o.n);
      tf.sequential({ layers: [tf.layers.dense({ units: o.n, inputShape: [2] })] });`);
    expect(layers.at(-1)).toBe('dense_1: dense 5 <- input');
  });

  it('is said of a callback of an unknown function, too', () => {
    const { networks, problems } = readSource(`let units = 1; const net = tf.sequential();
      emitter.on('ready', () => { net.add(tf.layers.dense({ units: 3, inputShape: [2] })); units++; function f() { f(); f(); } f(); });
      const other = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [2] })] });`);
    expect(problems.map(({ code }) => code)).toContain('too-complex');
    const [net, other] = networks.map(render);
    expect(net.at(-1)).toContain('What follows was not read');
    expect(other.at(-1)).toMatch(/^dense_1: dense \? units /);
  });
});

describe('methods that give long or strange values', () => {
  it.each([
    [`'ab'.padStart(5, '-').length`, 5],
    [`'abab'.replaceAll('a', 'xyz').length`, 8],
    [`'abc'.split('').length`, 3],
    [`[3, 1, 2].toSorted()[0]`, 1],
    [`[1, 2, 3].toReversed()[0]`, 3],
    [`[10, 9, 1].sort()[1]`, 10],
    [`[1, 2, 3, 4].splice(-2, 1)[0]`, 3],
    [`(() => { const a = [1, 2, 3]; a.splice(1, 1, 7, 8); return a.length * 10 + a[2]; })()`, 48],
    [`(() => { const a = [1]; a.unshift(5, 6); return a[0] * 10 + a.length; })()`, 53],
    [`(() => { const a = [1, 2]; a.forEach((x) => a.push(x)); return a.length; })()`, 4],
    [
      `(() => { const m = new Map([[1, 2], [3, 4]]); m.delete(1); m.set(3, 9); m.set(5, 6); return m.get(3) * 10 + m.size; })()`,
      92,
    ],
    [`(() => { const s = new Set([1, 2, 2, NaN, NaN]); return s.size; })()`, 3],
    [`(() => { const m = new Map(); if (unknown) m.set(1, 2); m.set(1, 4); return m.get(1); })()`, 4],
    [`[[1, [2, [3]]], 4].flat(Infinity).length`, 4],
  ])('%s', (expression, value) => {
    const layers = layersAfter(
      `tf.sequential({ layers: [tf.layers.dense({ units: ${expression}, inputShape: [2] })] });`,
    );
    expect(layers.at(-1)).toBe(`dense_1: dense ${value} <- input`);
  });

  it.each(['padEnd(20000)', 'repeat(20000)', `concat('y'.repeat(9999), 'z')`, `replaceAll('', 'y'.repeat(9000))`])(
    'does not know what is too long to be kept: %s',
    (call) => {
      const layers = layersAfter(
        `tf.sequential({ layers: [tf.layers.dense({ units: 'x'.${call}.length, inputShape: [2] })] });`,
      );
      expect(layers.at(-1)).toMatch(/^dense_1: dense \? units /);
    },
  );
});
