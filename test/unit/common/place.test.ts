import { describe, expect, it } from 'vitest';
import { settlePlace } from '../../../src/analysis/places/settlePlace.ts';
import { parsePlace } from '../../../src/cli/counts/place.ts';
import { UsageError } from '../../../src/cli/usage.ts';
import { describePlace } from '../../../src/common/describePlace.ts';
import { boxOf, DEFAULT_BOX, domainJson, PLACES, sliceIn, type Place } from '../../../src/common/place.ts';

const box: Place = { kind: 'box', lower: 0, upper: 2 };
const segment: Place = { kind: 'segment', from: [0, 0], to: [1, 1] };
const plane: Place = { kind: 'parallelogram', origin: [0, 0], u: [1, 0], v: [0, 1] };
const points: Place = { kind: 'points', label: 'a.csv', points: [segment.from, segment.to, [0, 1]] };
const places: readonly Place[] = [box, { kind: 'all' }, segment, plane, points];
const METHODS = ['line', 'plane', 'cells', 'sample'] as const;

describe('a place', () => {
  it('is counted by the methods listed for its kind, and refused by the others', () => {
    for (const method of METHODS) {
      for (const place of places) {
        const settle = () => settlePlace(place, method, 2, { seed: 1 });
        if (PLACES[method].includes(place.kind)) expect(settle()).toBeTruthy();
        else expect(settle).toThrow(`the ${method} method cannot count`);
      }
    }
  });

  it('that is a box is its diagonal on a line, and itself otherwise', () => {
    const json = (method: (typeof METHODS)[number]) => domainJson(settlePlace(box, method, 2, { seed: 1 }));
    expect(json('line')).toEqual({ from: [0, 0], to: [2, 2] });
    for (const method of ['plane', 'cells', 'sample'] as const)
      expect(json(method)).toEqual({ lower: [0, 0], upper: [2, 2] });
    expect(describePlace(3, 'line', box)).toBe('the diagonal of [0, 2]³');
  });

  it('has a part that a window names', () => {
    const window = { x: 0.5, y: 0, size: 0.5 };
    expect(domainJson(settlePlace(box, 'plane', 2, { seed: 1, window }))).toEqual({ lower: [1, 0], upper: [2, 1] });
  });

  it('of one dimension or two is a slice that has a mean', () => {
    const slices = [1, 2, 3].map((inputs) => sliceIn(settlePlace(box, 'cells', inputs, { seed: 1 }))?.kind ?? null);
    expect(slices).toEqual(['segment', 'parallelogram', null]);
    expect(sliceIn({ kind: 'all' })).toBeNull();
  });

  it('that is not a box has the default box for measurements around it', () => {
    expect([boxOf(box), boxOf(segment)]).toEqual([box, DEFAULT_BOX]);
  });
});

describe('a place on the command line', () => {
  it('is the one of the options that the method can count', () => {
    const words = { from: '[0,0]', to: '[1,1]', domain: '0,2' };
    expect(parsePlace(words, 'auto')).toEqual(segment);
    expect(parsePlace(words, 'cells')).toEqual(box);
    expect(parsePlace({ domain: 'all' }, 'sample')).toEqual({ kind: 'all' });
    expect(parsePlace({}, 'line')).toBeUndefined();
  });

  it('that the method cannot count is wrong usage, as is one without inside', () => {
    const wrong: [Parameters<typeof parsePlace>[0], Parameters<typeof parsePlace>[1], string][] = [
      [{ from: '[0,0]', to: '[1,1]' }, 'cells', '--from, --to are not for --method cells'],
      [{ origin: '[0,0]', u: '[1,0]', v: '[0,1]' }, 'line', '--origin, --u, --v are not for --method line'],
      [{ domain: 'all' }, 'plane', '--domain all is not for --method plane'],
      [{ from: '[0,0]', to: '[0,0]' }, 'line', 'the two ends of the line are the same point'],
      [{ origin: '[0,0]', u: '[1,0]', v: '[2,0]' }, 'auto', 'the two directions of the plane are parallel'],
    ];
    for (const [words, method, why] of wrong) {
      const parse = () => parsePlace(words, method);
      expect(parse).toThrow(UsageError);
      expect(parse).toThrow(why);
    }
  });
});
