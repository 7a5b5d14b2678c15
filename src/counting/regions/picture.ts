import type { PlaneRegions } from '../count.ts';
import { DecisionBoundary } from './decisionBoundary.ts';
import type { LineIds } from '../exact/lineIds.ts';
import type { Polygons } from '../geometry/polygons.ts';
import { grown, type Program } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import { EDGE_LINE, VERTEX } from '../geometry/vertex.ts';
import { inOrder, joined, joinedOffsets, PartRuns, type Runs } from './partRuns.ts';

/** The polygons that one thread keeps. */
export interface PicturePart {
  readonly regions: PlaneRegions;
  readonly runs: Runs;
  /** Of the decision boundary's segments. */
  readonly boundaryRuns: Runs;
}

/** Keeps the polygons of a plane for drawing. */
export class Picture {
  private vertices = new Float64Array(1024);
  private edgeLayers = new Int32Array(512);
  private offsets = new Uint32Array(256);
  private gradients = new Float64Array(512);
  private count = 0;
  private corners = 0;

  private readonly boundary: DecisionBoundary | null;
  private outputs = 0;
  private readonly runs = new PartRuns();
  private readonly boundaryRuns = new PartRuns();

  /** `level`: the value of a single output at which the decision changes; without it, no boundary is kept. */
  constructor(
    private readonly program: Program,
    level: number | undefined,
  ) {
    this.boundary = level === undefined ? null : new DecisionBoundary(level);
  }

  /** The polygons from now on are of this part. */
  begin(part: number): void {
    this.runs.begin(part, this.count);
    this.boundaryRuns.begin(part, this.boundary?.count ?? 0);
  }

  /** Takes in the polygon on top. */
  add(polygons: Polygons, propagator: Propagator, lines: LineIds): void {
    const { data, start, end } = polygons;
    this.reserve((end - start) / VERTEX);
    for (let j = start; j < end; j += VERTEX) {
      const line = data[j + EDGE_LINE];
      this.vertices[2 * this.corners] = data[j];
      this.vertices[2 * this.corners + 1] = data[j + 1];
      this.edgeLayers[this.corners++] = line < 0 ? -1 : this.program.stages[lines.stageOf(line)].layer;
    }
    const [first] = propagator.output();
    this.gradients[2 * this.count] = first[0];
    this.gradients[2 * this.count + 1] = first[1];
    this.outputs = first.length / 3;
    if (this.boundary !== null) {
      this.boundary.add(Array.from(this.vertices.subarray(2 * this.offsets[this.count], 2 * this.corners)), first);
    }
    this.offsets[++this.count] = this.corners;
  }

  /** Bytes held. */
  get held(): number {
    return 20 * this.edgeLayers.length + 20 * this.offsets.length + (this.boundary?.held ?? 0);
  }

  private reserve(more: number): void {
    while (this.edgeLayers.length < this.corners + more) {
      this.edgeLayers = grown(this.edgeLayers);
      this.vertices = grown(this.vertices);
    }
    if (this.offsets.length < this.count + 2) {
      this.offsets = grown(this.offsets);
      this.gradients = grown(this.gradients);
    }
  }

  /** What was taken in; nothing more can be. */
  part(): PicturePart {
    const { count, corners, outputs, boundary, runs, boundaryRuns } = this;
    const regions = {
      vertices: this.vertices.subarray(0, 2 * corners),
      offsets: this.offsets.subarray(0, count + 1),
      gradients: this.gradients.subarray(0, 2 * count),
      edgeLayers: this.edgeLayers.subarray(0, corners),
      boundary: boundary?.all() ?? new Float64Array(),
      outputs,
    };
    return { regions, runs: runs.all(count), boundaryRuns: boundaryRuns.all(boundary?.count ?? 0) };
  }
}

/** The picture that one thread would have drawn, in arrays of their own. */
export function joinPictures(drawn: readonly PicturePart[]): PlaneRegions {
  const pictures = drawn.filter(({ regions }) => regions.offsets.length > 1);
  if (pictures.length === 0) return drawn[0].regions;
  const polygons = inOrder(pictures, ({ runs }) => runs);
  const { offsets, items: corners } = joinedOffsets(polygons, ({ regions }) => regions.offsets);
  const segments = inOrder(pictures, ({ boundaryRuns }) => boundaryRuns);
  return {
    vertices: joined(corners, ({ regions }) => regions.vertices, 2),
    offsets,
    gradients: joined(polygons, ({ regions }) => regions.gradients, 2),
    edgeLayers: joined(corners, ({ regions }) => regions.edgeLayers, 1),
    boundary: joined(segments, ({ regions }) => regions.boundary, 4),
    outputs: pictures[0].regions.outputs,
  };
}
