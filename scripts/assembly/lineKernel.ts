// Inner loops of counting along lines, for WebAssembly with SIMD. A column is a vector of doubles, one for each number
// of a tensor, with room for four more. Products take four columns at a time.

/** Rows of a matrix that read the same columns: see `lineMatrices.ts`, which writes it. */
@unmanaged
class Group {
  /** Ranges of columns, each with the place of its first weights. */
  runs: usize;
  runCount: i32;
  /** Weights in panels of four rows: the four weights of each input one after another. */
  panels: usize;
  panelBytes: usize;
  rows: i32;
  firstRow: i32;
}

/**
 * Lists the numbers that are not zero in all of four columns, with values; `rank` says how many stand before each.
 */
export function gather(
  size: i32,
  c0: usize,
  c1: usize,
  c2: usize,
  c3: usize,
  list: usize,
  rank: usize,
  values: usize,
): i32 {
  let count = 0;
  for (let i = 0; i < size; i++) {
    const a = load<f64>(c0),
      b = load<f64>(c1),
      c = load<f64>(c2),
      d = load<f64>(c3);
    c0 += 8;
    c1 += 8;
    c2 += 8;
    c3 += 8;
    store<i32>(rank + ((<usize>i) << 2), count);
    store<i32>(list + ((<usize>count) << 2), i);
    const to = values + ((<usize>count) << 5);
    store<f64>(to, a);
    store<f64>(to, b, 8);
    store<f64>(to, c, 16);
    store<f64>(to, d, 24);
    // Without a branch: which numbers are zero is as good as random.
    count += i32(a != 0) | i32(b != 0) | i32(c != 0) | i32(d != 0);
  }
  store<i32>(rank + ((<usize>size) << 2), count);
  return count;
}

/** Adds the product of a matrix with the four columns that were gathered to the columns at `d0` to `d3`. */
export function addProduct(
  groups: usize,
  groupCount: i32,
  list: usize,
  rank: usize,
  values: usize,
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
  scratch: usize,
): void {
  for (let g = 0; g < groupCount; g++) {
    const group = changetype<Group>(groups + <usize>g * offsetof<Group>());
    const runs = group.runs;
    const runsEnd = runs + <usize>group.runCount * 12;
    let active = 0;
    for (let run = runs; run < runsEnd; run += 12) {
      const start = <usize>load<u32>(run);
      const end = start + <usize>load<u32>(run, 4);
      active += load<i32>(rank + (end << 2)) - load<i32>(rank + (start << 2));
    }
    if (active == 0) continue;
    let panel = group.panels;
    const panelBytes = group.panelBytes;
    const rows = group.rows;
    let at = (<usize>group.firstRow) << 3;
    for (let row = 0; row < rows; row += 4) {
      let a0 = f64x2.splat(0),
        a1 = f64x2.splat(0),
        b0 = f64x2.splat(0),
        b1 = f64x2.splat(0),
        c0 = f64x2.splat(0),
        c1 = f64x2.splat(0),
        e0 = f64x2.splat(0),
        e1 = f64x2.splat(0);
      for (let run = runs; run < runsEnd; run += 12) {
        const start = <usize>load<u32>(run);
        const end = start + <usize>load<u32>(run, 4);
        const first = <usize>load<u32>(rank + (start << 2));
        const last = <usize>load<u32>(rank + (end << 2));
        // The weights of number `i` are at `weights + 32 i`.
        const weights = panel + ((<usize>load<u32>(run, 8) - start) << 5);
        let value = values + (first << 5);
        const stop = list + (last << 2);
        for (let l = list + (first << 2); l < stop; l += 4) {
          const w = weights + ((<usize>load<u32>(l)) << 5);
          const w0 = v128.load(w);
          const w1 = v128.load(w, 16);
          let x = v128.load64_splat(value);
          a0 = f64x2.add(a0, f64x2.mul(w0, x));
          a1 = f64x2.add(a1, f64x2.mul(w1, x));
          x = v128.load64_splat(value, 8);
          b0 = f64x2.add(b0, f64x2.mul(w0, x));
          b1 = f64x2.add(b1, f64x2.mul(w1, x));
          x = v128.load64_splat(value, 16);
          c0 = f64x2.add(c0, f64x2.mul(w0, x));
          c1 = f64x2.add(c1, f64x2.mul(w1, x));
          x = v128.load64_splat(value, 24);
          e0 = f64x2.add(e0, f64x2.mul(w0, x));
          e1 = f64x2.add(e1, f64x2.mul(w1, x));
          value += 32;
        }
      }
      addRows(d0 + at, a0, a1, rows - row, scratch);
      addRows(d1 + at, b0, b1, rows - row, scratch);
      addRows(d2 + at, c0, c1, rows - row, scratch);
      addRows(d3 + at, e0, e1, rows - row, scratch);
      panel += panelBytes;
      at += 32;
    }
  }
}

/** Adds four numbers, or as many as there are rows left. */
function addRows(to: usize, x: v128, y: v128, rows: i32, scratch: usize): void {
  if (rows >= 4) {
    v128.store(to, f64x2.add(v128.load(to), x));
    v128.store(to, f64x2.add(v128.load(to, 16), y), 16);
    return;
  }
  v128.store(scratch, x);
  v128.store(scratch, y, 16);
  for (let k = 0; k < rows; k++) {
    const o = (<usize>k) << 3;
    store<f64>(to + o, load<f64>(to + o) + load<f64>(scratch + o));
  }
}

/** Adds the product of a sparse matrix, in compressed rows, with four columns. */
export function addSparse(
  rows: i32,
  start: usize,
  end: usize,
  base: usize,
  offset: usize,
  value: usize,
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const last = load<u32>(end);
    const first = load<u32>(base);
    let a: f64 = 0,
      b: f64 = 0,
      c: f64 = 0,
      d: f64 = 0;
    for (let e = load<u32>(start); e < last; e++) {
      const from = (<usize>(first + load<u32>(offset + ((<usize>e) << 2)))) << 3;
      const w = load<f64>(value + ((<usize>e) << 3));
      a += w * load<f64>(s0 + from);
      b += w * load<f64>(s1 + from);
      c += w * load<f64>(s2 + from);
      d += w * load<f64>(s3 + from);
    }
    store<f64>(d0, load<f64>(d0) + a);
    store<f64>(d1, load<f64>(d1) + b);
    store<f64>(d2, load<f64>(d2) + c);
    store<f64>(d3, load<f64>(d3) + d);
    d0 += 8;
    d1 += 8;
    d2 += 8;
    d3 += 8;
    start += 4;
    end += 4;
    base += 4;
  }
}

/**
 * Goes along the line with four numbers at a time: least and greatest value of each at the knots, and its greatest
 * slope. The steps between knots are one more than the knots; the slope changes at each by its column.
 */
export function scan(
  size: i32,
  knots: i32,
  columns: usize,
  steps: usize,
  values: usize,
  slopes: usize,
  lows: usize,
  highs: usize,
  steepest: usize,
): void {
  const columnsEnd = columns + ((<usize>knots) << 2);
  for (let at: usize = 0, end = (<usize>size) << 3; at < end; at += 32) {
    let v0 = v128.load(values + at),
      v1 = v128.load(values + at, 16),
      s0 = v128.load(slopes + at),
      s1 = v128.load(slopes + at, 16);
    let low0 = v0,
      low1 = v1,
      high0 = v0,
      high1 = v1,
      most0 = f64x2.abs(s0),
      most1 = f64x2.abs(s1);
    let step = steps;
    for (let c = columns; c < columnsEnd; c += 4) {
      const dx = v128.load64_splat(step);
      step += 8;
      const column = <usize>load<u32>(c) + at;
      v0 = f64x2.add(v0, f64x2.mul(s0, dx));
      v1 = f64x2.add(v1, f64x2.mul(s1, dx));
      low0 = f64x2.pmin(low0, v0);
      low1 = f64x2.pmin(low1, v1);
      high0 = f64x2.pmax(high0, v0);
      high1 = f64x2.pmax(high1, v1);
      s0 = f64x2.add(s0, v128.load(column));
      s1 = f64x2.add(s1, v128.load(column, 16));
      most0 = f64x2.pmax(most0, f64x2.abs(s0));
      most1 = f64x2.pmax(most1, f64x2.abs(s1));
    }
    const dx = v128.load64_splat(step);
    v0 = f64x2.add(v0, f64x2.mul(s0, dx));
    v1 = f64x2.add(v1, f64x2.mul(s1, dx));
    // What is not a number stays so to the end, and these keep it.
    v128.store(lows + at, f64x2.min(low0, v0));
    v128.store(lows + at, f64x2.min(low1, v1), 16);
    v128.store(highs + at, f64x2.max(high0, v0));
    v128.store(highs + at, f64x2.max(high1, v1), 16);
    v128.store(steepest + at, f64x2.max(most0, f64x2.abs(s0)));
    v128.store(steepest + at, f64x2.max(most1, f64x2.abs(s1)), 16);
  }
}

/** `to = from * factors`, number by number; `to` may be `from`. */
export function scale(size: i32, from: usize, factors: usize, to: usize): void {
  for (let at: usize = 0, end = (<usize>size) << 3; at < end; at += 16) {
    v128.store(to + at, f64x2.mul(v128.load(from + at), v128.load(factors + at)));
  }
}

/** `to += from * factors`, number by number. */
export function addScaled(size: i32, from: usize, factors: usize, to: usize): void {
  for (let at: usize = 0, end = (<usize>size) << 3; at < end; at += 16) {
    const product = f64x2.mul(v128.load(from + at), v128.load(factors + at));
    v128.store(to + at, f64x2.add(v128.load(to + at), product));
  }
}

/** `to[i] = from[places[i]]`. */
export function select(size: i32, from: usize, places: usize, to: usize): void {
  for (let i: usize = 0; i < <usize>size; i++) {
    store<f64>(to + (i << 3), load<f64>(from + ((<usize>load<u32>(places + (i << 2))) << 3)));
  }
}

/** `to += from * factor`. */
export function addTimes(size: i32, from: usize, factor: f64, to: usize): void {
  const f = f64x2.splat(factor);
  for (let at: usize = 0, end = (<usize>size) << 3; at < end; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(v128.load(from + at), f)));
  }
}

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** What is known of an argument of a maximum throughout the stretch. */
const ZERO: u8 = 1;
const POSITIVE: u8 = 2;

/**
 * For each maximum the argument that is clearly the greatest at all knots (as its place in the tensor), or -1. `error`
 * is the greatest of the knots' errors. All arguments of a maximum that are zero throughout are one.
 */
export function leaders(
  groups: i32,
  start: usize,
  members: usize,
  states: usize,
  knots: i32,
  columns: usize,
  steps: usize,
  values: usize,
  slopes: usize,
  tolerance: f64,
  error: f64,
  found: usize,
): void {
  for (let g = 0; g < groups; g++) {
    const from = members + ((<usize>load<u32>(start + ((<usize>g) << 2))) << 2);
    const to = members + ((<usize>load<u32>(start + ((<usize>g) << 2), 4)) << 2);
    let leader = -1;
    let silent = -1;
    let positive = false;
    let most: f64 = 0;
    for (let m = from; m < to; m += 4) {
      const i = load<i32>(m);
      const state = load<u8>(states + <usize>i);
      if (state == ZERO) {
        if (silent < 0) silent = i;
        continue;
      }
      positive = positive || state == POSITIVE;
      const value = load<f64>(values + ((<usize>i) << 3));
      if (leader < 0 || value > most) {
        leader = i;
        most = value;
      }
    }
    if (leader < 0) leader = silent;
    else {
      let clear = true;
      for (let m = from; clear && m < to; m += 4) {
        const i = load<i32>(m);
        if (i == leader || load<u8>(states + <usize>i) == ZERO) continue;
        clear = isAhead(leader, i, knots, columns, steps, values, slopes, tolerance, error);
      }
      if (clear && silent >= 0 && !positive)
        clear = isAhead(leader, silent, knots, columns, steps, values, slopes, tolerance, error);
      if (!clear) leader = -1;
    }
    store<i32>(found + ((<usize>g) << 2), leader);
  }
}

/** Whether one number is clearly greater than another at all knots. */
function isAhead(
  i: i32,
  j: i32,
  knots: i32,
  columns: usize,
  steps: usize,
  values: usize,
  slopes: usize,
  tolerance: f64,
  error: f64,
): bool {
  const p = (<usize>i) << 3;
  const q = (<usize>j) << 3;
  let v = load<f64>(values + p) - load<f64>(values + q);
  let s = load<f64>(slopes + p) - load<f64>(slopes + q);
  let low = v;
  let most = abs(s);
  for (let k: usize = 0; k < <usize>knots; k++) {
    v += s * load<f64>(steps + (k << 3));
    low = min(low, v);
    const column = <usize>load<u32>(columns + (k << 2));
    s += load<f64>(column + p) - load<f64>(column + q);
    most = max(most, abs(s));
  }
  v += s * load<f64>(steps + ((<usize>knots) << 3));
  low = min(low, v);
  return low > tolerance + error * most;
}
