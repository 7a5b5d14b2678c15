// Inner loops of means from draws, for WebAssembly with SIMD: normal numbers, and what weights or the root of a
// covariance matrix make of values and derivatives. Operations of one number come in one order on every machine.

/** Filters whose sums stay in registers: weights lie in panels of as many columns. */
const PANEL_BYTES: usize = 64;

function word(state: usize): u32 {
  const a = load<u32>(state),
    b = load<u32>(state, 4);
  let c = load<u32>(state, 8),
    d = load<u32>(state, 12);
  c ^= a;
  d ^= b;
  store<u32>(state, a ^ d);
  store<u32>(state, b ^ c, 4);
  store<u32>(state, c ^ (b << 9), 8);
  store<u32>(state, rotl<u32>(d, 11), 12);
  return rotl<u32>(b * 5, 7) * 9;
}

/** A number in (0, 1), as `uniforms` in `src/common/random.ts` has it. */
function uniform(state: usize): f64 {
  const high = <f64>word(state) * 1048576;
  return (high + <f64>(word(state) >> 12) + 0.5) / 4503599627370496;
}

function step(value: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(value, x), f64x2.splat(coefficient));
}

/** Standard normal numbers, those of `gaussians` in `src/common/random.ts`, two at a time. */
export function normals(count: i32, to: usize, state: usize): void {
  const half = f64x2.splat(0.5);
  for (let i = 0; i < count; i += 2, to += 16) {
    const isPair = i + 1 < count;
    const first = uniform(state),
      second = isPair ? uniform(state) : 0.5;
    const q = f64x2.sub(f64x2(first, second), half);
    const r = f64x2.sub(f64x2.splat(0.180625), f64x2.mul(q, q));
    let top = f64x2.splat(2509.0809287301226727);
    let bottom = f64x2.splat(5226.495278852854561);
    top = step(top, r, 33430.575583588128105);
    bottom = step(bottom, r, 28729.085735721942674);
    top = step(top, r, 67265.770927008700853);
    bottom = step(bottom, r, 39307.89580009271061);
    top = step(top, r, 45921.953931549871457);
    bottom = step(bottom, r, 21213.794301586595867);
    top = step(top, r, 13731.693765509461125);
    bottom = step(bottom, r, 5394.1960214247511077);
    top = step(top, r, 1971.5909503065514427);
    bottom = step(bottom, r, 687.1870074920579083);
    top = step(top, r, 133.14166789178437745);
    bottom = step(bottom, r, 42.313330701600911252);
    top = step(top, r, 3.387132872796366608);
    bottom = step(bottom, r, 1);
    const both = f64x2.div(f64x2.mul(q, top), bottom);
    if (isPair) v128.store(to, both);
    else v128.store64_lane(to, both, 0);
    if (abs(first - 0.5) > 0.425) store<f64>(to, tail(first));
    if (abs(second - 0.5) > 0.425) store<f64>(to, tail(second), 8);
  }
}

function tail(p: f64): f64 {
  const isLow = p < 0.5;
  const r = sqrt(-logarithm(isLow ? p : 1 - p));
  const x = r <= 5 ? near(r - 1.6) : far(r - 5);
  return isLow ? -x : x;
}

function near(x: f64): f64 {
  let top: f64 = 7.7454501427834140764e-4;
  top = top * x + 0.0227238449892691845833;
  top = top * x + 0.24178072517745061177;
  top = top * x + 1.27045825245236838258;
  top = top * x + 3.64784832476320460504;
  top = top * x + 5.7694972214606914055;
  top = top * x + 4.6303378461565452959;
  top = top * x + 1.42343711074968357734;
  let bottom: f64 = 1.05075007164441684324e-9;
  bottom = bottom * x + 5.475938084995344946e-4;
  bottom = bottom * x + 0.0151986665636164571966;
  bottom = bottom * x + 0.14810397642748007459;
  bottom = bottom * x + 0.68976733498510000455;
  bottom = bottom * x + 1.6763848301838038494;
  bottom = bottom * x + 2.05319162663775882187;
  bottom = bottom * x + 1;
  return top / bottom;
}

function far(x: f64): f64 {
  let top: f64 = 2.01033439929228813265e-7;
  top = top * x + 2.71155556874348757815e-5;
  top = top * x + 1.2426609473880784386e-3;
  top = top * x + 0.026532189526576123093;
  top = top * x + 0.29656057182850489123;
  top = top * x + 1.7848265399172913358;
  top = top * x + 5.4637849111641143699;
  top = top * x + 6.6579046435011037772;
  let bottom: f64 = 2.04426310338993978564e-15;
  bottom = bottom * x + 1.4215117583164458887e-7;
  bottom = bottom * x + 1.8463183175100546818e-5;
  bottom = bottom * x + 7.868691311456132591e-4;
  bottom = bottom * x + 0.0148753612908506148525;
  bottom = bottom * x + 0.13692988092273580531;
  bottom = bottom * x + 0.59983220655588793769;
  bottom = bottom * x + 1;
  return top / bottom;
}

/** Of 0 < x < 1, as in `src/common/random.ts`: doubling is exact there and here. */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1022;
  let scaled = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3fe0000000000000);
  if (scaled < 0.7071067811865476) {
    scaled *= 2;
    exponent--;
  }
  const s = (scaled - 1) / (scaled + 1);
  const square = s * s;
  let sum: f64 = 1.0 / 21;
  sum = sum * square + 1.0 / 19;
  sum = sum * square + 1.0 / 17;
  sum = sum * square + 1.0 / 15;
  sum = sum * square + 1.0 / 13;
  sum = sum * square + 1.0 / 11;
  sum = sum * square + 1.0 / 9;
  sum = sum * square + 1.0 / 7;
  sum = sum * square + 1.0 / 5;
  sum = sum * square + 1.0 / 3;
  sum = sum * square + 1;
  return 2 * s * sum + <f64>exponent * 0.6931471805599453;
}

/** Rows of `width` numbers, times a factor, in panels: eight columns of all rows one after another. */
export function pack(rows: i32, width: i32, from: usize, factor: f64, to: usize): void {
  const panelBytes = <usize>rows * PANEL_BYTES;
  for (let row: usize = 0; row < <usize>rows; row++) {
    for (let f: usize = 0; f < <usize>width; f++, from += 8) {
      store<f64>(to + (f >> 3) * panelBytes + row * PANEL_BYTES + ((f & 7) << 3), factor * load<f64>(from));
    }
  }
}

/**
 * Sums over what one position reads, times the weights of a panel: of eight values, then of eight derivatives. What a
 * row holds is listed: numbers that are not zero with their derivatives, and where their weights lie in a tap's.
 */
export function products(
  taps: i32,
  input: usize,
  starts: usize,
  places: usize,
  pairs: usize,
  panel: usize,
  tapBytes: usize,
  sums: usize,
): void {
  let v0 = f64x2.splat(0),
    v1 = f64x2.splat(0),
    v2 = f64x2.splat(0),
    v3 = f64x2.splat(0),
    d0 = f64x2.splat(0),
    d1 = f64x2.splat(0),
    d2 = f64x2.splat(0),
    d3 = f64x2.splat(0);
  for (let tap = 0; tap < taps; tap++, input += 4, panel += tapBytes) {
    const row = load<i32>(input);
    if (row < 0) continue;
    const start = <usize>load<u32>(starts + ((<usize>row) << 2));
    const end = places + ((<usize>load<u32>(starts + ((<usize>row) << 2), 4)) << 2);
    let pair = pairs + (start << 4);
    for (let place = places + (start << 2); place < end; place += 4, pair += 16) {
      const weights = panel + <usize>load<u32>(place);
      const w0 = v128.load(weights),
        w1 = v128.load(weights, 16),
        w2 = v128.load(weights, 32),
        w3 = v128.load(weights, 48);
      const x = v128.load64_splat(pair);
      v0 = f64x2.add(v0, f64x2.mul(w0, x));
      v1 = f64x2.add(v1, f64x2.mul(w1, x));
      v2 = f64x2.add(v2, f64x2.mul(w2, x));
      v3 = f64x2.add(v3, f64x2.mul(w3, x));
      const y = v128.load64_splat(pair, 8);
      d0 = f64x2.add(d0, f64x2.mul(w0, y));
      d1 = f64x2.add(d1, f64x2.mul(w1, y));
      d2 = f64x2.add(d2, f64x2.mul(w2, y));
      d3 = f64x2.add(d3, f64x2.mul(w3, y));
    }
  }
  v128.store(sums, v0);
  v128.store(sums, v1, 16);
  v128.store(sums, v2, 32);
  v128.store(sums, v3, 48);
  v128.store(sums, d0, 64);
  v128.store(sums, d1, 80);
  v128.store(sums, d2, 96);
  v128.store(sums, d3, 112);
}

/** Two rows of numbers, each times the rows of a panel: eight sums of the one, then of the other. */
export function combine(count: i32, first: usize, second: usize, panel: usize, sums: usize): void {
  let v0 = f64x2.splat(0),
    v1 = f64x2.splat(0),
    v2 = f64x2.splat(0),
    v3 = f64x2.splat(0),
    d0 = f64x2.splat(0),
    d1 = f64x2.splat(0),
    d2 = f64x2.splat(0),
    d3 = f64x2.splat(0);
  for (let k = 0; k < count; k++, first += 8, second += 8, panel += PANEL_BYTES) {
    const w0 = v128.load(panel),
      w1 = v128.load(panel, 16),
      w2 = v128.load(panel, 32),
      w3 = v128.load(panel, 48);
    const x = v128.load64_splat(first);
    v0 = f64x2.add(v0, f64x2.mul(w0, x));
    v1 = f64x2.add(v1, f64x2.mul(w1, x));
    v2 = f64x2.add(v2, f64x2.mul(w2, x));
    v3 = f64x2.add(v3, f64x2.mul(w3, x));
    const y = v128.load64_splat(second);
    d0 = f64x2.add(d0, f64x2.mul(w0, y));
    d1 = f64x2.add(d1, f64x2.mul(w1, y));
    d2 = f64x2.add(d2, f64x2.mul(w2, y));
    d3 = f64x2.add(d3, f64x2.mul(w3, y));
  }
  v128.store(sums, v0);
  v128.store(sums, v1, 16);
  v128.store(sums, v2, 32);
  v128.store(sums, v3, 48);
  v128.store(sums, d0, 64);
  v128.store(sums, d1, 80);
  v128.store(sums, d2, 96);
  v128.store(sums, d3, 112);
}

function total(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Inner products, over `count` channels, of the values and derivatives of row `a` with those of rows 0 to `a`, added
 * to `products[2 b + k][2 a + l]`: a row holds the channels of values, then of derivatives, `rowBytes` in all.
 */
export function innerProducts(
  a: i32,
  count: i32,
  rows: usize,
  rowBytes: usize,
  slopes: usize,
  products: usize,
  side: i32,
): void {
  const left = rows + <usize>a * rowBytes;
  const bytes = (<usize>(count & ~1)) << 3;
  const line = (<usize>side) << 3;
  let to = products + ((<usize>a) << 1) * line;
  for (let b = 0; b <= a; b++, rows += rowBytes, to += 16) {
    let q = f64x2.splat(0),
      c = f64x2.splat(0),
      d = f64x2.splat(0),
      r = f64x2.splat(0),
      q2 = f64x2.splat(0),
      c2 = f64x2.splat(0),
      d2 = f64x2.splat(0),
      r2 = f64x2.splat(0);
    let k: usize = 0;
    for (; k + 16 < bytes; k += 32) {
      let x = v128.load(left + k),
        dx = v128.load(left + slopes + k),
        y = v128.load(rows + k),
        dy = v128.load(rows + slopes + k);
      q = f64x2.add(q, f64x2.mul(x, y));
      c = f64x2.add(c, f64x2.mul(x, dy));
      d = f64x2.add(d, f64x2.mul(dx, y));
      r = f64x2.add(r, f64x2.mul(dx, dy));
      x = v128.load(left + k, 16);
      dx = v128.load(left + slopes + k, 16);
      y = v128.load(rows + k, 16);
      dy = v128.load(rows + slopes + k, 16);
      q2 = f64x2.add(q2, f64x2.mul(x, y));
      c2 = f64x2.add(c2, f64x2.mul(x, dy));
      d2 = f64x2.add(d2, f64x2.mul(dx, y));
      r2 = f64x2.add(r2, f64x2.mul(dx, dy));
    }
    let both = total(f64x2.add(q, q2)),
      first = total(f64x2.add(c, c2)),
      second = total(f64x2.add(d, d2)),
      tangents = total(f64x2.add(r, r2));
    for (const end = (<usize>count) << 3; k < end; k += 8) {
      const x = load<f64>(left + k),
        dx = load<f64>(left + slopes + k),
        y = load<f64>(rows + k),
        dy = load<f64>(rows + slopes + k);
      both += x * y;
      first += x * dy;
      second += dx * y;
      tangents += dx * dy;
    }
    store<f64>(to, load<f64>(to) + both);
    store<f64>(to, load<f64>(to, 8) + first, 8);
    store<f64>(to + line, load<f64>(to + line) + second);
    store<f64>(to + line, load<f64>(to + line, 8) + tangents, 8);
  }
}

/** The upper half of a square matrix is made equal to the lower one. */
export function mirror(side: i32, matrix: usize): void {
  const line = (<usize>side) << 3;
  for (let i: usize = 1; i < <usize>side; i++) {
    for (let j: usize = 0; j < i; j++) {
      store<f64>(matrix + j * line + (i << 3), load<f64>(matrix + i * line + (j << 3)));
    }
  }
}

/**
 * Covariances of the values and derivatives at position `p` with those at 0 to `p`: sums over taps of inner products,
 * of which rows are given by tap, or -1; written as `innerProducts` does.
 */
export function covariances(
  p: i32,
  taps: i32,
  rows: usize,
  products: usize,
  productSide: i32,
  variance: f64,
  bias: f64,
  matrix: usize,
  side: i32,
): void {
  const line = (<usize>side) << 3;
  const productLine = (<usize>productSide) << 3;
  const own = rows + ((<usize>(p * taps)) << 2);
  const scale = f64x2.splat(variance);
  const shift = f64x2(bias, 0);
  let to = matrix + ((<usize>p) << 1) * line;
  for (let other = 0; other <= p; other++, to += 16) {
    let values = f64x2.splat(0),
      tangents = f64x2.splat(0);
    for (let tap: usize = 0; tap < <usize>taps; tap++, rows += 4) {
      const from = load<i32>(own + (tap << 2)),
        onto = load<i32>(rows);
      if (from < 0 || onto < 0) continue;
      const at = products + ((<usize>from) << 1) * productLine + ((<usize>onto) << 4);
      values = f64x2.add(values, v128.load(at));
      tangents = f64x2.add(tangents, v128.load(at + productLine));
    }
    v128.store(to, f64x2.add(f64x2.mul(scale, values), shift));
    v128.store(to + line, f64x2.mul(scale, tangents));
  }
}

function product(left: usize, right: usize, count: i32): f64 {
  let a = f64x2.splat(0),
    b = f64x2.splat(0),
    c = f64x2.splat(0),
    d = f64x2.splat(0);
  let k = 0;
  for (; k + 7 < count; k += 8, left += 64, right += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(left), v128.load(right)));
    b = f64x2.add(b, f64x2.mul(v128.load(left, 16), v128.load(right, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(left, 32), v128.load(right, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(left, 48), v128.load(right, 48)));
  }
  for (; k + 1 < count; k += 2, left += 16, right += 16) a = f64x2.add(a, f64x2.mul(v128.load(left), v128.load(right)));
  const sum = total(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
  return k < count ? sum + load<f64>(left) * load<f64>(right) : sum;
}

/**
 * Row `i` of the lower triangular root of a matrix, left of the diagonal; what the entries leave of the diagonal of the
 * matrix is returned.
 */
export function rootRow(i: i32, side: i32, matrix: usize, root: usize): f64 {
  const line = (<usize>side) << 3;
  const own = root + <usize>i * line;
  const given = matrix + <usize>i * line;
  let left = load<f64>(given + ((<usize>i) << 3));
  let row = root;
  for (let j = 0; j < i; j++, row += line) {
    const at = (<usize>j) << 3;
    const pivot = load<f64>(row + at);
    if (pivot == 0) continue;
    const entry = (load<f64>(given + at) - product(own, row, j)) / pivot;
    store<f64>(own + at, entry);
    left -= entry * entry;
  }
  return left;
}

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}
