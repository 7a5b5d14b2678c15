import { Dyadic } from '../../common/dyadic.ts';
import { exactIntercepts, type ExactConstants } from './joinedIntercepts.ts';
import type { Program, Step, UnitStep } from '../program/program.ts';
import type { Slice } from '../geometry/slice.ts';

/**
 * A program's numbers as integers. Weights are doubles, so all that is computed from them without division is an
 * integer over a power of two: here over one power for each tensor.
 */
export class ExactNumbers {
  /** What is computed of tensor `t` is over `2^exponent[t]`. */
  readonly exponent: readonly bigint[];
  private readonly constants = new Map<ArrayLike<number>, Dyadic>();
  private readonly joined = new Map<UnitStep, ExactConstants>();
  /** Step that writes each tensor, and how many stages stand before it. */
  private readonly writers = new Map<number, { step: Step; stagesBefore: number }>();

  constructor(
    readonly program: Program,
    readonly slice: Slice,
  ) {
    let stages = 0;
    for (const step of program.steps) {
      this.writers.set(step.output, { step, stagesBefore: stages });
      if (step.kind !== 'affine') stages++;
    }
    this.exponent = this.exponents();
  }

  /** Undefined for the input. */
  writerOf(tensor: number): { step: Step; stagesBefore: number } | undefined {
    return this.writers.get(tensor);
  }

  dyadic(values: ArrayLike<number>): Dyadic {
    let vector = this.constants.get(values);
    if (!vector) this.constants.set(values, (vector = new Dyadic(values)));
    return vector;
  }

  /** The constants of a step's pieces; see `exactIntercepts`. */
  intercepts(step: UnitStep): ExactConstants {
    let constants = this.joined.get(step);
    if (!constants) this.joined.set(step, (constants = exactIntercepts(step, (values) => this.dyadic(values))));
    return constants;
  }

  private exponents(): bigint[] {
    const { program, slice } = this;
    const exponent = program.sizes.map(() => 0n);
    exponent[0] = this.dyadic(slice.rows).exponent;
    for (const step of program.steps) {
      if (step.kind === 'max') exponent[step.output] = exponent[step.source];
      else if (step.kind === 'units') {
        const scaled = exponent[step.source] + this.dyadic(step.slopes).exponent;
        exponent[step.output] = greater(scaled, this.intercepts(step).exponent);
      } else {
        const terms = step.terms.map(({ source, matrix }) => exponent[source] + this.dyadic(matrix.value).exponent);
        exponent[step.output] = terms.reduce(greater, this.dyadic(step.bias).exponent);
      }
    }
    return exponent;
  }
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
