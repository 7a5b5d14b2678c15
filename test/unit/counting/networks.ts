import { readFileSync } from 'node:fs';
import { activationByName, leakyRelu, linear, type Activation } from '../../../src/network/activation.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import { defaultInitialization, type LayerDefinition } from '../../../src/network/definition.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Operation, Tensor } from '../../../src/network/operation.ts';

const nowhere = { start: 0, end: 0 };

export interface LayerSketch {
  readonly name?: string;
  readonly operation: Operation;
  readonly activation?: Activation;
  readonly inputs?: readonly string[];
  readonly weights?: Record<string, Tensor>;
}

/**
 * A network of these layers, each reading the one before it unless it says otherwise. Fails where shapes do not fit.
 */
export function networkOf(input: readonly number[], layers: readonly LayerSketch[], biasStddev = 0.1): Network {
  const named = layers.map((layer, i): LayerDefinition => {
    const name = layer.name ?? `t${i + 1}`;
    const before = i === 0 ? 'input' : (layers[i - 1].name ?? `t${i}`);
    return {
      name,
      type: layer.operation.kind,
      operation: layer.operation,
      activation: layer.activation ?? linear,
      inputs: layer.inputs ?? [before],
      weights: layer.weights,
      span: nowhere,
      fields: {},
    };
  });
  const { network, problems } = buildNetwork({
    name: 'test',
    inputs: [{ name: 'input', shape: input, span: nowhere }],
    layers: named,
    outputs: [],
    initialization: { ...defaultInitialization, biasStddev },
    span: nowhere,
    nameSpan: nowhere,
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return network;
}

export function named(activation: string): Activation {
  const found = activationByName(activation);
  if (!found) throw new Error(`no activation ${activation}`);
  return found;
}

export function dense(units: number, activation = 'linear', weights?: Record<string, Tensor>): LayerSketch {
  return { operation: { kind: 'dense', units, useBias: true }, activation: named(activation), weights };
}

/** A dense network of these widths, input first, with this activation after each layer but the last. */
export function chain(widths: readonly number[], activation = 'relu', biasStddev = 0.1): Network {
  const layers = widths.slice(1).map((units, i) => dense(units, i + 2 === widths.length ? 'linear' : activation));
  return networkOf([widths[0]], layers, biasStddev);
}

export function tensor(values: unknown): Tensor {
  const shape: number[] = [];
  for (let at = values; Array.isArray(at); at = at[0]) shape.push(at.length);
  return { shape, data: Float64Array.from((values as number[]).flat<number[], 20>(20)) };
}

export interface Expected {
  readonly domain: { readonly lower: number[]; readonly upper: number[] };
  readonly activationRegions: number;
  readonly linearRegions: number;
}

const folder = new URL('../../fixtures/counts/', import.meta.url);

export function expectedCounts(): [string, Expected][] {
  return Object.entries(JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Expected>);
}

interface WrittenLayer {
  readonly type: string;
  readonly name: string;
  readonly units: number;
  readonly rank?: number;
  readonly activation?: string;
  readonly alpha?: number;
  readonly inputs?: string[];
  readonly weights?: Record<string, unknown>;
}

/** One of the reference networks: dense, maxout, add and activation layers only. */
export function fixture(name: string): Network {
  const written = JSON.parse(readFileSync(new URL(`${name}.network.json`, folder), 'utf8')) as {
    input: number[];
    layers: WrittenLayer[];
  };
  return networkOf(written.input, written.layers.map(sketch));
}

function sketch(layer: WrittenLayer): LayerSketch {
  const weights = layer.weights && Object.fromEntries(Object.entries(layer.weights).map(([k, v]) => [k, tensor(v)]));
  const { name, inputs } = layer;
  const activation = layer.activation ? named(layer.activation) : undefined;
  switch (layer.type) {
    case 'dense':
      return { name, inputs, weights, activation, operation: { kind: 'dense', units: layer.units, useBias: true } };
    case 'maxout':
      return { name, inputs, weights, operation: { kind: 'maxout', units: layer.units, rank: layer.rank ?? 1 } };
    case 'activation':
      return { name, inputs, activation, operation: { kind: 'identity' } };
    case 'leaky_relu':
      return { name, inputs, activation: leakyRelu(layer.alpha ?? 0.3), operation: { kind: 'identity' } };
    case 'add':
      return { name, inputs, activation, operation: { kind: 'add' } };
    default:
      throw new Error(`no layer type ${layer.type} here`);
  }
}
