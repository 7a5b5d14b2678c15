import type { Covariances } from './covariances.ts';
import type { Bend } from './propagate.ts';
import { bendsAtZeroOnly } from './unit.ts';

/** Places of the segment at which two different functions agree only by chance. */
const PLACES = [(Math.sqrt(5) - 1) / 2, 1 - Math.SQRT2];
/** Digits to which numbers agree that are equal up to rounding. */
const DIGITS = 9;
/** Of a correlation of one, behind bends: the arc cosine loses half of the digits. */
const TOLERANCE = 1e-6;

/**
 * Those of the cells of one layer, with different identities, that do not bend where one before them does. Identities
 * do not tell that sums of sums are one function: with the weights of a convolution, the mean of the first and the
 * third position of (1, 2, 3) is the second. Two jointly Gaussian functions are one, up to a factor, where they and
 * their derivatives are fully correlated, which their covariances say.
 */
export function differentUnits(
  { layer, activation, input }: Pick<Bend, 'layer' | 'activation' | 'input'>,
  cells: readonly number[],
  covariances: Covariances,
): number[] {
  const { graph } = covariances;
  const isScaleFree = bendsAtZeroOnly(activation);
  const own = new Map(cells.map((cell) => [cell, covariances.ofUnits(layer, cell)]));
  const bySize = valuesAt(covariances);
  const alike = new Map<string, number[]>();
  for (const cell of cells) {
    const sizes = bySize.flatMap((values) => {
      const [q, c, , r] = graph.at(values, own.get(cell)!);
      return isScaleFree ? [c / q, r / q] : [q, c, r];
    });
    const key = `${cell % input.cells.groups.length} ${sizes.map((size) => size.toPrecision(DIGITS)).join(' ')}`;
    const list = alike.get(key);
    if (list) list.push(cell);
    else alike.set(key, [cell]);
  }
  const candidates = [...alike.values()].filter((list) => list.length > 1);
  const pairs = new Map<string, number>();
  for (const list of candidates)
    list.forEach((b, k) => list.slice(0, k).forEach((a) => pairs.set(`${a} ${b}`, covariances.ofUnits(layer, a, b))));
  const values = valuesAt(covariances);
  const areOne = (a: number, b: number): boolean =>
    values.every((all) => {
      const [left, right] = [a, b].map((cell) => graph.at(all, own.get(cell)!));
      const pair = graph.at(all, pairs.get(`${a} ${b}`)!);
      return [0, 3].every((k) => {
        const [product, scale] = [pair[k], Math.sqrt(left[k] * right[k])];
        return scale * (1 - TOLERANCE) <= (isScaleFree ? Math.abs(product) : product);
      });
    });
  const repeated = new Set<number>();
  for (const list of candidates)
    list.forEach((b, k) => {
      if (list.slice(0, k).some((a) => !repeated.has(a) && areOne(a, b))) repeated.add(b);
    });
  return cells.filter((cell) => !repeated.has(cell));
}

function valuesAt({ graph }: Covariances): Float64Array[] {
  return PLACES.map((t) => graph.evaluate(t));
}
