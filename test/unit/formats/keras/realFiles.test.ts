import { describe, expect, it } from 'vitest';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { foreignText } from '../../../../src/formats/foreign/texts.ts';
import { writeNative } from '../../../../src/formats/native/write.ts';
import { open, readText } from '../fixtures.ts';

/** What Keras itself writes, in the parts that readers tend to take otherwise. */

type Config = Readonly<Record<string, unknown>>;
const layer = (class_name: string, name: string, config: Config, inbound: unknown, module?: string) => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes: inbound,
  ...(module !== undefined && { module, registered_name: null }),
});
const model = (name: string, layers: readonly object[], inputs: readonly string[], outputs: readonly unknown[]) => ({
  name,
  layers,
  input_layers: inputs.map((input) => [input, 0, 0]),
  output_layers: outputs,
});
const text = (config: object, version = '2.4.0') =>
  JSON.stringify({ class_name: 'Functional', config, keras_version: version });
const input = (name: string, ...shape: readonly number[]) =>
  layer('InputLayer', name, { batch_input_shape: [null, ...shape] }, []);
const parametersOf = (file: string) => totalParameters(open(file, 'm.json').network.layers);

describe('a model in a model', () => {
  const inner = (uses: readonly (readonly unknown[])[]) =>
    layer(
      'Functional',
      'encoder',
      model('encoder', [input('e', 4), layer('Dense', 'd', { units: 3 }, [[['e', 0, 0, {}]]])], ['e'], [['d', 0, 0]]),
      uses,
    );
  const siamese = (first: number) =>
    text(
      model(
        'm',
        [
          input('a', 4),
          input('b', 4),
          inner([[['a', 0, 0, {}]], [['b', 0, 0, {}]]]),
          layer('Subtract', 's', {}, [
            [
              ['encoder', first, 0, {}],
              ['encoder', first + 1, 0, {}],
            ],
          ]),
          layer('Dense', 'o', { units: 2 }, [[['s', 0, 0, {}]]]),
        ],
        ['a', 'b'],
        [['o', 0, 0]],
      ),
    );

  it.each([
    ['from 1, as Keras counts them', 1],
    ['from 0', 0],
  ])('has its uses counted %s', (_, first) => {
    const { network, problems } = open(siamese(first), 'm.json');
    expect(problems).toEqual([]);
    expect(network.layers.map(({ name }) => name)).toEqual(['encoder/d', 'encoder:2/d', 's', 'o']);
    expect(totalParameters(network.layers)).toBe(15 + 8);
  });

  it('may be the only use, and the output', () => {
    const file = text(model('m', [input('a', 4), inner([[['a', 0, 0, {}]]])], ['a'], [['encoder', 1, 0]]));
    const { network, problems } = open(file, 'm.json');
    expect(problems).toEqual([]);
    expect(network.layers.map(({ name, outputShape }) => [name, outputShape])).toEqual([['encoder/d', [3]]]);
  });
});

describe('a function called on tensors', () => {
  const tensor = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
  const keras3 = (className: string, ...args: readonly unknown[]) =>
    text(
      model(
        'm',
        [
          input('x', 3),
          layer(className, 'f', {}, [{ args, kwargs: {} }], 'keras.src.ops.numpy'),
          layer('Dense', 'o', { units: 2 }, [{ args: [tensor('f')], kwargs: {} }], 'keras.layers'),
        ],
        ['x'],
        [['o', 0, 0]],
      ),
      '3.3.0',
    );
  const keras2 = (name: string, record: Config) =>
    text(
      model(
        'm',
        [
          input('x', 3),
          layer('TFOpLambda', 'f', { function: name }, [['x', 0, 0, record]]),
          layer('Dense', 'o', { units: 2 }, [[['f', 0, 0, {}]]]),
        ],
        ['x'],
        [['o', 0, 0]],
      ),
    );

  it.each([
    ['x * 0.5', keras3('Multiply', tensor('x'), 0.5), 0.5, 0],
    ['0.5 * x', keras3('Multiply', 0.5, tensor('x')), 0.5, 0],
    ['x - 1', keras3('Subtract', tensor('x'), 1), 1, -1],
    ['1 - x', keras3('Subtract', 1, tensor('x')), -1, 1],
    ['x + 2', keras3('Add', tensor('x'), 2), 1, 2],
    ['x / 4', keras3('TrueDivide', tensor('x'), 4), 0.25, 0],
    ['-x', keras3('Negative', tensor('x')), -1, 0],
    ['tf.math.truediv(x, 4)', keras2('math.truediv', { y: 4, name: null }), 0.25, 0],
    ['tf.math.subtract(x, 1)', keras2('math.subtract', { y: 1, name: null }), 1, -1],
  ])('with a number is affine: %s', (_, file, slope, intercept) => {
    const { network, problems } = open(file, 'm.json');
    expect(problems).toEqual([]);
    expect(network.complete).toBe(true);
    expect(network.layers[0].activation).toMatchObject({ slopes: [slope], intercepts: [intercept] });
    expect(totalParameters(network.layers)).toBe(8);
  });

  it.each([
    ['1 / x', keras3('Divide', 1, tensor('x')), 'Divide'],
    ['ops.sort(x)', keras3('Sort', tensor('x')), 'Sort'],
    ['tf.reshape(x)', keras2('reshape', { shape: [3] }), 'reshape'],
  ])('that is not read is refused by its name: %s', (_, file, name) => {
    const { network, problems } = open(file, 'm.json');
    expect(problems.map(({ message }) => message)).toEqual([
      `f: The operation ${name}, called on tensors, is not analyzed.`,
    ]);
    expect(network.complete).toBe(false);
  });

  it('on two tensors is the layer of that name', () => {
    const { network } = open(keras3('Maximum', tensor('x'), tensor('x')), 'm.json');
    expect(network.layers[0].operation.kind).toBe('maximum');
  });
});

describe('layers as Keras writes them', () => {
  const sequence = (axis: unknown) =>
    text(
      model(
        'm',
        [
          input('x', 7, 3),
          layer('Dense', 'd', { units: 5 }, [[['x', 0, 0, {}]]]),
          layer('LayerNormalization', 'n', { axis }, [[['d', 0, 0, {}]]]),
        ],
        ['x'],
        [['n', 0, 0]],
      ),
    );

  it.each([
    [-1, 30],
    [[2], 30],
    [2, 30],
    [[1], 34],
    [3, null],
  ])('a normalization along the axis %j has its parameters', (axis, count) => {
    const file = sequence(axis);
    expect(parametersOf(file)).toBe(count);
    const { text: native } = writeNative(readText(file, 'm.json').networks[0]);
    expect(parametersOf(native)).toBe(count);
  });

  it('a model at every time step is refused as such', () => {
    const inner = { class_name: 'Sequential', config: { layers: [] } };
    const file = text(
      model(
        'm',
        [input('x', 4, 5), layer('TimeDistributed', 't', { layer: inner }, [[['x', 0, 0, {}]]])],
        ['x'],
        [['t', 0, 0]],
      ),
    );
    expect(open(file, 'm.json').problems.map(({ message }) => message)).toEqual([
      't: A model at every time step is not analyzed.',
    ]);
  });

  it('a first layer that reads several inputs keeps them in the native format', () => {
    const file = text(
      model(
        'm',
        [
          input('a', 3),
          input('b', 2),
          layer('Concatenate', 'c', {}, [
            [
              ['a', 0, 0, {}],
              ['b', 0, 0, {}],
            ],
          ]),
          layer('Dense', 'd', { units: 4 }, [[['c', 0, 0, {}]]]),
        ],
        ['a', 'b'],
        [['d', 0, 0]],
      ),
    );
    const written = writeNative(readText(file, 'm.json').networks[0]);
    expect(written.lost).toEqual([]);
    expect(parametersOf(written.text)).toBe(24);
  });

  it('JSON inside of a JSON string is named', () => {
    const twice = JSON.stringify(sequence(-1));
    expect(foreignText(twice, 'm.json')).toContain('it was turned into text twice');
  });
});
