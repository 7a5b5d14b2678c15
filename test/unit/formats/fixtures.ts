import { readFileSync } from 'node:fs';
import { read } from '../../../src/formats/registry.ts';
import type { ReadResult } from '../../../src/formats/format.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import type { LayerDefinition, NetworkDefinition, Problem, Span } from '../../../src/network/definition.ts';
import type { Network } from '../../../src/network/network.ts';

/** Small models of the project's own, one for each way of writing them down. */
export const fixtureNames = [
  'native.network.json',
  'keras1-sequential.json',
  'keras2-functional.json',
  'keras3-functional.json',
  'keras3-sequential.json',
  'tfjs-layers.json',
  'channels-first.json',
] as const;

/** The same of formats in which a later part of the file may change what an earlier one means. */
export const otherFixtureNames = [
  'tfjs-graph.json',
  'onnx.json',
  'convnetjs.json',
  'brainjs.json',
  'nni.json',
  'huggingface.json',
] as const;

export const allFixtureNames = [...fixtureNames, ...otherFixtureNames] as const;

export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/formats/${name}`, import.meta.url), 'utf8');
}

export function readText(text: string, fileName: string, weights = false): ReadResult {
  const result = read(text, fileName, { weights });
  if (result === null) throw new Error(`${fileName} is not recognized`);
  return result;
}

export function readOne(text: string, fileName: string, weights = false): NetworkDefinition {
  return readText(text, fileName, weights).networks[0];
}

export interface Opened {
  readonly definition: NetworkDefinition;
  readonly network: Network;
  /** Of the reader and of building. */
  readonly problems: readonly Problem[];
}

export function open(text: string, fileName: string): Opened {
  const { networks, problems } = readText(text, fileName);
  const built = buildNetwork(networks[0]);
  return { definition: networks[0], network: built.network, problems: [...problems, ...built.problems] };
}

export function openFixture(name: string): Opened {
  return open(fixture(name), name);
}

/** `name type output parameters neurons` of each layer: a network on one screen. */
export function summary({ layers }: Network): string[] {
  return layers.map(({ name, type, activation, outputShape, parameters, neurons }) =>
    [name, type, activation.name, outputShape.join('x'), parameters, neurons].join(' '),
  );
}

export function layerNamed(definition: NetworkDefinition, name: string): LayerDefinition {
  const layer = definition.layers.find((candidate) => candidate.name === name);
  if (!layer) throw new Error(`no layer ${name}`);
  return layer;
}

/** Each problem as `code at "the text it underlines"`. */
export function underlined(text: string, problems: readonly Problem[]): string[] {
  return problems.map(({ code, span }) => `${code} at ${text.slice(span.start, span.end)}`);
}

/** Every span of a result. */
export function spansOf({ networks, problems }: ReadResult): Span[] {
  return [
    ...problems.map((problem) => problem.span),
    ...networks.flatMap(({ span, nameSpan, inputs, layers }) => [
      span,
      nameSpan,
      ...inputs.map((input) => input.span),
      ...layers.flatMap((layer) => [layer.span, ...Object.values(layer.fields)]),
    ]),
  ];
}
