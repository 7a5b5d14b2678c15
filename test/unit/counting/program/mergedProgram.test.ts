import { describe, expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { mergedProgram } from '../../../../src/counting/program/mergedProgram.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import { openWithWeights } from '../../formats/values.ts';

const EXTENT = 10;
const gray = (x: number) => Array<number>(EXTENT * EXTENT).fill(x);
const conv = (filters: number, activation: string) => ({
  type: 'conv2d',
  filters,
  kernel_size: 3,
  padding: 'same',
  activation,
});
const pool = (type: string) => ({ type: `${type}_pooling2d`, pool_size: 2 });
const dense = (units: number, activation: string) => ({ type: 'dense', units, activation });
const kinds = {
  'max pooling': [
    conv(2, 'relu'),
    pool('max'),
    conv(3, 'leaky_relu'),
    { type: 'flatten' },
    dense(5, 'relu'),
    dense(2, 'linear'),
  ],
  'average pooling': [
    conv(3, 'relu6'),
    pool('average'),
    conv(2, 'relu'),
    pool('max'),
    { type: 'flatten' },
    dense(1, 'linear'),
  ],
  'units with slopes of their own': [conv(2, 'linear'), { type: 'prelu' }, conv(2, 'relu'), pool('average')],
  'two branches': [
    { ...conv(2, 'relu'), name: 'a' },
    { ...conv(2, 'hard_tanh'), name: 'b', inputs: ['a'] },
    { ...conv(2, 'linear'), name: 'c', inputs: ['a'] },
    { type: 'add', name: 'd', inputs: ['b', 'c'] },
    { type: 'relu', name: 'e' },
    { type: 'relu', name: 'f', inputs: ['d'] },
    { type: 'subtract', name: 'g', inputs: ['e', 'f'] },
    { type: 'maximum', name: 'h', inputs: ['a', 'g'] },
  ],
};
const networkOf = (layers: unknown, seed: number) =>
  drawWeights(openWithWeights(JSON.stringify({ input: [EXTENT, EXTENT, 1], layers })), seed);

describe.each(Object.entries(kinds))('a network on images of one color, with %s', (_, layers) => {
  const network = networkOf(layers, 3);
  const program = compile(network);
  const slice = sliceOf({ kind: 'segment', from: gray(-1), to: gray(2) }, program.inputSize);
  const merged = mergedProgram(program, slice)!;

  it('has the same numbers when those that are one function are merged, and fewer', () => {
    for (const x of [-0.9, 0.3, 1.7]) {
      const all = evaluate(program, gray(x));
      const fewer = evaluate(merged.program, [x]);
      all.forEach((values, tensor) =>
        expect(Array.from(merged.places[tensor], (place) => fewer[tensor][place])).toEqual([...values]),
      );
    }
    expect(merged.program.inputSize).toBe(1);
    const { source } = program.stages[0];
    expect(merged.program.sizes[source]).toBeLessThan(program.sizes[source] / 4);
    for (const tensor of program.outputs) expect(merged.program.sizes[tensor]).toBe(program.sizes[tensor]);
  });

  it('has the same regions, pieces and breakpoints as cell by cell', () => {
    const request = {
      network,
      method: 'line',
      domain: { kind: 'segment', from: gray(-1), to: gray(2) },
      linear: true,
      limits: {},
    } as const;
    const line = count({ ...request, keepRegions: true, units: true });
    const cells = count({ ...request, keepRegions: true, cellsBy: 'vertices' });
    expect(line.exact).toBe(true);
    expect(line.perLayer).toEqual(cells.perLayer);
    expect(line.linearRegions).toBe(cells.linearRegions);
    expect(line.line!.outputCount).toBe(cells.line!.outputCount);
    line.line!.outputs.forEach((value, k) => expect(value).toBeCloseTo(cells.line!.outputs[k], 6));
    line.line!.knots.forEach((value, k) => expect(value).toBeCloseTo(cells.line!.knots[k], 9));
    expect(line.unitBreakpoints!.map(({ length }) => length)).toEqual(unitsPerLayer());
    // Each unit of the first stage bends where it vanishes, if it is on the line.
    const first = evaluate(program, gray(-1))[program.stages[0].source];
    const last = evaluate(program, gray(2))[program.stages[0].source];
    const { kind } = program.stages[0];
    const breakpoints = kind === 'units' ? program.stages[0].breakpoints : [];
    const crossings = first.map((value, i) => breakpoints.filter((b) => value > b !== last[i] > b).length);
    expect(line.unitBreakpoints![program.stages[0].layer]).toEqual([...crossings]);
  });

  function unitsPerLayer(): number[] {
    const found = Array<number>(program.layers).fill(0);
    for (const { layer, output } of program.stages) found[layer] += program.sizes[output];
    return found;
  }
});

it('nothing is merged on a line between different images, nor in a dense network', () => {
  const convolutional = compile(networkOf(kinds['max pooling'], 1));
  const ramp = gray(0).map((_, i) => Math.sin(i));
  expect(mergedProgram(convolutional, sliceOf({ kind: 'segment', from: gray(0), to: ramp }, EXTENT ** 2))).toBeNull();
  const fully = compile(networkOf([{ type: 'flatten' }, dense(8, 'relu')], 1));
  expect(mergedProgram(fully, sliceOf({ kind: 'segment', from: gray(0), to: gray(1) }, EXTENT ** 2))).toBeNull();
});
