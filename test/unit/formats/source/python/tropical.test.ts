import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { readPython } from './read.ts';

/** A layer of the file's own between two linear ones, with weights of 4 units of 3 numbers. */
const source = (forward: string, more = '') => `
class TropicalLinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 3))
        self.open = nn.Parameter(torch.randn(1, 4, 3))
        self.square = nn.Parameter(torch.randn(3, 3))
        self.bias = nn.Parameter(torch.zeros(4))
        self.norm = nn.LayerNorm(4)
    def forward(self, x):
        ${forward}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.units = TropicalLinear()
        self.last = nn.Linear(4, 1)
    def forward(self, x):
        return self.last(self.units(self.first(x)))
net = Net()
${more}`;

const operations = (text: string) => {
  const { networks, problems } = readPython(text);
  return { operations: networks[0].layers.map(({ operation }) => operation), problems };
};

const native = (semiring: string) => {
  const text = `{ "input": [2], "layers": [
    { "type": "dense", "units": 3 }, { "type": "tropical_dense", "units": 4, "semiring": "${semiring}" },
    { "type": "dense", "units": 1 } ] }`;
  return buildNetwork(read(text, 'a.network.json', { weights: false })!.networks[0]).network;
};

describe('max-plus products in the source of a module', () => {
  it.each([
    ['max', 'return (x.unsqueeze(1) + self.weight).max(dim=2).values'],
    ['max', 'return (x.unsqueeze(-2) + self.weight).max(-1)[0]'],
    ['max', 'return torch.max(self.weight + x[:, None, :], dim=-1)[0]'],
    ['max', 'return torch.amax(x[:, None] + self.open, dim=(-1,))'],
    ['max', 'return torch.add(x.unsqueeze(dim=1), self.weight).amax(axis=2)'],
    ['min', 'values, _ = torch.min(x.unsqueeze(1) + self.weight, 2, False)\n        return values'],
    ['min', 'return (self.open + x.unsqueeze(1)).amin(dim=-1)'],
  ])('are %s-plus layers: %s', (semiring, forward) => {
    const { networks, problems } = readPython(source(forward));
    expect(problems).toEqual([]);
    // A file may hold the weights with either axis first.
    expect(networks[0].isInexact).toBe(true);
    const { network } = buildNetwork(networks[0]);
    const written = native(semiring);
    expect(network.layers.map(({ operation, outputShape }) => [operation, outputShape])).toEqual(
      written.layers.map(({ operation, outputShape }) => [operation, outputShape]),
    );
    const { span } = networks[0].layers[1];
    expect(source(forward).slice(span.start - 62, span.end - 62)).toMatch(/max|min/);
  });

  it('may have something added to them', () => {
    const { operations: found } = operations(source('return (x.unsqueeze(1) + self.weight).max(2)[0] + self.bias'));
    expect(found.map(({ kind }) => kind)).toEqual(['dense', 'tropicalDense', 'batchNormalization', 'dense']);
  });

  it('share their weights where one is used twice', () => {
    const twice = `y = (x.unsqueeze(1) + self.square).max(2)[0]
        return (y.unsqueeze(1) + self.square).max(2)[0]`;
    const { networks } = readPython(source(twice).replace('nn.Linear(4, 1)', 'nn.Linear(3, 1)'));
    const [, first, second] = networks[0].layers;
    expect(second.sharedWith).toBe(first.name);
  });

  it.each([
    ['a soft maximum', 'return torch.logsumexp(x.unsqueeze(1) + self.weight, dim=2)'],
    ['another axis', 'return (x.unsqueeze(1) + self.square).max(dim=1).values'],
    ['an axis that is kept', 'return (x.unsqueeze(1) + self.weight).amax(dim=2, keepdim=True)'],
    ['a difference', 'return (x.unsqueeze(1) - self.weight).max(dim=2).values'],
    ['a product', 'return (x.unsqueeze(1) * self.weight).max(dim=2).values'],
    ['weights with a column for each unit', 'return (x.unsqueeze(2) + self.square).max(dim=1).values'],
    ['something between', 'return torch.tanh(x.unsqueeze(1) + self.weight).max(dim=2).values'],
    ['another number of inputs', 'return (torch.cat([x, x], 1).unsqueeze(1) + self.weight).max(dim=2).values'],
  ])('are not taken for it: %s', (_what, forward) => {
    expect(operations(source(forward)).operations.map(({ kind }) => kind)).not.toContain('tropicalDense');
  });

  it('do not hide what follows them', () => {
    const { operations: found } = operations(source('return self.norm((x.unsqueeze(1) + self.weight).max(2)[0])'));
    expect(found.map(({ kind }) => kind)).toEqual(['dense', 'tropicalDense', 'notPiecewiseLinear', 'dense']);
  });

  it('are not read from the name of a class alone', () => {
    const { networks } = readPython(`
from tropical import TropicalLinear
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.units = TropicalLinear(3, 4)
    def forward(self, x):
        return self.units(self.first(x))
net = Net()
`);
    expect(networks[0].layers.map(({ operation }) => operation.kind)).not.toContain('tropicalDense');
  });
});

/** A layer of the file's own: 5 units on windows of 2 by 3 that move by 1 and 2, of 2 · 2 · 3 numbers each. */
const image = (forward: string) => `
class MaxPlusConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(5, 12))
        self.open = nn.Parameter(torch.randn(1, 5, 12, 1))
        self.columns = nn.Parameter(torch.randn(12, 5))
        self.kernel = nn.Parameter(torch.randn(5, 2, 2, 3))
        self.windows = nn.Unfold((2, 3), stride=(1, 2))
    def forward(self, x):
        n, c, h, w = x.shape
        patches = F.unfold(x, (2, 3), stride=(1, 2))
        h, w = h - 1, (w - 3) // 2 + 1
        ${forward}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.units = MaxPlusConv()
        self.last = nn.Conv2d(5, 1, 2)
    def forward(self, x):
        return self.last(self.units(x))
# @region-lens input = (2, 4, 7)
net = Net()
`;

describe('max-plus products of windows in the source of a module', () => {
  it.each([
    ['max', 'return (patches.unsqueeze(1) + self.weight.unsqueeze(-1)).max(dim=2).values.view(n, -1, h, w)'],
    ['max', 'return (patches[:, None] + self.open).amax(2).reshape(n, 5, h, w)'],
    [
      'min',
      'y = patches[:, None, :, :] + self.weight[None, :, :, None]\n        return y.amin(dim=-2).view(-1, 5, h, w)',
    ],
    [
      'min',
      'y, _ = torch.min(self.weight.view(1, 5, -1, 1) + patches.unsqueeze(1), 2)\n        return y.view(n, 5, h, w)',
    ],
    ['max', 'return (self.windows(x).unsqueeze(1) + self.open).amax(dim=2).view(n, 5, h, w)'],
    ['max', 'return torch.amax(patches[:, None] + self.weight[..., None], 2).view(n, 5, h, w)'],
    ['max', 'return (patches[:, None] + self.kernel.view(5, -1)[..., None]).amax(2).view(n, 5, h, w)'],
    ['min', 'return (patches[:, None] + self.kernel.flatten(1).unsqueeze(-1)).amin(2).view(n, 5, h, w)'],
    ['max', 'return (patches[:, None] + self.kernel.reshape(1, 5, 12, 1)).amax(2).view(n, 5, h, w)'],
  ])('are %s-plus convolutions: %s', (semiring, forward) => {
    const { networks, problems } = readPython(image(forward));
    expect(problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
    const { network } = buildNetwork(networks[0]);
    const text = `{ "input": [4, 7, 2], "layers": [ { "type": "tropical_conv2d", "filters": 5, "kernel_size": [2, 3],
      "strides": [1, 2], "semiring": "${semiring}" }, { "type": "conv2d", "filters": 1, "kernel_size": 2 } ] }`;
    const written = buildNetwork(read(text, 'a.network.json', { weights: false })!.networks[0]).network;
    expect(
      network.layers.map(({ operation, outputShape, pieceCount }) => [operation, outputShape, pieceCount]),
    ).toEqual(written.layers.map(({ operation, outputShape, pieceCount }) => [operation, outputShape, pieceCount]));
  });

  it.each([
    ['a soft maximum', 'return torch.logsumexp(patches[:, None] + self.open, dim=2).view(n, 5, h, w)'],
    ['an extremum over windows', 'return (patches[:, None] + self.open).amax(dim=3)'],
    ['a difference', 'return (patches[:, None] - self.open).amax(dim=2).view(n, 5, h, w)'],
    ['a row for each number', 'return (patches.unsqueeze(2) + self.columns[..., None]).amax(dim=1).view(n, 5, h, w)'],
    [
      'weights of other units',
      'return (patches[:, None] + self.kernel.view(10, 6)[..., None]).amax(dim=2).view(n, 10, h, w)',
    ],
    ['weights without windows', 'return (patches[:, None] + self.weight).amax(dim=2).view(n, 5, h, w)'],
    [
      'zeros around the image',
      'return (F.unfold(x, (2, 3), padding=1)[:, None] + self.open).amax(dim=2).view(n, 5, h, w)',
    ],
    [
      'windows with gaps',
      'return (F.unfold(x, (2, 3), dilation=(1, 2))[:, None] + self.open).amax(dim=2).view(n, 5, h, w)',
    ],
  ])('are not taken for it: %s', (_what, forward) => {
    const { networks } = readPython(image(forward));
    expect(networks[0].layers.map(({ operation }) => operation.kind)).not.toContain('tropicalConvolution');
  });
});
