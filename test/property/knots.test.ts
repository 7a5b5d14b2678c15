import { describe, expect, it } from 'vitest';
import { ExactLines } from '../../src/counting/exact/exactLines.ts';
import { sliceOf } from '../../src/counting/geometry/slice.ts';
import { FLIP, type Knot, type Stretch } from '../../src/counting/lines/knots.ts';
import { LineMachine } from '../../src/counting/lines/lineMachine.ts';
import { LineWalk } from '../../src/counting/lines/lineWalk.ts';
import { IllConditioned } from '../../src/counting/lines/trace.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { isContinuous } from '../../src/counting/program/program.ts';
import type { Network } from '../../src/network/network.ts';
import { distributions, hostileNetwork } from '../exact/hostileNetworks.ts';
import { inProportion, rational } from '../exact/rational.ts';
import { dense, networkOf } from '../unit/counting/networks.ts';

/** How many knots of a line were looked at, and those further from their place than they say. */
interface Looked {
  knots: number;
  readonly wrong: { readonly x: number; readonly error: number }[];
}

/** Compares each knot with the exact zero of its function, on the affine piece of the cell before it. */
function knotsOf(network: Network, from: readonly number[], to: readonly number[]): Looked {
  const program = compile(network);
  const found: Looked = { knots: 0, wrong: [] };
  if (!isContinuous(program)) return found;
  const slice = sliceOf({ kind: 'segment', from, to }, program.inputSize);
  const patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
  const serial = new Float64Array(patterns.length);
  const bent = (stretch: Stretch, stage: number) => {
    stretch.knots.forEach((knot, k) => {
      if (knot.stage !== stage) return;
      enter(patterns, stretch, k);
      serial.fill(++found.knots);
      const [slope, constant] = exact.line(knot.line);
      if (!isWithin(knot, -constant, slope)) found.wrong.push({ x: knot.x, error: knot.error });
    });
  };
  const walk = new LineWalk(program, slice, new LineMachine(program), { stopped: () => false, bent });
  const exact = new ExactLines(program, slice, walk.lines, patterns, serial);
  try {
    walk.run();
  } catch (error) {
    // Such lines are counted cell by cell.
    if (!(error instanceof IllConditioned) && !(error instanceof RangeError)) throw error;
  }
  return found;
}

function enter(patterns: readonly Int32Array[], stretch: Stretch, cell: number): void {
  patterns.forEach((pattern, stage) => pattern.set(stretch.pieces[stage]));
  for (const { flips } of stretch.knots.slice(0, cell)) {
    for (let f = 0; f < flips.length; f += FLIP) patterns[flips[f]][flips[f + 1]] = flips[f + 2];
  }
}

/** Whether the knot is within its error of `p / q`. */
function isWithin({ x, error }: Knot, p: bigint, q: bigint): boolean {
  const [at, reach, over] = inProportion([x, error, 1].map(rational));
  const size = (n: bigint) => (n < 0n ? -n : n);
  return size(at * q - p * over) <= reach * size(q);
}

const across = (inputs: number, scale: number) => ({
  from: Array.from({ length: inputs }, () => -scale),
  to: Array.from({ length: inputs }, (_, i) => scale * (1 - i / 4)),
});

describe('a knot is within its error of its exact place', () => {
  it.each(Object.keys(distributions))('with weights of the kind "%s"', (kind) => {
    let knots = 0;
    for (const inputs of [1, 2, 3]) {
      for (let seed = 1; seed <= 40; seed++) {
        for (const scale of [1e-3, 1, 1e3]) {
          const { from, to } = across(inputs, scale);
          const found = knotsOf(hostileNetwork(1000 * inputs + seed, kind, inputs), from, to);
          expect({ seed, inputs, scale, wrong: found.wrong }).toEqual({ seed, inputs, scale, wrong: [] });
          knots += found.knots;
        }
      }
    }
    expect(knots).toBeGreaterThan(0);
  });

  it('in deep networks with many knots, some of them close together', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const layers = Array.from({ length: 8 }, () => dense(24, 'relu'));
      const { from, to } = across(3, 2);
      const found = knotsOf(drawWeights(networkOf([3], layers), seed), from, to);
      expect(found.wrong).toEqual([]);
      expect(found.knots).toBeGreaterThan(100);
    }
  });
});
