import fc from '../fastCheck.ts';
import { describe, it } from 'vitest';
import { expectSameAsAfresh } from './editedPython.ts';

/** Networks that share constants, functions, classes and modules, and those that share nothing. */
const shared = `import torch
import torch.nn as nn
from functools import partial
WIDTH = 4
SIZES = [8, 6]
PLAN = {"a": [3, 5], "b": (2, 2)}
act = nn.ReLU()
registry = {}
count = 0
def make(n, m=WIDTH):
    return nn.Sequential(nn.Linear(n, m), nn.ReLU(), nn.Linear(m, 2))
def register(cls):
    registry[cls.__name__] = cls
    return cls
def grow(by=SIZES):
    return make(len(by))
def numbered():
    return nn.Linear(3, count)
class Plain(nn.Module):
    sizes = [3, 4]
    def __init__(self, extra=[]):
        super().__init__()
        self.a = nn.Linear(Plain.sizes[0], self.sizes[1]); self.b = nn.Linear(4, 1 + len(extra))
    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
class Child(Plain):
    def forward(self, x):
        return torch.relu(super().forward(x))
class Image(nn.Module):
    def __init__(self, channels=2):
        super().__init__()
        self.c = nn.Conv2d(3, channels, 3); self.f = nn.Linear(channels * 16, 5)
    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.c(x)), 2)
        return self.f(torch.flatten(x, 1))
class Wide(Image):
    def __init__(self):
        super().__init__(3)
class Shares(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = act; self.l = nn.Linear(WIDTH, 3)
    def forward(self, x):
        return self.act(self.l(x))
class Open(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.l = nn.Linear(n, 3)
    def forward(self, x):
        return torch.relu(self.l(x))
def pair():
    return Child(), Wide()
def chosen(kind=None):
    return nn.Sequential(nn.Linear(PLAN["a"][0], 3), nn.ReLU(), Open(3))
net = make(3)
other = make(WIDTH + 1, SIZES[0])
net(torch.randn(1, 3))
plain = Plain()
print(plain(torch.randn(2, 3)).shape)
if __name__ == "__main__":
    data = torch.randn(1, 5)
    print(other(data))
`;

/** Networks that nobody makes. */
const symbolic = `import torch
import torch.nn as nn
import torch.nn.functional as F
def block(a, b): return [nn.Conv2d(a, b, 3, padding=1), nn.ReLU()]
class First(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.body = nn.Sequential(*block(3, n), nn.MaxPool2d(2)); self.l = nn.Linear(n * 36, 2)
    def forward(self, x): return self.l(torch.flatten(self.body(x), 1))
class Second(First):
    def forward(self, x): return F.relu(super().forward(x))
class Third(nn.Module):
    def __init__(self, n, inner):
        super().__init__()
        self.inner = First(n); self.other = inner
    def forward(self, x): return self.other(self.inner(x))
def first(n=4): return First(n)
def second(n): return Second(n)
def third(): return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, missing))
`;

/** Statements that reach far. */
const statements = [
  'WIDTH = 5',
  'SIZES.append(7)',
  'PLAN["a"][0] = 2',
  'Plain.sizes = [2, 2]',
  'Plain.sizes[1] = 9',
  'Plain.sizes.append(1)',
  'act = nn.Tanh()',
  'nn.Linear = None',
  'net = nn.Sequential(net, nn.ReLU())',
  'net.add_module("x", nn.Linear(2, 2))',
  'net = first = make(2)',
  'grow()',
  'def grow(by=SIZES):\n    by.append(5)\n    return make(len(SIZES))',
  'def numbered():\n    global count\n    count = count + 1\n    return nn.Linear(3, count)',
  'def pair(extra=[]):\n    extra.append(WIDTH)\n    return Plain(extra), Plain(extra)',
  'model = grow([1])',
  'one, two = numbered(), numbered()',
  'def count(): return nn.Linear(2, 2)',
  'del net',
  'globals()["WIDTH"] = 3',
  'names = globals()',
  'def make(n, m=2): return nn.Sequential(nn.Linear(n, m), nn.ReLU())',
  'class Plain(nn.Module): pass',
  'class Image(First): pass',
  'setattr(Plain, "sizes", [1, 4])',
  'model = Open(3)',
  'model = Second(2)',
  'Child()',
  'net(torch.randn(1, 3))',
  'make = partial(make, m=3)',
  'for k in range(2): net = make(k + 1)',
  'for WIDTH in SIZES: pass',
  'with open("x") as act: pass',
  'try: WIDTH = 7\nexcept E as net: pass',
  'print(WIDTH := 6)',
  'if missing: act = nn.Sigmoid()',
  'while missing: net = make(2)',
  'held = nn.ModuleList([net, plain])',
  'other.l = net',
  'plain.b = nn.Linear(4, 4)',
  'Open.helper = act',
  'def use(): return net.append(nn.ReLU())',
  'def shadow(act=act): return nn.Sequential(nn.Linear(2, 2), act)',
  'transforms.Resize(32)',
  'from torchvision import transforms\ntransforms.Compose([transforms.CenterCrop(12)])',
  'IMG_SIZE = 9',
  'import layers\nfrom layers import *',
  'from parts import act, make',
  '@register\nclass Registered(nn.Module): pass',
  'def outer():\n    class Inner(nn.Module):\n        def forward(self, x): return x\n    return Inner()',
  'raise ValueError(net)',
  'lambda: act',
  'print = make',
  'model = keras.Sequential([keras.layers.Dense(3)])',
  'while True: pass',
  'class A(nn.Module):\n    l = nn.Linear(2, 2)\n    def forward(self, x): return self.l(x)',
  'x = [net for net in (act, make(2))]',
  'x = (',
  'x = net.',
  'def f(',
  'self.extra = nn.Linear(4, ',
  'return x +',
  'import ',
  '"""',
  'for',
];

interface Edit {
  readonly at: number;
  readonly kind: 'insert' | 'inside' | 'delete' | 'number' | 'double' | 'name' | 'cut';
  readonly number: number;
}

const edits: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  kind: fc.constantFrom('insert', 'insert', 'inside', 'delete', 'number', 'double', 'name', 'cut'),
  number: fc.nat(500),
});

function edited(text: string, { at, kind, number }: Edit): string {
  const lines = text.split('\n');
  const margins = lines.flatMap((line, i) => (/^\S/.test(line) ? [i] : []));
  const i = Math.floor(at * lines.length);
  const chosen = statements[number % statements.length];
  const put = (index: number, ...inserted: string[]) =>
    [...lines.slice(0, index), ...inserted, ...lines.slice(index)].join('\n');
  const offset = Math.floor(at * text.length);
  switch (kind) {
    case 'insert':
      return put(margins[Math.floor(at * margins.length)] ?? 0, chosen);
    case 'inside': {
      const indentation = /^ */.exec(lines[i])![0];
      return put(i, ...chosen.split('\n').map((line) => indentation + line));
    }
    case 'delete':
      return [...lines.slice(0, i), ...lines.slice(i + 1)].join('\n');
    case 'double':
      return put(i, lines[i]);
    case 'number':
      return text.slice(0, offset) + text.slice(offset).replace(/\b\d+\b/, String(1 + (number % 9)));
    case 'name': {
      const names = ['WIDTH', 'act', 'make', 'Plain', 'Open', 'net', 'First', 'count'];
      return text.slice(0, offset) + text.slice(offset).replace(/\b[A-Za-z]+\b/, names[number % names.length]);
    }
    case 'cut':
      return [...lines.slice(0, i), lines[i].slice(0, number % (lines[i].length + 1)), ...lines.slice(i + 1)].join(
        '\n',
      );
  }
}

describe('Python of which a part was edited', () => {
  it.each([
    ['networks that share modules and variables', shared],
    ['networks that nobody makes', symbolic],
    ['both', `${symbolic}\n${shared}`],
  ])('gives what it gives when it is read for the first time: %s', (_what, first) => {
    const steps = fc.array(fc.tuple(edits, fc.boolean()), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(steps, (list) => {
        expectSameAsAfresh(first, list, edited);
      }),
      { numRuns: 36 },
    );
  });
});
