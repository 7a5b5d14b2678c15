import { generalRelu, hardSigmoid, leakyRelu, linear, prelu, type Activation } from '../../src/network/activation.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import type { Network } from '../../src/network/network.ts';
import type { Operation, Window } from '../../src/network/operation.ts';
import type { Shape } from '../../src/network/shape.ts';
import { named, networkOf, type LayerSketch } from '../unit/counting/networks.ts';

/** Numbers from [0, 1), the same for the same seed. */
type Draw = () => number;

/** By mulberry32. */
function drawsFrom(seed: number): Draw {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const below = (draw: Draw, n: number) => Math.floor(draw() * n);
const oneOf = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)];
const normal = (draw: Draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** Ways of drawing weights that arithmetic with doubles finds hard. */
export const distributions: Record<string, (draw: Draw) => () => number> = {
  normal: (draw) => () => normal(draw),
  whole: (draw) => () => below(draw, 5) - 2,
  zeros: (draw) => () => (draw() < 0.6 ? 0 : normal(draw)),
  halves: (draw) => () => (below(draw, 9) - 4) / 2,
  units: (draw) => () => (draw() < 0.5 ? 1 : -1),
  decimals: (draw) => () => (below(draw, 21) - 10) / 10,
  duplicates: (draw) => {
    const few = [normal(draw), normal(draw), normal(draw)];
    return () => oneOf(draw, few);
  },
  small: (draw) => () => normal(draw) * 1e-9,
  large: (draw) => () => normal(draw) * 1e9,
  mixed: (draw) => () => normal(draw) * 10 ** (below(draw, 25) - 12),
  wide: (draw) => () => normal(draw) * oneOf(draw, [1, 1e-80, 1e80, 1e-160]),
  subnormal: (draw) => () => normal(draw) * oneOf(draw, [1, 1, 1e-160, 1e-310]),
};

const activations: readonly Activation[] = [
  named('relu'),
  named('relu6'),
  named('hard_tanh'),
  named('hard_sigmoid'),
  named('abs'),
  named('soft_shrink'),
  linear,
  hardSigmoid(1 / 6),
  leakyRelu(0.3),
  leakyRelu(2),
  leakyRelu(-0.5),
  prelu(),
  generalRelu('relu', { maxValue: 0.5, negativeSlope: 0.2 }),
];

const alongLine: Window = { rank: 1, kernel: [1, 2], strides: [1, 1], dilation: [1, 1], padding: 'valid' };

/**
 * A small network with weights of one kind: dense and convolutional layers, pooling, maxout, sums and maxima of
 * branches.
 */
export function hostileNetwork(seed: number, kind: string, inputs: number): Network {
  const draw = drawsFrom(seed);
  const number = distributions[kind](draw);
  const bare = networkOf(inputs > 2 && draw() < 0.2 ? [inputs, 1] : [inputs], sketches(draw, inputs));
  const weighted = drawWeights(bare, 1);
  const hasBias = draw() < 0.6;
  return {
    ...weighted,
    layers: weighted.layers.map((layer) => ({
      ...layer,
      weights:
        layer.weights &&
        Object.fromEntries(
          Object.entries(layer.weights).map(([name, { shape, data }]) => {
            const isFixed = name === 'moving_variance' || (name === 'bias' && !hasBias);
            return [name, { shape, data: data.map((value) => (isFixed ? (name === 'bias' ? 0 : value) : number())) }];
          }),
        ),
    })),
  };
}

function sketches(draw: Draw, inputs: number): LayerSketch[] {
  const layers: LayerSketch[] = [];
  const add = (operation: Operation, activation: Activation = linear, from?: readonly string[]): string => {
    const name = `h${layers.length}`;
    layers.push({ name, operation, activation, inputs: from });
    return name;
  };
  const any = () => oneOf(draw, activations);
  // Along the input as a signal: its own shape is settled by the first layer.
  if (inputs > 2 && draw() < 0.3) {
    add({ kind: 'reshape', target: [inputs, 1] as Shape });
    add({ kind: 'convolution', window: alongLine, filters: 2, groups: 1, useBias: true }, any());
    if (draw() < 0.6) add({ kind: draw() < 0.7 ? 'maxPooling' : 'averagePooling', window: alongLine });
  }
  add({ kind: 'flatten' });
  const depth = 1 + below(draw, 3);
  for (let d = 0; d < depth; d++) {
    const units = 1 + below(draw, 3);
    const before = layers[layers.length - 1].name!;
    const choice = draw();
    if (choice < 0.5) add({ kind: 'dense', units, useBias: draw() < 0.8 }, any());
    else if (choice < 0.7) add({ kind: 'maxout', units, rank: 2 + below(draw, 2) });
    else {
      const left = add({ kind: 'dense', units, useBias: true }, any(), [before]);
      const right =
        draw() < 0.5
          ? add({ kind: 'identity' }, any(), [left])
          : add({ kind: 'dense', units, useBias: true }, any(), [before]);
      add({ kind: oneOf(draw, ['add', 'subtract', 'average', 'maximum'] as const) }, draw() < 0.5 ? any() : linear, [
        left,
        right,
      ]);
    }
    if (draw() < 0.15) add({ kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true });
  }
  if (draw() < 0.6) add({ kind: 'dense', units: 1, useBias: true });
  return layers;
}
