import type { RegionTable } from '../count.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { volumeOf } from '../geometry/cellOutline.ts';
import { grown, mostPieces, type Program } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import type { Slice } from '../geometry/slice.ts';
import { inOrder, joined, joinedOffsets, PartRuns, type Runs } from './partRuns.ts';

/** The regions that one thread lists. */
export interface ListPart {
  readonly table: RegionTable;
  readonly runs: Runs;
}

/** Keeps everything about each activation region, for export; memory grows with their number. */
export class RegionList {
  private count = 0;
  private cornerCount = 0;
  private readonly stages: readonly number[];
  private readonly units: number;
  private readonly outputCount: number;
  private pieces: Uint8Array | Uint16Array | Uint32Array;
  private corners = new Float64Array(64);
  private offsets = new Uint32Array(64);
  private faces = new Int32Array(64);
  private inside = new Float64Array(64);
  private volumes = new Float64Array(64);
  private outputs = new Float64Array(64);
  /** Volume in the input space of the slice's unit cube. */
  private readonly scale: number;
  private readonly runs = new PartRuns();

  constructor(
    program: Program,
    private readonly slice: Slice,
  ) {
    this.scale = gramVolume(slice);
    this.stages = program.stages.map(({ output }) => program.sizes[output]);
    this.units = this.stages.reduce((sum, units) => sum + units, 0);
    this.outputCount = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    const most = mostPieces(program);
    this.pieces = new (most <= 1 << 8 ? Uint8Array : most <= 1 << 16 ? Uint16Array : Uint32Array)(64);
  }

  /** The regions from now on are of this part. */
  begin(part: number): void {
    this.runs.begin(part, this.count);
  }

  /** Bytes held. */
  get held(): number {
    const { pieces, corners, offsets, faces, inside, volumes, outputs } = this;
    return [pieces, corners, offsets, faces, inside, volumes, outputs].reduce((sum, own) => sum + own.byteLength, 0);
  }

  /** Takes in the region whose cell is on top of the geometry. */
  add(geometry: Geometry, propagator: Propagator, patterns: readonly Int32Array[]): void {
    const { dimension } = this.slice;
    const outline = geometry.corners();
    this.reserve(outline?.corners.length ?? 0);
    const at = this.count++;
    let unit = at * this.units;
    for (const stage of patterns) {
      this.pieces.set(stage, unit);
      unit += stage.length;
    }
    for (const corner of outline?.corners ?? []) this.corners.set(corner, this.cornerCount++ * dimension);
    this.offsets[this.count] = this.cornerCount;
    this.faces[at] = outline?.facets.length ?? -1;
    const inside = outline ? middleOf(outline.corners, dimension) : geometry.pointInside?.();
    if (inside) this.inside.set(inside, at * dimension);
    else this.inside.fill(NaN, at * dimension, this.count * dimension);
    this.volumes[at] = outline ? volumeOf(outline, dimension) * this.scale : NaN;
    let row = at * this.outputCount * (dimension + 1);
    for (const rows of propagator.output()) {
      this.outputs.set(rows, row);
      row += rows.length;
    }
  }

  /** Makes room for one region more, with this many corners. */
  private reserve(corners: number): void {
    const { dimension } = this.slice;
    const next = this.count + 1;
    this.pieces = withRoom(this.pieces, next * this.units);
    this.corners = withRoom(this.corners, (this.cornerCount + corners) * dimension);
    this.offsets = withRoom(this.offsets, next + 1);
    this.faces = withRoom(this.faces, next);
    this.inside = withRoom(this.inside, next * dimension);
    this.volumes = withRoom(this.volumes, next);
    this.outputs = withRoom(this.outputs, next * this.outputCount * (dimension + 1));
  }

  /** What was taken in; nothing more can be. */
  part(): ListPart {
    const { count, cornerCount, units, stages, outputCount } = this;
    const { dimension } = this.slice;
    const table = {
      count,
      dimension,
      stages,
      pieces: this.pieces.subarray(0, count * units),
      corners: this.corners.subarray(0, cornerCount * dimension),
      offsets: this.offsets.subarray(0, count + 1),
      faces: this.faces.subarray(0, count),
      inside: this.inside.subarray(0, count * dimension),
      volumes: this.volumes.subarray(0, count),
      outputs: this.outputs.subarray(0, count * outputCount * (dimension + 1)),
      outputCount,
    };
    return { table, runs: this.runs.all(count) };
  }
}

/** The list that one thread would have made, in arrays of their own. */
export function joinLists(listed: readonly ListPart[]): RegionTable {
  const lists = listed.filter(({ table }) => table.count > 0);
  if (lists.length === 0) return listed[0].table;
  const regions = inOrder(lists, ({ runs }) => runs);
  const { offsets, items: corners } = joinedOffsets(regions, ({ table }) => table.offsets);
  const [{ table }] = lists;
  const { dimension, stages, outputCount } = table;
  return {
    count: offsets.length - 1,
    dimension,
    stages,
    pieces: joined(regions, (list) => list.table.pieces, table.pieces.length / table.count),
    corners: joined(corners, (list) => list.table.corners, dimension),
    offsets,
    faces: joined(regions, (list) => list.table.faces, 1),
    inside: joined(regions, (list) => list.table.inside, dimension),
    volumes: joined(regions, (list) => list.table.volumes, 1),
    outputs: joined(regions, (list) => list.table.outputs, outputCount * (dimension + 1)),
    outputCount,
  };
}

function withRoom<T extends Parameters<typeof grown>[0]>(numbers: T, length: number): T {
  while (numbers.length < length) numbers = grown(numbers);
  return numbers;
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
