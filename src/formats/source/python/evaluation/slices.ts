import { numeric } from './values.ts';
import type { Slice } from './values.ts';

/** The places that a slice takes out of `length`; undefined if they are not known. */
export function placesOf(slice: Slice, length: number): number[] | undefined {
  const [start, stop, step] = [slice.start, slice.stop, slice.step].map((end) => (end === null ? null : numeric(end)));
  if (start === undefined || stop === undefined || step === undefined || step === 0) return undefined;
  const by = step ?? 1;
  const bound = (end: number | null, fallback: number) => {
    if (end === null) return fallback;
    const from = end < 0 ? end + length : end;
    return by > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
  };
  const first = bound(start, by > 0 ? 0 : length - 1);
  const last = bound(stop, by > 0 ? length : -1);
  const places: number[] = [];
  for (let at = first; by > 0 ? at < last : at > last; at += by) places.push(at);
  return places;
}
