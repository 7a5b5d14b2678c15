import { whyFlat } from '../../analysis/places/flatPlaces.ts';
import { PLACES, type Box, type ParallelogramPlace, type Place, type SegmentPlace } from '../../common/place.ts';
import type { CountMethod } from '../../counting/count.ts';
import { MAX_NUMBER, parseVector, together, UsageError } from '../usage.ts';

const text = { type: 'string' } as const;
export const SEGMENT_OPTIONS = { from: text, to: text };
export const PARALLELOGRAM_OPTIONS = { origin: text, u: text, v: text };

type Words<Options> = { readonly [K in keyof Options]?: string };

export function parseSegment({ from, to }: Words<typeof SEGMENT_OPTIONS>): SegmentPlace | undefined {
  const segment = together({ from: parseVector(from, 'from'), to: parseVector(to, 'to') });
  return segment && { kind: 'segment', ...segment };
}

export function parseParallelogram(words: Words<typeof PARALLELOGRAM_OPTIONS>): ParallelogramPlace | undefined {
  const { origin, u, v } = words;
  const sides = together({ origin: parseVector(origin, 'origin'), u: parseVector(u, 'u'), v: parseVector(v, 'v') });
  return sides && { kind: 'parallelogram', ...sides };
}

/** A box with the same sides in every coordinate. */
export function parseBox(words: string | undefined): Box<number> | undefined {
  if (words === undefined) return undefined;
  const [lower, upper, ...rest] = words.split(',').map((side) => (side.trim() === '' ? NaN : Number(side)));
  const isSide = (side: number) => Math.abs(side) <= MAX_NUMBER;
  if (rest.length > 0 || !isSide(lower) || !isSide(upper) || lower >= upper) {
    throw new UsageError('--domain takes LO,HI with LO < HI, for example --domain=-1,1');
  }
  return { kind: 'box', lower, upper };
}

export const PLACE_OPTIONS = { ...SEGMENT_OPTIONS, ...PARALLELOGRAM_OPTIONS, domain: text };

/** The place that the options give; of several the one that the method can count. */
export function parsePlace(words: Words<typeof PLACE_OPTIONS>, method: CountMethod | 'auto'): Place | undefined {
  const domain = words.domain === 'all' ? ({ kind: 'all' } as const) : parseBox(words.domain);
  const given = [parseSegment(words), parseParallelogram(words), domain].filter((place) => place !== undefined);
  const place = given.find(({ kind }) => PLACES[method].includes(kind));
  if (place === undefined && given.length > 0) throw new UsageError(whyNotThere(method, given[0]));
  return withInside(place);
}

/** The same place. Errors: UsageError for one without inside. */
export function withInside<T extends Place>(place: T | undefined): T | undefined {
  const flat = place && whyFlat(place);
  if (flat) throw new UsageError(flat);
  return place;
}

function whyNotThere(method: string, { kind }: Place): string {
  if (kind === 'all') return `--domain all is not for --method ${method}; use --method cells`;
  const options = Object.keys(kind === 'segment' ? SEGMENT_OPTIONS : PARALLELOGRAM_OPTIONS);
  return `--${options.join(', --')} are not for --method ${method}`;
}
