import { compile } from '../../src/counting/program/compile.ts';
import type { Domain } from '../../src/common/place.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import type { Network } from '../../src/network/network.ts';
import { exactRegions, type ExactDomain } from './exactRegions.ts';

interface Way {
  readonly name: string;
  readonly method: CountRequest['method'];
  readonly cellsBy?: CountRequest['cellsBy'];
  readonly domain: Domain;
  readonly exact: ExactDomain;
}

/**
 * All ways of counting that there are for a network of this many inputs, in boxes from -1 to 1, on a diagonal, in a
 * plane and everywhere.
 */
function waysFor(n: number): Way[] {
  const filled = (value: number) => Array<number>(n).fill(value);
  const axis = (d: number) => Array.from({ length: n }, (_, i) => (i === d ? 2 : 0));
  const [from, to] = [filled(-1), filled(1).map((x, i) => x - i / 4)];
  const [u, v] = [0, 1].map((k) =>
    Array.from({ length: n }, (_, i) => (n === 2 ? axis(k)[i] : (1 + i + k) / (2 + k * i * i))),
  );
  const box: Domain = { kind: 'box', lower: filled(-1), upper: filled(1) };
  const cube = { origin: filled(-1), directions: from.map((_, d) => axis(d)) };
  const ways: Way[] = [
    {
      name: 'line',
      method: 'line',
      domain: { kind: 'segment', from, to },
      exact: { origin: from, directions: [to.map((x, i) => x - from[i])] },
    },
    { name: 'cells by programs', method: 'cells', cellsBy: 'programs', domain: box, exact: cube },
    { name: 'all by vertices', method: 'cells', cellsBy: 'vertices', domain: { kind: 'all' }, exact: 'all' },
    { name: 'all by programs', method: 'cells', cellsBy: 'programs', domain: { kind: 'all' }, exact: 'all' },
  ];
  if (n > 1)
    ways.push({
      name: 'plane',
      method: 'plane',
      domain: { kind: 'parallelogram', origin: from, u, v },
      exact: { origin: from, directions: [u, v] },
    });
  if (n > 1) ways.push({ name: 'cells by vertices', method: 'cells', cellsBy: 'vertices', domain: box, exact: cube });
  return ways;
}

/** More cells than this take rational arithmetic too long. */
const MAX_CELLS = 60;

export interface Difference {
  readonly way: string;
  readonly found: string;
  readonly right: string;
}

/** Where a count that calls itself exact differs from rational arithmetic; and how many counts were compared. */
export function compareAll(network: Network): { compared: number; inexact: number; differences: Difference[] } {
  const program = compile(network);
  const known = new Map<string, ReturnType<typeof exactRegions>>();
  const differences: Difference[] = [];
  let compared = 0;
  let inexact = 0;
  for (const { name, exact, ...way } of waysFor(network.inputSize)) {
    const key = JSON.stringify(exact);
    if (!known.has(key)) known.set(key, exactRegions(program, exact, MAX_CELLS));
    const right = known.get(key);
    if (!right) continue;
    for (const linear of [true, false]) {
      const found = count({ network, ...way, linear, keepRegions: false, limits: { regions: 20 * MAX_CELLS } });
      compared++;
      // Nothing but doubt may make these inexact: a limit reached is far too many regions.
      if (!found.exact && found.stoppedBy === null) {
        if (linear && right.linearRegions === null) inexact++;
        else differences.push({ way: name, found: `a doubt: ${found.doubt}`, right: 'exact' });
        continue;
      }
      const text = (activation: number, joined: number | null, cells: readonly number[]) =>
        `${activation} activation regions (${cells.join(', ')})${linear && right.linearRegions !== null ? ` and ${joined} linear regions` : ''}`;
      const layers = found.perLayer;
      const stages = program.stages.map(({ layer }) => layers[layer]);
      const lastOfLayer = program.stages.map(
        (step, s) => right.cells[program.stages.findLastIndex(({ layer }) => layer === step.layer)] ?? right.cells[s],
      );
      const [a, b] = [
        text(found.activationRegions, found.linearRegions, stages),
        text(right.activationRegions, right.linearRegions, lastOfLayer),
      ];
      if (a !== b)
        differences.push({ way: `${name}${linear ? '' : ', activation regions alone'}`, found: a, right: b });
    }
  }
  return { compared, inexact, differences };
}
