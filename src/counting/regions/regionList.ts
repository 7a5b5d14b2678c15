import type { RegionRecord } from '../count.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { volumeOf } from '../geometry/cellOutline.ts';
import type { Propagator } from '../propagation/propagation.ts';
import type { Slice } from '../geometry/slice.ts';

/** Keeps everything about each activation region, for export; memory grows with their number. */
export class RegionList {
  readonly regions: RegionRecord[] = [];
  /** Volume in the input space of the slice's unit cube. */
  private readonly scale: number;

  constructor(private readonly slice: Slice) {
    this.scale = gramVolume(slice);
  }

  /** Bytes held, about. */
  get held(): number {
    const [first] = this.regions;
    if (!first) return 0;
    const numbers =
      first.outputs.length * (this.slice.dimension + 1) + (first.corners?.length ?? 1) * this.slice.dimension;
    return this.regions.length * (8 * numbers + first.pattern.length + 200);
  }

  /** Takes in the region whose cell is on top of the geometry. */
  add(geometry: Geometry, propagator: Propagator, patterns: readonly Int32Array[]): void {
    const { dimension } = this.slice;
    const outline = geometry.corners();
    const width = dimension + 1;
    this.regions.push({
      pattern: patterns.map((stage) => Array.from(stage, digit).join('')).join('|'),
      corners: outline?.corners ?? null,
      faces: outline?.facets.length ?? null,
      inside: outline ? middleOf(outline.corners, dimension) : (geometry.pointInside?.() ?? null),
      volume: outline && volumeOf(outline, dimension) * this.scale,
      outputs: propagator
        .output()
        .flatMap((rows) =>
          Array.from({ length: rows.length / width }, (_, k) => Array.from(rows.subarray(k * width, (k + 1) * width))),
        ),
    });
  }
}

/** 0 to 9, then letters; a unit of more pieces in brackets. */
function digit(piece: number): string {
  return piece < 36 ? piece.toString(36) : `[${piece}]`;
}

function middleOf(corners: readonly (readonly number[])[], dimension: number): number[] {
  return Array.from(
    { length: dimension },
    (_, d) => corners.reduce((sum, corner) => sum + corner[d], 0) / corners.length,
  );
}

/** Square root of the determinant of the directions' scalar products. */
function gramVolume({ dimension, rows }: Slice): number {
  const width = dimension + 1;
  const direction = (d: number) => Float64Array.from({ length: rows.length / width }, (_, i) => rows[i * width + d]);
  const basis: Float64Array[] = [];
  let volume = 1;
  for (let d = 0; d < dimension; d++) {
    const rest = direction(d);
    for (const unit of basis) {
      const overlap = unit.reduce((sum, x, i) => sum + x * rest[i], 0);
      unit.forEach((x, i) => (rest[i] -= overlap * x));
    }
    const length = Math.sqrt(rest.reduce((sum, x) => sum + x * x, 0));
    volume *= length;
    if (length > 0) basis.push(rest.map((x) => x / length));
  }
  return volume;
}
