import type { Span } from '../../../../network/definition.ts';
import type { Window } from '../../../../network/operation.ts';
import { sizeOf, type Shape } from '../../../../network/shape.ts';
import { Condition } from '../../../graph/choices.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Unknown } from '../../evaluation/values.ts';
import type { Mutable } from '../../evaluation/values.ts';
import type { Rearranged } from '../../../graph/operators/rearranged.ts';

/** A symbolic tensor of the forward pass under way. Operations in place give it another value. */
export class Tensor implements Mutable {
  readonly bytes = 64;
  private state: TensorValue | Deferred;

  constructor(
    readonly born: number,
    value: TensorValue | Deferred,
  ) {
    this.state = value;
  }

  get value(): TensorValue {
    if (this.state instanceof Deferred) this.state = this.state.refuse();
    return this.state;
  }

  set value(value: TensorValue) {
    this.state = value;
  }

  /** Its numbers are those of another tensor in axes that no layer has. */
  get rearranged(): Rearranged | undefined {
    return this.state instanceof Deferred ? this.state.rearranged : undefined;
  }

  /** It may become a part of a max-plus product. */
  get pending(): Pending | undefined {
    return this.state instanceof Deferred ? this.state.pending : undefined;
  }

  save(): TensorValue | Deferred {
    return this.state;
  }

  restore(state: unknown): void {
    this.state = state as TensorValue | Deferred;
  }
}

/** What windows of an image see, an axis of numbers before one of windows: `F.unfold(x, 3)`. */
export interface Unfolded {
  readonly kind: 'unfolded';
  readonly x: TensorValue;
  readonly window: Window;
}

/** A vector, or what windows see, with an axis before its numbers: `x.unsqueeze(1)`. */
export interface Opened {
  readonly kind: 'opened';
  readonly x: TensorValue;
  readonly window?: Window;
}

/** For each unit the numbers of a vector or of a window, each with a weight added to it. */
export interface OuterSum {
  readonly kind: 'sum';
  readonly x: TensorValue;
  readonly window?: Window;
  readonly units: number;
  readonly owner: string;
}

/** What may become a part of a max-plus product. */
export type Pending = Unfolded | Opened | OuterSum;

/** A tensor that is not made before something reads it: a layer may take in what made it. */
export class Deferred {
  constructor(
    /** In axes that no layer has; what reads it before they are joined to those of a layer cannot be analyzed. */
    readonly rearranged: Rearranged | undefined,
    /** Makes it, or says why not, where it is read. */
    readonly refuse: () => TensorValue,
    readonly pending?: Pending,
  ) {}
}

/** What a layer gives besides its tensor: the state of a recurrent layer, the places of extrema. */
export class Aside extends Unknown {
  constructor(
    name: string,
    span: Span,
    readonly beside: Tensor,
  ) {
    super(name, span, true);
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
    /** The one number that it holds everywhere: `torch.zeros(3)`. */
    readonly fill?: number,
  ) {}
}

/** One number everywhere: `torch.zeros_like(x)`, `torch.tensor(0.5)`. */
export class Filled {
  constructor(
    readonly fill: number,
    /** Without the batch, in the order of PyTorch; undefined for a single number. */
    readonly shape: Shape | undefined,
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

export type TensorLike = Tensor | DataTensor | Parameter | Filled | Condition;

export function isTensorLike(value: unknown): value is TensorLike {
  return (
    value instanceof Tensor ||
    value instanceof DataTensor ||
    value instanceof Parameter ||
    value instanceof Filled ||
    value instanceof Condition
  );
}
