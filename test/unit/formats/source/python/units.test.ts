import { describe, expect, it } from 'vitest';
import type { ReadResult } from '../../../../../src/formats/format.ts';
import { read } from '../../../../../src/formats/registry.ts';

const text = `import torch
from torch import nn
WIDTH = 4
SIZES = [3, 5]
# Two  words.
class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)

    def forward(self, x):
        return torch.relu(self.a(x))
class Second(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = nn.Linear(WIDTH, 5)

    def forward(self, x):
        return torch.relu(self.b(x))
def third():
    return nn.Sequential(nn.Linear(SIZES[0], 7), nn.ReLU())
net = First()
net(torch.randn(1, 2))
`;

const readPython = (now: string, kept?: object) => read(now, 'model.py', { weights: false, kept })!;

/** What is read after an edit, which has to be what is read for the first time. */
function afterwards(now: string, { kept }: ReadResult = readPython(text)): ReadResult {
  const again = readPython(now, kept);
  expect({ ...again, kept: undefined }).toEqual({ ...readPython(now), kept: undefined });
  return again;
}

const unitsOf = ({ networks }: ReadResult) =>
  networks.map(({ layers }) => layers.map(({ operation }) => 'units' in operation && operation.units)[0]);

describe('a text of which a part was edited', () => {
  it('has the networks that the edit does not reach as they were', () => {
    const before = readPython(text);
    const now = readPython(text.replace('2, 3)', '2, 4)'), before.kept);
    expect(unitsOf(now)).toEqual([4, 7, 5]);
    // What was not followed again is the same object.
    const isSame = now.networks.map(({ inputs }, i) => inputs === before.networks[i].inputs);
    expect(isSame).toEqual([false, true, true]);
  });

  it.each([
    ['a constant', text.replace('WIDTH = 4', 'WIDTH = 6')],
    ['a list that functions read', text.replace('[3, 5]', '[4, 5]')],
    ['a list that a statement changes', `${text}SIZES[0] = 9\n`],
    ['a class that a statement changes', `${text}First.forward = Second.forward\n`],
    ['a name that another statement gives away', text.replace('net =', 'SIZES = [2]\nnet =')],
    ['a variable that a function sets', `${text}def set():\n    global WIDTH\n    WIDTH = 3\nset()\n`],
    ['all variables', `${text}globals()["SIZES"].append(2)\n`],
    ['a module that another one holds', `${text}outer = nn.Sequential(net, nn.Linear(3, 2))\n`],
    ['one more network of a class', `${text}other = First()\n`],
    ['one network of a class less', text.replace('net = First()\nnet(torch.randn(1, 2))\n', '')],
    ['a function that somebody calls', `${text}model = third()\n`],
    ['a size in the text', `${text}IMG_SIZE = 12\n`],
    ['a line that is not finished', text.replace('2, 3)', '2, ')],
  ])('is followed where it reaches %s', (_what, now) => {
    const changed = afterwards(now);
    afterwards(text, changed);
    afterwards(now.replace('2, 3)', '2, 4)'), changed);
  });

  const conv = `class Third(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return torch.relu(self.c(x))
third_net = Third()
`;
  const model = (name: string, units: number) =>
    `${name} = keras.Sequential([keras.Input((4,)), keras.layers.Dense(${units}, activation="relu")])\n`;
  const own = `class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = keras.layers.Dense(6, activation="relu")

    def call(self, x):
        return self.d(x)
own = Own()
`;

  it.each([
    [
      'a variable by another name',
      `${text}wide = nn.Sequential(nn.Linear(globals()["WIDTH"], 2), nn.ReLU())\n`,
      (before: string) => before.replace('WIDTH = 4', 'WIDTH = 6'),
    ],
    [
      'the size to which images are cut',
      `${text}${conv}from torchvision import transforms\nEDGE = 8\ncut = transforms.CenterCrop(EDGE)\n`,
      (before: string) => before.replace('EDGE = 8', 'EDGE = 9'),
    ],
    [
      'one of several Keras models',
      `import keras\n${text}${model('k', 3)}${model('m', 5)}`,
      (before: string) => before.replace('Dense(5', 'Dense(7'),
    ],
    [
      'the shape for which a Keras model is built',
      `import keras\n${text}${own}EDGE = 4\nown.build((None, EDGE))\n`,
      (before: string) => before.replace('EDGE = 4', 'EDGE = 5'),
    ],
    [
      'a comment that gives an input',
      `${text}${conv}`.replace('class Third', '# @region-lens input = [3, 8, 8]\nclass Third'),
      (before: string) => before.replace('8, 8]', '9, 9]'),
    ],
  ])('is followed where the rest depends on %s', (_what, before, edit) => {
    const first = readPython(before);
    const now = edit(before);
    expect({ ...readPython(now), kept: undefined }).not.toEqual({ ...first, kept: undefined });
    const changed = afterwards(now, first);
    afterwards(before, changed);
    afterwards(now.replace('2, 3)', '2, 4)'), changed);
  });

  it('tells the new lines of what stands at the same characters', () => {
    const [before] = readPython(text).networks;
    const { networks } = afterwards(text.replace('# Two  words.', 'y = 1\n# ords.'));
    expect(before.inputs[0].source).toBe('from `torch.randn` in line 23');
    expect(networks[0].inputs[0].source).toBe('from `torch.randn` in line 24');
  });

  it('has what changes again and again, too', () => {
    const first = `${text}SIZES.append(2)\n`;
    const [second, third] = ['nn.Linear(2, 4)', 'nn.Linear(2, 5)'].map((by) => first.replace('nn.Linear(2, 3)', by));
    const changed = afterwards(third, afterwards(second, readPython(first)));
    expect(unitsOf(changed)).toEqual([5, 7, 5]);
  });
});
