import { formatCount } from '../common/formatFigures.ts';
import type { Operation, Window } from './operation.ts';
import type { Selection } from './selection.ts';

/** Which native field is at fault, and what it must be. */
export interface SizeFault {
  readonly message: string;
  readonly field: string;
}

/** Beyond this, sums of sizes leave the range of exact doubles. */
const MAX_SIZE = 2 ** 31 - 1;

/** Whether a number can be a size: whole, and small enough to calculate with. */
export function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least && value <= MAX_SIZE;
}

/**
 * The first size of an operation that is not a whole number in its range; null where all are sound. Shapes, windows and
 * bounds rely on it, whichever reader the operation comes from.
 */
export function sizeFault(operation: Operation): SizeFault | null {
  switch (operation.kind) {
    case 'dense':
    case 'graphConvolution':
    case 'tropicalDense':
      return counts({ units: operation.units });
    case 'maxout':
      return counts({ units: operation.units, rank: operation.rank });
    case 'convolution':
      return windowFault(operation.window) ?? counts({ filters: operation.filters, groups: operation.groups });
    case 'locallyConnected':
    case 'tropicalConvolution':
      return windowFault(operation.window) ?? counts({ filters: operation.filters });
    case 'transposedConvolution':
      // A negative amount makes the output longer.
      return (
        windowFault(operation.window, -MAX_SIZE) ?? counts({ filters: operation.filters, groups: operation.groups })
      );
    case 'depthwiseConvolution':
      return windowFault(operation.window) ?? counts({ depth_multiplier: operation.multiplier });
    case 'separableConvolution':
      return (
        windowFault(operation.window) ?? counts({ filters: operation.filters, depth_multiplier: operation.multiplier })
      );
    case 'maxPooling':
    case 'averagePooling':
      return windowFault(operation.window, 0, 'pool_size');
    case 'zeroPadding':
      // A negative number takes positions away.
      return fault('padding', operation.padding.flat(), -MAX_SIZE);
    case 'upSampling':
      return fault('size', operation.factors, 1);
    case 'reshape':
      return fault(
        'target_shape',
        operation.target.filter((extent) => extent !== -1),
        1,
      );
    case 'select':
      return selectionFault(operation.selection);
    case 'concatenate':
      return fault('axis', [operation.axis], -MAX_SIZE);
    case 'batchNormalization':
      return fault('axis', [operation.axis ?? -1], -MAX_SIZE);
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'flatten':
    case 'identity':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'notPiecewiseLinear':
    case 'unknown':
      return null;
  }
}

function selectionFault(selection: Selection): SizeFault | null {
  switch (selection.by) {
    case 'places':
      if (selection.places.length === 0) return { message: 'places must name at least one place', field: 'places' };
      return fault('axis', [selection.axis], -MAX_SIZE) ?? fault('places', selection.places, -1);
    case 'axes':
      return fault('dims', selection.order, 0);
    case 'blocks':
      return fault('block_size', [selection.size], 1);
  }
}

function windowFault({ kernel, strides, dilation, padding }: Window, leastPadding = 0, sizeField = 'kernel_size') {
  return (
    fault(sizeField, kernel, 1) ??
    fault('strides', strides, 1) ??
    fault('dilation_rate', dilation, 1) ??
    (typeof padding === 'string' ? null : fault('padding', padding.flat(), leastPadding))
  );
}

function counts(fields: Readonly<Record<string, number>>): SizeFault | null {
  for (const [field, value] of Object.entries(fields)) {
    const found = fault(field, [value], 1);
    if (found) return found;
  }
  return null;
}

function fault(field: string, values: readonly number[], least: number): SizeFault | null {
  if (values.every((value) => isWhole(value, least))) return null;
  const what = values.length === 1 ? 'a whole number' : 'whole numbers';
  if (values.some((value) => value > MAX_SIZE)) {
    return { message: `${field} must be ${what} of at most ${formatCount(MAX_SIZE)}`, field };
  }
  return { message: `${field} must be ${what}${least < 0 ? '' : ` of at least ${least}`}`, field };
}
