import { describe, expect, it } from 'vitest';
import type { Span } from '../../../../../src/network/definition.ts';
import { readTypeScript } from '../../../../../src/formats/source/javascript/typescript.ts';

function read(text: string) {
  const result = readTypeScript(text, 'model.ts', { weights: false });
  const at = ({ start, end }: Span) => text.slice(start, end);
  return { ...result, at };
}

describe('ranges in TypeScript', () => {
  it('points at the call of a layer and at the values of its fields', () => {
    const { networks, at } = read(`
      const width = 8;
      const model = tf.sequential();
      model.add(tf.layers.conv2d({ filters: width, kernelSize: [3, 3], activation: 'relu', inputShape: [9, 9, 1] }));`);
    const [layer] = networks[0].layers;
    expect(at(layer.span)).toMatch(/^tf\.layers\.conv2d\(\{.*\}\)$/);
    expect(Object.fromEntries(Object.entries(layer.fields).map(([name, span]) => [name, at(span)]))).toEqual({
      type: 'tf.layers.conv2d',
      filters: 'width',
      kernel_size: '[3, 3]',
      activation: "'relu'",
    });
    expect(at(networks[0].inputs[0].span)).toBe('[9, 9, 1]');
  });

  it('gives the layers of a loop the place of the one call that makes them, and fields the place they come from', () => {
    const { networks, at } = read(`
      const blocks = [{ units: 3 }, { units: 4 }];
      const model = tf.sequential();
      for (const block of blocks) model.add(tf.layers.dense({ ...block, inputShape: [2] }));`);
    expect(networks[0].layers.map((layer) => at(layer.span))).toEqual(
      Array(2).fill('tf.layers.dense({ ...block, inputShape: [2] })'),
    );
    expect(networks[0].layers.map((layer) => at(layer.fields.units))).toEqual(['3', '4']);
  });

  it.each([
    ['a variable', `const mlp = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });`, 'mlp'],
    [
      'a typed variable',
      `const mlp: tf.Sequential = tf.sequential(); mlp.add(tf.layers.dense({ units: 1, inputShape: [1] }));`,
      'mlp',
    ],
    [
      'a field',
      `class A { net = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }); } new A();`,
      'net',
    ],
    [
      'a property',
      `const nets = { small: tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }) };`,
      'small',
    ],
    [
      'a function',
      `function make() { return tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }); }`,
      'make',
    ],
  ])('puts the name of a network at %s that holds or makes it', (_what, text, expected) => {
    const { networks, at } = read(text);
    expect(networks.map((network) => at(network.nameSpan))).toEqual([expected]);
  });

  it('spans a network from its name to its last layer', () => {
    const { networks, at } = read(`const a = 1;
      const model = tf.sequential();
      model.add(tf.layers.dense({ units: 1, inputShape: [1] })); // end
      console.log(model);`);
    expect(at(networks[0].span)).toMatch(/^model = tf\.sequential\(\);\s+model\.add\(tf\.layers\.dense\(.*\}\)$/);
  });

  it('keeps ranges in the file when layers come from an imported one', () => {
    const text = `import { dense } from './parts';
      const model = tf.sequential({ layers: [dense(3), dense(4)] });`;
    const files: Record<string, string> = {
      'parts.ts': `${' '.repeat(500)}export const dense = (units: number) => tf.layers.dense({ units, inputShape: [2] });`,
    };
    const options = { weights: false, files: { text: (path: string) => files[path] } };
    const { networks } = readTypeScript(text, 'model.ts', options);
    expect(networks[0].layers.map(({ span }) => text.slice(span.start, span.end))).toEqual(['dense(3)', 'dense(4)']);
    expect(networks[0].layers.map(({ fields }) => Object.keys(fields))).toEqual([['type'], ['type']]);
  });

  it('reads object literals in the native form, with its fields', () => {
    const { networks, problems, at } = read(`
      const width = 3;
      const net: Network = { input: [2], layers: [{ type: 'dense', units: 2 * width }, { type: 'dens', units: 1 }] };`);
    const [network] = networks;
    expect([network.name, at(network.nameSpan), at(network.inputs[0].span)]).toEqual(['net', 'net', '[2]']);
    expect(network.layers.map((layer) => layer.operation.kind)).toEqual(['dense', 'unknown']);
    expect(at(network.layers[0].fields.units)).toBe('2 * width');
    expect(at(network.layers[1].span)).toBe(`{ type: 'dens', units: 1 }`);
    expect(problems.map((problem) => [problem.code, at(problem.span)])).toEqual([['unknown-layer', "'dens'"]]);
  });

  it('reads weights of the native form', () => {
    const { networks } = readTypeScript(
      `const w = [[1, 2], [3, 4]];
       export default { input: [2], layers: [{ type: 'dense', units: 2, weights: { kernel: w, bias: [0, 1] } }] } satisfies Network;`,
      'model.ts',
      { weights: true },
    );
    expect(networks[0].layers[0].weights?.kernel.shape).toEqual([2, 2]);
    expect([...(networks[0].layers[0].weights?.bias.data ?? [])]).toEqual([0, 1]);
  });

  it('reports a wrong field where it is written, by the name it is written with', () => {
    const { problems, at } = read(
      `tf.sequential({ layers: [tf.layers.conv2d({ filters: 4, kernelSize: 0, inputShape: [9, 9, 1] })] });`,
    );
    expect(problems.map((problem) => [problem.code, at(problem.span)])).toEqual([['bad-value', '0']]);
    expect(problems[0].message).toContain('kernelSize');
  });
});
