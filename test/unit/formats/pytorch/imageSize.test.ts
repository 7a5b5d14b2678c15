import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { binaryFormatOf } from '../../../../src/formats/binary/models.ts';
import { openModel } from '../../../../src/formats/binary/modelFile.ts';
import { read } from '../../../../src/formats/registry.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import type { Network } from '../../../../src/network/network.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';
import { channelsLast } from './networks.ts';

/** Modules that PyTorch 2.14 scripted, which leaves the size of the input out, with points and their outputs. */
const folder = new URL('../../../fixtures/torch-export/', import.meta.url);
const file = (name: string) => source('m.pt', new Uint8Array(readFileSync(new URL(`${name}.script.pt`, folder))));
type Points = readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
const points = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as Record<string, { points: Points }>;

function expectOutputs(network: Network, name: string): void {
  for (const { x, y } of points[name].points) {
    const output = outputOf(network, channelsLast(x, network.inputs[0].shape));
    expect(output).toHaveLength(y.length);
    output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5));
  }
}

describe('the size of the input of a scripted module', () => {
  it.each([
    ['pooled', [8, 8, 2], '8×8 is taken: the least square size that fits the first linear layer (8 to 9 fit).'],
    ['exact', [12, 1], '12 is taken: the only length that fits the first linear layer.'],
  ])('is solved from its first linear layer, which is said: %s', (name, shape, sentence) => {
    const { networks, problems } = read(file(name), 'm.pt', { weights: true })!;
    const { network, problems: wrong } = buildNetwork(networks[0]);
    expect(network.inputs[0].shape).toEqual(shape);
    expect([...problems, ...wrong].map(({ message }) => message)).toEqual([
      `The size of the input is not in the file. ${sentence}`,
    ]);
    expectOutputs(network, name);
  });

  it('is said in the text that stands for the file', () => {
    const opened = openModel(file('pooled'), binaryFormatOf(file('pooled'))!, undefined);
    expect(opened.model).toMatch(/^\/\/ The size of the input is not in the file\. 8×8 is taken/);
    const { match } = networkWithWeights(opened.model!, 'm.network.json', 0, opened)!;
    expect(match!.remarks).toEqual([]);
    expectOutputs(match!.attach(), 'pooled');
  });

  it('is asked for where every size fits, and can be written into the text', () => {
    const opened = openModel(file('anywhere'), binaryFormatOf(file('anywhere'))!, undefined);
    expect(opened.model).toMatch(/^\/\/ The size of the input input is left open \(height, width\)/);
    const text = opened.model!.replace('[-1, -1, 2]', '[6, 6, 2]');
    const { match } = networkWithWeights(text, 'm.network.json', 0, openWeights(file('anywhere')))!;
    expect(match!.remarks).toEqual([]);
    expectOutputs(match!.attach(), 'anywhere');
  });
});
