import { expect, test } from 'vitest';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { linear, relu } from '../../../../src/network/activation.ts';
import type { Evaluation } from '../../../../src/theory/bound.ts';
import { kacRiceLine as line, kacRicePlane as plane } from '../../../../src/theory/kacRice/bounds.ts';
import { build, define, dense, denseNetwork, layer } from '../../network/definitions.ts';
import { buildNetwork } from '../../../../src/network/build.ts';

function values(evaluation: Evaluation): (number | null)[] {
  if (!evaluation.applies) throw new Error(evaluation.reason);
  return evaluation.perLayer.map((magnitude) => magnitude && 10 ** magnitude.log10);
}

test('two means of activation regions, never exact', () => {
  expect([line, plane].map(({ id, kind, of }) => [id, kind, of])).toEqual([
    ['kac-rice-line', 'mean', 'activation'],
    ['kac-rice-plane', 'mean', 'activation'],
  ]);
  const evaluation = plane.evaluate(TheoryContext.of(denseNetwork(2, [16, 16])));
  expect(evaluation.applies && evaluation.perLayer.every((m) => m?.exact === null && m.log10Error > 0)).toBe(true);
});

test('the defaults are the diagonal and the square, and the notes say so', () => {
  const network = denseNetwork(2, [16]);
  const given = {
    segment: { from: [-1, -1], to: [1, 1] },
    parallelogram: { origin: [-1, -1], u: [2, 0], v: [0, 2] },
  };
  expect(values(line.evaluate(TheoryContext.of(network)))).toEqual(
    values(line.evaluate(TheoryContext.of(network, given))),
  );
  expect(values(plane.evaluate(TheoryContext.of(network)))).toEqual(
    values(plane.evaluate(TheoryContext.of(network, given))),
  );
  expect(line.evaluate(TheoryContext.of(network))).toHaveProperty(
    'note',
    'on the segment from (−1, …, −1) to (1, …, 1); He normal, bias deviation 0.1; mean at initialization in the wide limit',
  );
  expect(line.evaluate(TheoryContext.of(network, given))).toHaveProperty(
    'note',
    expect.stringContaining('from (−1, −1) to (1, 1)'),
  );
  expect(plane.evaluate(TheoryContext.of(network))).toHaveProperty(
    'note',
    expect.stringMatching(/^on \[−1, 1\]²; He normal/),
  );
});

test('affine layers repeat the mean before them, layers beyond have none', () => {
  const softmax = { kind: 'smooth', name: 'softmax' } as const;
  const network = build([3], [dense('a', 8, linear), dense('b', 8), dense('c', 4, softmax), dense('d', 4)]).network;
  const [a, b, c, d] = values(line.evaluate(TheoryContext.of(network)));
  expect([a, c, d]).toEqual([1, b, null]);
  expect(b).toBeGreaterThan(2);
});

test('pooling over windows of one cell copies every other cell, whichever pooling it is', () => {
  const window = { rank: 2, kernel: [1, 1], strides: [2, 2], dilation: [1, 1], padding: 'valid' } as const;
  const pooled = (kind: 'maxPooling' | 'averagePooling') =>
    build([6, 6, 1], [layer('a', { kind, window }), layer('b', { kind: 'flatten' }), dense('c', 8)]).network;
  expect(values(line.evaluate(TheoryContext.of(pooled('maxPooling'))))).toEqual(
    values(line.evaluate(TheoryContext.of(pooled('averagePooling')))),
  );
});

test('maxout has no mean, even of rank 1', () => {
  const maxout = layer('a', { kind: 'maxout', units: 8, rank: 1 });
  expect(line.evaluate(TheoryContext.of(build([3], [maxout, dense('b', 8)]).network))).toMatchObject({
    applies: false,
    reason: 'a: there is no closed form of the mean for maxout.',
  });
});

test('a plane must be given where the input has not two dimensions', () => {
  const network = denseNetwork(3, [8]);
  expect(plane.evaluate(TheoryContext.of(network))).toMatchObject({
    applies: false,
    reason: expect.stringContaining('3 dimensions') as string,
  });
  const parallelogram = { origin: [0, 0, 0], u: [1, 0, 0], v: [0, 1, 0] };
  expect(plane.evaluate(TheoryContext.of(network, { parallelogram })).applies).toBe(true);
});

test('weights that are not normal are said to be taken as normal', () => {
  const initialization = { kernel: 'glorot_uniform', biasStddev: 0.2, seed: 1 } as const;
  const small = buildNetwork({ ...define([3], [dense('a', 8)]), initialization }).network;
  expect(line.evaluate(TheoryContext.of(small))).toHaveProperty(
    'note',
    expect.stringMatching(/Glorot uniform \(weights taken as normal .*some percent/),
  );
  const large = buildNetwork({ ...define([300], [dense('a', 8)]), initialization }).network;
  expect(line.evaluate(TheoryContext.of(large))).toHaveProperty('note', expect.not.stringContaining('percent'));
});

test('an input too large to look at is refused, not allocated', () => {
  const network = build([100000, 100000, 3], [layer('f', { kind: 'flatten' }, { activation: relu })]).network;
  expect(line.evaluate(TheoryContext.of(network))).toMatchObject({ applies: false });
});
