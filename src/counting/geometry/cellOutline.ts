/**
 * A bounded convex cell by its corners, in the slice's coordinates, and the corners on each of its facets, ascending.
 */
export interface CellOutline {
  readonly corners: readonly (readonly number[])[];
  readonly facets: readonly (readonly number[])[];
}

/** Corners, ascending. */
type Face = readonly number[];

/**
 * Volume of a face in its own dimension, and an orthonormal basis of its directions; fewer where rounding leaves it
 * flat.
 */
interface FaceSize {
  readonly volume: number;
  readonly basis: readonly (readonly number[])[];
}

/**
 * Volume (length, area) of a cell of full dimension, by pyramids over the facets that do not hold its first corner: a
 * face has the volume of its base times its height over its dimension, and is measured once, however many faces it is
 * part of.
 */
export function volumeOf({ corners, facets }: CellOutline, dimension: number): number {
  const known = new Map<string, FaceSize>();
  const sizeOf = (face: Face, k: number): FaceSize => {
    if (k === 0) return { volume: 1, basis: [] };
    const key = face.join();
    const size = known.get(key) ?? measure(face, k);
    known.set(key, size);
    return size;
  };
  const measure = (face: Face, k: number): FaceSize => {
    let volume = 0;
    let basis: FaceSize['basis'] = [];
    for (const base of facetsOf(face, facets)) {
      if (base[0] === face[0]) continue;
      const size = sizeOf(base, k - 1);
      if (size.volume === 0) continue;
      const above = perpendicular(corners[face[0]], corners[base[0]], size.basis);
      const height = Math.hypot(...above);
      volume += (size.volume * height) / k;
      if (height > 0 && basis.length === 0) basis = [...size.basis, above.map((x) => x / height)];
    }
    return { volume, basis };
  };
  return sizeOf(
    corners.map((_, k) => k),
    dimension,
  ).volume;
}

/** From the flat through `foot` with these directions to a point. */
function perpendicular(point: readonly number[], foot: readonly number[], basis: FaceSize['basis']): number[] {
  const rest = point.map((x, d) => x - foot[d]);
  for (const direction of basis) {
    let along = 0;
    for (let d = 0; d < rest.length; d++) along += rest[d] * direction[d];
    for (let d = 0; d < rest.length; d++) rest[d] -= along * direction[d];
  }
  return rest;
}

/** The largest parts of a face that it shares with facets it does not lie in. */
function facetsOf(face: Face, facets: CellOutline['facets']): Face[] {
  const members = new Set(face);
  const parts = facets.map((facet) => facet.filter((corner) => members.has(corner)));
  const proper = parts.filter((part) => part.length > 0 && part.length < face.length);
  return proper.filter((part, i) =>
    proper.every((other, j) => i === j || !isWithin(part, other) || (other.length === part.length && i < j)),
  );
}

function isWithin(part: Face, whole: Face): boolean {
  if (part.length > whole.length) return false;
  let at = 0;
  for (const corner of part) {
    while (at < whole.length && whole[at] < corner) at++;
    if (whole[at] !== corner) return false;
  }
  return true;
}
