import { fileWeights } from '../../../src/common/weightsSource.ts';
import { networkToCount } from '../../../src/analysis/counts/countPlan.ts';
import type { Domain } from '../../../src/common/place.ts';
import type { CountRequest, CountResult } from '../../../src/counting/count.ts';
import { count } from '../../../src/counting/countRegions.ts';
import type { Network } from '../../../src/network/network.ts';
import { isUpright, type Places } from './places.ts';

/** One count, by what it is called in finds. */
export interface Counted {
  readonly name: string;
  /** Dimension of what was counted; null for the whole input space, or a box of it. */
  readonly slice: number | null;
  readonly result: CountResult;
}

/** Counts of one network. Those of a group are of the same place, and have to agree. */
export interface Counts {
  readonly groups: readonly (readonly Counted[])[];
  /** A segment's count, and how many polygons of a plane stand on it. */
  readonly edge: { readonly line: number; readonly polygons: number } | null;
  readonly sample: CountResult | null;
}

const LIMIT = 500;
/** Linear programs are slow: up to this many regions. */
const FEW = 60;
const MAX_CELL_INPUTS = 4;

/** The network with the weights of its file, or those drawn as it says. */
export function withWeights(network: Network): Network {
  return networkToCount(network, { source: fileWeights(network.initialization.seed) });
}

type Way = Pick<CountRequest, 'method' | 'domain'> & Partial<CountRequest>;

export function counted(network: Network, way: Way): CountResult {
  return count({ network, linear: true, keepRegions: false, ranges: true, limits: { regions: LIMIT }, ...way });
}

/** Every count that this network allows. */
export function countsOf(network: Network, places: Places, seed: number): Counts {
  const groups: Counted[][] = [];
  const segment = { kind: 'segment', ...places.segment } as const;
  groups.push([
    { name: 'line', slice: 1, result: counted(network, { method: 'line', domain: segment }) },
    {
      name: 'line cell by cell',
      slice: 1,
      result: counted(network, { method: 'line', domain: segment, cellsBy: 'vertices' }),
    },
  ]);
  const plane = places.parallelogram && planeCounts(network, places);
  if (plane) groups.push(plane.counts);
  if (network.inputSize > MAX_CELL_INPUTS) return { groups, edge: plane?.edge ?? null, sample: null };
  groups.push(cellCounts(network, places.box, 'box'), cellCounts(network, { kind: 'all' }, 'all'));
  const sample = counted(network, { method: 'sample', domain: places.box, samples: 300, seed });
  return { groups, edge: plane?.edge ?? null, sample };
}

function planeCounts(network: Network, places: Places): { counts: Counted[]; edge: Counts['edge'] } {
  const parallelogram = places.parallelogram!;
  const domain = { kind: 'parallelogram', ...parallelogram } as const;
  const result = counted(network, { method: 'plane', domain, keepRegions: true });
  const counts: Counted[] = [{ name: 'plane', slice: 2, result }];
  if (!result.exact) return { counts, edge: null };
  const add = (name: string, way: Partial<CountRequest>) =>
    counts.push({ name, slice: 2, result: counted(network, { method: 'plane', domain, ...way }) });
  add('plane without pictures', { linear: false });
  add('plane by vertices', { cellsBy: 'vertices' });
  if (result.activationRegions <= FEW) add('plane by programs', { cellsBy: 'programs' });
  return { counts, edge: isUpright(parallelogram) ? null : edgeOf(network, result, domain) };
}

/** A line along the plane's lower side has a region for each polygon that stands on it. */
function edgeOf(network: Network, plane: CountResult, { origin, u }: Extract<Domain, { kind: 'parallelogram' }>) {
  const segment = { from: origin, to: origin.map((x, i) => x + u[i]) };
  const line = counted(network, { method: 'line', domain: { kind: 'segment', ...segment } }).activationRegions;
  const { vertices, offsets, edgeLayers } = plane.regions!;
  let polygons = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const next = k + 1 === offsets[i + 1] ? offsets[i] : k + 1;
      if (edgeLayers[k] < 0 && vertices[2 * k + 1] === 0 && vertices[2 * next + 1] === 0) polygons++;
    }
  }
  return { line, polygons };
}

/** Cells of a box or of all of R^n; of a box of one or two dimensions also as a line and a plane. */
function cellCounts(network: Network, domain: Domain, name: string): Counted[] {
  const result = counted(network, { method: 'cells', domain });
  const counts: Counted[] = [{ name, slice: null, result }];
  const add = (more: string, way: Way) => counts.push({ name: more, slice: null, result: counted(network, way) });
  if (!result.exact) return counts;
  if (result.activationRegions <= FEW) add(`${name} by programs`, { method: 'cells', domain, cellsBy: 'programs' });
  if (domain.kind === 'box' && network.inputSize <= 2) {
    const { lower, upper } = domain;
    const width = upper[0] - lower[0];
    if (network.inputSize === 1)
      add('box as a line', { method: 'line', domain: { kind: 'segment', from: lower, to: upper } });
    else
      add('box as a plane', {
        method: 'plane',
        domain: { kind: 'parallelogram', origin: lower, u: [width, 0], v: [0, width] },
      });
  }
  return counts;
}
