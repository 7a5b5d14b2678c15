import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import type { Network } from '../../../../src/network/network.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';
import { channelsLast, definitions } from './networks.ts';

/** State dicts that PyTorch 1.13 wrote, and points with the outputs that it computed. */
const folder = new URL('../../../fixtures/pytorch/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const points = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as Record<
  string,
  readonly { readonly x: readonly number[]; readonly y: readonly number[] }[]
>;

function attached(name: string, text: string): { network: Network; remarks: readonly string[] } {
  const { match } = networkWithWeights(text, 'm.network.json', 0, openWeights(source(name, bytesOf(name))))!;
  const remarks = match!.remarks.map(({ severity, message }) => `${severity}: ${message}`);
  return { network: match!.attach(), remarks };
}

function expectOutputs(network: Network, key: string): void {
  for (const { x, y } of points[key]) {
    const output = outputOf(network, channelsLast(x, network.inputs[0].shape));
    expect(output).toHaveLength(y.length);
    output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5));
  }
}

describe('a state dict of PyTorch', () => {
  it.each([
    ['mlp.state.pt', 'mlp'],
    ['mlp.legacy.pth', 'mlp'],
    ['mlp-compiled.bin', 'mlp'],
    ['mlp-compiled-parallel.pt', 'mlp'],
    ['lenet.state.pt', 'lenet'],
    ['tiny_resnet.state.pt', 'tiny_resnet'],
    ['tiny_resnet.legacy.pth', 'tiny_resnet'],
    ['mixed.pt', 'mixed'],
    ['mixed-half.pt', 'mixed'],
    ['mixed-bfloat16.pth', 'mixed'],
    ['mixed-data-parallel.pth.tar', 'mixed'],
    ['mixed-lightning.ckpt', 'mixed'],
    ['mixed-views.pt', 'mixed'],
    ['mixed-views.legacy.pt', 'mixed'],
  ])('%s gives the outputs that PyTorch gives', (name, key) => {
    const { network, remarks } = attached(name, definitions[key as keyof typeof definitions]);
    expect(remarks).toEqual([]);
    expectOutputs(network, key);
  });

  it('finds layers by their shapes where the definition names none', () => {
    const unnamed = definitions.mlp.replace(/"name":"[^"]*",/g, '');
    const { network, remarks } = attached('mlp.state.pt', unnamed);
    expect(remarks.every((remark) => remark.startsWith('information: '))).toBe(true);
    expectOutputs(network, 'mlp');
  });

  it('is the first of several in a checkpoint, which is said', () => {
    const { network, remarks } = attached('mixed-timm.pth.tar', definitions.mixed);
    expect(remarks).toEqual([
      'information: mixed-timm.pth.tar holds several sets of weights: those under state_dict are used.',
    ]);
    expectOutputs(network, 'mixed');
  });

  it('lists every tensor with its shape', () => {
    const { tensors, kind } = openWeights(source('mlp.state.pt', bytesOf('mlp.state.pt')));
    expect(kind).toBe('pytorch');
    expect(tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
      'net.0.weight 16x2',
      'net.0.bias 16',
      'net.2.weight 16x16',
      'net.2.bias 16',
      'net.4.weight 2x16',
      'net.4.bias 2',
    ]);
  });

  it('is read in parts: no more than its description, until numbers are asked for', () => {
    const bytes = bytesOf('lenet.state.pt');
    const whole = source('lenet.state.pt', bytes);
    let read = 0;
    const watched = {
      ...whole,
      read: (start: number, length: number) => {
        read += length;
        return whole.read(start, length);
      },
    };
    const { tensors } = openWeights(watched);
    expect(read).toBeLessThan(bytes.length / 3);
    expect(tensors.find(({ name }) => name === 'fc1.bias')!.values()).toHaveLength(120);
    expect(read).toBeLessThan(bytes.length / 2);
  });
});
