import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';
import { imports, readPython } from './read.ts';

/** Each layer in short: its name, type and what comes out. */
function layersOf(source: string, files?: Record<string, string>): string[] {
  const { networks } = readPython(source, files);
  return networks.flatMap((definition) => {
    const { network } = buildNetwork(definition);
    return network.layers.map(({ name, type, outputShape }) => `${name} ${type} ${outputShape.join('×')}`);
  });
}

/** The forward pass of a class whose constructor makes `made`. */
function forward(made: string, body: string, input = '(3, 8, 8)'): string {
  const indented = (lines: string) =>
    lines
      .split('\n')
      .map((line) => `        ${line}`)
      .join('\n');
  return `
class Net(nn.Module):  # @region-lens input = ${input}
    def __init__(self):
        super().__init__()
${indented(made)}
    def forward(self, x):
${indented(body)}
`;
}

describe('modules of PyTorch', () => {
  it('are read at the top level', () => {
    const { networks, problems } = readPython('net = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))');
    expect(problems).toEqual([]);
    const [network] = networks;
    expect(network.name).toBe('net');
    expect(network.layers.map(({ name, type, inputs }) => [name, type, inputs])).toEqual([
      ['0', 'dense', ['input']],
      ['1', 'relu', ['0']],
      ['2', 'dense', ['1']],
    ]);
    expect(network.inputs).toMatchObject([{ shape: [2], source: 'from the first Linear' }]);
  });

  it('are at the call that makes the layer', () => {
    const source = 'net = nn.Sequential(nn.Linear(2, 16), nn.ReLU())';
    const text = imports + source;
    const [{ layers, nameSpan }] = readPython(source).networks;
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(layers.map(({ span }) => at(span))).toEqual(['nn.Linear(2, 16)', 'nn.ReLU()']);
    expect(at(layers[0].fields.units)).toBe('16');
    expect(at(nameSpan)).toBe('net');
  });

  it('share weights where they are used twice', () => {
    const source = forward('self.a = nn.Linear(4, 4)', 'return self.a(F.relu(self.a(x)))', '4');
    const { network } = buildNetwork(readPython(source).networks[0]);
    expect(totalParameters(network.layers)).toBe(20);
    expect(network.layers.map(({ sharedWith }) => sharedWith)).toEqual([undefined, undefined, 0]);
  });

  it('keep what an operation in place leaves in its tensor', () => {
    const source = forward(
      'self.a = nn.Linear(4, 4)\nself.act = nn.ReLU(inplace=True)',
      'y = self.a(x)\nz = self.act(y)\nreturn y + self.a(z)',
      '4',
    );
    const [{ layers }] = readPython(source).networks;
    expect(layers.find(({ type }) => type === 'add')?.inputs).toEqual(['act', 'a_2']);
  });

  it.each([
    [
      'a residual sum',
      'self.c = nn.Conv2d(3, 3, 3, padding=1)',
      'x = x + self.c(x)\nreturn x',
      ['c conv2d 8×8×3', 'add add 8×8×3'],
    ],
    [
      'a sum in place',
      'self.c = nn.Conv2d(3, 3, 3, padding=1)',
      'y = self.c(x)\ny += x\nreturn y',
      ['c conv2d 8×8×3', 'add add 8×8×3'],
    ],
    [
      'cat along channels',
      'self.c = nn.Conv2d(3, 5, 1)',
      'return torch.cat([x, self.c(x)], dim=1)',
      ['c conv2d 8×8×5', 'cat concatenate 8×8×8'],
    ],
    [
      'view by sizes',
      'self.f = nn.Linear(192, 2)',
      'return self.f(x.view(x.size(0), -1))',
      ['view flatten 192', 'f dense 2'],
    ],
    [
      'a mean over positions',
      'self.f = nn.Linear(3, 2)',
      'return self.f(x.mean([2, 3]))',
      ['mean global_average_pooling2d 3', 'f dense 2'],
    ],
    [
      'loops over modules',
      'self.l = nn.ModuleList([nn.Conv2d(3, 3, 1) for _ in range(2)])',
      'for c in self.l:\n    x = c(x)\nreturn x',
      ['l.0 conv2d 8×8×3', 'l.1 conv2d 8×8×3'],
    ],
    [
      'shape arithmetic',
      'self.p = nn.AvgPool2d(2)',
      'b, c, h, w = x.shape\nx = self.p(x)\nreturn x.reshape(b, c * h * w // 4)',
      ['p average_pooling2d 4×4×3', 'reshape flatten 48'],
    ],
    [
      'padding',
      'self.c = nn.Conv2d(3, 4, 3)',
      'return self.c(F.pad(x, (1, 2, 3, 4)))',
      ['pad zero_padding2d 15×11×3', 'c conv2d 13×9×4'],
    ],
    [
      'self.training',
      'self.c = nn.Conv2d(3, 4, 3)',
      'if self.training:\n    return x\nreturn self.c(x)',
      ['c conv2d 6×6×4'],
    ],
    [
      'known conditions',
      'self.d = None\nself.c = nn.Conv2d(3, 4, 3)',
      'return self.c(x) if self.d is None else x',
      ['c conv2d 6×6×4'],
    ],
    [
      'a depthwise convolution',
      'self.c = nn.Conv2d(3, 6, 3, groups=3)',
      'return self.c(x)',
      ['c depthwise_conv2d 6×6×6'],
    ],
    [
      'a transposed convolution',
      'self.c = nn.ConvTranspose2d(3, 4, 4, 2, 1)',
      'return self.c(x)',
      ['c conv2d_transpose 16×16×4'],
    ],
    [
      'a transposed convolution of each channel by itself',
      'self.c = nn.ConvTranspose2d(3, 6, 4, 2, 1, groups=3)',
      'return self.c(x)',
      ['c conv2d_transpose 16×16×6'],
    ],
    ['ceil_mode', 'self.p = nn.MaxPool2d(3, 2, ceil_mode=True)', 'return self.p(x)', ['p max_pooling2d 4×4×3']],
    [
      'slices of a Sequential',
      'self.s = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Flatten())[:2]',
      'return self.s(x)',
      ['s.0 conv2d 8×8×4', 's.1 relu 8×8×4'],
    ],
  ])('follow %s', (_what, made, body, expected) => {
    expect(layersOf(forward(made, body))).toEqual(expected);
  });

  it.each([
    ['nn.ReLU6()', [0, 6], [0, 1, 0]],
    ['nn.LeakyReLU(0.2)', [0], [0.2, 1]],
    ['nn.Hardtanh(-2, 2)', [-2, 2], [0, 1, 0]],
    ['nn.Hardsigmoid()', [-3, 3], [0, 1 / 6, 0]],
    ['nn.Softshrink(0.25)', [-0.25, 0.25], [1, 0, 1]],
    ['nn.Threshold(1, 1)', [1], [0, 1]],
    ['nn.PReLU()', [0], [0.25, 1]],
    ['nn.RReLU(0.1, 0.3)', [0], [0.2, 1]],
  ])('have piecewise-linear activations: %s', (activation, breakpoints, slopes) => {
    const [{ layers }] = readPython(`net = nn.Sequential(nn.Linear(2, 3), ${activation})`).networks;
    const found = layers[1].activation;
    expect(found).toMatchObject({ kind: 'piecewiseLinear', breakpoints });
    expect(found.kind === 'piecewiseLinear' && found.slopes).toEqual(slopes.map((slope) => expect.closeTo(slope, 12)));
  });

  it('name activations that jump, and smooth ones', () => {
    const { networks, problems } = readPython('net = nn.Sequential(nn.Linear(2, 3), nn.Hardshrink(), nn.GELU())');
    expect(problems.map(({ code }) => code)).toEqual(['discontinuous']);
    expect(networks[0].layers[2].activation).toEqual({ kind: 'smooth', name: 'gelu' });
  });

  it.each([
    ['nn.Linear(2, 16 / 4)', 'bad-value', 'out_features must be a whole number of at least 1, not the float 4'],
    ['nn.Linear(2, width)', 'unknown-value', 'A comment supplies it: # @region-lens out_features = …'],
    ['nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1))', 'shape-mismatch', 'in_features is 4, 3 numbers come in'],
    ['nn.Sequential(nn.Linear(2, 4), nn.Fold((2, 2), 1))', 'unsupported', 'The layer Fold is not analyzed.'],
  ])('say what is wrong or not known: %s', (module, code, message) => {
    const { problems } = readPython(`net = nn.Sequential(nn.Linear(2, 2), ${module})`);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0].message).toContain(message);
  });
});

describe('where networks come from', () => {
  it.each([
    ['a variable of the module', 'net = nn.Sequential(nn.Linear(2, 3))', ['net']],
    ['a main block', 'if __name__ == "__main__":\n    model = nn.Sequential(nn.Linear(2, 3))', ['model']],
    ['a function', 'def small():\n    return nn.Sequential(nn.Linear(2, 3))', ['small']],
    ['a function with defaults', 'def small(width=3):\n    return nn.Sequential(nn.Linear(2, width))', ['small']],
    ['a class', forward('self.a = nn.Linear(2, 3)', 'return self.a(x)', '2'), ['Net']],
    [
      'a class that a function uses',
      `${forward('self.a = nn.Linear(2, 3)', 'return self.a(x)', '2')}\ndef make():\n    return Net()`,
      ['make'],
    ],
  ])('have the name of %s', (_what, source, names) => {
    expect(readPython(source).networks.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['config.deep', 'if config.deep:'],
    ['a comparison', "if config.mode == 'deep':"],
    ['None', 'if config.extra is not None:'],
    ['the platform', "if sys.platform == 'win32':"],
    ['an argument', "if 'deep' in sys.argv:"],
  ])('are not known where they depend on what nobody knows: %s', (_what, condition) => {
    const source = `import config, sys\nlayers = [nn.Linear(2, 3)]\n${condition}\n    layers.append(nn.ReLU())\nnet = nn.Sequential(*layers)`;
    expect(readPython(source).networks.map((definition) => buildNetwork(definition).network.complete)).toEqual([false]);
  });

  it('may be imported files', () => {
    const files = {
      'blocks/__init__.py': 'from .dense import Dense',
      'blocks/dense.py':
        'from torch import nn\nWIDTH = 5\nclass Dense(nn.Linear):\n    def __init__(self, i):\n        super().__init__(i, WIDTH)',
    };
    expect(layersOf('from blocks import Dense\nnet = nn.Sequential(Dense(2), nn.ReLU())', files)).toEqual([
      '0 dense 5',
      '1 relu 5',
    ]);
  });
});

describe('the shape of the input', () => {
  const convolution = forward('self.c = nn.Conv2d(3, 4, 3)', 'return self.c(x)').replace(
    '  # @region-lens input = (3, 8, 8)',
    '',
  );
  const solved = forward(
    'self.c = nn.Conv2d(1, 4, 3)\nself.f = nn.Linear(144, 2)',
    'return self.f(torch.flatten(self.c(x), 1))',
  ).replace(/ {2}#.*/, '');

  it.each([
    ['a comment', `# @region-lens input = (3, 9, 7)${convolution}`, [9, 7, 3], 'from the comment'],
    ['data', `${convolution}\nprint(Net()(torch.randn(1, 3, 9, 7)).shape)`, [9, 7, 3], 'from `torch.randn` in line 12'],
    [
      'torchsummary',
      `from torchsummary import summary${convolution}\nsummary(Net(), (3, 9, 7))`,
      [9, 7, 3],
      'from `summary` in line 12',
    ],
    [
      'torchinfo',
      `from torchinfo import summary${convolution}\nsummary(Net(), input_size=(1, 3, 9, 7))`,
      [9, 7, 3],
      'from `summary` in line 12',
    ],
    [
      'an export',
      `${convolution}\ntorch.onnx.export(Net(), torch.zeros(1, 3, 9, 7), "net.onnx")`,
      [9, 7, 3],
      'from `torch.zeros` in line 12',
    ],
    ['a size in the text', `${convolution}\ncrop_size = 96`, [96, 96, 3], 'from `crop_size`'],
    ['the linear layer', solved, [8, 8, 1], 'solved from the first linear layer'],
    [
      'a data set',
      `${convolution}\ndata = torchvision.datasets.CIFAR10(".")`,
      [32, 32, 3],
      'from the data set CIFAR10',
    ],
  ])('comes from %s, which is named', (_what, source, shape, from) => {
    const [{ inputs }] = readPython(source).networks;
    expect(inputs).toMatchObject([{ shape, source: from, channelsFirst: true }]);
  });

  it('is asked for where the source has none', () => {
    const { networks, problems } = readPython(convolution);
    expect(networks).toMatchObject([{ name: 'Net', inputs: [{ shape: [] }] }]);
    expect(problems).toMatchObject([{ code: 'missing-input-shape', supplied: 'input' }]);
  });

  it('has channels last where a linear layer reads it so', () => {
    const source = `net = nn.Sequential(nn.Linear(16, 8), nn.ReLU())\nnet(torch.randn(4, 10, 16))`;
    expect(layersOf(source)).toEqual(['0 dense 10×8', '1 relu 10×8']);
  });
});
