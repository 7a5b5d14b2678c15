import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from '../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { channelsLast } from '../pytorch/networks.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';

/** Models that PyTorch 1.13 exported, and points with the outputs that it computed. */
const folder = new URL('../../../fixtures/onnx-files/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
interface Point {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly shape: readonly number[];
}
const points = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as Record<string, readonly Point[]>;

const stored = new URL('stored/', folder);
const storedBytes = (name: string) => new Uint8Array(readFileSync(new URL(name, stored)));
const files = { bytes: (path: string) => (path === 'external.data' ? source(path, storedBytes(path)) : undefined) };

describe('the numbers of an .onnx file', () => {
  const wanted = JSON.parse(readFileSync(new URL('points.json', stored), 'utf8')) as Point[];
  const names = readdirSync(stored).filter((name) => name.endsWith('.onnx') && !name.startsWith('quantized'));

  it.each(names)('are read as %s has them', (name) => {
    const { networks, problems } = read(source(name, storedBytes(name)), name, { weights: true, files })!;
    const { network, problems: wrong } = buildNetwork(networks[0]);
    expect([...problems, ...wrong].map(({ message }) => message)).toEqual([]);
    expect(network.layers.reduce((sum, { parameters }) => sum + (parameters ?? NaN), 0)).toBe(32);
    for (const { x, y } of wanted) expect(outputOf(network, x)).toEqual(y);
  });

  it('in a file that is not there, or too short, are missed with a sentence', () => {
    const open = (bytes: Uint8Array | undefined) =>
      read(source('external.onnx', storedBytes('external.onnx')), 'external.onnx', {
        weights: true,
        files: { bytes: (path) => bytes && source(path, bytes) },
      })!.problems.map(({ message }) => message);
    expect(open(undefined)[0]).toContain('its numbers are in the file external.data, which is not beside the model');
    expect(open(new Uint8Array(100))).toContain('kernel: the file external.data is too short for it.');
  });

  it('that are rounded on their way are refused by name', () => {
    const name = 'quantized-activations.onnx';
    const { problems } = read(source(name, storedBytes(name)), name, { weights: false })!;
    expect(problems[0].message).toContain('QuantizeLinear works on numbers that are rounded to a few bits');
  });
});

describe('an .onnx file', () => {
  it.each(Object.keys(points).filter((name) => name !== 'lenet'))('%s gives the outputs that PyTorch gives', (name) => {
    const { networks, problems } = read(source(`${name}.onnx`, bytesOf(`${name}.onnx`)), `${name}.onnx`, {
      weights: true,
    })!;
    const { network, problems: wrong } = buildNetwork(networks[0]);
    expect([...problems, ...wrong].map(({ message }) => message)).toEqual([]);
    for (const { x, y, shape } of points[name]) {
      const output = outputOf(network, shape.length > 1 ? channelsLast(x, network.inputs[0].shape) : x);
      expect(output).toHaveLength(y.length);
      output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5 * Math.max(1, Math.abs(y[i]))));
    }
  });
});
