import { untranslated, type Translate } from './translate.ts';
import type { Place } from './place.ts';

/** The method that a place of one dimension or two leaves, and why; null where the network decides. */
export function givenMethod(
  place: Place,
  t: Translate = untranslated,
): { readonly method: 'line' | 'plane'; readonly why: string } | null {
  switch (place.kind) {
    case 'segment':
      return { method: 'line', why: t('a segment is given') };
    case 'parallelogram':
      return { method: 'plane', why: t('a plane is given') };
    case 'points':
      return place.points.length === 2
        ? { method: 'line', why: t('two points are given') }
        : { method: 'plane', why: t('three points are given') };
    case 'box':
    case 'all':
      return null;
  }
}
