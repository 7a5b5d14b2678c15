import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { modelBeside, openModel } from '../../../../src/formats/binary/modelFile.ts';
import { binaryFormatOf } from '../../../../src/formats/binary/models.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import type { WeightsFile } from '../../../../src/formats/weights/weightsFile.ts';
import { fixture, readText } from '../fixtures.ts';
import { channelsLast } from '../pytorch/networks.ts';
import { outputOf } from '../values.ts';
import { kerasArchive, source, type Tensors } from '../weights/files.ts';

const folder = new URL('../../../fixtures/onnx-files/', import.meta.url);
const points = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as Record<
  string,
  readonly { readonly x: readonly number[]; readonly y: readonly number[]; readonly shape: readonly number[] }[]
>;

function opened(name: string): WeightsFile {
  const file = source(name, new Uint8Array(readFileSync(new URL(name, folder))));
  return openModel(file, binaryFormatOf(file)!, undefined);
}

/** The text of a model with the weights of its file. */
function attached(file: WeightsFile) {
  const { match } = networkWithWeights(file.model!, `${file.name}.network.json`, 0, file)!;
  expect(match!.remarks).toEqual([]);
  return match!.attach();
}

describe('a binary model as text', () => {
  it.each(Object.keys(points).filter((name) => name !== 'lenet'))('%s computes the same with its weights', (name) => {
    const network = attached(opened(`${name}.onnx`));
    for (const { x, y, shape } of points[name]) {
      const output = outputOf(network, shape.length > 1 ? channelsLast(x, network.inputs[0].shape) : x);
      output.forEach((value, i) => expect(Math.abs(value - y[i])).toBeLessThan(1e-5 * Math.max(1, Math.abs(y[i]))));
    }
  });

  it('keeps the layers that are not analyzed, each with its sentence', () => {
    const { model } = opened('stored/quantized-activations.onnx');
    const { networks, problems } = readText(model!, 'm.network.json');
    expect(networks[0].layers[0].operation.kind).toBe('unknown');
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['unsupported', expect.stringContaining('QuantizeLinear works on numbers that are rounded')],
    ]);
  });

  it('of Keras keeps the order in which its file has the weights of channels that come first', async () => {
    const config = fixture('channels-first.json');
    const { network } = networkWithWeights(config, 'm.json', 0, null)!;
    const drawn = drawWeights(network, 3);
    const tensors: Tensors = Object.fromEntries(
      drawn.layers.flatMap(({ name, weights = {} }) =>
        Object.entries(weights).map(([weight, tensor]) => [`${name}/${weight}`, tensor]),
      ),
    );
    const file = openWeights(source('m.keras', await kerasArchive(config, tensors)));
    const direct = networkWithWeights(config, 'm.json', 0, file)!.match!.attach();
    const asText = attached(modelBeside(file));
    const input = Array.from({ length: network.inputSize }, (_, i) => Math.sin(5 * i));
    expect(outputOf(asText, input)).toEqual(outputOf(direct, input));
  });
});
