import type { Network } from '../../network/network.ts';
import { compile } from '../program/compile.ts';
import type { Domain } from '../../common/place.ts';
import { LocalGradients } from '../experiments/localGradients.ts';
import { sliceOf } from '../geometry/slice.ts';

/** The activation region that a point lies in. */
export interface RegionDescription {
  /** The point in the input space. */
  readonly point: readonly number[];
  /** Layers that bend, in order: the piece of each unit, 0 the lowest (inactive, of a ReLU). */
  readonly pattern: readonly { readonly layer: number; readonly pieces: readonly number[] }[];
  /** One a number of the output: value = coefficients . input + constant throughout the region. */
  readonly outputs: readonly AffineFunction[];
}

export interface AffineFunction {
  readonly coefficients: readonly number[];
  readonly constant: number;
}

/** Numbers that a panel can be sent. */
const MAX_COEFFICIENTS = 1e7;

/**
 * What a network with weights does around a point, which is given in coordinates (0 to 1) of a bounded domain. Computed
 * for each point on request, so that a picture need not store it for its regions. Errors: RangeError for a domain that
 * does not fit, or too many coefficients.
 */
export function describeRegion(network: Network, domain: Domain, at: readonly number[]): RegionDescription {
  const program = compile(network);
  const { dimension, rows } = sliceOf(domain, program.inputSize);
  if (at.length !== dimension) throw new RangeError(`a point of this domain has ${dimension} coordinates`);
  const point = Array.from({ length: program.inputSize }, (_, i) => {
    const from = i * (dimension + 1);
    return at.reduce((sum, x, d) => sum + x * rows[from + d], rows[from + dimension]);
  });
  const outputs = program.outputs.flatMap((tensor) =>
    Array.from({ length: program.sizes[tensor] }, (_, k) => ({ tensor, k })),
  );
  if (outputs.length * program.inputSize > MAX_COEFFICIENTS)
    throw new RangeError('the outputs have too many coefficients to list');
  const gradients = new LocalGradients(program);
  gradients.moveTo(point);
  return {
    point,
    pattern: program.stages.map(({ layer }, stage) => ({ layer, pieces: Array.from(gradients.patterns[stage]) })),
    outputs: outputs.map(({ tensor, k }) => {
      const { gradient, constant } = gradients.find(tensor, k);
      return { coefficients: Array.from(gradient), constant };
    }),
  };
}
