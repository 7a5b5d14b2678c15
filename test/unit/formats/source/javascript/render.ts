import type { LayerDefinition, NetworkDefinition } from '../../../../../src/network/definition.ts';
import type { ReadResult } from '../../../../../src/formats/format.ts';
import { readTypeScript } from '../../../../../src/formats/source/javascript/typescript.ts';
import type { ReadFile } from '../../../../../src/formats/format.ts';

export function readSource(text: string, fileName = 'model.ts', readFile?: ReadFile): ReadResult {
  return readTypeScript(`import * as tf from '@tensorflow/tfjs';\n${text}`, fileName, {
    weights: true,
    files: { text: readFile },
  });
}

/** A network as lines that a person can compare: `dense_1: dense 64 relu <- input`. */
export function render(network: NetworkDefinition): string[] {
  const inputs = network.inputs.map(({ name, shape }) => `${name}: [${shape.join(', ')}]`);
  return [`${network.name} -> ${network.outputs.join(', ')}`, ...inputs, ...network.layers.map(renderLayer)];
}

function renderLayer(layer: LayerDefinition): string {
  const activation = layer.activation.name === 'linear' ? [] : [layer.activation.name];
  const shared = layer.sharedWith === undefined ? [] : [`(shares ${layer.sharedWith})`];
  const words = [`${layer.name}: ${layer.type}`, ...details(layer), ...activation, ...shared];
  return `${words.join(' ')} <- ${layer.inputs.join(', ')}`;
}

function details({ operation }: LayerDefinition): (string | number)[] {
  switch (operation.kind) {
    case 'dense':
    case 'maxout':
      return [operation.units];
    case 'convolution':
      return [operation.filters, operation.window.kernel.join('x'), String(operation.window.padding)];
    case 'maxPooling':
    case 'averagePooling':
      return [operation.window.kernel.join('x')];
    case 'reshape':
      return [operation.target.join('x')];
    case 'unknown':
      return [`? ${operation.why}`];
    default:
      return [];
  }
}

/** All networks of a source text. */
export function renderAll(text: string, fileName?: string, readFile?: ReadFile): string[] {
  return readSource(text, fileName, readFile).networks.flatMap(render);
}
