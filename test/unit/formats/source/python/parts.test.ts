import { describe, expect, it } from 'vitest';
import { compile } from '../../../../../src/counting/program/compile.ts';
import { evaluate } from '../../../../../src/counting/program/program.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { asWritten, sizeOf, type Shape } from '../../../../../src/network/shape.ts';
import { readPython } from './read.ts';

const source = (body: string, shape: string) => `
class Net(nn.Module):  # @region-lens input = ${shape}
    def forward(self, x):
        b, c, h, w = x.shape
${body
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
`;

/** The numbers of a tensor with channels last in the order of PyTorch, or those of PyTorch with channels last. */
function reordered(values: ArrayLike<number>, shape: Shape, toPyTorch: boolean): number[] {
  if (shape.length < 2) return Array.from(values);
  const channels = shape[shape.length - 1];
  const positions = sizeOf(shape) / channels;
  const result = Array<number>(sizeOf(shape));
  for (let p = 0; p < positions; p++)
    for (let c = 0; c < channels; c++) {
      const [ours, theirs] = [p * channels + c, c * positions + p];
      if (toPyTorch) result[theirs] = values[ours];
      else result[ours] = values[theirs];
    }
  return result;
}

/** What PyTorch would give for the numbers 0, 1, 2, ... of a channels-first image. */
function outputOf(body: string, shape: string) {
  const { networks, problems } = readPython(source(body, shape));
  const { network } = buildNetwork(networks[0]);
  const program = compile(network);
  const [input] = network.inputs;
  const numbers = Array.from({ length: sizeOf(input.shape) }, (_, i) => i);
  const [output] = network.outputs;
  const { outputShape, channelsFirst } = network.layers[output];
  const values = evaluate(program, reordered(numbers, input.shape, false))[program.outputs[0]];
  return {
    problems: problems.map(({ message }) => message),
    shape: asWritten(outputShape, channelsFirst),
    values: channelsFirst ? reordered(values, outputShape, true) : Array.from(values),
  };
}

const shuffle = [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15];
const unshuffled = [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15];
const enlarged = [0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15];
const padded = [0, 0, 0, 0, ...Array.from({ length: 16 }, (_, i) => i), 0, 0, 0, 0];

// Expected numbers are those of NumPy for the same expression.
describe('parts of tensors and numbers in another order', () => {
  it.each([
    ['x.chunk(2, dim=1)[1]', '(4, 2, 2)', [2, 2, 2], [8, 9, 10, 11, 12, 13, 14, 15]],
    ['torch.split(x, [1, 3], 1)[0]', '(4, 2, 2)', [1, 2, 2], [0, 1, 2, 3]],
    ['x.split(c // 2, dim=1)[-1]', '(4, 2, 2)', [2, 2, 2], [8, 9, 10, 11, 12, 13, 14, 15]],
    ['torch.tensor_split(x, 3, dim=1)[0]', '(4, 2, 2)', [2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]],
    ['x[:, 1::2]', '(4, 2, 2)', [2, 2, 2], [4, 5, 6, 7, 12, 13, 14, 15]],
    ['x[:, : c // 4]', '(4, 2, 2)', [1, 2, 2], [0, 1, 2, 3]],
    ['x[:, [3, 0]]', '(4, 2, 2)', [2, 2, 2], [12, 13, 14, 15, 0, 1, 2, 3]],
    ['x[:, :, 1:, :-1]', '(1, 4, 4)', [1, 3, 3], [4, 5, 6, 8, 9, 10, 12, 13, 14]],
    ['x[..., 1::2]', '(1, 4, 4)', [1, 4, 2], [1, 3, 5, 7, 9, 11, 13, 15]],
    ['x.narrow(2, 1, 2)', '(1, 4, 4)', [1, 2, 4], [4, 5, 6, 7, 8, 9, 10, 11]],
    ['torch.flip(x, [3])', '(1, 2, 2)', [1, 2, 2], [1, 0, 3, 2]],
    ['torch.flatten(x, 1)[:, 3:7]', '(4, 2, 2)', [4], [3, 4, 5, 6]],
    ['F.pad(x, (0, 0, 0, 0, 1, 1))', '(4, 2, 2)', [6, 2, 2], padded],
    ['F.pad(x, (-1, 0))', '(1, 2, 2)', [1, 2, 1], [1, 3]],
    ['F.pixel_shuffle(x, 2)', '(4, 2, 2)', [1, 4, 4], enlarged],
    ['nn.PixelShuffle(2)(x)', '(4, 2, 2)', [1, 4, 4], enlarged],
    ['nn.PixelUnshuffle(2)(x)', '(1, 4, 4)', [4, 2, 2], unshuffled],
    ['nn.ChannelShuffle(2)(x)', '(4, 2, 2)', [4, 2, 2], shuffle],
    ['x.view(b, 2, c // 2, h, w).transpose(1, 2).contiguous().view(b, -1, h, w)', '(4, 2, 2)', [4, 2, 2], shuffle],
    ['x.reshape(b, 2, 2, h, w).permute(0, 2, 1, 3, 4).flatten(1, 2)', '(4, 2, 2)', [4, 2, 2], shuffle],
    [
      'x.reshape(b, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 4).reshape(b, 4, 2, 2)',
      '(1, 4, 4)',
      [4, 2, 2],
      unshuffled,
    ],
    ['x.transpose(2, 3)', '(4, 2, 2)', [4, 2, 2], [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15]],
    ['x.permute(0, 3, 1, 2)', '(4, 2, 2)', [2, 4, 2], [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15]],
    ['torch.stack([x.mean([2, 3]), x.mean([2, 3])], 1).flatten(1)', '(2, 1, 1)', [4], [0, 1, 0, 1]],
    [
      'x.view(b, 2, 2, h, w).permute(0, 2, 3, 1, 4).reshape(b, 4, h, w)',
      '(4, 2, 2)',
      [4, 2, 2],
      [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15],
    ],
    ['x.view(b, 4, 4).transpose(1, 2).flatten(1)[:, 3:7]', '(4, 2, 2)', [4], [12, 1, 5, 9]],
    ['x.view(b, 2, 8).flatten(1)[:, 6:10]', '(4, 2, 2)', [4], [6, 7, 8, 9]],
    ['(x.flatten(1) + x.permute(0, 2, 3, 1).flatten(1))[:, :4]', '(4, 2, 2)', [4], [0, 5, 10, 15]],
    [
      'torch.cat([x, x.permute(0, 2, 3, 1).reshape(b, 4, h, w)], 1)[:, 3:5]',
      '(4, 2, 2)',
      [2, 2, 2],
      [12, 13, 14, 15, 0, 4, 8, 12],
    ],
    ['x.mean(2)', '(4, 2, 2)', [4, 2], [1, 2, 5, 6, 9, 10, 13, 14]],
    ['x.mean(dim=1, keepdim=True)', '(4, 2, 2)', [1, 2, 2], [6, 7, 8, 9]],
    ['x.sum((1, 3))', '(4, 2, 2)', [2], [52, 68]],
    ['x.amin(1)', '(4, 2, 2)', [2, 2], [0, 1, 2, 3]],
    ['torch.amax(x, (1, 2))', '(4, 2, 2)', [2], [14, 15]],
    ['x.flatten(1).mean(1, keepdim=True)', '(4, 2, 2)', [1], [7.5]],
    ["F.pad(x, (1, 1, 1, 0), mode='reflect')", '(1, 2, 2)', [1, 3, 4], [3, 2, 3, 2, 1, 0, 1, 0, 3, 2, 3, 2]],
    ['nn.ReplicationPad2d((1, 2, 0, 0))(x)', '(1, 2, 2)', [1, 2, 5], [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]],
    ["F.pad(x, (1, 0, 0, 1), 'circular')", '(1, 2, 2)', [1, 3, 3], [1, 0, 1, 3, 2, 3, 1, 0, 1]],
    ['nn.ConstantPad2d((0, 0, 0, 1), -2)(x)', '(1, 2, 2)', [1, 3, 2], [0, 1, 2, 3, -2, -2]],
    ['torch.where((y := x - 2) > 0, y, 0.5 * y)', '(1, 2, 2)', [1, 2, 2], [-1, -0.5, 0, 1]],
    ['torch.where(x.lt(2.5), x, torch.full_like(x, 2.5))', '(1, 2, 2)', [1, 2, 2], [0, 1, 2, 2.5]],
    ['(y := x - 2) * (0 < y).float()', '(1, 2, 2)', [1, 2, 2], [0, 0, 0, 1]],
    ['torch.maximum(torch.tensor(1.5), x)', '(1, 2, 2)', [1, 2, 2], [1.5, 1.5, 2, 3]],
    ['torch.min(x, torch.ones_like(x))', '(1, 2, 2)', [1, 2, 2], [0, 1, 1, 1]],
    ['torch.minimum(x, 7 - x)', '(2, 2, 2)', [2, 2, 2], [0, 1, 2, 3, 3, 2, 1, 0]],
    ['x.mean(1, keepdim=True).expand(b, 3, -1, w)', '(2, 1, 2)', [3, 1, 2], [1, 2, 1, 2, 1, 2]],
    ['x.amax((2, 3), keepdim=True).expand_as(x) - x', '(1, 2, 2)', [1, 2, 2], [3, 2, 1, 0]],
    ['x.repeat(1, 2, 1, 1)', '(1, 2, 2)', [2, 2, 2], [0, 1, 2, 3, 0, 1, 2, 3]],
    ['x.repeat(1, 1, 1, 2)', '(1, 2, 2)', [1, 2, 4], [0, 1, 0, 1, 2, 3, 2, 3]],
    ['torch.tile(x, (1, 1, 2, 1))', '(1, 2, 2)', [1, 4, 2], [0, 1, 2, 3, 0, 1, 2, 3]],
    ['x.flatten(1).repeat(1, 2)', '(2, 1, 2)', [8], [0, 1, 2, 3, 0, 1, 2, 3]],
    ['x.repeat_interleave(2, dim=-1)', '(1, 2, 2)', [1, 2, 4], [0, 0, 1, 1, 2, 2, 3, 3]],
    ['torch.repeat_interleave(x, 2, 1)', '(2, 1, 2)', [4, 1, 2], [0, 1, 0, 1, 2, 3, 2, 3]],
    [
      "F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=True)",
      '(2, 1, 1)',
      [2, 2, 2],
      [0, 0, 0, 0, 1, 1, 1, 1],
    ],
    ['x.max(dim=1)[0]', '(2, 2, 2)', [2, 2], [4, 5, 6, 7]],
    ['torch.min(x, 2).values', '(2, 2, 2)', [2, 2], [0, 1, 4, 5]],
    ['x + torch.zeros(1, 1, 2, 1) - torch.full((2,), 3)', '(1, 2, 2)', [1, 2, 2], [-3, -2, -1, 0]],
    ['F.adaptive_avg_pool2d(x, (2, 1))', '(1, 3, 2)', [1, 2, 1], [1.5, 3.5]],
    ['nn.AdaptiveMaxPool2d(2)(x)', '(1, 3, 3)', [1, 2, 2], [4, 5, 7, 8]],
    ['nn.AdaptiveAvgPool2d((3, 2))(x)', '(1, 2, 2)', [1, 3, 2], [0, 1, 1, 2, 2, 3]],
    ['nn.AdaptiveAvgPool2d((3, None))(x)', '(2, 4, 1)', [2, 3, 1], [0.5, 1.5, 2.5, 4.5, 5.5, 6.5]],
    ['nn.AdaptiveAvgPool2d(2)(x)', '(1, 4, 4)', [1, 2, 2], [2.5, 4.5, 10.5, 12.5]],
    ['F.avg_pool2d(x, 2, divisor_override=3)', '(1, 2, 2)', [1, 1, 1], [2]],
    ['F.avg_pool2d(x, 3, 2, ceil_mode=True)', '(1, 4, 4)', [1, 2, 2], [5, 6.5, 11, 12.5]],
    ['F.avg_pool2d(x, 2, 2, 1, True, False)', '(1, 3, 3)', [1, 2, 2], [0, 1.5, 4.5, 6]],
    ['F.avg_pool2d(x, 2, 2, 1, True)', '(1, 3, 3)', [1, 2, 2], [0, 0.75, 2.25, 6]],
  ])('%s', (expression, shape, outShape, values) => {
    expect(outputOf(`return ${expression}`, shape)).toEqual({ problems: [], shape: outShape, values });
  });

  it('joins slices as YOLO does', () => {
    const focus = [0, 2, 8, 10, 16, 18, 24, 26, 4, 6, 12, 14, 20, 22, 28, 30];
    const more = [1, 3, 9, 11, 17, 19, 25, 27, 5, 7, 13, 15, 21, 23, 29, 31];
    const body = 'return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)';
    expect(outputOf(body, '(2, 4, 4)')).toMatchObject({ shape: [8, 2, 2], values: [...focus, ...more] });
  });

  it.each([
    ['x[0]', 'Some inputs of a batch are taken here'],
    ['x[:, 7:]', 'not within the 4 places'],
    ['x[:, 9]', 'not within the 4 places'],
    ['x[:, n:]', 'The part that is taken'],
    ['torch.split(x, [1, 1], 1)[0]', 'do not make up the 4 places'],
    ['F.relu(x.view(b, 2, 2, h, w))', 'A tensor with 4 axes is not analyzed'],
    ['nn.PixelShuffle(3)(x)', 'cannot be shuffled'],
    ['nn.ReflectionPad2d(2)(x)', 'not enough to pad it by 2'],
    ["F.pad(x, (1, 1), value=float('-inf'))", 'Padding with -Infinity is not analyzed'],
    ['x.expand(b, 4, 4, w)', 'Only axes of one place can be expanded'],
    ['x.repeat(2, 1, 1, 1)', 'The batch is repeated here'],
    ['x.repeat(1, 1, 1, 1, 2)', 'Axes are added here'],
    ['x.repeat_interleave(2)', 'over the whole batch'],
    ["F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=True)", 'with align_corners=True'],
    ['nn.UpsamplingBilinear2d(scale_factor=2)(x)', 'with align_corners=True'],
    ["F.interpolate(x, scale_factor=2, mode='bicubic')", 'by bicubic interpolation'],
    ['x + 0.1 * torch.randn_like(x)', 'randn_like draws numbers'],
    ['x.mean()', 'over the whole batch'],
    ['torch.where(x > 0, x, x.flip(1))', 'between other tensors than the one that is compared'],
    ['x + torch.zeros(3)', 'What stands beside the + is not known'],
  ])('%s is refused with a sentence', (expression, part) => {
    const { networks, problems } = readPython(source(`return F.relu(${expression})`, '(4, 2, 2)'));
    expect(buildNetwork(networks[0]).network.complete).toBe(false);
    expect(problems.map(({ message }) => message).join(' ')).toContain(part);
  });

  it('says that a choice may jump', () => {
    const { problems, values } = outputOf('return torch.where(x.lt(2.5), torch.full_like(x, 9), 5)', '(1, 2, 2)');
    expect(values).toEqual([9, 9, 9, 5]);
    expect(problems.join()).toContain('jumps at its threshold');
  });
});

describe('a class that others make', () => {
  const block = `
class Block(nn.Module):
    def __init__(self, c=16):
        super().__init__()
        self.c = nn.Conv2d(c, c, 3, padding=1)
    def forward(self, x):
        return F.relu(self.c(x))
`;
  const net = `
class Net(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.blocks = nn.Sequential(*[Block() for _ in range(depth)])
    def forward(self, x):  # @region-lens input = 3, 8, 8
        return self.blocks(self.stem(x))
`;
  const names = (text: string) => readPython(text).networks.map(({ name }) => name);

  it('is a part, whether it stands before them or behind', () => {
    expect(names(block + net)).toEqual(['Net']);
    expect(names(net + block)).toEqual(['Net']);
  });

  it('is a network where nobody makes it, and beside a class that extends it', () => {
    expect(names(block)).toEqual(['Block']);
    const wider = `
class Wide(Block):
    def __init__(self):
        super().__init__(32)
`;
    expect(names(block + wider)).toEqual(['Block', 'Wide']);
  });
});
