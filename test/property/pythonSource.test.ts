import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { expectSoundResult } from './sound.ts';
import { read } from '../../src/formats/registry.ts';

const example = readFileSync(new URL('../unit/formats/source/python/classics/resnet.py', import.meta.url), 'utf8');

const imports = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

/** One of everything that the reader treats in its own way. */
const mixture = `${imports}import copy, itertools
from dataclasses import dataclass, field
from functools import partial
@dataclass
class Config:
    width: int = 4
    sizes: list = field(default_factory=lambda: [1, 2])
class Base(nn.Module):
    scale = 2
    @property
    def width(self): return self.config.width * Base.scale
    def __init__(self, config=None, *args, act=nn.ReLU, **kwargs):
        super().__init__()
        self.config = config or Config(**kwargs)
        self.norms = nn.ModuleDict({f"n{i}": nn.BatchNorm2d(self.width) for i in range(2)})
        setattr(self, 'act', partial(act, inplace=True)())
class Net(Base):
    def blocks(self):
        for i, (a, b) in enumerate(zip([3, *[self.width] * 1], (self.width,) * 2)):
            yield nn.Conv2d(a, b, 3, padding=1)
    def __init__(self, depth: int = 2, **kwargs):
        super(Net, self).__init__(**kwargs)
        self.stages = nn.Sequential(*self.blocks())
        assert depth > 0, f"{depth!r:>3}"
        while depth: depth -= 1
        try: self.extra = {'a': None}['b']
        except KeyError as error: pass
        finally: self.head = copy.deepcopy(nn.Linear(self.width * 8 * 8 // 1, (n := 10)))
    def forward(self, x, mask=None):
        match self.training:
            case True | None: return x
            case _: x = self.act(self.stages(x))
        with torch.no_grad(): x = x + self.norms["n0"](x) if mask is None else x[:, ::2]
        x, *rest = itertools.chain([x], [lambda y, /, *, z=1: y ** z])
        return self.head(x.flatten(1)), {'x': x.mean((2, 3))}
if __name__ == "__main__":
    model = Net(); model(torch.randn(1, 3, 8, 8))
`;

const kerasMixture = `from tensorflow import keras
import tensorflow as tf
class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(units, activation=tf.nn.relu)
    def call(self, x, training): return x + 0.5 * self.inner(x)
class Net(keras.Model):
    def __init__(self, depth=2):
        super().__init__()
        self.blocks = [Block(4) for _ in range(depth)]
    def call(self, inputs):
        for block in self.blocks: inputs = block(inputs)
        return tf.concat([inputs, inputs], axis=-1)
net = Net(); net.build((None, 4))
a, b = keras.Input((4,)), keras.Input(shape=[4], name="b")
model = keras.Model([a, b], keras.layers.add([net(a), Block(4)(b)]))
row = keras.Sequential([keras.Input((4,)), Block(4), model.layers[0], keras.layers.Dense(3, "relu")], name="row")
if unknown: row.add(keras.layers.Dense(2))
`;

const NOTHING = { format: '', networks: [], problems: [] };
const expectSound = (text: string) => expectSoundResult(text, read(text, 'model.py', { weights: true }) ?? NOTHING);

describe('Python while it is being written', () => {
  it('is read whole', () => {
    expect(expectSound(example).networks.map(({ name }) => name)).toEqual(['resnet18', 'resnet50', 'resnext50_32x4d']);
    const [network] = expectSound(mixture).networks;
    expect(network.layers.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['conv2d', 'relu', 'batch_normalization', 'add', 'flatten', 'dense']),
    );
    expect(expectSound(kerasMixture).networks.map(({ name }) => name)).toEqual(['model', 'row', 'net']);
  });

  it('is read wherever it is cut off', () => {
    for (let end = 0; end < mixture.length; end += 29) expectSound(mixture.slice(0, end));
  });

  it('is read when a piece is missing, doubled or out of place', () => {
    const piece = fc.tuple(
      fc.constantFrom(mixture, kerasMixture),
      fc.nat(mixture.length),
      fc.nat(40),
      fc.nat(mixture.length),
      fc.constantFrom('drop', 'double', 'move'),
    );
    fc.assert(
      fc.property(piece, ([text, start, length, target, what]) => {
        const part = text.slice(start, start + length);
        const rest = text.slice(0, start) + text.slice(start + length);
        const kept = what === 'double' ? text : rest;
        expectSound(what === 'drop' ? rest : kept.slice(0, target) + part + kept.slice(target));
      }),
      { numRuns: 80 },
    );
  });

  it('is read whatever the values are', () => {
    const value = fc.oneof(
      fc.constantFrom(
        ...'1e308 -1 0.5 float("nan") {} [] None () "" ... lambda:1 nn nn.ReLU nn.Linear(2,3) x self super() range(3)'.split(
          ' ',
        ),
        ...'[[[]]] {1:2} {1,2} (yield) torch.randn(2,3) *x **x x[::2] f"{x}" 2j 1_0 not(x) int print 3<x<4 (a:=1)'.split(
          ' ',
        ),
      ),
      fc.integer().map(String),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 8, maxLength: 8 }), (v) => {
        expectSound(`${imports}class Net(nn.Module):
    def __init__(self, a=${v[0]}, *b, c=${v[1]}):
        super().__init__()
        self.l = nn.Sequential(nn.Conv2d(${v[2]}, ${v[3]}, ${v[4]}), nn.Linear(${v[5]}), ${v[6]})
        self.m = nn.ModuleList(${v[7]}); self.m.append(${v[0]}); self.n = self.l[${v[1]}]
        for i in ${v[2]}: self.l.add_module(${v[3]}, ${v[4]})
        d = {${v[5]}: ${v[6]}}; d[${v[7]}] = a, *b = ${v[0]}; ${v[1]} + ${v[2]} * ${v[3]} // ${v[4]}
    def forward(self, x):
        x = self.l(x) + ${v[5]}; y = torch.cat([x, ${v[6]}], ${v[7]}); x = x.view(${v[0]}, ${v[1]})
        x = F.max_pool2d(${v[2]}, ${v[3]}); x = x[${v[4]}]; a, b = x.split(${v[5]}, 1), x.chunk(${v[6]}, dim=${v[7]})
        return x if ${v[0]} else [self.m[0](x), y.permute(${v[1]}), x.mean(${v[2]})]
net = Net(${v[3]}, c=${v[4]}); net(${v[5]}); nets = [Net(q) for q in ${v[6]} if ${v[7]}]
`);
      }),
      { numRuns: 80 },
    );
  });
});

const block = `class Block(nn.Module):
    def __init__(self, width=2):
        super().__init__()
        self.a = nn.Linear(width, width)
    def forward(self, x):
        return self.a(x)
`;

/** Lines of `turn`, many times. */
const loop = (turn: string) => `for i in range(5000):\n    for j in range(5000):\n        ${turn}\n`;
const last = 'last = nn.Sequential(nn.Linear(2, 3), nn.ReLU())\n';

/** Small texts that ask for more work than there is time or memory. */
const bombs: readonly (readonly [what: string, text: string])[] = [
  ['a list of modules', `${block}net = nn.Sequential(nn.ModuleList([Block() for _ in range(10**9)]))\n`],
  ['layers in a row', 'net = nn.Sequential(*[nn.Linear(2, 2) for _ in range(10**9)])\n'],
  ['layers one by one', 'net = nn.Sequential()\nfor i in range(10**9):\n    net.append(nn.Linear(2, 2))\n'],
  ['an endless loop', 'found = []\nwhile True:\n    found.append(nn.Linear(2, 2))\n'],
  ['an endless generator', 'def g():\n    while True:\n        yield nn.ReLU()\nnet = nn.Sequential(*g())\n'],
  ['a generator of itself', 'def g():\n    yield from g()\n    yield from g()\nfound = list(g())\n'],
  ['a text that doubles', 's = "a"\nwhile True:\n    s = f"{s}{s}" + s\n'],
  [
    'parts of a long text',
    `s = "ab" * 50000\n${loop('t = s[::-1], s[1:], s.upper(), s.count("b"), "c" in s, s.split("b")')}`,
  ],
  [
    'sums of long lists',
    `l = [0] * 20000\n${loop('t = sum(l), max(l), 5 in l, l.index(7), sorted(l), any(l), l[::-1]')}`,
  ],
  ['changes of long lists', `l = list(range(20000))\n${loop('l.insert(0, i); l.pop(0); l.remove(5)')}`],
  ['tuples of tuples', 't = (1,) * 64\nfor i in range(60):\n    t = (t,) * 64\nd = {t: 1}\nt == t, t < t, d[t]\n'],
  [
    'large numbers',
    'n = 9**9**9**9\nl = [0] * n\nx = 1 << n, "%0999999999d" % 5, f"{5:0999999999d}", "{:>99999999}".format(5)\n',
  ],
  ['a recursion', 'def f(n):\n    return f(n - 1) + f(n - 2)\nx = f(10**9)\n'],
  ['arguments that double', 'def f(*a):\n    return f(*a, *a)\nf(1, 2)\n'],
  [
    'classes that make each other',
    'class A(nn.Module):\n    def __init__(s):\n        super().__init__()\n        s.a, s.b = B(), B()\nclass B(A):\n    def forward(s, x): return s.a(s.b(x))\n',
  ],
  ['a class of itself', 'class A(B): pass\nclass B(A): pass\nclass C(C, nn.Module): pass\nx = A(), B(), C()\n'],
  ['a module of itself', 'net = nn.Sequential()\nnet.append(net)\nnet(torch.randn(1, 2))\n'],
  [
    'one module in many',
    'a = nn.Sequential(*[nn.Linear(2, 2) for _ in range(1000)])\nall = [nn.Sequential(a) for _ in range(9000)]\n',
  ],
  [
    'pairs of pairs',
    'import copy\na = nn.Sequential(nn.Linear(2, 2))\nfor i in range(60): a = nn.Sequential(a, a)\nb = copy.deepcopy(a)\nb(torch.randn(1, 2))\n',
  ],
  [
    'parts of long modules',
    'm = nn.ModuleList([nn.Linear(2, 2) for _ in range(9000)])\nfor i in range(9000):\n    m[i], len(m), m[-1], m[2:], list(m.modules())\n',
  ],
  ['comprehensions within', 'l = [{a: [c for c in range(20000)]} for a in range(20000) for b in range(20000)]\n'],
  ['long dictionaries', `d = {i: i for i in range(20000)}\n${loop('list(d), dict(d), d.items(), {**d}, d == d')}`],
  ['ways that fork', 'def f(n):\n    if q: return f(n - 1)\n    else: return f(n + 1)\nf(0)\n'],
  [
    'a long way forward',
    `${block}class Long(Block):\n    def forward(self, x):\n        while True: x = torch.cat([x, self.a(x) + x])\n        return x\n`,
  ],
  [
    'many bases',
    Array.from(
      { length: 100 },
      (_none, i) =>
        `class C${i}(${Array.from({ length: Math.min(i, 40) }, (_more, k) => `C${i - 1 - k}`).join(', ')}): pass\n`,
    ).join('') + loop('C99().none'),
  ],
  ['brackets within brackets', `x = ${'['.repeat(3000)}\n`],
  ['strings within strings', `x = ${'f"{'.repeat(3000)}\n`],
  ['a long sum', `x = ${'1+'.repeat(20000)}1\n`],
  ['many dots', `x = a${'.b'.repeat(20000)}\n`],
  ['many calls', `${'nn.Sequential(nn.Linear('.repeat(3000)}\n`],
  ['deep blocks', Array.from({ length: 900 }, (_none, i) => `${' '.repeat(i)}if x:\n`).join('')],
  [
    'a model of itself',
    'from keras import layers, Sequential, Input\nm = Sequential([Input((2,))])\nm.add(m)\nm.add(Sequential([m, m]))\n',
  ],
  [
    'layers of Keras',
    'from keras import layers, Sequential, Input\nm = Sequential([layers.Dense(2) for _ in range(10**9)])\n',
  ],
  [
    'a sum of sums',
    'from keras import layers, Model, Input\nx = a = Input((2,))\nfor i in range(10**9): x = x + layers.Dense(2)(x)\nm = Model(a, x)\n',
  ],
  [
    'models within models',
    'from keras import layers, Sequential, Input\nm = Sequential([Input((2,)), layers.Dense(2)])\nfor i in range(60): m = Sequential([m, m])\n',
  ],
  ['unclosed heads', 'def f(x\n'.repeat(3000)],
  ['blank lines in brackets', `x = (${'\n'.repeat(50000)}`],
];

describe('Python that asks for too much', () => {
  it.each(bombs)('is read within seconds: %s', (_what, text) => {
    const start = performance.now();
    const whole = imports + last + text;
    expectSound(whole);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('leaves what stands before and behind it', () => {
    const text = `${imports}first = nn.Sequential(nn.Linear(2, 3))\nfor i in range(10**9):\n    x = [i] * 1000\n${last}`;
    expect(expectSound(text).networks.map(({ name }) => name)).toEqual(['first', 'last']);
  });
});
