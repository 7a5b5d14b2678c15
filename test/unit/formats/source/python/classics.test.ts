import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';
import { writtenShape } from '../../../../../src/network/network.ts';
import { read } from '../../../../../src/formats/registry.ts';

function networksOf(name: string, change = (text: string) => text) {
  const text = change(readFileSync(new URL(`classics/${name}.py`, import.meta.url), 'utf8'));
  const result = read(text, `${name}.py`, { weights: false });
  if (!result) throw new Error(`${name}.py is not recognized`);
  const built = result.networks.map((definition) => ({ definition, ...buildNetwork(definition) }));
  const problems = [...result.problems, ...built.flatMap((each) => each.problems)];
  return { built, problems: problems.filter(({ severity }) => severity === 'error' || severity === 'warning') };
}

describe('networks that many people know', () => {
  // The totals are those that are published with the networks; those of the last one are sums by hand.
  it.each([
    ['resnet', { resnet18: 11_689_512, resnet50: 25_557_032, resnext50_32x4d: 25_028_904 }],
    ['vgg', { vgg11: 132_863_336, vgg16: 138_357_544, vgg16_bn: 138_365_992 }],
    ['alexnet', { model: 61_100_840 }],
    ['mobilenetv2', { model: 3_504_872 }],
    ['squeezenet', { net: 1_248_424 }],
    ['densenet', { densenet121: 7_978_856 }],
    ['dcgan', { generator: 3_576_704, judge: 2_765_568 }],
  ])('have the parameters that are published: %s', (name, totals) => {
    const { built, problems } = networksOf(name);
    const found = built.map(({ network }) => [network.name, totalParameters(network.layers)]);
    expect(Object.fromEntries(found)).toEqual(totals);
    expect(built.every(({ network }) => network.complete)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('have the names and shapes of their state dicts', () => {
    const { built } = networksOf('small', (text) =>
      text.replace('class TinyResNet', '# @region-lens input = (2, 8, 8)\n$&'),
    );
    const found = built.map(({ definition, network }) => ({
      name: network.name,
      input: network.inputs.map((_input, k) => writtenShape(network, -1 - k)),
      source: definition.inputs[0].source,
      parameters: totalParameters(network.layers),
      owners: network.layers.filter(({ parameters }) => parameters !== 0).map(({ name }) => name),
    }));
    expect(found).toEqual([
      {
        name: 'Mlp',
        input: [[2]],
        source: 'from the first Linear',
        parameters: 354,
        owners: ['net.0', 'net.2', 'net.4'],
      },
      {
        name: 'LeNet',
        input: [[1, 28, 28]],
        source: 'solved from the first linear layer (28 to 31 fit)',
        parameters: 61_706,
        owners: ['conv1', 'conv2', 'fc1', 'fc2', 'fc3'],
      },
      {
        name: 'TinyResNet',
        input: [[2, 8, 8]],
        source: 'from the comment',
        parameters: 1355,
        owners: [
          'conv1',
          'bn1',
          'layer1.0.conv1',
          'layer1.0.bn1',
          'layer1.0.conv2',
          'layer1.0.bn2',
          'layer2.0.conv1',
          'layer2.0.bn1',
          'layer2.0.conv2',
          'layer2.0.bn2',
          'layer2.0.shortcut.0',
          'layer2.0.shortcut.1',
          'linear',
        ],
      },
    ]);
  });
});
