import { MAX_CLASSES } from '../../common/mostClasses.ts';
import { grown } from '../program/program.ts';

/**
 * Where a network in the plane decides otherwise: of one output, the points with the value `level`; of several, those
 * where the two greatest are equal. Within a region all outputs are affine, so that the boundary is made of segments.
 */
export class DecisionBoundary {
  private segments = new Float64Array(256);
  private length = 0;

  constructor(private readonly level: number) {}

  /** Takes in a convex polygon (x and y in turn) with the outputs' maps on it, three numbers each. */
  add(polygon: readonly number[], outputs: Float64Array): void {
    const classes = outputs.length / 3;
    if (classes === 1) return this.addPart(polygon, [outputs[0], outputs[1], outputs[2] - this.level]);
    if (classes > MAX_CLASSES || isOneClass(polygon, outputs)) return;
    for (let a = 0; a < classes; a++) this.addSides(polygon, outputs, a);
  }

  /** Segments so far. */
  get count(): number {
    return this.length / 4;
  }

  /** Bytes held. */
  get held(): number {
    return this.segments.byteLength;
  }

  /** x and y of both ends of each segment. */
  all(): Float64Array {
    return this.segments.slice(0, this.length);
  }

  /** The sides that class `a` shares with later ones, in the part of the polygon where it is the greatest. */
  private addSides(polygon: readonly number[], outputs: Float64Array, a: number): void {
    const classes = outputs.length / 3;
    for (let b = a + 1; b < classes; b++) {
      let part = zeroSet(polygon, difference(outputs, a, b));
      for (let c = 0; c < classes && part !== null; c++) {
        if (c !== a && c !== b) part = clipped(part, difference(outputs, a, c));
      }
      if (part !== null) this.push(part);
    }
  }

  private addPart(polygon: readonly number[], map: Affine): void {
    const part = zeroSet(polygon, map);
    if (part !== null) this.push(part);
  }

  private push(part: Ends): void {
    if (this.length + 4 > this.segments.length) this.segments = grown(this.segments);
    this.segments.set(part, this.length);
    this.length += 4;
  }
}

/** `a x + b y + c`. */
type Affine = readonly [number, number, number];
/** x and y of one end, then of the other. */
type Ends = readonly [number, number, number, number];

function difference(outputs: Float64Array, a: number, b: number): Affine {
  const at = (k: number) => outputs[3 * a + k] - outputs[3 * b + k];
  return [at(0), at(1), at(2)];
}

function valueOf([a, b, c]: Affine, x: number, y: number): number {
  return a * x + b * y + c;
}

/** The same class has the greatest output at all corners, and so everywhere between them. */
function isOneClass(polygon: readonly number[], outputs: Float64Array): boolean {
  let common = -1;
  for (let i = 0; i < polygon.length; i += 2) {
    let [best, most] = [0, -Infinity];
    for (let k = 0; k < outputs.length / 3; k++) {
      const value = outputs[3 * k] * polygon[i] + outputs[3 * k + 1] * polygon[i + 1] + outputs[3 * k + 2];
      if (value > most) [best, most] = [k, value];
    }
    if (common >= 0 && best !== common) return false;
    common = best;
  }
  return true;
}

/** The segment of a convex polygon on which an affine function vanishes; null where there is none. */
function zeroSet(polygon: readonly number[], map: Affine): Ends | null {
  const ends: number[] = [];
  for (let i = 0; i < polygon.length && ends.length < 4; i += 2) {
    const j = (i + 2) % polygon.length;
    const [x, y, nextX, nextY] = [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]];
    const [value, next] = [valueOf(map, x, y), valueOf(map, nextX, nextY)];
    // Each corner belongs to the positive side, so that a line through a corner is met once on either side of it.
    if (value >= 0 === next >= 0) continue;
    const t = value / (value - next);
    ends.push(x + t * (nextX - x), y + t * (nextY - y));
  }
  return ends.length === 4 ? (ends as unknown as Ends) : null;
}

/** The part of a segment on which an affine function is not negative. */
function clipped([x0, y0, x1, y1]: Ends, map: Affine): Ends | null {
  const [start, end] = [valueOf(map, x0, y0), valueOf(map, x1, y1)];
  if (start < 0 && end < 0) return null;
  if (start >= 0 && end >= 0) return [x0, y0, x1, y1];
  const t = start / (start - end);
  const cut = [x0 + t * (x1 - x0), y0 + t * (y1 - y0)] as const;
  return start >= 0 ? [x0, y0, ...cut] : [...cut, x1, y1];
}
