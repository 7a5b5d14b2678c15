import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binaryFormatOf } from '../../../../src/formats/binary/models.ts';
import { read } from '../../../../src/formats/registry.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';

/** Modules that PyTorch 1.13 pickled, and points with the outputs that it computed. */
const folder = new URL('../../../fixtures/pytorch/', import.meta.url);
const file = (name: string) => source(name, new Uint8Array(readFileSync(new URL(name, folder))));
const points = JSON.parse(readFileSync(new URL('modules.json', folder), 'utf8')) as Record<
  string,
  readonly { readonly x: readonly number[]; readonly y: readonly number[] }[]
>;
const messages = (problems: readonly { message: string }[]) => problems.map(({ message }) => message);

describe('a module that was saved as a whole', () => {
  it.each([
    ['sequential.pt', []],
    ['sequential.legacy.pt', []],
    ['mlp.whole.pt', [expect.stringMatching(/^What Mlp computes is in its code, .* its only part, net\.$/)]],
    ['only-part.pt', [expect.stringMatching(/^What Net computes is in its code, .* its only part, stack\.$/)]],
  ])('%s is read where its parts are a sequence, and gives the outputs that PyTorch gives', (name, said) => {
    const { networks, problems, format } = read(file(name), name, { weights: true })!;
    expect(format).toBe('torch');
    expect(messages(problems)).toEqual(said);
    const { network, problems: wrong } = buildNetwork(networks[0]);
    expect(wrong).toEqual([]);
    for (const { x, y } of points[name]) {
      const output = outputOf(network, x);
      expect(output).toHaveLength(y.length);
      output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5));
    }
  });

  it('of images has the layers of the sequence, and asks for the size of the input', () => {
    const { networks, problems } = read(file('images.pt'), 'images.pt', { weights: false })!;
    expect(messages(problems)[0]).toMatch(/left open \(height, width\).* Export the model with a fixed size/);
    expect(networks[0].layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
      '0 conv2d',
      '2 max_pooling2d',
      '3 conv2d_transpose',
      '4 zero_padding2d',
      '4_2 average_pooling2d',
      '5 zero_padding2d',
      '6 global_average_pooling2d',
      '7 flatten',
      '8 dense',
    ]);
  });

  it.each(['two-parts.pt', 'mixed.pt'])('%s, whose layers are in code, is a file of weights', (name) => {
    expect(binaryFormatOf(file(name))).toBeNull();
    expect(openWeights(file(name)).tensors.length).toBeGreaterThan(3);
  });
});
