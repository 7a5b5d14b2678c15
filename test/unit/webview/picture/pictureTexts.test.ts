import { describe, expect, it } from 'vitest';
import { WHOLE } from '../../../../src/common/place.ts';
import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import type { PanelCount } from '../../../../src/protocol/runs.ts';
import { INITIAL_STATE, receive } from '../../../../webview/app/store.ts';
import { viewOf } from '../../../../webview/app/view.ts';
import {
  inViewText,
  pictureHeading,
  pictureInSight,
  placeholderText,
} from '../../../../webview/picture/pictureTexts.ts';
import { mlpNetwork, modelOf } from '../../../ui/panelHarness/samples.ts';
import { planePictures } from '../../../ui/panelHarness/scenes.ts';

const { picture } = planePictures(1).get(1)!;
const view = viewOf(receive(INITIAL_STATE, { type: 'show', model: modelOf(mlpNetwork()) }))!;
const count: PanelCount = {
  source: drawnWeights(3),
  exact: true,
  activationRegions: 1240,
  perLayer: [280, 1240, 1240, 1240],
  seconds: 0.1,
  sampling: null,
  atMost: null,
};

describe('the heading of a picture', () => {
  it('names a square by its numbers and other places by their words', () => {
    expect(pictureHeading({ ...view, countDomain: '[-1, 1]^2' }, null)).toBe('The plane [-1,\u00a01]²');
    expect(pictureHeading({ ...view, countDomain: 'a random plane' }, null)).toBe('A random plane');
  });

  it('says which network is shown, and when its count is a lower bound', () => {
    const place = { ...view, countDomain: 'a random plane' };
    expect(pictureHeading(place, count)).toBe('A random plane, seed 3 — 1,240 regions');
    expect(pictureHeading(place, { ...count, exact: false })).toBe('A random plane, seed 3 — ≥ 1,240 regions');
  });
});

describe('what is in sight', () => {
  const part = { ...picture, window: { x: 0.25, y: 0.25, size: 0.5 } };

  it('is the part that was counted of it, or nearly the whole', () => {
    expect(pictureInSight(picture, part, part.window)).toBe(part);
    expect(pictureInSight(picture, part, WHOLE)).toBe(picture);
    expect(pictureInSight(picture, null, { x: 0, y: 0.01, size: 0.99 })).toBe(picture);
    expect(pictureInSight(picture, part, { x: 0.2, y: 0.25, size: 0.5 })).toBeNull();
    expect(inViewText(null)).toBe('Counting what is in view…');
  });

  it('is given as a number and a density over the area that is seen', () => {
    const twelve = { ...picture, offsets: new Uint32Array(13), sides: [2, 2] as const, expected: 24 };
    expect(inViewText(twelve)).toBe('In view 12 regions, 3 per unit of area · expected 24, 6 per unit of area');
    const quarter = { ...twelve, window: part.window, exact: false, expected: null };
    expect(inViewText(quarter)).toBe('In view ≥ 12 regions, 12 per unit of area');
  });
});

describe('in place of a picture', () => {
  it('stands why there is none', () => {
    expect(placeholderText(view, null)).toContain('Run Count');
    expect(placeholderText({ ...view, counts: [count] }, null)).toBe('Drawing the regions…');
    expect(placeholderText({ ...view, counts: [count] }, 'no room')).toContain('no room');
  });
});
