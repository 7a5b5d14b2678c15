import { Thrown } from '../../evaluation/evaluation.ts';
import type { Journal } from '../../evaluation/journal.ts';
import type { Meter } from '../../evaluation/meter.ts';
import type { Operation, Window } from '../../../../network/operation.ts';

/**
 * Max-plus products as layers of Keras's users write them: `max(expand_dims(x, 1) + w, axis=2)`, where w has a row for
 * each unit. The layer's own code is followed with a sketch in its input's place, which keeps what each axis stands
 * for: such layers are read by what they compute, never by their names.
 */

type Role = 'batch' | 'place' | 'inputs' | 'units' | 'one';

interface Axis {
  readonly role: Role;
  /** Null for one that is not known. */
  readonly size: number | null;
}

type Stage = 'input' | 'sum' | 'max' | 'min';

/** Stands for the input of a layer, and for what the layer makes of it. */
export class Sketch {
  constructor(
    readonly axes: readonly Axis[],
    readonly stage: Stage = 'input',
    /** What each place of an image saw, if the inputs are those of a window. */
    readonly window: Window | undefined = undefined,
  ) {}

  get shape(): readonly (number | null)[] {
    return this.axes.map(({ size }) => size);
  }
}

/** Weights that a layer makes for itself. */
export class SketchedWeights {
  constructor(readonly shape: readonly number[]) {}
}

export function isSketched(value: unknown): value is Sketch | SketchedWeights {
  return value instanceof Sketch || value instanceof SketchedWeights;
}

/** The operation of a layer with code of its own, and its native type. */
export interface OwnOperation {
  readonly type: string;
  readonly operation: Operation;
}

const batch: Axis = { role: 'batch', size: null };
const place: Axis = { role: 'place', size: null };
const one: Axis = { role: 'one', size: 1 };

/** Numbers of inputs that a layer's code is tried with: what it makes of each has to be the same. */
const TRIED = [7, 11];

/** Whether the text of a layer's code can be a max-plus or min-plus product: to follow all others would take long. */
export function mayBeProduct(code: string): boolean {
  return /max|min/.test(code);
}

/** The share of the work that is left which following one layer's code once may take. */
const SHARE = 1 / 64;

/**
 * What a layer computes whose code is `follow`; undefined unless it is a max-plus or min-plus product. The code is
 * tried only: what it changes is taken back.
 */
export function ownOperation(
  { journal, meter }: { readonly journal: Journal; readonly meter: Meter },
  follow: (input: Sketch) => unknown,
): OwnOperation | undefined {
  const tried = (input: Sketch) => {
    let value: unknown;
    const body = () => {
      try {
        value = follow(input);
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
      }
    };
    journal.attempt(() => meter.within(SHARE, body));
    return operationOf(value);
  };
  const [one, other] = TRIED;
  for (const places of [[], [place, place]]) {
    const first = tried(new Sketch([batch, ...places, inputs(one)]));
    const second = first && tried(new Sketch([batch, ...places, inputs(other)]));
    if (first && JSON.stringify(first) === JSON.stringify(second)) return first;
  }
  return undefined;
}

function inputs(size: number): Axis {
  return { role: 'inputs', size };
}

function operationOf(result: unknown): OwnOperation | undefined {
  if (!(result instanceof Sketch) || (result.stage !== 'max' && result.stage !== 'min')) return undefined;
  const { axes, stage: semiring, window } = result;
  const filters = axes.at(-1)?.size;
  if (typeof filters !== 'number') return undefined;
  switch (axes.map(({ role }) => role).join()) {
    case 'batch,units':
      return { type: 'tropical_dense', operation: { kind: 'tropicalDense', units: filters, semiring } };
    case 'batch,place,place,units':
      return (
        window && {
          type: 'tropical_conv2d',
          operation: { kind: 'tropicalConvolution', window, filters, semiring, sumsChannels: false },
        }
      );
    default:
      return undefined;
  }
}

/** With an axis of size one before the axis `at`, counted as in the result; undefined where that is not followed. */
export function expanded(of: Sketch | SketchedWeights, at: number): Sketch | SketchedWeights | undefined {
  const { length } = of.shape;
  const axis = at < 0 ? at + length + 1 : at;
  if (!Number.isInteger(axis) || axis < 0 || axis > length) return undefined;
  if (of instanceof SketchedWeights)
    return new SketchedWeights([...of.shape.slice(0, axis), 1, ...of.shape.slice(axis)]);
  if (of.stage !== 'input' || axis === 0) return undefined;
  return new Sketch([...of.axes.slice(0, axis), one, ...of.axes.slice(axis)], of.stage, of.window);
}

/** Weights whose first axes are put together: `reshape(w, (-1, filters))` of one kernel for each filter. */
export function merged({ shape }: SketchedWeights, sizes: readonly number[]): SketchedWeights | undefined {
  const kept = sizes.length - 1;
  const split = shape.length - kept;
  const whole = product(shape.slice(0, split));
  const isMerged = kept > 0 && split > 0 && (sizes[0] === -1 || sizes[0] === whole);
  if (!isMerged || sizes.slice(1).join() !== shape.slice(split).join()) return undefined;
  return new SketchedWeights([whole, ...sizes.slice(1)]);
}

/** The sum of an opened input and weights that have one number for each unit and each input, in either order. */
export function sketchedSum(one: Sketch | SketchedWeights, other: Sketch | SketchedWeights): Sketch | undefined {
  if (one instanceof SketchedWeights) return other instanceof Sketch ? added(other, one) : undefined;
  return other instanceof SketchedWeights ? added(one, other) : undefined;
}

function added({ axes, stage, window }: Sketch, { shape }: SketchedWeights): Sketch | undefined {
  if (stage !== 'input' || shape.length > axes.length) return undefined;
  const sizes = [...new Array<number>(axes.length - shape.length).fill(1), ...shape];
  const sum = axes.map(({ role, size }, i): Axis | undefined => {
    if (role === 'inputs') return sizes[i] === size ? inputs(sizes[i]) : undefined;
    if (role === 'one') return sizes[i] === 1 ? one : { role: 'units', size: sizes[i] };
    return sizes[i] === 1 ? { role, size } : undefined;
  });
  const known = sum.flatMap((axis) => axis ?? []);
  const isOuter = known.length === axes.length && known.filter(({ role }) => role === 'units').length === 1;
  return isOuter ? new Sketch(known, 'sum', window) : undefined;
}

/** The greatest or least of its terms for each unit. */
export function extremum({ axes, stage, window }: Sketch, at: number, semiring: 'max' | 'min'): Sketch | undefined {
  const axis = at < 0 ? at + axes.length : at;
  if (stage !== 'sum' || axes[axis]?.role !== 'inputs') return undefined;
  return new Sketch(
    axes.filter((_, i) => i !== axis),
    semiring,
    window,
  );
}

/** What the windows of an image see, without padding, side by side at the last axis. */
export function patches(
  { axes, stage, window }: Sketch,
  kernel: readonly [number, number],
  strides: readonly [number, number],
): Sketch | undefined {
  const [channels] = axes.slice(-1);
  const isImage = axes.map(({ role }) => role).join() === 'batch,place,place,inputs';
  const isWhole = [...kernel, ...strides].every((size) => Number.isInteger(size) && size > 0);
  if (!isImage || !isWhole || stage !== 'input' || window || channels.size === null) return undefined;
  return new Sketch([batch, place, place, inputs(product(kernel) * channels.size)], stage, {
    rank: 2,
    kernel,
    strides,
    dilation: [1, 1],
    padding: 'valid',
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((whole, size) => whole * size, 1);
}
