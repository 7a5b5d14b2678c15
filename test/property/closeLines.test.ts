import { describe, expect, it } from 'vitest';
import { ballOf, difference, product, signOfBall, sum, type Ball } from '../../src/counting/exact/ball.ts';
import { BallSums } from '../../src/counting/exact/ballSums.ts';
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
import { minus, plus, rational, times, zero, type Rational } from '../exact/rational.ts';
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
    for (let k = 0; k < 10_000; k++) {
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

  /** Adds rows of balls to sums, of which every second weight is to be picked. */
  function add(sums: BallSums, weights: readonly number[], rows: readonly (readonly Ball[])[]): void {
    const doubles = rows.flat().flatMap(({ high, low, error }) => [high, low, error]);
    const width = rows.length === 0 ? 0 : rows[0].length;
    const places = Int32Array.from(rows, (_, i) => 3 * width * i);
    sums.setPatch(Float64Array.from(doubles), places, rows.length);
    const values = Float64Array.of(NaN, ...weights.flatMap((w) => [w, NaN]));
    sums.add(
      values,
      1,
      Int32Array.from(rows, (_, i) => 2 * i),
    );
  }

  it.each([1, 2, 3])('hold the exact sums of rows of %i', (width) => {
    const sums = new BallSums(width);
    for (let k = 0; k < 1500; k++) {
      // Now and then more than there is room for at first.
      const count = k % 500 === 499 ? 300 : Math.floor(uniform() * 12);
      const [weights, firsts] = [0, 1].map(() => Array.from({ length: count }, number));
      const seconds = firsts.map(() => Array.from({ length: width }, number));
      const rows = firsts.map((x, i) => seconds[i].map((y) => product(ballOf(x), ballOf(y))));
      const bias = number();
      const half = count >> 1;
      sums.begin(bias);
      add(sums, weights.slice(0, half), rows.slice(0, half));
      add(sums, weights.slice(half), rows.slice(half));
      for (let c = 0; c < width; c++) {
        const exact = weights.reduce(
          (value, w, i) => plus(value, times(rational(w), times(rational(firsts[i]), rational(seconds[i][c])))),
          c === width - 1 ? rational(bias) : zero,
        );
        expect(isIn(sums.ball(c), exact)).toBe(true);
      }
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
      const sums = new BallSums(2);
      const signOfSum = (last: number) => {
        sums.begin(last);
        const rows = [...xs, ...parts].map((x) => [ballOf(0), ballOf(x)]);
        add(sums, [...weights, ...ones], rows);
        return signOfBall(sums.ball(1));
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
  /** Meeting points with coordinates. */
  placed: number;
  wrong: number;
}

/** Whether a point of a plane, in homogeneous coordinates, is where it is said to be, up to the error that is said. */
function isNear([x, y, error]: readonly [number, number, number], point: readonly bigint[]): boolean {
  const whole = (numerator: bigint): Rational => ({ numerator, exponent: 0n });
  const size = (value: Rational) => ({ ...value, numerator: value.numerator * BigInt(signOf(value.numerator)) });
  const scale = whole(point[2]);
  const reach = times(rational(error), size(scale));
  return [x, y].every((value, k) => {
    const off = size(minus(times(rational(value), scale), whole(point[k])));
    return point[2] !== 0n && minus(reach, off).numerator >= 0n;
  });
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
    // Integers take long: some of the points will do.
    const place = dimension === 2 && k % 4 === 0 ? close.meetingPlace(through[0], through[1]) : null;
    const meet = () =>
      meetingPoint(
        through.map((other) => exact.line(other)),
        dimension,
      );
    if (place) {
      found.placed++;
      const point = meet();
      if (!point || !isNear(place, point)) found.wrong++;
    }
    found.asked++;
    if (sign === 0) continue;
    found.told++;
    const point = meet();
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
      const found = { asked: 0, told: 0, placed: 0, wrong: 0 };
      for (const inputs of [1, 2, 3])
        for (let seed = 1; seed <= 25; seed++)
          compare(hostileNetwork(1000 * inputs + seed, kind, inputs), dimension, 100 * inputs + seed, found);
      expect(found.wrong).toBe(0);
      expect(found.asked).toBeGreaterThan(1000);
      expect(found.told).toBeGreaterThan(0);
    },
  );

  it('are almost all told in deep networks with drawn weights', () => {
    const found = { asked: 0, told: 0, placed: 0, wrong: 0 };
    for (let seed = 1; seed <= 5; seed++) {
      const layers = Array.from({ length: 10 }, () => dense(20, 'relu'));
      compare(drawWeights(networkOf([4], layers), seed), dimension, seed, found);
    }
    expect(found.wrong).toBe(0);
    expect(found.told).toBeGreaterThan(0.7 * found.asked);
    if (dimension === 2) expect(found.placed).toBeGreaterThan(0.7 * 0.25 * found.asked);
  });
});
