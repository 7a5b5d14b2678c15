import { readFileSync } from 'node:fs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { binaryFormatOf } from '../../../../src/formats/binary/models.ts';
import { read } from '../../../../src/formats/registry.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';

/** Modules that PyTorch 1.13 scripted, and points with the outputs that it computed. */
const folder = new URL('../../../fixtures/pytorch/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const { mlp: points } = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as {
  mlp: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
};

function open(name: string, bytes = bytesOf(name)) {
  const { format, networks, problems } = read(source(name, bytes), name, { weights: true })!;
  const built = buildNetwork(networks[0]);
  return { format, network: built.network, messages: [...problems, ...built.problems].map(({ message }) => message) };
}

/** The scripted network with another method `forward`, given by the lines of its body. */
function withForward(...lines: readonly string[]) {
  const files = unzipSync(bytesOf('mlp.script.pt'));
  const path = Object.keys(files).find((name) => name.endsWith('code/__torch__.py'))!;
  const [head] = strFromU8(files[path]).split(/ {4}net = /);
  const code = strToU8(head + lines.map((line) => `    ${line}\n`).join(''));
  return open('changed.pt', zipSync({ ...files, [path]: code }, { level: 0 }));
}

const layers = ({ network }: ReturnType<typeof open>) =>
  network.layers.map(({ name, type, activation }) => `${name} ${type} ${activation.name}`);

describe('a TorchScript file', () => {
  it('gives the outputs that PyTorch gives', () => {
    const { format, network, messages } = open('mlp.script.pt');
    expect(format).toBe('torchscript');
    expect(messages).toEqual([]);
    expect(totalParameters(network.layers)).toBe(354);
    for (const { x, y } of points) {
      const output = outputOf(network, x);
      expect(output).toHaveLength(y.length);
      output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5));
    }
  });

  it('is followed through the code of its modules and of PyTorch', () => {
    const lenet = read(source('lenet.pt', bytesOf('lenet-without-numbers.script.pt')), 'lenet.pt', { weights: false })!;
    const [{ layers: written, inputs }] = lenet.networks;
    expect(inputs[0].shape).toEqual([28, 28, 1]);
    expect(lenet.problems.map(({ message }) => message)).toEqual([
      'The size of the input is not in the file. 28×28 is taken: the least square size that fits the first linear layer (28 to 31 fit).',
    ]);
    expect(written.map(({ name, type, activation }) => `${name} ${type} ${activation.name}`)).toEqual([
      'conv1 conv2d relu',
      'max_pooling2d max_pooling2d linear',
      'conv2 conv2d relu',
      'max_pooling2d_2 max_pooling2d linear',
      'flatten flatten linear',
      'fc1 dense relu',
      'fc2 dense relu',
      'fc3 dense linear',
    ]);
    const { network } = buildNetwork(lenet.networks[0]);
    expect(totalParameters(network.layers)).toBe(61706);
  });

  it('is also a file of weights for a network that is defined elsewhere', () => {
    const file = source('mlp.script.pt', bytesOf('mlp.script.pt'));
    expect(binaryFormatOf(file)?.hasPlainWeights).toBe(true);
    expect(openWeights(file).tensors.map(({ name }) => name)).toContain('net.0.weight');
  });

  it('follows conditions that are known, and arithmetic', () => {
    const changed = withForward(
      'net = self.net',
      'if torch.__isnot__(None, None):',
      '  y = x',
      'else:',
      '  y = torch.relu(torch.mul(x, 2.))',
      'z = torch.add(y, x)',
      'return (net).forward(z, )',
    );
    expect(changed.messages).toEqual([]);
    expect(layers(changed).slice(0, 3)).toEqual(['activation activation linear', 'relu relu relu', 'add add linear']);
    const plain = open('mlp.script.pt');
    // 2 x for positive x, and nothing for negative x, beside x itself.
    expect(outputOf(changed.network, [0.5, -1])).toEqual(outputOf(plain.network, [1.5, -1]));
  });

  it('names an operation that is not followed, with its module', () => {
    const files = unzipSync(bytesOf('mlp.script.pt'));
    const path = Object.keys(files).find((name) => name.endsWith('torch/nn/functional.py'))!;
    const code = strFromU8(files[path]).replaceAll('torch.relu(', 'torch.cosine(');
    const { messages } = open('changed.pt', zipSync({ ...files, [path]: strToU8(code) }, { level: 0 }));
    expect(messages).toEqual([1, 3].map((k) => `The operation torch.cosine in net.${k} is not analyzed.`));
  });

  it.each([
    [['return torch.fft_fft(x)'], 'The operation torch.fft_fft is not analyzed.'],
    [['y = torch.relu(x)', 'if bool(torch.gt(y, 0)):', '  y = x', 'return y'], 'condition|torch.gt'],
    [['return (self).forward(x, )'], 'calls nested too deeply'],
    [['y = x', 'while True:', '  y = torch.relu(y)', 'return y'], 'a statement .while.'],
    [['return os.system("true")'], 'The operation os is not analyzed.'],
    [['raise Exception("no")'], 'an error'],
    [['return self.nothing'], '.nothing'],
  ])('says what it does not follow: %s', (lines, message) => {
    const { network, messages } = withForward(...lines);
    expect(network.complete).toBe(false);
    expect(messages.join('\n')).toMatch(new RegExp(message));
  });
});
