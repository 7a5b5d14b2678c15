import { activationByName, relu, type Activation } from '../../../src/network/activation.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import { defaultInitialization, type LayerDefinition } from '../../../src/network/definition.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Operation, Window } from '../../../src/network/operation.ts';
import type { Shape } from '../../../src/network/shape.ts';
import type { BoundResult, TheoryOptions } from '../../../src/theory/bound.ts';
import { evaluateBounds } from '../../../src/theory/registry.ts';

export interface SimpleLayer {
  readonly name?: string;
  readonly operation: Operation;
  readonly activation?: Activation | string;
  readonly inputs?: readonly string[];
}

const span = { start: 0, end: 0 };

/** A network from operations alone; each layer reads the one above unless it says otherwise. Inputs: `input0`, ... */
export function network(input: Shape | readonly Shape[], layers: readonly SimpleLayer[]): Network {
  const shapes = (Array.isArray(input[0]) ? input : [input]) as readonly Shape[];
  const named = layers.map((layer, i) => ({ ...layer, name: layer.name ?? `layer${i}` }));
  const definitions = named.map((layer, i): LayerDefinition => {
    const activation =
      typeof layer.activation === 'string'
        ? activationByName(layer.activation)
        : (layer.activation ?? activationByName('linear'));
    if (!activation) throw new Error(`${layer.name} has an unknown activation`);
    return {
      name: layer.name,
      type: layer.operation.kind,
      operation: layer.operation,
      activation,
      inputs: layer.inputs ?? [i === 0 ? 'input0' : named[i - 1].name],
      span,
      fields: {},
    };
  });
  const { network, problems } = buildNetwork({
    name: 'test',
    inputs: shapes.map((shape, k) => ({ name: `input${k}`, shape, span })),
    layers: definitions,
    outputs: [],
    initialization: defaultInitialization,
    span,
    nameSpan: span,
  });
  if (problems.some((problem) => problem.severity === 'error')) throw new Error(problems[0].message);
  return network;
}

export function dense(
  units: number,
  activation: Activation | string = relu,
  more: Partial<SimpleLayer> = {},
): SimpleLayer {
  return { operation: { kind: 'dense', units, useBias: true }, activation, ...more };
}

export function denseRelu(n0: number, widths: readonly number[]): Network {
  return network(
    [n0],
    widths.map((width) => dense(width)),
  );
}

export function maxout(n0: number, widths: readonly number[], rank: number): Network {
  return network(
    [n0],
    widths.map((units) => ({ operation: { kind: 'maxout', units, rank } })),
  );
}

export function add(...inputs: string[]): SimpleLayer {
  return { operation: { kind: 'add' }, inputs };
}

function windowOf(kernel: readonly [number, number], more: Partial<Window> = {}): Window {
  return { rank: 2, kernel, strides: [1, 1], dilation: [1, 1], padding: 'valid', ...more };
}

export function conv(filters: number, kernel: readonly [number, number], more: Partial<Window> = {}): SimpleLayer {
  const operation: Operation = {
    kind: 'convolution',
    window: windowOf(kernel, more),
    filters,
    groups: 1,
    useBias: true,
  };
  return { operation, activation: relu };
}

export function maxPool(size: number): SimpleLayer {
  return { operation: { kind: 'maxPooling', window: windowOf([size, size], { strides: [size, size] }) } };
}

export function boundsOf(net: Network, options: TheoryOptions = {}): Map<string, BoundResult> {
  return new Map(evaluateBounds(net, options).map((result) => [result.id, result]));
}

/** The exact value of a bound as text, or null where it does not apply or is not exact. */
export function exactValue(bounds: ReadonlyMap<string, BoundResult>, id: string): string | null {
  const exact = bounds.get(id)?.value?.exact;
  return exact === null || exact === undefined ? null : exact.toString();
}
