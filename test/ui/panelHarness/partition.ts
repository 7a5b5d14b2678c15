import { drawnWeights, type WeightsSource } from '../../../src/common/weightsSource.ts';
import type { PanelCount, PanelPicture } from '../../../src/protocol/runs.ts';

/**
 * A random network's partition of [-1, 1]², cut neuron by neuron: slow and simple, for data with the look of real data.
 */
interface Cell {
  /** x and y of each corner, in turn. */
  readonly corners: readonly number[];
  /** Layer of the line from corner k to k + 1; -1 on the edge of the square. */
  readonly edges: readonly number[];
  /** Each neuron of the last layer (or input) as an affine function: x, y and constant coefficient. */
  readonly maps: readonly (readonly [number, number, number])[];
}

export interface Partition {
  readonly count: PanelCount;
  readonly picture: PanelPicture;
}

/** `widths` are those of the ReLU layers; one linear output follows. `perLayer` has a figure for it too. */
export function partition(widths: readonly number[], seed: number): Partition {
  const normal = normals(seed);
  let cells: Cell[] = [
    {
      corners: [-1, -1, 1, -1, 1, 1, -1, 1],
      edges: [-1, -1, -1, -1],
      maps: [
        [1, 0, 0],
        [0, 1, 0],
      ],
    },
  ];
  const perLayer: number[] = [];
  let fanIn = 2;
  widths.forEach((width, layer) => {
    const deviation = Math.sqrt(2 / fanIn);
    const weights = Array.from({ length: width }, () => Array.from({ length: fanIn }, () => deviation * normal()));
    const biases = Array.from({ length: width }, () => 0.1 * normal());
    cells = cells.flatMap((cell) => cut({ ...cell, maps: affine(weights, biases, cell.maps) }, layer));
    perLayer.push(cells.length);
    fanIn = width;
  });
  const output = Array.from({ length: fanIn }, () => Math.sqrt(2 / fanIn) * normal());
  const gradients = cells.flatMap((cell) => affine([output], [0], cell.maps)[0].slice(0, 2));
  const count = {
    source: drawnWeights(seed),
    exact: true,
    activationRegions: cells.length,
    perLayer: [...perLayer, cells.length],
    seconds: 0.1,
    sampling: null,
    atMost: null,
  };
  return { count, picture: pack(cells, gradients, drawnWeights(seed)) };
}

function affine(weights: readonly (readonly number[])[], biases: readonly number[], maps: Cell['maps']): Cell['maps'] {
  return weights.map((row, i) => {
    const sum: [number, number, number] = [0, 0, biases[i]];
    row.forEach((weight, k) => sum.forEach((_, c) => (sum[c] += weight * maps[k][c])));
    return sum;
  });
}

/** Splits a cell by every neuron of the layer and applies the ReLU on each part. */
function cut(cell: Cell, layer: number): Cell[] {
  let parts: Cell[] = [cell];
  for (let i = 0; i < cell.maps.length; i++) {
    parts = parts.flatMap((part) => {
      const [a, b, c] = part.maps[i];
      const values = part.edges.map((_, k) => a * part.corners[2 * k] + b * part.corners[2 * k + 1] + c);
      const off = (one: Cell): Cell => ({ ...one, maps: one.maps.map((map, k) => (k === i ? [0, 0, 0] : map)) });
      if (values.every((value) => value >= 0)) return [part];
      if (values.every((value) => value <= 0)) return [off(part)];
      return [half(part, values, 1, layer), off(half(part, values, -1, layer))];
    });
  }
  return parts;
}

function half(cell: Cell, values: readonly number[], side: 1 | -1, layer: number): Cell {
  const corners: number[] = [];
  const edges: number[] = [];
  const size = cell.edges.length;
  for (let k = 0; k < size; k++) {
    const next = (k + 1) % size;
    const inside = values[k] * side >= 0;
    const nextInside = values[next] * side >= 0;
    if (inside) {
      corners.push(cell.corners[2 * k], cell.corners[2 * k + 1]);
      edges.push(cell.edges[k]);
    }
    if (inside === nextInside) continue;
    const share = values[k] / (values[k] - values[next]);
    for (const c of [0, 1])
      corners.push(cell.corners[2 * k + c] + share * (cell.corners[2 * next + c] - cell.corners[2 * k + c]));
    edges.push(inside ? layer : cell.edges[k]);
  }
  return { corners, edges, maps: cell.maps };
}

/** In the coordinates of the unit square. */
function pack(cells: readonly Cell[], gradients: readonly number[], source: WeightsSource): PanelPicture {
  const offsets = new Uint32Array(cells.length + 1);
  cells.forEach((cell, i) => (offsets[i + 1] = offsets[i] + cell.edges.length));
  return {
    source,
    window: { x: 0, y: 0, size: 1 },
    exact: true,
    sides: [2, 2],
    expected: 2311,
    vertices: Float32Array.from(cells.flatMap((cell) => cell.corners.map((value) => (value + 1) / 2))),
    offsets,
    // Over the unit square, which is half as long.
    gradients: Float32Array.from(gradients, (slope) => 2 * slope),
    edgeLayers: Int32Array.from(cells.flatMap((cell) => cell.edges)),
    boundary: new Float32Array(),
    outputs: 1,
  };
}

/** Standard normal numbers that are the same every time: mulberry32 and Box-Muller. */
export function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
