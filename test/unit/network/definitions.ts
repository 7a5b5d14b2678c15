import { linear, relu, type Activation } from '../../../src/network/activation.ts';
import { buildNetwork, type BuiltNetwork } from '../../../src/network/build.ts';
import {
  defaultInitialization,
  type LayerDefinition,
  type NetworkDefinition,
} from '../../../src/network/definition.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Operation, Padding, Window } from '../../../src/network/operation.ts';
import type { Shape } from '../../../src/network/shape.ts';

/** Short ways to write definitions in tests. Spans count up, so that problems can be told apart by place. */

export function layer(name: string, operation: Operation, rest: Partial<LayerDefinition> = {}): LayerDefinition {
  return {
    name,
    type: operation.kind,
    operation,
    activation: linear,
    inputs: [],
    span: { start: 0, end: 1 },
    fields: {},
    ...rest,
  };
}

export function dense(
  name: string,
  units: number,
  activation: Activation = relu,
  inputs: string[] = [],
): LayerDefinition {
  return layer(name, { kind: 'dense', units, useBias: true }, { activation, inputs });
}

export function window2d(kernel: number, strides = 1, padding: Padding = 'valid'): Window {
  return { rank: 2, kernel: [kernel, kernel], strides: [strides, strides], dilation: [1, 1], padding };
}

export function window1d(kernel: number, strides = 1, padding: Padding = 'valid'): Window {
  return { rank: 1, kernel: [1, kernel], strides: [1, strides], dilation: [1, 1], padding };
}

/** Layers without inputs read the one above. */
export function define(input: Shape, layers: readonly LayerDefinition[]): NetworkDefinition {
  const chained = layers.map((written, i) => {
    const inputs = written.inputs.length > 0 ? written.inputs : [i === 0 ? 'input' : layers[i - 1].name];
    return { ...written, inputs, span: { start: 10 * i, end: 10 * i + 9 } };
  });
  return {
    name: 'test',
    inputs: [{ name: 'input', shape: input, span: { start: 0, end: 0 } }],
    layers: chained,
    outputs: [],
    initialization: defaultInitialization,
    span: { start: 0, end: 10 * layers.length },
    nameSpan: { start: 0, end: 0 },
  };
}

export function build(input: Shape, layers: readonly LayerDefinition[]): BuiltNetwork {
  return buildNetwork(define(input, layers));
}

/** A dense ReLU chain of these widths. */
export function denseNetwork(input: number, widths: readonly number[]): Network {
  const layers = widths.map((units, i) => dense(`d${i + 1}`, units));
  return build([input], layers).network;
}
