import { describe, expect, it } from 'vitest';
import { ballOf, difference, product, signOfBall, sum, type Ball } from '../../src/counting/exact/ball.ts';
import { BallSum } from '../../src/counting/exact/ballSum.ts';
import { CloseLines } from '../../src/counting/exact/closeLines.ts';
import { ExactLines } from '../../src/counting/exact/exactLines.ts';
import { ExactNumbers } from '../../src/counting/exact/exactNumbers.ts';
import { LineIds } from '../../src/counting/exact/lineIds.ts';
import { meetingPoint } from '../../src/counting/exact/meetingPoint.ts';
import { sliceOf } from '../../src/counting/geometry/slice.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { evaluate, type Program } from '../../src/counting/program/program.ts';
import { uniforms } from '../../src/common/random.ts';
import type { Network } from '../../src/network/network.ts';
import { distributions, hostileNetwork } from '../exact/hostileNetworks.ts';
import { minus, plus, rational, times, type Rational } from '../exact/rational.ts';
import { dense, networkOf } from '../unit/counting/networks.ts';

const exactOf = ({ high, low }: Ball): Rational => plus(rational(high), rational(low));
const signOf = (x: bigint) => (x > 0n ? 1 : x < 0n ? -1 : 0);

/** Whether a number is in a ball; overflow leaves a ball that holds everything. */
function isIn(ball: Ball, value: Rational): boolean {
  if (![ball.high, ball.low, ball.error].every(Number.isFinite)) return true;
  const distance = minus(exactOf(ball), value);
  const size: Rational = { ...distance, numerator: distance.numerator < 0n ? -distance.numerator : distance.numerator };
  return minus(rational(ball.error), size).numerator >= 0n;
}

describe('arithmetic with balls', () => {
  const uniform = uniforms(11);
  const exponents = [0, 0, 0, 1, 30, -30, 300, -300, 520, -520, -1030];
  const number = () => (uniform() - 0.5) * 2 ** exponents[Math.floor(uniform() * exponents.length)];

  it('holds the exact sums, differences and products of numbers in them', () => {
    for (let k = 0; k < 20_000; k++) {
      // Balls around numbers that are known: sums and products of a few doubles.
      const [a, b, c, d] = [number(), number(), k % 3 === 0 ? 0 : number(), number()];
      const [x, y] = [
        sum(ballOf(a), product(ballOf(b), ballOf(c))),
        difference(product(ballOf(c), ballOf(d)), ballOf(a)),
      ];
      const [p, q] = [
        plus(rational(a), times(rational(b), rational(c))),
        minus(times(rational(c), rational(d)), rational(a)),
      ];
      const cases: [Ball, Rational][] = [
        [x, p],
        [y, q],
        [sum(x, y), plus(p, q)],
        [difference(x, y), minus(p, q)],
        [product(x, y), times(p, q)],
        [product(sum(x, y), y), times(plus(p, q), q)],
      ];
      for (const [ball, value] of cases) {
        expect(isIn(ball, value)).toBe(true);
        const sign = signOfBall(ball);
        if (sign !== 0) expect(sign).toBe(signOf(value.numerator));
      }
    }
  });

  it('tells signs that doubles do not', () => {
    const third = 1 / 3;
    const off = difference(product(ballOf(third), ballOf(3)), ballOf(1));
    expect(third * 3 - 1).toBe(0);
    expect(signOfBall(off)).toBe(-1);
    expect(signOfBall(difference(off, off))).toBe(0);
  });
});

/** A double near a number, without its last digits. */
function leading({ numerator, exponent }: Rational): number {
  const digits = numerator.toString(2).replace('-', '').length;
  const shift = BigInt(Math.max(0, digits - 53));
  return Number(numerator / (1n << shift)) * 2 ** Number(shift - exponent);
}

describe('weights times balls', () => {
  const uniform = uniforms(23);
  const exponents = [0, 0, 0, 1, 30, -30, 300, -300, 520, -520, -1030];
  const number = () => (uniform() - 0.5) * 2 ** exponents[Math.floor(uniform() * exponents.length)];

  /** Adds the balls as one part of a sum, their coefficients being the second of three. */
  function add(total: BallSum, weights: readonly number[], balls: readonly Ball[]): void {
    const doubles = new Float64Array(9 * balls.length);
    balls.forEach((ball, i) => doubles.set([ball.high, ball.low, ball.error], 9 * i + 3));
    const places = Int32Array.from(balls, (_, i) => 9 * i);
    total.add(Float64Array.from(weights), doubles, places, 3, balls.length);
  }

  it('hold the exact sum', () => {
    for (let k = 0; k < 2000; k++) {
      const count = Math.floor(uniform() * 12);
      const [weights, firsts, seconds] = [0, 1, 2].map(() => Array.from({ length: count }, number));
      const bias = number();
      const total = new BallSum(bias);
      const balls = firsts.map((x, i) => product(ballOf(x), ballOf(seconds[i])));
      const half = count >> 1;
      add(total, weights.slice(0, half), balls.slice(0, half));
      add(total, weights.slice(half), balls.slice(half));
      const exact = weights.reduce(
        (value, w, i) => plus(value, times(rational(w), times(rational(firsts[i]), rational(seconds[i])))),
        rational(bias),
      );
      expect(isIn(total.ball(), exact)).toBe(true);
    }
  });

  it('tell the sign of sums that cancel to the last digits, and of none that are zero', () => {
    for (let k = 0; k < 500; k++) {
      const count = 2 + Math.floor(uniform() * 10);
      const weights = Array.from({ length: count }, () => uniform() - 0.5);
      const xs = Array.from({ length: count }, () => uniform() - 0.5);
      // What the products sum to, in several doubles.
      const parts: number[] = [];
      let rest = weights.reduce((value, w, i) => minus(value, times(rational(w), rational(xs[i]))), rational(0));
      for (let d = 0; d < 5 && rest.numerator !== 0n; d++) {
        const part = leading(rest);
        parts.push(part);
        rest = minus(rest, rational(part));
      }
      expect(rest.numerator).toBe(0n);
      const ones = parts.map(() => 1);
      const signOfSum = (last: number) => {
        const total = new BallSum(last);
        add(total, [...weights, ...ones], [...xs, ...parts].map(ballOf));
        return signOfBall(total.ball());
      };
      expect(signOfSum(0)).toBe(0);
      expect(signOfSum(2 ** -90)).toBe(1);
      expect(signOfSum(-(2 ** -90))).toBe(-1);
    }
  });
});

interface Compared {
  asked: number;
  told: number;
  wrong: number;
}

/** Compares signs of random lines where random others meet, on the cell of a random point, with those in integers. */
function compare(network: Network, dimension: 1 | 2, seed: number, found: Compared): void {
  const program = compile(network);
  const uniform = uniforms(seed);
  const n = program.inputSize;
  const vector = () => Array.from({ length: n }, () => Math.round(64 * (uniform() - 0.5)) / 16);
  const [origin, u, v] = [vector(), vector(), vector()];
  const slice = sliceOf(
    dimension === 1 ? { kind: 'segment', from: origin, to: u } : { kind: 'parallelogram', origin, u, v },
    n,
  );
  const lines = new LineIds(program);
  const values = evaluate(program, origin);
  const patterns = program.stages.map((step) =>
    Int32Array.from({ length: program.sizes[step.output] }, (_, unit) => {
      if (step.kind === 'max') return Math.floor(uniform() * (step.start[unit + 1] - step.start[unit]));
      return step.breakpoints.filter((b) => values[step.source][unit] > b).length;
    }),
  );
  const serial = new Float64Array(patterns.length).fill(1);
  const close = new CloseLines(new ExactNumbers(program, slice), lines, patterns, serial);
  const exact = new ExactLines(program, slice, lines, patterns, serial);
  for (let k = 0; k < 20; k++) {
    const [id, ...through] = Array.from({ length: dimension + 1 }, () => randomLine(program, lines, uniform));
    const sign = close.sign(id, through);
    found.asked++;
    if (sign === 0) continue;
    found.told++;
    const point = meetingPoint(
      through.map((other) => exact.line(other)),
      dimension,
    );
    const value = point && exact.line(id).reduce((total, x, d) => total + x * point[d], 0n);
    if (!point || sign !== signOf(value!) * signOf(point[dimension])) found.wrong++;
  }
}

function randomLine(program: Program, lines: LineIds, uniform: () => number): number {
  const below = (count: number) => Math.floor(uniform() * count);
  if (program.stages.length === 0 || uniform() < 0.1) return -1 - below(2);
  const stage = below(program.stages.length);
  const step = program.stages[stage];
  if (step.kind === 'units')
    return lines.ofBreakpoint(stage, below(program.sizes[step.output]), below(step.breakpoints.length));
  const group = below(program.sizes[step.output]);
  const member = () => step.members[step.start[group] + below(step.start[group + 1] - step.start[group])];
  return lines.ofPair(stage, member(), member());
}

describe.each([1, 2] as const)('signs by twice the digits, in %i dimensions', (dimension) => {
  it.each(Object.keys(distributions))(
    'are never other than those in integers, with weights of the kind "%s"',
    (kind) => {
      const found = { asked: 0, told: 0, wrong: 0 };
      for (const inputs of [1, 2, 3])
        for (let seed = 1; seed <= 25; seed++)
          compare(hostileNetwork(1000 * inputs + seed, kind, inputs), dimension, 100 * inputs + seed, found);
      expect(found.wrong).toBe(0);
      expect(found.asked).toBeGreaterThan(1000);
      expect(found.told).toBeGreaterThan(0);
    },
  );

  it('are almost all told in deep networks with drawn weights', () => {
    const found = { asked: 0, told: 0, wrong: 0 };
    for (let seed = 1; seed <= 5; seed++) {
      const layers = Array.from({ length: 10 }, () => dense(20, 'relu'));
      compare(drawWeights(networkOf([4], layers), seed), dimension, seed, found);
    }
    expect(found.wrong).toBe(0);
    expect(found.told).toBeGreaterThan(0.7 * found.asked);
  });
});
