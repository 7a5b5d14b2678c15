/**
 * Share of the bound on errors that have gone through weights in which they add up at random. It leaves room for 2^8
 * units of rounding in each number.
 */
const CARRIED = 2 ** -7;
/**
 * An error that underflow makes, however small the numbers are, over the unit of rounding; weights may make it large.
 */
const UNDERFLOW = 2 ** -1010;

/**
 * How large the numbers in each tensor's maps have been, and how large their rounding errors can be, as a number of
 * that many digits of a double. Rounding adds errors in proportion to the numbers that enter a sum (at random, so the
 * Euclidean norm of a row of weights counts). Errors from before mostly grow or shrink as the numbers do; where numbers
 * cancel they do not, so what the weights can make of them is kept as well.
 */
export class Sizes {
  private readonly size: Float64Array;
  /** Errors over the unit of rounding. */
  private readonly error: Float64Array;
  /** What errors can have become on their way through the weights, whatever the numbers did. */
  private readonly carried: Float64Array;

  constructor(tensors: number) {
    this.size = new Float64Array(tensors);
    this.error = new Float64Array(tensors);
    this.carried = new Float64Array(tensors);
  }

  /** Forgets all since then. */
  set(before: Sizes): void {
    this.size.set(before.size);
    this.error.set(before.error);
    this.carried.set(before.carried);
  }

  copy(): Sizes {
    const copy = new Sizes(this.size.length);
    copy.set(this);
    return copy;
  }

  /** Forgets what was met in a tensor: its maps are computed from scratch. */
  clear(tensor: number): void {
    this.size[tensor] = this.error[tensor] = this.carried[tensor] = 0;
  }

  /** Rounding errors of a tensor's maps are about this times the unit of rounding. */
  scale(tensor: number): number {
    return Math.max(this.error[tensor], CARRIED * this.carried[tensor]);
  }

  /** The greatest size of numbers met so far. */
  of(tensor: number): number {
    return this.size[tensor];
  }

  /** A tensor of numbers as given, of this size. */
  first(tensor: number, size: number): void {
    this.size[tensor] = this.error[tensor] = size;
    this.carried[tensor] = size + UNDERFLOW;
  }

  /** Maps of this size came from those of one tensor, each from one of them times at most `slope`. */
  bent(tensor: number, source: number, size: number, slope: number): void {
    this.grow(tensor, size);
    this.raise(tensor, this.size[tensor] * this.loss(source));
    this.carry(tensor, slope * this.carried[source] + this.size[tensor]);
  }

  /** Maps of this size came as sums from tensors, with weights of these norms. */
  combined(tensor: number, sources: readonly number[], norms: readonly number[], size: number): void {
    this.grow(tensor, size);
    let loss = 1;
    let entered = 0;
    let carried = 0;
    for (let k = 0; k < sources.length; k++) {
      loss = Math.max(loss, this.loss(sources[k]));
      entered += norms[k] * this.size[sources[k]];
      carried += norms[k] * this.carried[sources[k]];
    }
    this.raise(tensor, this.size[tensor] * loss + entered);
    this.carry(tensor, carried + entered + this.size[tensor]);
  }

  /** A number of this size was met in a tensor: errors may have grown with it. */
  enlarge(tensor: number, size: number): void {
    const before = this.size[tensor];
    if (size <= before) return;
    const ratio = before > 0 ? size / before : 1;
    this.grow(tensor, size);
    this.raise(tensor, Math.max(size, this.error[tensor] * ratio));
    this.carry(tensor, this.carried[tensor] * ratio + size);
  }

  private loss(tensor: number): number {
    return this.size[tensor] > 0 ? this.error[tensor] / this.size[tensor] : 1;
  }

  // Written so that what is not a number is kept, to be found.
  private grow(tensor: number, size: number): void {
    if (!(size <= this.size[tensor])) this.size[tensor] = size;
  }

  private raise(tensor: number, error: number): void {
    if (!(error <= this.error[tensor])) this.error[tensor] = error;
  }

  private carry(tensor: number, error: number): void {
    if (!(error + UNDERFLOW <= this.carried[tensor])) this.carried[tensor] = error + UNDERFLOW;
  }
}
