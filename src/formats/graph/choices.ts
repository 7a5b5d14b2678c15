import { leakyRelu, linear, relu } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { Shape } from '../../network/shape.ts';
import { fileShape } from './axes.ts';
import { clipped } from './operators/pointwise.ts';
import { Refusal } from './refusal.ts';
import type { TensorValue } from './writer.ts';

/** Choices by a threshold, and extrema with a constant: activations that are written with several functions. */

/** Where the numbers of a tensor are above `at`, or below it: `x > 0`. */
export class Condition {
  readonly kind = 'condition';

  constructor(
    readonly x: TensorValue,
    readonly at: number,
    readonly isAbove: boolean,
  ) {}
}

/** Whether extents, of the last axes, stretch over x without making it larger. */
export function repeats(extents: readonly (number | null)[], x: TensorValue): boolean {
  const shape: Shape | undefined = fileShape(x);
  if (extents.every((extent) => extent === 1)) return shape === undefined || extents.length <= shape.length + 1;
  if (!shape || extents.length > shape.length + 1) return false;
  const full = [null, ...shape];
  return extents.every((extent, k) => extent === 1 || extent === full.at(k - extents.length));
}

/** The greater or the smaller of each number and a constant. */
export function boundedBy(isMaximum: boolean, bound: number): Activation {
  return isMaximum ? clipped(bound, Infinity) : clipped(-Infinity, bound);
}

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** What a tensor is as a line in each number of x. */
function lineIn(x: TensorValue, value: TensorValue | number): Line | undefined {
  if (typeof value === 'number') return { slope: 0, intercept: value };
  const { source } = value;
  if (isSame(source, x.source)) return { slope: 1, intercept: 0 };
  if (!('layer' in source)) return undefined;
  const { operation, activation, sources } = source.layer;
  const isLine = operation.kind === 'identity' && activation.kind === 'piecewiseLinear' && !activation.learned;
  if (!isLine || activation.slopes.length !== 1 || sources.length !== 1 || !isSame(sources[0], x.source))
    return undefined;
  return { slope: activation.slopes[0], intercept: activation.intercepts[0] };
}

function isSame(a: TensorValue['source'], b: TensorValue['source']): boolean {
  if ('layer' in a && 'layer' in b) return a.layer === b.layer;
  return 'input' in a && 'input' in b && a.input === b.input;
}

/** `where(x > 0, x, 0.1 * x)`: one line in x on each side. */
export function chosen(
  { x, at, isAbove }: Condition,
  then: TensorValue | number,
  otherwise: TensorValue | number,
): Activation {
  const [first, second] = [lineIn(x, then), lineIn(x, otherwise)];
  if (!first || !second)
    throw new Refusal('A choice between other tensors than the one that is compared is not analyzed.');
  const [below, above] = isAbove ? [second, first] : [first, second];
  if (below.slope === above.slope && below.intercept === above.intercept) {
    if (below.slope === 1 && below.intercept === 0) return linear;
    throw new Refusal('A choice between the same on both sides is not analyzed.');
  }
  const isRamp = at === 0 && above.slope === 1 && above.intercept === 0 && below.intercept === 0;
  if (isRamp) return below.slope === 0 ? relu : leakyRelu(below.slope);
  return {
    kind: 'piecewiseLinear',
    name: 'threshold',
    breakpoints: [at],
    slopes: [below.slope, above.slope],
    intercepts: [below.intercept, above.intercept],
  };
}

/** Whether an activation is not continuous. */
export function jumps(activation: Activation): boolean {
  if (activation.kind === 'smooth') return false;
  const { breakpoints, slopes, intercepts } = activation;
  return breakpoints.some((at, k) => slopes[k] * at + intercepts[k] !== slopes[k + 1] * at + intercepts[k + 1]);
}

export const JUMPS =
  'This activation jumps at its threshold. Activation regions and their bounds are as usual; the network is not continuous across them.';
