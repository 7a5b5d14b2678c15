import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { analyze } from '../../../src/analysis/analyze.ts';
import { activationMemory, multiplyAdds, totalMultiplyAdds } from '../../../src/network/cost.ts';
import { receptiveFields } from '../../../src/network/receptiveField.ts';

const networkOf = (input: number[], layers: object[]) =>
  analyze(JSON.stringify({ input, layers }), 'x.network.json')!.networks[0].network;

describe('multiply-adds', () => {
  it('of LeNet are those that are published', () => {
    const { network } = analyze(readFileSync('examples/lenet.network.json', 'utf8'), 'lenet.network.json')!.networks[0];
    const byName = Object.fromEntries(network.layers.map((layer) => [layer.name, multiplyAdds(layer)]));
    // 28·28·6·25, 10·10·16·150, 400·120, 120·84, 84·10.
    expect(Object.values(byName).filter((count) => count !== 0)).toEqual([117_600, 240_000, 48_000, 10_080, 840]);
    expect(totalMultiplyAdds(network.layers)).toBe(416_520);
  });

  it.each([
    ['dense at each position', [4, 3], { type: 'dense', units: 5 }, 60],
    ['grouped convolution', [4, 4, 6], { type: 'conv2d', filters: 4, kernel_size: 3, groups: 2 }, 2 * 2 * 4 * 9 * 3],
    ['depthwise convolution', [4, 4, 3], { type: 'depthwise_conv2d', kernel_size: 3 }, 4 * 3 * 9],
    ['separable convolution', [4, 4, 3], { type: 'separable_conv2d', filters: 5, kernel_size: 3 }, 4 * 27 + 4 * 15],
    ['transposed convolution', [2, 2, 3], { type: 'conv2d_transpose', filters: 5, kernel_size: 2 }, 12 * 4 * 5],
    ['locally connected layer', [5, 2], { type: 'locally_connected1d', filters: 3, kernel_size: 2 }, 4 * 3 * 4],
    ['maxout', [3], { type: 'maxout', units: 4, rank: 2 }, 24],
    [
      'graph convolution',
      [2, 3],
      {
        type: 'graph_conv',
        units: 4,
        adjacency: [
          [1, 0],
          [1, 1],
        ],
      },
      3 * 3 + 8 * 3,
    ],
    ['pooling', [4, 4, 3], { type: 'max_pooling2d', pool_size: 2 }, 0],
  ] as const)('of a %s', (_, input, layer, count) => {
    expect(multiplyAdds(networkOf([...input], [layer]).layers[0])).toBe(count);
  });

  it('are not known for layers whose products are not', () => {
    const { layers } = networkOf(
      [4, 4],
      [
        { type: 'dense', units: 2 },
        { type: 'lstm', units: 3 },
      ],
    );
    expect(totalMultiplyAdds(layers)).toBeNull();
  });
});

describe('activation memory', () => {
  it('is four bytes for each output', () => {
    const [layer] = networkOf([4, 4, 1], [{ type: 'conv2d', filters: 3, kernel_size: 2 }]).layers;
    expect(activationMemory(layer)).toBe(4 * 27);
  });
});

describe('receptive fields', () => {
  const fieldsOf = (input: number[], ...layers: object[]) => receptiveFields(networkOf(input, layers));

  it('grow by kernels, strides and dilation', () => {
    expect(
      fieldsOf(
        [32, 32, 1],
        { type: 'conv2d', filters: 1, kernel_size: 3 },
        { type: 'max_pooling2d', pool_size: 2 },
        { type: 'conv2d', filters: 1, kernel_size: 3 },
        { type: 'conv2d', filters: 1, kernel_size: 3, dilation_rate: 2 },
        { type: 'flatten' },
      ),
    ).toEqual([[3, 3], [4, 4], [8, 8], [16, 16], null]);
  });

  it('are those of VGG16 before its classifier', () => {
    const block = (filters: number, count: number) => [
      ...Array.from({ length: count }, () => ({ type: 'conv2d', filters, kernel_size: 3, padding: 'same' })),
      { type: 'max_pooling2d', pool_size: 2 },
    ];
    const layers = [block(2, 2), block(2, 2), block(2, 3), block(2, 3), block(2, 3)].flat();
    expect(fieldsOf([224, 224, 3], ...layers).at(-1)).toEqual([212, 212]);
  });

  it('are never larger than the input, and one row for sequences', () => {
    expect(fieldsOf([5, 1], { type: 'conv1d', filters: 1, kernel_size: 7, padding: 'same' })).toEqual([[1, 5]]);
  });

  it('shrink in steps where the tensor grows', () => {
    expect(
      fieldsOf(
        [8, 8, 1],
        { type: 'up_sampling2d', size: 2 },
        { type: 'conv2d', filters: 1, kernel_size: 3, padding: 'same' },
      ),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});
