import { describe, expect, it } from 'vitest';
import { readTypeScript } from '../../../../../src/formats/source/javascript/typescript.ts';
import { readSource, render } from './render.ts';

const good = `const good = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });`;
const goodLines = ['good -> dense_1', 'input: [2]', 'dense_1: dense 3 <- input'];

/** Each has to come to an end soon, and leave alone what stands after it. */
const endless: readonly [string, string][] = [
  ['an endless while', `while (true) {}`],
  ['an endless for', `for (;;) { let x = 1; x++; }`],
  ['a loop whose condition never falls', `let i = 0; do { i += 0; } while (i < 1);`],
  ['endless loops within endless loops', `for (;;) for (;;) for (;;) while (true) { Math.max(1, 2); }`],
  ['a list that grows while it is walked', `const a = [1]; for (const x of a) a.push(x);`],
  ['recursion', `function f(n: number): number { return f(n + 1) + 1; } f(0);`],
  ['recursion that branches', `const f = (n: number): number => f(n + 1) + f(n + 2) + f(n + 3); f(0);`],
  ['functions that call each other', `function a() { b(); } function b() { a(); a(); } a();`],
  ['recursion behind a condition that is not known', `function f() { if (unknown) f(); else f(); f(); } f();`],
  ['constructors that construct', `class A { a = new A(); b = new A(); } new A();`],
  ['a getter that gets itself', `const o = { get x() { return this.x + this.x; } }; o.x;`],
  ['a getter that never returns', `const o = { get x() { for (;;) {} } }; o.x;`],
  ['a huge array', `new Array(1e9).fill(0).map((_, i) => i); Array.from({ length: 1e12 }); Array(2 ** 32);`],
  [
    'an array that doubles',
    `let a = [1]; for (let i = 0; i < 100; i++) a = [...a, ...a]; for (let i = 0; i < 100; i++) a = a.concat(a);`,
  ],
  ['a string that doubles', `let s = 'x'; for (let i = 0; i < 100; i++) s += s; 'y'.repeat(1e9); 'z'.padStart(1e9);`],
  [
    'a list that holds itself',
    `const a: any[] = []; for (let i = 0; i < 50; i++) a.push(a); a.flat(Infinity); a.join(); tf.layers.dense({ units: a }); const b = unknown ? a : [...a];`,
  ],
  [
    'an object that holds itself',
    `const o: any = { input: [2], layers: [] }; o.layers.push({ type: 'dense', units: o, o, p: o });`,
  ],
  ['a model that holds itself', `const m = tf.sequential(); m.add(m); m.add(m);`],
  [
    'models that double',
    `let m = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }); for (let i = 0; i < 40; i++) m = tf.sequential({ layers: [m, m] });`,
  ],
  [
    'ever more models',
    `for (;;) { const m = tf.sequential(); m.add(tf.layers.dense({ units: 1, inputShape: [1] })); }`,
  ],
  [
    'a proxy, eval and generators',
    `const p = new Proxy({}, { get() { for (;;) {} } }); p.x.y(); eval('for(;;){}'); function* g() { for (;;) yield 1; } for (const x of g()) x; [...g()];`,
  ],
  [
    'names of the host',
    `const o: any = {}; o.__proto__.x = 1; o.constructor.constructor('return process')(); ({}).toString(); [].constructor; 'x'.constructor; process.exit(1); globalThis.process; tf.constructor; tf.__proto__;`,
  ],
  [
    'sorting by chance',
    `Array.from({ length: 5000 }, (_, i) => i).sort(() => Math.random() - 0.5).sort((a, b) => (b - a) * NaN);`,
  ],
  ['a promise that never comes', `await new Promise(() => { for (;;) {} });`],
  ['a switch within a loop', `let s = 0; for (;;) { switch (s) { case 0: s = 1; continue; case 1: s = 0; } }`],
  ['a label without end', `outer: for (;;) { for (;;) continue outer; }`],
];

describe('sources that would not end', () => {
  it.each(endless)('reads on after %s', (_what, text) => {
    const lines = readSource(`${text}\n${good}`)
      .networks.filter(({ name }) => name === 'good')
      .flatMap(render);
    expect(lines).toEqual(goodLines);
  });

  it('says where it stopped', () => {
    const text = `function f(n) { f(n + 1); f(n + 2); } f(0);`;
    const problems = readSource(text).problems.map(({ code }) => code);
    expect(problems).toEqual(['too-complex']);
  });

  it('does not call a model finished that an endless loop builds', () => {
    const text = `const net = tf.sequential(); net.add(tf.layers.dense({ units: 3, inputShape: [2] })); for (;;) net.add(tf.layers.dense({ units: 3 }));`;
    const [network] = readSource(text).networks;
    expect(network.layers.at(-1)?.operation.kind).toBe('unknown');
  });

  it.each(['f(, 1)', 'new A(, 1)', 'f?.(,)', '[, 1].map(,)', 'tf.layers.dense(, {})'])(
    'reads on behind a call that misses an argument: %s',
    (call) => {
      const { networks } = readSource(`const x = ${call};\n${good}`);
      expect(networks).toHaveLength(1);
    },
  );

  it('does not take a training loop for a part of the model', () => {
    const text = `async function main() {
      const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
      let best = 0;
      for (let epoch = 0; epoch < 100000; epoch++) for (let batch = 0; batch < 100000; batch++) { const loss = await net.fit(x, y); best = Math.max(best, 1); }
      net.add(tf.layers.dense({ units: 1 }));
    }`;
    expect(readSource(text).networks.flatMap(render)).toEqual([
      'net -> dense_2',
      'input: [2]',
      'dense_1: dense 3 <- input',
      'dense_2: dense 1 <- dense_1',
    ]);
  });

  const nested: readonly [string, string][] = [
    ['parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['arrays', `${'['.repeat(20000)}${']'.repeat(20000)}`],
    ['operators', Array(20000).fill('1').join(' + ')],
    ['calls', `f${'(f'.repeat(5000)}${')'.repeat(5000)}`],
    ['members', `a${'.a'.repeat(20000)}`],
    ['blocks', `${'{'.repeat(5000)}${'}'.repeat(5000)}`],
    ['conditions', `${'x ? 1 : '.repeat(5000)}2`],
    ['functions', `${'(() => '.repeat(3000)}1${')()'.repeat(3000)}`],
    ['ifs', `${'if (x) '.repeat(3000)};`],
  ];

  it.each(nested)('survives deeply nested %s', (_what, text) => {
    const { networks, problems } = readSource(`${text};\n${good}`);
    expect(networks.length).toBeLessThanOrEqual(1);
    expect(problems.every(({ severity }) => severity === 'information')).toBe(true);
  });

  it('reads nothing from texts that are not source', () => {
    for (const text of ['', '\u0000', '<html></html>', '#!/bin/sh\nls', '{', '}', '`${', "'", '/*', '@', '\uFEFF']) {
      expect(readTypeScript(text, 'model.ts', { weights: false })).toMatchObject({
        format: 'typescript',
        networks: [],
        problems: [],
      });
    }
  });
});
