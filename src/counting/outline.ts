/** A bounded convex cell by its corners, in the slice's coordinates, and the corners on each of its facets. */
export interface Outline {
  readonly corners: readonly (readonly number[])[];
  readonly facets: readonly (readonly number[])[];
}

/**
 * Volume (length, area) of a cell of full dimension, by pyramids over the facets that do not hold its first corner, each cut up in the
 * same way (Cohen and Hickey 1979).
 */
export function volumeOf({ corners, facets }: Outline, dimension: number): number {
  let sum = 0;
  const apexes: (readonly number[])[] = [];
  const all = corners.map((_, k) => k);
  const divide = (face: readonly number[], left: number) => {
    apexes.push(corners[face[0]]);
    if (left === 0) sum += simplexVolume(apexes);
    else for (const below of facetsOf(face, facets)) if (below[0] !== face[0]) divide(below, left - 1);
    apexes.pop();
  };
  divide(all, dimension);
  return sum;
}

/** The largest parts of a face that it shares with facets it does not lie in. */
function facetsOf(face: readonly number[], facets: Outline['facets']): number[][] {
  const members = new Set(face);
  const parts = facets.map((facet) => facet.filter((corner) => members.has(corner)).sort((a, b) => a - b));
  const proper = parts.filter((part) => part.length > 0 && part.length < face.length);
  const isWithin = (a: number[], b: number[]) => a.every((corner) => b.includes(corner));
  return proper.filter((part, i) =>
    proper.every((other, j) => i === j || !isWithin(part, other) || (other.length === part.length && i < j)),
  );
}

/** Volume of the simplex with these corners, one more than there are dimensions. */
function simplexVolume([first, ...others]: readonly (readonly number[])[]): number {
  const rows = others.map((corner) => corner.map((x, d) => x - first[d]));
  let volume = 1;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let r = k + 1; r < rows.length; r++) if (Math.abs(rows[r][k]) > Math.abs(rows[pivot][k])) pivot = r;
    if (rows[pivot][k] === 0) return 0;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    volume *= rows[k][k] / (k + 1);
    for (let r = k + 1; r < rows.length; r++) {
      const factor = rows[r][k] / rows[k][k];
      for (let c = k; c < rows.length; c++) rows[r][c] -= factor * rows[k][c];
    }
  }
  return Math.abs(volume);
}
