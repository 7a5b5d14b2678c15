import { givenMethod } from './givenMethod.ts';
import type { Place } from './place.ts';

/**
 * The one method by which networks are counted that are compared: counts in a plane and on a line say different things.
 * Networks of two inputs have the plane in common, others a line.
 */
export function comparableMethod(inputSizes: readonly number[], place: Place): 'line' | 'plane' | 'cells' {
  const given = givenMethod(place)?.method;
  if (given !== undefined) return given;
  if (place.kind === 'all') return 'cells';
  return inputSizes.every((size) => size === 2) ? 'plane' : 'line';
}
