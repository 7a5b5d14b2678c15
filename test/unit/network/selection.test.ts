import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { networkWithWeights } from '../../../src/analysis/counts/networkWeights.ts';
import { receptiveFields } from '../../../src/network/receptiveField.ts';
import { selectedPlaces, selectedShape, type Selection } from '../../../src/network/selection.ts';

const selected = (selection: Selection, input: number[]) => ({
  shape: selectedShape(selection, input),
  places: [...selectedPlaces(selection, input)],
});

describe('a selection of numbers', () => {
  it('takes places of an axis in any order, and zeros', () => {
    const rows: Selection = { by: 'places', axis: 0, places: [1, -1, 1] };
    expect(selected(rows, [2, 2])).toEqual({ shape: [3, 2], places: [2, 3, -1, -1, 2, 3] });
    const channels: Selection = { by: 'places', axis: -1, places: [2, 0] };
    expect(selected(channels, [2, 3])).toEqual({ shape: [2, 2], places: [2, 0, 5, 3] });
  });

  it('brings axes into another order', () => {
    expect(selected({ by: 'axes', order: [1, 0] }, [2, 3])).toEqual({ shape: [3, 2], places: [0, 3, 1, 4, 2, 5] });
    const { shape, places } = selected({ by: 'axes', order: [2, 0, 1] }, [2, 3, 4]);
    expect(shape).toEqual([4, 2, 3]);
    // (c, a, b) of the output is (a, b, c) of the input.
    expect(places[3 * 6 + 1 * 3 + 2]).toBe(1 * 12 + 2 * 4 + 3);
  });

  it('makes squares of channels as TensorFlow documents it, and channels of squares', () => {
    // The examples of tf.nn.depth_to_space and tf.nn.space_to_depth.
    const wide: Selection = { by: 'blocks', size: 2, into: 'positions' };
    expect(selected(wide, [1, 1, 12])).toEqual({ shape: [2, 2, 3], places: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] });
    const deep: Selection = { by: 'blocks', size: 2, into: 'channels' };
    const values = [1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 13, 14, 11, 12, 15, 16];
    const { shape, places } = selected(deep, [4, 4, 1]);
    expect(shape).toEqual([2, 2, 4]);
    expect(places.map((place) => values[place])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    const back = selected(wide, [2, 2, 4]).places.map((place) => places[place]);
    expect(back).toEqual(back.map((_, i) => i));
  });

  const problems = (input: number[], layer: object) =>
    analyze(JSON.stringify({ input, layers: [layer] }), 'a.network.json')!.problems.map(({ message }) => message);

  it.each([
    [[3], { type: 'select', places: [3] }, 'no place 3 along an axis of 3'],
    [[3], { type: 'select', axis: 2, places: [0] }, 'no axis 1 in 3'],
    [[3], { type: 'select', places: [] }, 'places'],
    [[3], { type: 'select' }, 'places is missing'],
    [[3, 2, 1], { type: 'permute', dims: [2, 1] }, 'not an order of the 3 axes'],
    [[3, 2], { type: 'permute', dims: [1, 1] }, 'dims'],
    [[4, 4, 3], { type: 'depth_to_space', block_size: 2 }, '3 channels cannot be split'],
    [[3, 4, 3], { type: 'space_to_depth', block_size: 2 }, '3×4 positions cannot be split'],
    [[3], { type: 'depth_to_space', block_size: 2 }, 'needs height'],
  ] as const)('of %j by %j is refused with a sentence', (input, layer, part) => {
    expect(problems([...input], layer).join(' ')).toContain(part);
  });

  it('keeps what a position sees', () => {
    const fields = (layers: object[]) => {
      const { networks } = analyze(JSON.stringify({ input: [16, 16, 4], layers }), 'a.network.json')!;
      return receptiveFields(networks[0].network).at(-1);
    };
    const conv = { type: 'conv2d', filters: 4, kernel_size: 3 };
    expect(fields([conv, { type: 'select', places: [0, 1] }, conv])).toEqual([5, 5]);
    expect(fields([conv, { type: 'depth_to_space', block_size: 2 }, conv])).toEqual([4, 4]);
    expect(fields([{ type: 'space_to_depth', block_size: 2 }, conv])).toEqual([6, 6]);
    expect(fields([{ type: 'select', axis: 1, places: [0, 2, 4, 6] }, conv])).toEqual([5, 3]);
  });

  it('has no weights, and those of the layers around it are as they were', () => {
    const layers = [
      { type: 'dense', units: 4 },
      { type: 'select', places: [3, 1] },
      { type: 'dense', units: 1 },
    ];
    const text = JSON.stringify({ input: [2], layers });
    expect(
      analyze(text, 'a.network.json')!.networks[0].network.layers.reduce(
        (sum, layer) => sum + (layer.parameters ?? NaN),
        0,
      ),
    ).toBe(2 * 4 + 4 + 2 + 1);
    expect(networkWithWeights(text, 'a.network.json', 0, null)!.network.layers[2].inputShapes).toEqual([[2]]);
  });
});
