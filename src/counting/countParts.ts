// A count in parts that processes or machines count apart: `countFixedPart` finds one, `mergeParts` adds them up.

import type { CountHooks, CountRequest, CountResult } from './count.ts';
import { addParts, countPart, isByOrthants, type CountPart } from './countRegions.ts';
import { FixedShare } from './walk/fixedShare.ts';

/** More would spend most of their time on what every part repeats. */
export const MAX_PARTS = 10_000;

/**
 * The request as its parts are counted. Errors: RangeError, with a sentence for the user, for what cannot be divided.
 */
export function requestInParts(request: CountRequest): CountRequest {
  if (request.method === 'sample')
    throw new RangeError('a sample is not divided into parts: draw samples of several seeds with --repeat');
  if (request.keepRegions || request.listRegions)
    throw new RangeError('regions are not listed in parts: list those of smaller domains');
  if (!isByOrthants(request)) return request;
  if (request.cellsBy !== undefined)
    throw new RangeError('all of R^n by vertices is not divided into parts: leave out --cells-by, or use programs');
  return { ...request, cellsBy: 'programs' };
}

/**
 * Counts part `part` of `parts`; part 0 and part `parts` are the same. Errors: as `count`; RangeError for a line that
 * can only be counted cell by cell, where the request leaves open how.
 */
export function countFixedPart(request: CountRequest, part: number, parts: number, hooks: CountHooks = {}): CountPart {
  const found = countPart(request, hooks, new FixedShare(part, parts));
  if (found.isRefused) {
    const how = request.units ? '--cells-by vertices, without --units' : '--cells-by vertices';
    throw new RangeError(`this line is not divided layer by layer: count all its parts with ${how}`);
  }
  return found;
}

/** The whole count; with `missing`, a sentence that says what is missing, the regions of the parts that were found. */
export function mergeParts(
  request: CountRequest,
  found: readonly CountPart[],
  seconds: number,
  missing?: string,
): CountResult {
  if (missing === undefined) return addParts(request, found, seconds);
  const unjoined = found.map((part) => ({
    ...part,
    joins: null,
    lines: undefined,
    linearRegions: null,
    isLoose: false,
  }));
  return { ...addParts(request, unjoined, seconds), exact: false, doubt: missing };
}
