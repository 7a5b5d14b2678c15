import { describe, expect, it } from 'vitest';
import { read, recognize } from '../../../../../src/formats/registry.ts';

const recognized: readonly [string, string][] = [
  ['model.ts', `import * as tf from '@tensorflow/tfjs';\nexport const net = tf.sequential();`],
  ['model.mjs', `import { sequential } from "@tensorflow/tfjs-node";`],
  ['model.js', `const model = tf.sequential({ layers: [] });`],
  ['parts.tsx', `export const part = (layers) => layers.dense({ units: 3 });`],
  ['net.js', `net.makeLayers(layer_defs);`],
  ['net.ts', `export const net: Network = { input: [2], layers: [] };`],
  ['net.cts', `export const net = { input: [2], layers: [{ type: 'dense', units: 3 }] };`],
];

const others: readonly [string, string][] = [
  ['map.ts', `map.layers.forEach((layer) => layer.hide()); const network = new Network();`],
  ['tensors.ts', `import * as tf from '@tensorflow/tfjs';\ntf.tidy(() => tf.matMul(a, b));`],
  ['model.md', `tf.sequential()`],
  ['model.py', `model = tf.keras.Sequential([tf.keras.layers.Dense(3)])`],
  ['bundle.js', `tf.sequential();${' '.repeat(2_000_000)}`],
  ['empty.ts', ''],
];

describe('recognizing sources that build networks', () => {
  it.each(recognized)('recognizes %s: %s', (fileName, text) => {
    expect(recognize(text, fileName)?.id).toBe('typescript');
  });

  it.each(others)('leaves %s alone: %.60s', (fileName, text) => {
    expect(recognize(text, fileName)).toBeNull();
  });

  it('reads them through the registry', () => {
    const text = `const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });`;
    const result = read(text, 'net.ts', { weights: false });
    expect(result?.format).toBe('typescript');
    expect(result?.networks.map(({ name }) => name)).toEqual(['net']);
  });
});
