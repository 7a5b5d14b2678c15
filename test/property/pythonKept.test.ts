import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import fc from '../fastCheck.ts';
import { expectSameAsAfresh } from './editedPython.ts';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const classic = (name: string) => file(`unit/formats/source/python/classics/${name}.py`);

/** What passes note, besides what they give: names of modules, helpers that they call, data that they show. */
const noting = `import torch
import torch.nn as nn
import torch.nn.functional as F
WIDTH = 4
act = nn.ReLU()
def helper(x, k=1): return F.relu(x) * k
def chosen(parts): return parts[0]
class Part(nn.Module):
    scale = 2
    def __init__(self, n=WIDTH):
        super().__init__()
        self.a, self.b = nn.Linear(n, n), nn.Linear(n, n)
        self.b.weight = self.a.weight
    def forward(self, x): return self.b(helper(self.a(x), Part.scale)) + x
class Whole(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.parts = nn.ModuleList([Part() for _ in range(depth)])
        self.act = act
        self.head = nn.Linear(WIDTH * 9, 3)
    def forward(self, x):
        for part in self.parts:
            last = part
            x = part(x)
        first = chosen(self.parts)
        return self.head(torch.cat([self.act(first(x)), last(x), nn.Flatten()(x)], 1) if missing else x)
class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, padding=1); self.f = nn.Linear(4 * 4 * 4, 5)
    def forward(self, x):
        x = F.max_pool2d(helper(self.c(x)), 2)
        return self.f(torch.flatten(x, 1))
a = Whole(); b = Whole(3)
a(torch.randn(2, WIDTH))
nets = [Image(), Image()]
print(b(torch.randn(5, 4)).shape)
for net in nets: net(torch.randn(1, 3, 8, 8))
`;

/** Tensors that are made where they are read, and layers that take them in. */
const tropical = `import torch
import torch.nn as nn
class Tropical(nn.Module):
    def __init__(self, n=3, m=4):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(m, n)); self.other = nn.Parameter(torch.randn(m, n))
    def forward(self, x):
        opened = x.unsqueeze(1)
        y = (opened + self.weight).max(dim=2).values
        return y + torch.min(self.other + x[:, None, :], -1)[0]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3); self.t = Tropical(3, 4); self.u = Tropical(m=2, n=4)
    def forward(self, x): return self.u(torch.relu(self.t(self.a(x))))
net = Net(); print(net(torch.randn(1, 2)).shape)
`;

const texts = [
  noting,
  tropical,
  file('bench/residualNetworks.py').replace('23, 3', '4, 3').replace('36, 3', '5, 3'),
  `${classic('small')}\n\n${file('bench/fileNetworks.py')}`,
  `${classic('mobilenetv2')}\n\n${classic('squeezenet')}`,
];

/** One edit: a place as a share of the text, and what happens there. */
interface Edit {
  readonly at: number;
  readonly kind: (typeof kinds)[number];
  readonly number: number;
}

const kinds = [
  'comment',
  'directive',
  'blank line',
  'delete a line',
  'double a line',
  'move a line',
  'number',
  'statement',
  'class',
  'letter',
  'delete',
  'comment behind',
  'blanks',
  'break',
] as const;

/** Those that most often leave a program as it is. */
const trivia = ['comment', 'blank line', 'comment behind', 'blanks', 'break'] as const;

/** What comments may say that is read elsewhere. */
const words = ['n', 'Part(', 'class Whole', 'img_size=48', 'MNIST', '@region-lens input = (4,)', "it's", '\\'];

const letters = 'x.(),:=# "[]{\'\\@';

function edited(text: string, { at, kind, number }: Edit): string {
  const lines = text.split('\n');
  const i = Math.floor(at * lines.length);
  const line = lines[i];
  const indentation = /^ */.exec(line)![0];
  const offset = Math.floor(at * text.length);
  const insert = (inserted: string) => [...lines.slice(0, i), inserted, ...lines.slice(i)].join('\n');
  switch (kind) {
    case 'comment':
      return insert(`${indentation}# ${'CIFAR10 '.repeat(number % 2)}${number}`);
    case 'directive':
      return insert(`# @region-lens ${number % 2 ? 'input' : 'missing'} = ${number % 3 ? '(3, 32, 32)' : '[4]'}`);
    case 'blank line':
      return insert('');
    case 'delete a line':
      return [...lines.slice(0, i), ...lines.slice(i + 1)].join('\n');
    case 'double a line':
      return insert(line);
    case 'move a line': {
      const without = [...lines.slice(0, i), ...lines.slice(i + 1)];
      const to = (i + 1 + (number % 3)) % lines.length;
      return [...without.slice(0, to), line, ...without.slice(to)].join('\n');
    }
    case 'number':
      return text.slice(0, offset) + text.slice(offset).replace(/\b\d+\b/, String(number));
    case 'statement':
      return insert(`${indentation}y = ${number}`);
    case 'class':
      return insert(`class Other${number}(nn.Module): pass`);
    case 'letter':
      return `${text.slice(0, offset)}${letters[number % letters.length]}${text.slice(offset)}`;
    case 'comment behind':
      return [...lines.slice(0, i), `${line}  # ${words[number % words.length]}`, ...lines.slice(i + 1)].join('\n');
    case 'blanks': {
      const blank = offset + Math.max(0, text.slice(offset).search(/(?<=\S) /));
      return `${text.slice(0, blank)}${' '.repeat(1 + (number % 3))}${text.slice(blank)}`;
    }
    case 'break': {
      const inside = offset + text.slice(offset).search(/[(,]/) + 1;
      return `${text.slice(0, inside)}${number % 2 ? '' : '  # n'}\n        ${text.slice(inside)}`;
    }
    case 'delete':
      return text.slice(0, offset) + text.slice(offset + 1);
  }
}

describe('Python that is read again after an edit', () => {
  it.each([
    ['any edits', kinds],
    ['edits of comments and blanks', trivia],
  ])('gives what it gives when it is read for the first time: %s', (_what, made) => {
    const edit: fc.Arbitrary<Edit> = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      kind: fc.constantFrom(...made),
      number: fc.integer({ min: 1, max: 40 }),
    });
    // An edit may be taken back, as people do.
    const edits = fc.array(fc.tuple(edit, fc.boolean()), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...texts), edits, (first, steps) => {
        expectSameAsAfresh(first, steps, edited);
      }),
      { numRuns: 15 },
    );
  });
});
