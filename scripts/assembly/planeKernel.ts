// Inner loops of counting in the plane, for WebAssembly with SIMD. Maps are rows of three doubles (a, b, d), two rows to three
// vectors: (a, b), (d, a), (b, d). Numbers of rows are even; weights are by columns, `rows` of them in each.

/** Where the parts of one layer are: see `denseMemory.ts`, which writes it. */
@unmanaged
class Layer {
  /** Rows of this layer's maps, and of the next layer's, rounded up to even numbers. */
  units: i32;
  rows: i32;
  /** Slopes of the units, two each. */
  slopes: usize;
  /** Pieces that the next layer's maps stand for, and pieces as they are now. */
  pattern: usize;
  pieces: usize;
  maps: usize;
  /** Weights and biases of the next layer, and its maps. */
  columns: usize;
  bias: usize;
  next: usize;
  /** Room for as many columns as there are units, and four. */
  chosen: usize;
  factors: usize;
}

/** Makes the next layer's maps right by the units that flipped; false where they are so many that it is better done from scratch. */
export function update(layer: Layer): bool {
  const units = layer.units;
  const pattern = layer.pattern;
  const pieces = layer.pieces;
  const slopes = layer.slopes;
  const chosen = layer.chosen;
  const factors = layer.factors;
  let count = 0;
  for (let i = 0; i < units; i++) {
    const piece = load<i32>(pieces + ((<usize>i) << 2));
    const before = load<i32>(pattern + ((<usize>i) << 2));
    if (piece == before) continue;
    store<i32>(chosen + ((<usize>count) << 2), i);
    const slope = load<f64>(slopes + ((<usize>(2 * i + piece)) << 3));
    store<f64>(factors + ((<usize>count) << 3), slope - load<f64>(slopes + ((<usize>(2 * i + before)) << 3)));
    count++;
  }
  if (2 * count >= units) return false;
  for (let k = 0; k < count; k++) {
    const at = (<usize>load<i32>(chosen + ((<usize>k) << 2))) << 2;
    store<i32>(pattern + at, load<i32>(pieces + at));
  }
  add(layer, count);
  return true;
}

/** Computes the next layer's maps from scratch. */
export function fresh(layer: Layer): void {
  const units = layer.units;
  const pattern = layer.pattern;
  const pieces = layer.pieces;
  const slopes = layer.slopes;
  const chosen = layer.chosen;
  const factors = layer.factors;
  let count = 0;
  for (let i = 0; i < units; i++) {
    const piece = load<i32>(pieces + ((<usize>i) << 2));
    store<i32>(pattern + ((<usize>i) << 2), piece);
    const slope = load<f64>(slopes + ((<usize>(2 * i + piece)) << 3));
    // Without a branch: which units are active is as good as random.
    store<i32>(chosen + ((<usize>count) << 2), i);
    store<f64>(factors + ((<usize>count) << 3), slope);
    count += i32(slope != 0);
  }
  const next = layer.next;
  const end = next + 24 * <usize>layer.rows;
  let bias = layer.bias;
  for (let at = next; at < end; at += 24) {
    v128.store(at, f64x2.splat(0));
    store<f64>(at + 16, load<f64>(bias));
    bias += 8;
  }
  add(layer, count);
}

/** Adds the first `count` of the chosen columns, each times its factor and the row of maps that it multiplies. */
function add(layer: Layer, count: i32): void {
  const chosen = layer.chosen;
  const factors = layer.factors;
  for (let k = count; (k & 3) != 0; k++) {
    store<i32>(chosen + ((<usize>k) << 2), 0);
    store<f64>(factors + ((<usize>k) << 3), 0);
  }
  let k = 0;
  for (; k + 2 < count; k += 4) addFour(layer, chosen + ((<usize>k) << 2), factors + ((<usize>k) << 3));
  for (; k < count; k++) addOne(layer, chosen + ((<usize>k) << 2), factors + ((<usize>k) << 3));
}

// prettier-ignore
function addOne(layer: Layer, chosen: usize, factors: usize): void {
  const c = <usize>load<i32>(chosen);
  const row = layer.maps + 24 * c;
  const f = load<f64>(factors);
  const a = f * load<f64>(row);
  const b = f * load<f64>(row, 8);
  const d = f * load<f64>(row, 16);
  const p = f64x2(a, b), q = f64x2(d, a), r = f64x2(b, d);
  const bytes: usize = 8 * <usize>layer.rows;
  let w = layer.columns + c * bytes;
  let at = layer.next;
  for (const end = w + bytes; w < end; w += 16) {
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(v128.load64_splat(w), p)));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(v128.load(w), q)), 16);
    v128.store(at, f64x2.add(v128.load(at, 32), f64x2.mul(v128.load64_splat(w, 8), r)), 32);
    at += 48;
  }
}

// prettier-ignore
function addFour(layer: Layer, chosen: usize, factors: usize): void {
  const bytes: usize = 8 * <usize>layer.rows;
  const maps = layer.maps;
  const c0 = <usize>load<i32>(chosen), c1 = <usize>load<i32>(chosen, 4), c2 = <usize>load<i32>(chosen, 8), c3 = <usize>load<i32>(chosen, 12);
  const f0 = load<f64>(factors), f1 = load<f64>(factors, 8), f2 = load<f64>(factors, 16), f3 = load<f64>(factors, 24);
  const s0 = maps + 24 * c0, s1 = maps + 24 * c1, s2 = maps + 24 * c2, s3 = maps + 24 * c3;
  const a0 = f0 * load<f64>(s0), b0 = f0 * load<f64>(s0, 8), d0 = f0 * load<f64>(s0, 16);
  const a1 = f1 * load<f64>(s1), b1 = f1 * load<f64>(s1, 8), d1 = f1 * load<f64>(s1, 16);
  const a2 = f2 * load<f64>(s2), b2 = f2 * load<f64>(s2, 8), d2 = f2 * load<f64>(s2, 16);
  const a3 = f3 * load<f64>(s3), b3 = f3 * load<f64>(s3, 8), d3 = f3 * load<f64>(s3, 16);
  const p0 = f64x2(a0, b0), q0 = f64x2(d0, a0), r0 = f64x2(b0, d0);
  const p1 = f64x2(a1, b1), q1 = f64x2(d1, a1), r1 = f64x2(b1, d1);
  const p2 = f64x2(a2, b2), q2 = f64x2(d2, a2), r2 = f64x2(b2, d2);
  const p3 = f64x2(a3, b3), q3 = f64x2(d3, a3), r3 = f64x2(b3, d3);
  let w0 = layer.columns + c0 * bytes, w1 = layer.columns + c1 * bytes, w2 = layer.columns + c2 * bytes, w3 = layer.columns + c3 * bytes;
  let at = layer.next;
  for (const end = at + 3 * bytes; at < end; at += 48) {
    let x = f64x2.add(f64x2.mul(v128.load64_splat(w0), p0), f64x2.mul(v128.load64_splat(w1), p1));
    let y = f64x2.add(f64x2.mul(v128.load64_splat(w2), p2), f64x2.mul(v128.load64_splat(w3), p3));
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(x, y)));
    x = f64x2.add(f64x2.mul(v128.load(w0), q0), f64x2.mul(v128.load(w1), q1));
    y = f64x2.add(f64x2.mul(v128.load(w2), q2), f64x2.mul(v128.load(w3), q3));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.add(x, y)), 16);
    x = f64x2.add(f64x2.mul(v128.load64_splat(w0, 8), r0), f64x2.mul(v128.load64_splat(w1, 8), r1));
    y = f64x2.add(f64x2.mul(v128.load64_splat(w2, 8), r2), f64x2.mul(v128.load64_splat(w3, 8), r3));
    v128.store(at, f64x2.add(v128.load(at, 32), f64x2.add(x, y)), 32);
    w0 += 16; w1 += 16; w2 += 16; w3 += 16;
  }
}
