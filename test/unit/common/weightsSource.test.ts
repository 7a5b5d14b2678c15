import { describe, expect, it } from 'vitest';
import { drawnWeights, fileWeights, snapshotWeights, sourceId } from '../../../src/common/weightsSource.ts';
import { sourcesOf } from '../../../src/protocol/countSources.ts';
import { isWeightsSource } from '../../../src/protocol/validate.ts';

describe('sources of weights', () => {
  const sources = [
    drawnWeights(1),
    drawnWeights(2),
    fileWeights(1),
    snapshotWeights('/run/step-1.pt', 1),
    snapshotWeights('/run/step-2.pt', 1),
  ];

  it('have an id each, and the same one when they are made again', () => {
    expect(new Set(sources.map(sourceId)).size).toBe(sources.length);
    expect(sources.map((source) => sourceId({ ...source }))).toEqual(sources.map(sourceId));
  });

  it('cross the boundary whole', () => {
    for (const source of sources) expect(isWeightsSource(source)).toBe(true);
    for (const wrong of [1, null, { kind: 'drawn' }, { kind: 'else', seed: 1 }, { kind: 'snapshot', seed: 1 }]) {
      expect(isWeightsSource(wrong)).toBe(false);
    }
  });

  it('are one for weights of a file, and one for each seed of drawn ones', () => {
    const settings = { firstSeed: 4, seeds: 3 };
    expect(sourcesOf({ ...settings, fileWeights: true })).toEqual([fileWeights(4)]);
    expect(sourcesOf({ ...settings, fileWeights: false })).toEqual([4, 5, 6].map(drawnWeights));
  });
});
