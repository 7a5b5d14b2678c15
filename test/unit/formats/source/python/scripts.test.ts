import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';
import { read } from '../../../../../src/formats/registry.ts';
import { imports, readPython } from './read.ts';

/** What people write around networks: options of a command line, transforms of images, modules by their names. */
function networkOf(source: string) {
  const { networks, problems } = readPython(source);
  const { network } = buildNetwork(networks[0]);
  const [{ shape, source: origin }] = networks[0].inputs;
  return {
    shape,
    origin,
    parameters: network.complete ? totalParameters(network.layers) : null,
    problems: problems.map(({ message }) => message),
  };
}

const parser = (options: string, rest: string) => `
import argparse
import torchvision.transforms as transforms
parser = argparse.ArgumentParser()
${options}
opt = parser.parse_args()
print(opt)
${rest}
`;

describe('named tuples', () => {
  it.each([
    ["Sizes = namedtuple('Sizes', 'hidden, out', defaults=(1,))\ns = Sizes(5)", 's.hidden', 's.out'],
    ["Sizes = namedtuple('Sizes', ['hidden', 'out'])\ns = Sizes(*[5, 1])", 's.hidden', 's[1]'],
    ["Sizes = namedtuple('Sizes', ('hidden', 'out'))\ns = Sizes(out=1, hidden=7)._replace(hidden=5)", 's[0]', 's.out'],
    ["class Sizes(namedtuple('Sizes', 'hidden out')):\n    pass\ns = Sizes(5, out=1)", 's.hidden', 's.out'],
    ["Sizes = namedtuple('Sizes', 'hidden out')\nhidden, out = Sizes(5, 1)", 'hidden', 'out'],
    ["Sizes = namedtuple('Sizes', 'hidden out')\ns = Sizes(5, 1)._asdict()", "s['hidden']", 'len(Sizes._fields) - 1'],
  ])('have their fields: %s', (definition, hidden, out) => {
    const net = `net = nn.Sequential(nn.Linear(7, ${hidden}), nn.ReLU(), nn.Linear(${hidden}, ${out}))`;
    const found = networkOf(`from collections import namedtuple\n${definition}\n${net}`);
    expect(found).toMatchObject({ shape: [7], parameters: 7 * 5 + 5 + 5 + 1, problems: [] });
  });

  it('are what networks give back', () => {
    const { networks, problems } = readPython(`
from collections import namedtuple
Output = namedtuple('Output', ['logits', 'value'])
class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(4, 1)
    def forward(self, x):
        x = F.relu(self.a(x))
        return Output(value=self.c(x), logits=self.b(x))
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Body()
    def forward(self, x): return F.relu(self.body(x).logits)
body, head = Body(), Head()
`);
    expect(problems).toEqual([]);
    expect(networks.map(({ outputs }) => outputs)).toEqual([['b', 'c'], ['relu']]);
    expect(networks[1].layers.map(({ name }) => name)).toEqual(['body.a', 'body.relu', 'body.b', 'relu']);
  });

  it('are not known where their fields are not', () => {
    const found = networkOf(
      'from collections import namedtuple\nS = namedtuple("S", missing)\nnet = nn.Sequential(nn.Linear(7, S(5).a), nn.ReLU())',
    );
    expect(found.parameters).toBeNull();
    expect(found.problems.join()).toContain('`S(5).a`, which is not known here');
  });
});

describe('what a network gives back', () => {
  const net = (result: string) => `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.rnn = nn.Linear(3, 4), nn.Linear(4, 2), nn.LSTM(4, 5)
    def forward(self, x):
        y = F.relu(self.a(x))
        z, state = self.rnn(y)
        best, places = y.max(1)
        return ${result}
`;

  it.each([
    ['self.b(y), other(y)', 'is `other()`', ['b', 'output']],
    ["{'y': self.b(y), 'more': [1, None, y.shape, other(y)]}", 'is `other()`', ['b', 'output']],
    ['(self.b(y), state[0])', 'state[0]', ['b', 'output']],
  ])('may be known in part: %s', (result, why, outputs) => {
    const { networks, problems } = readPython(net(result));
    expect(networks[0].outputs).toEqual(outputs);
    expect(buildNetwork(networks[0]).network.complete).toBe(false);
    const said = problems.find(({ message }) => message.startsWith('A part of what this network gives back'));
    expect(said?.message).toContain(why);
    expect((imports + net(result)).slice(said!.span.start, said!.span.end)).toBe('Net');
  });

  // A state and places of extrema change their form where the tensor beside them does.
  it.each([
    ['self.b(y), None, 3, y.shape[1]', ['b'], 3 * 4 + 4 + 4 * 2 + 2],
    ['z, state', ['rnn'], 16 + 4 * 5 * (4 + 5 + 2)],
    ['self.b(y), state', ['b', 'rnn'], 26 + 220],
    ['places', ['amax_2'], 16],
    ['self.b(y), places', ['b', 'amax_2'], 26],
  ])('may hold what is not a tensor: %s', (result, outputs, parameters) => {
    const { networks, problems } = readPython(net(result));
    expect(networks[0].outputs).toEqual(outputs);
    const { network } = buildNetwork(networks[0]);
    expect(network.complete ? totalParameters(network.layers) : null).toBe(parameters);
    expect(problems.map(({ code }) => code)).toEqual([]);
  });
});

describe('the size that the last layer fits', () => {
  // Pooled by one and then by three, as the module is changed in between: 5 = ⌊15 / 3⌋ = ⌊17 / 3⌋.
  it.each([
    ['return F.max_pool2d(x, self.k)', 'self.p.k = 3'],
    ['x = F.max_pool2d(x, self.k); self.k = self.k + 2; return x', 'pass'],
  ])('is found where a module that is called twice changes: %s', (pool, between) => {
    const found = networkOf(`
class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.k = 1
    def forward(self, x): ${pool}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p, self.c, self.f = Pool(), nn.Conv2d(3, 4, 1), nn.Linear(4 * 5 * 5, 2)
    def forward(self, x):
        x = self.p(self.c(x))
        ${between}
        x = self.p(x)
        return self.f(torch.flatten(x, 1))
net = Net()
`);
    expect(found).toEqual({
      shape: [15, 15, 3],
      origin: 'solved from the first linear layer (15 to 17 fit)',
      parameters: 3 * 4 + 4 + 4 * 25 * 2 + 2,
      problems: [],
    });
  });

  it('is found where equal modules stand behind each other', () => {
    const found = networkOf(`
class Block(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.c = nn.Conv2d(4, 4, 3, stride, 1)
    def forward(self, x): return F.relu(self.c(x)) if self.c.stride == 2 else F.relu(self.c(x)) + x
net = nn.Sequential(nn.Conv2d(3, 4, 1), *[Block(s) for s in (1, 1, 2, 1, 2, 2)], nn.Flatten(), nn.Linear(4 * 3 * 3, 2))
`);
    // Halved three times and rounded up: 17 to 24 become 3.
    expect(found).toMatchObject({ shape: [17, 17, 3], parameters: 16 + 6 * (4 * 4 * 9 + 4) + 74, problems: [] });
    expect(found.origin).toContain('17 to 24 fit');
  });
});

describe('options of a command line', () => {
  it.each([
    ["parser.add_argument('--hidden_dim', type=int, default=5, help='width')", 'opt.hidden_dim', 46],
    ["parser.add_argument('-w', '--hidden-dim', type=int, default='5')", 'opt.hidden_dim', 46],
    ["parser.add_argument('--width', dest='hidden', default=5)", 'opt.hidden', 46],
    ["parser.add_argument('--wide', action='store_true')", '(7 if opt.wide else 5)', 46],
    ["group = parser.add_argument_group('model')\ngroup.add_argument('--width', default=5)", 'opt.width', 46],
    ['parser.add_argument("--width")\nparser.set_defaults(width=5)', 'opt.width', 46],
    ["parser.add_argument('--width', default=5)", 'parser.parse_known_args()[0].width', 46],
    ["parser.add_argument('--width', default=5)", "vars(opt)['width']", 46],
  ])('have their defaults: %s', (options, width, parameters) => {
    const source = parser(options, `net = nn.Sequential(nn.Linear(7, ${width}), nn.ReLU(), nn.Linear(5, 1))`);
    expect(networkOf(source)).toMatchObject({ shape: [7], parameters, problems: [] });
  });

  it.each([
    ["parser.add_argument('--width', type=int, required=True)", 'width'],
    ["parser.add_argument('width', type=int)", 'width'],
  ])('are not known where they have to be given: %s', (options, name) => {
    const found = networkOf(parser(options, 'net = nn.Sequential(nn.Linear(7, opt.width), nn.ReLU())'));
    expect(found.parameters).toBeNull();
    expect(found.problems.join()).toContain(`\`${name}\`, which is not known here`);
  });

  it('do not repeat a training loop', () => {
    const loop = 'for epoch in range(opt.n_epochs):\n    for i in range(100000):\n        loss = opt.width * i';
    const options =
      "parser.add_argument('--n_epochs', default=200)\nparser.add_argument('--width', type=int, default=5)";
    const source = parser(options, `net = nn.Sequential(nn.Linear(7, opt.width), nn.ReLU())\n${loop}`);
    expect(networkOf(source)).toMatchObject({ parameters: 40 });
  });
});

describe('the size of images', () => {
  const image = (transforms: string, more = '') =>
    parser(
      "parser.add_argument('--img_size', type=int, default=40)",
      `data = datasets.MNIST('data', transform=transforms.Compose([${transforms}]))${more}
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 1))`,
    );

  it.each([
    ['transforms.Resize(opt.img_size), transforms.ToTensor()', [40, 40, 1], 'from `Resize`'],
    ['transforms.Resize((24, 30))', [24, 30, 1], 'from `Resize`'],
    ['transforms.Resize(64), transforms.CenterCrop(48)', [48, 48, 1], 'from `CenterCrop`'],
    ['transforms.RandomCrop(20), transforms.CenterCrop(20), transforms.Resize(70)', [20, 20, 1], 'from `RandomCrop`'],
    ['transforms.ToTensor()', [40, 40, 1], 'from `--img_size`'],
  ])('is what transforms bring them to: %s', (transforms, shape, origin) => {
    expect(networkOf(image(transforms))).toMatchObject({ shape, origin });
  });

  it('is not that of the data set where it is changed to something that is not known', () => {
    const source = `import torchvision.transforms as transforms
data = datasets.MNIST('data', transform=transforms.Resize(size_of_image()))
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 1))`;
    expect(networkOf(source).origin).toBeUndefined();
  });

  it('is not known where images are brought to several', () => {
    const source = `import torchvision.transforms as transforms
small, large = transforms.Resize((16, 16)), transforms.Resize((64, 64))
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))`;
    expect(networkOf(source).origin).toBeUndefined();
  });

  it('may be what the constructor is given', () => {
    const source = `
class Net(nn.Module):
    def __init__(self, input_shape, in_size):
        super().__init__()
        self.conv = nn.Conv2d(input_shape[0], 2, 3)
    def forward(self, x):
        return F.relu(self.conv(x)).mean((2, 3))
net = Net((3, 20, 24), in_size=64)`;
    expect(networkOf(source)).toMatchObject({ shape: [20, 24, 3], origin: 'from `input_shape`' });
  });
});

describe('modules by their names', () => {
  it.each([
    ["self.__setattr__('level_%d' % i, nn.Linear(3, 3))", "self.__getattr__('level_%d' % i)"],
    ["setattr(self, f'level_{i}', nn.Linear(3, 3))", "getattr(self, f'level_{i}')"],
    ["self.add_module('level_' + str(i), nn.Linear(3, 3))", "self._modules[f'level_{i}']"],
  ])('%s', (set, get) => {
    const source = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(3):
            ${set}
    def forward(self, x):
        for i in range(3):
            x = F.relu(${get}(x))
        return x
net = Net()
net(torch.randn(1, 3))`;
    expect(networkOf(source)).toMatchObject({ shape: [3], parameters: 36, problems: [] });
  });
});

it.each([
  ['torch.jit.ScriptModule', 6],
  ['Base', null],
])('a part of a sequence that extends %s is not passed over', (base, parameters) => {
  const source = `
from somewhere import Base
class Part(${base}):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(1, 2)
    @torch.jit.script_method
    def forward(self, x):
        return self.fc(x)
net = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), Part(), nn.ReLU(inplace=True))
net(torch.randn(1, 1))`;
  expect(networkOf(source).parameters).toBe(parameters);
});

it('the last state of a recurrent layer has its features', () => {
  const source = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(28, 64, batch_first=True)
        self.norm = nn.BatchNorm1d(64)
        self.fc = nn.Linear(64, 3)
    def forward(self, x):
        x = x.reshape(-1, 20, 28)
        out, _ = self.rnn(x)
        return self.fc(self.norm(out[:, -1, :]))
net = Net()
net(torch.randn(1, 20, 28))`;
  expect(networkOf(source)).toMatchObject({ parameters: 4 * 64 * (28 + 64 + 2) + 128 + 195, problems: [] });
});

it('a module whose file imports PyTorch through another one is read', () => {
  const source = `from .parts import *
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(3)
    def forward(self, x):
        return self.block(x)
`;
  const parts = `import torch.nn as nn
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(4, width)
    def forward(self, x):
        return self.fc(x).relu()
`;
  const files = { text: (path: string) => ({ 'parts.py': parts })[path] };
  const { networks } = read(source, 'net.py', { weights: false, files })!;
  expect(networks.map(({ name, inputs }) => [name, inputs[0].shape])).toEqual([['Net', [4]]]);
});
