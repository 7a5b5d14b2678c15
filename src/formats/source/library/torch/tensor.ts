import type { Span } from '../../../../network/definition.ts';
import { sizeOf } from '../../../../network/shape.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import type { Mutable } from '../../evaluation/values.ts';

/** A symbolic tensor of the forward pass under way. Operations in place give it another value. */
export class Tensor implements Mutable {
  readonly bytes = 64;

  constructor(
    readonly born: number,
    public value: TensorValue,
  ) {}

  save(): TensorValue {
    return this.value;
  }

  restore(state: unknown): void {
    this.value = state as TensorValue;
  }
}

/** A tensor of data outside of any forward pass: `torch.randn(1, 3, 32, 32)`. */
export class DataTensor {
  constructor(
    /** The batch first. */
    readonly shape: readonly number[],
    /** What made it, as written: `torch.randn`. */
    readonly origin: string,
    readonly line: number,
    readonly span: Span,
  ) {}
}

/** Weights that a source makes itself: `nn.Parameter(torch.zeros(n))`. */
export class Parameter {
  constructor(
    readonly shape: readonly number[],
    /** What tells its weights apart from others. */
    readonly owner: string,
  ) {}

  get size(): number {
    return sizeOf(this.shape);
  }
}

export type TensorLike = Tensor | DataTensor | Parameter;

export function isTensorLike(value: unknown): value is TensorLike {
  return value instanceof Tensor || value instanceof DataTensor || value instanceof Parameter;
}
