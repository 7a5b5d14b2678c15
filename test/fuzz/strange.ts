import type { Random } from './random.ts';

/** Texts that end up as numbers, written as JSON or JavaScript may write them. */
const numbers = [
  '0',
  '-0',
  '1',
  '2',
  '3',
  '-1',
  '0.5',
  '1e-320',
  '7',
  '64',
  '1000',
  '65536',
  '100000',
  '1000000',
  '16777217',
  '1e9',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '1e15',
  '1e16',
  '1e300',
  '1e999',
  '-1e999',
  '-2147483649',
  '0.1',
  '1e21',
  '12345678901234567890123456789',
];

const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'valueOf',
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00a',
  '\u2028',
  '\ufeff',
  'a'.repeat(300),
  '../../etc/passwd',
  '=1+1',
  '`${x}`',
  '</script>',
  '|',
  '\n',
  '\r\n',
  '\u202e',
  '-0',
  '1e999',
];

/** Of activations, operators and fields that readers look for. */
const words = [
  'relu',
  'leaky_relu',
  'softmax',
  'same',
  'valid',
  'causal',
  'channels_first',
  'linear',
  'dense',
  'conv2d',
  'Conv',
  'Relu',
  'Dense',
  'InputLayer',
  'Sequential',
  'add',
  'concatenate',
  'maxout',
  'flatten',
  'reshape',
  'zero_padding2d',
  'up_sampling2d',
  'conv2d_transpose',
  'global_max_pooling2d',
  'batch_normalization',
  'graph_conv',
  'opaque',
  'max_pooling2d',
  'float32',
  'NHWC',
];

/** A value to put in place of another; `@…@` is written without its quotation marks (see `written`). */
export function strangeValue(random: Random): unknown {
  switch (random.below(12)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return strangeName(random);
    case 3:
      return random.pick(words);
    case 4:
      return random.pick<unknown>([[], {}, [[]], [[[1]]], { a: {} }, [null], [1, 2, 3], { name: [] }]);
    case 5:
      return Array.from({ length: 1 + random.below(4) }, () => bare(strangeNumber(random)));
    default:
      return bare(strangeNumber(random));
  }
}

export function strangeNumber(random: Random): string {
  if (random.chance(0.3)) return String(random.below(20));
  if (random.chance(0.1)) return String(Math.floor(10 ** (16 * random.next())));
  return random.pick(numbers);
}

export function strangeName(random: Random): string {
  return random.pick(names);
}

function bare(number: string): string {
  return `@${number}@`;
}

/** JSON text of a value in which strings such as `@1e999@` stand for bare numbers. */
export function written(value: unknown, indent: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(/"@(-?[\d.e+-]+)@"/g, '$1');
}
