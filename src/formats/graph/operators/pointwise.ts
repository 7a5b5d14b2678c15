import { activationByName, generalRelu, linear } from '../../../network/activation.ts';
import type { Activation, PiecewiseLinearActivation } from '../../../network/activation.ts';
import { sizeOf } from '../../../network/shape.ts';
import { isActivationLayer } from '../../layers/activations.ts';
import { changed } from './affine.ts';
import { rearranged } from './arrangement.ts';
import type { Constant, GraphNode } from '../node.ts';
import { Refusal } from '../refusal.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** The activation of this name, which is one that is known. */
export function named(name: string): Activation {
  return activationByName(name) ?? { kind: 'smooth', name };
}

/** Applies an activation: as a part of the layer before it where that has none, else as a layer. */
export function activate(writer: GraphWriter, node: GraphNode, x: TensorValue, activation: Activation): TensorValue {
  const draft = writer.open(x);
  if (draft && draft.activation === linear && 'useBias' in draft.operation) {
    draft.activation = activation;
    draft.fields.activation = node.opSpan;
    return writer.absorb(draft, node, x);
  }
  const { name } = activation;
  const type = isActivationLayer(name) ? name : name === 'relu6' ? 'relu' : 'activation';
  return writer.emit(node, [x], {
    type,
    operation: { kind: 'identity' },
    activation,
    fields: { activation: node.opSpan },
  });
}

/** `min(max(x, low), high)` */
export function clipped(low: number, high: number): Activation {
  if (!(low < high)) throw new Refusal(`Clipping to the range from ${low} to ${high} leaves nothing.`);
  if (low === -Infinity && high === Infinity) return linear;
  if (low === 0) return generalRelu(high === 6 ? 'relu6' : 'relu', { maxValue: high });
  if (low === -1 && high === 1) return named('hard_tanh');
  const ends = [low, high].filter(Number.isFinite);
  const below = Number.isFinite(low);
  const above = Number.isFinite(high);
  return {
    kind: 'piecewiseLinear',
    name: 'clip',
    breakpoints: ends,
    slopes: [...(below ? [0] : []), 1, ...(above ? [0] : [])],
    intercepts: [...(below ? [low] : []), 0, ...(above ? [high] : [])],
  };
}

/** `clip(slope * z + offset, 0, 1)` */
export function hardSigmoid(slope: number, offset: number): Activation {
  if (!(slope > 0)) throw new Refusal('A hard sigmoid needs a slope above zero.');
  return {
    kind: 'piecewiseLinear',
    name: 'hard_sigmoid',
    breakpoints: [-offset / slope, (1 - offset) / slope],
    slopes: [0, slope, 0],
    intercepts: [0, offset, 1],
  };
}

/** A leaky ReLU whose slopes are weights: one for each entry, each channel or all. */
export function prelu(writer: GraphWriter, node: GraphNode, x: TensorValue, slope: Constant): TensorValue {
  const { shape } = x;
  if (!shape) throw new Refusal('A PReLU on a tensor of unknown shape is not read.');
  const size = sizeOf(slope.shape);
  const channels = shape[shape.length - 1];
  const shared =
    size === sizeOf(shape)
      ? []
      : size === channels
        ? shape.slice(0, -1).map((_, axis) => axis)
        : shape.map((_, axis) => axis);
  if (size !== 1 && size !== channels && size !== sizeOf(shape))
    throw new Refusal('The slopes of this PReLU fit no axis.');
  if (shared.length === 0 && shape.length > 1 && x.channelsFirst)
    throw new Refusal('A PReLU with a slope at every position is not read here.');
  const activation: PiecewiseLinearActivation = {
    ...generalRelu('prelu', { negativeSlope: 0.25 }),
    learned: true,
    sharedAxes: shared,
  };
  const wanted = shape.map((extent, axis) => (shared.includes(axis) ? 1 : extent));
  const alpha = changed(slope, JSON.stringify(wanted), ({ data }) =>
    rearranged({ shape: wanted, data }, shared.length === 0 ? x.arrangement : undefined),
  );
  return writer.emit(node, [x], {
    type: 'prelu',
    operation: { kind: 'identity' },
    activation,
    weights: { alpha },
    storedAs: { alpha: slope.name },
  });
}
