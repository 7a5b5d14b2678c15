// What threads keep of the regions in their parts of the domain, put in the order of the parts.

/** What one thread keeps, part by part: that of `parts[k]` is from place `starts[k]` to `starts[k + 1]`. */
export interface Runs {
  readonly parts: Int32Array;
  readonly starts: Uint32Array;
}

/** Notes where each part begins in what a thread keeps. */
export class PartRuns {
  private readonly parts: number[] = [];
  private readonly starts: number[] = [];

  begin(part: number, at: number): void {
    this.parts.push(part);
    this.starts.push(at);
  }

  /** With where the last part ends. */
  all(end: number): Runs {
    return { parts: Int32Array.from(this.parts), starts: Uint32Array.from([...this.starts, end]) };
  }
}

/** What `holder` keeps from place `from` to place `to`. */
export interface Stretch<T> {
  readonly holder: T;
  readonly from: number;
  readonly to: number;
}

/** What all threads keep, part by part. */
export function inOrder<T>(holders: readonly T[], runsOf: (holder: T) => Runs): Stretch<T>[] {
  const stretches = holders.flatMap((holder) => {
    const { parts, starts } = runsOf(holder);
    return Array.from(parts, (part, k) => ({ part, holder, from: starts[k], to: starts[k + 1] }));
  });
  return stretches.sort((a, b) => a.part - b.part);
}

type Numbers = Float64Array | Int32Array | Uint32Array | Uint8Array | Uint16Array;

/** The numbers of all stretches, `width` for each place, in one array. */
export function joined<T, A extends Numbers>(
  stretches: readonly Stretch<T>[],
  numbersOf: (holder: T) => A,
  width: number,
): A {
  const Kind = numbersOf(stretches[0].holder).constructor as new (length: number) => A;
  const all = new Kind(width * stretches.reduce((sum, { from, to }) => sum + to - from, 0));
  let at = 0;
  for (const { holder, from, to } of stretches) {
    all.set(numbersOf(holder).subarray(width * from, width * to), at);
    at += width * (to - from);
  }
  return all;
}

/**
 * Where the items of all stretches begin, and the last one ends, in what `joined` makes of them: `offsetsOf` says where
 * they do in each holder.
 */
export function joinedOffsets<T>(
  stretches: readonly Stretch<T>[],
  offsetsOf: (holder: T) => Uint32Array,
): { readonly offsets: Uint32Array; readonly items: Stretch<T>[] } {
  const offsets = new Uint32Array(1 + stretches.reduce((sum, { from, to }) => sum + to - from, 0));
  let at = 0;
  const items = stretches.map(({ holder, from, to }) => {
    const own = offsetsOf(holder);
    for (let k = from; k < to; k++, at++) offsets[at + 1] = offsets[at] + own[k + 1] - own[k];
    return { holder, from: own[from], to: own[to] };
  });
  return { offsets, items };
}
