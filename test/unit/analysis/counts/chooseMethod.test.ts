import { expect, test } from 'vitest';
import { chooseMethod } from '../../../../src/analysis/counts/chooseMethod.ts';
import { DEFAULT_BOX, type Place } from '../../../../src/common/place.ts';
import { dense, networkOf } from '../../counting/networks.ts';

const all: Place = { kind: 'all' };
const segment: Place = { kind: 'segment', from: [0, 0, 0], to: [1, 1, 1] };

test.each([
  ['line', 1, [8], DEFAULT_BOX],
  ['plane', 2, [8], DEFAULT_BOX],
  ['cells', 3, [6, 6], DEFAULT_BOX],
  ['cells', 9, [5, 5], DEFAULT_BOX],
  ['plane', 8, [64, 64], DEFAULT_BOX],
  ['plane', 200, [6], DEFAULT_BOX],
  ['line', 3, [6], segment],
  ['cells', 3, [6], all],
  ['sample', 90, [20], all],
] as const)('%s for %i inputs, layers of %j and %o', (method, inputs, widths, place) => {
  const network = networkOf([inputs], [...widths.map((units) => dense(units, 'relu')), dense(1)]);
  const found = chooseMethod(network, place);
  expect(found.method).toBe(method);
  expect(found.why.length).toBeGreaterThan(10);
});
