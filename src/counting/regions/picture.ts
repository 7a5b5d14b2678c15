import type { PlaneRegions } from '../count.ts';
import { DecisionBoundary } from './decisionBoundary.ts';
import type { LineIds } from '../exact/lineIds.ts';
import type { Polygons } from '../geometry/polygons.ts';
import { grown, type Program } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import { EDGE_LINE, VERTEX } from '../geometry/vertex.ts';

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

  /** `level`: the value of a single output at which the decision changes; without it, no boundary is kept. */
  constructor(
    private readonly program: Program,
    level: number | undefined,
  ) {
    this.boundary = level === undefined ? null : new DecisionBoundary(level);
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

  /** What was taken in, in arrays of their own. */
  regions(): PlaneRegions {
    return {
      vertices: this.vertices.slice(0, 2 * this.corners),
      offsets: this.offsets.slice(0, this.count + 1),
      gradients: this.gradients.slice(0, 2 * this.count),
      edgeLayers: this.edgeLayers.slice(0, this.corners),
      boundary: this.boundary?.all() ?? new Float64Array(),
      outputs: this.outputs,
    };
  }
}
