import { relu, type Activation } from '../../../../src/network/activation.ts';
import type { Network } from '../../../../src/network/network.ts';
import { receptiveFieldsOf, type ReceptiveFields } from '../../../../src/theory/convolution/receptiveFields.ts';
import { network, type SimpleLayer } from '../networks.ts';

/** One convolution as the reference files describe it; sizes are [rows, columns]. */
export interface ConvolutionCase {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: number;
  readonly filters: number;
  readonly pad?: readonly number[];
}

export interface ConvolutionOptions {
  readonly dilation?: number;
  readonly groups?: number;
  readonly activation?: Activation;
  readonly useBias?: boolean;
}

export function convolution(
  { kernel, stride, filters, pad = [0, 0] }: Omit<ConvolutionCase, 'input'>,
  { dilation = 1, groups = 1, activation = relu, useBias = true }: ConvolutionOptions = {},
): SimpleLayer {
  const window = {
    rank: 2 as const,
    kernel: [kernel[0], kernel[1]] as const,
    strides: [stride, stride] as const,
    dilation: [dilation, dilation] as const,
    padding: [
      [pad[0], pad[0]],
      [pad[1], pad[1]],
    ] as const,
  };
  return { operation: { kind: 'convolution', filters, groups, useBias, window }, activation };
}

export function convolutionNetwork(
  input: readonly number[],
  layers: readonly Omit<ConvolutionCase, 'input'>[],
  options: ConvolutionOptions = {},
): Network {
  return network(
    input,
    layers.map((each) => convolution(each, options)),
  );
}

/** The receptive fields of the last layer in the first one's input. */
export function fieldsIn(whole: Network): ReceptiveFields {
  const pattern = receptiveFieldsOf(whole.layers);
  if (pattern === null) throw new Error('these layers have no receptive fields');
  return pattern;
}

export function patternOf(each: ConvolutionCase, options: ConvolutionOptions = {}): ReceptiveFields {
  return fieldsIn(convolutionNetwork(each.input, [each], options));
}
