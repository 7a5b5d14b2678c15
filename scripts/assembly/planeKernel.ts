// Inner loops of counting in the plane, for WebAssembly with SIMD. Maps are rows of three doubles (a, b, d), two rows
// to three vectors: (a, b), (d, a), (b, d). Numbers of rows are even; weights are by columns, `rows` of them in each.

/** Where the parts of one layer are: see `denseMemory.ts`, which writes it. */
@unmanaged
class Layer {
  /** How many terms make up the change of this layer's maps since the next layer's were computed; -1 for too many. */
  pending: i32;
  /** Those terms, room for a vector of each, and for one more. */
  terms: usize;
  vectors: usize;
  /** Rows of this layer's maps, and its units' pieces as they are now. */
  units: i32;
  maps: usize;
  pieces: usize;
  /** Room for a list of units and four more: columns that are chosen, or units that may vanish in the box. */
  chosen: usize;
  /**
   * A box around the cell: its center, how far it goes to each side, how far values may be off; and the greatest size
   * of a row.
   */
  box: usize;
  // The rest is for what has a next layer.
  /** Rows of the next layer's maps, rounded up to an even number. */
  rows: i32;
  /** Slopes of the units, two each. */
  slopes: usize;
  /** Pieces that the next layer's maps stand for. */
  pattern: usize;
  /** Weights and biases of the next layer, and its maps. */
  columns: usize;
  bias: usize;
  next: usize;
  /** Factors of the columns that are chosen. */
  factors: usize;
  /** Room for such a list and its factors again. */
  live: usize;
  shares: usize;
  /** The next layer as such. */
  following: usize;
}

/** A change of a layer's maps: a vector, with a number for each row, times three numbers. */
@unmanaged
class Term {
  vector: usize;
  a: f64;
  b: f64;
  d: f64;
}

/** A small part of a cell, which some units of the stage before the last cut: see `denseMemory.ts`. */
@unmanaged
class Part {
  /** How many units cut it, which they are, and how much the output of each changes in the part at most. */
  count: i32;
  open: usize;
  changes: usize;
  /** Room for a number for each row of the last stage: what it may be off by, then what it is multiplied by. */
  numbers: usize;
  /** Receives the rows that may vanish in the part. */
  candidates: usize;
  /** What rows are multiplied by in the mixed output, two for each, by the piece; 0 where nothing is mixed. */
  gains: usize;
  /** Receives the mixed output of the rows that cannot vanish, three numbers (0 if unwanted), and its derivatives. */
  rest: usize;
  derivatives: usize;
  /** By how many units the derivatives are found: those listed in `open`, and behind them. */
  derived: i32;
  /**
   * Where the derivatives are to be of all rows, the candidates half way between their pieces: receive how far each
   * may be from there in all, and for the first units how far by each candidate; 0 if unwanted.
   */
  reaches: usize;
  halves: usize;
}

/** For this many units `halves` has room. */
const MOST_SPREAD = 16;

/** Beyond this many terms, computing from scratch is as fast. */
const MOST_TERMS = 2;

/**
 * Makes the next layer's maps right by the terms that this layer's maps changed by, and by the units that flipped.
 * False where it is better done from scratch.
 */
export function update(layer: Layer): bool {
  const units = layer.units;
  const pattern = layer.pattern;
  const pieces = layer.pieces;
  const slopes = layer.slopes;
  const chosen = layer.chosen;
  const factors = layer.factors;
  const pending = layer.pending;
  if (pending < 0) return false;
  let count = 0;
  // What makes the number of pieces a multiple of four is equal in both.
  for (let first = 0; first < units; first += 4) {
    const at = (<usize>first) << 2;
    let flipped = i32x4.bitmask(i32x4.ne(v128.load(pieces + at), v128.load(pattern + at)));
    for (; flipped != 0; flipped &= flipped - 1) {
      const i = first + ctz(flipped);
      const piece = load<i32>(pieces + ((<usize>i) << 2));
      const slope = load<f64>(slopes + ((<usize>(2 * i + piece)) << 3));
      const before = load<f64>(slopes + ((<usize>(2 * i + 1 - piece)) << 3));
      store<i32>(chosen + ((<usize>count) << 2), i);
      store<f64>(factors + ((<usize>count) << 3), slope - before);
      count++;
    }
  }
  // A term is multiplied by the columns of active units; what is computed from scratch, three times.
  if (pending * units + 6 * (pending + count) >= 3 * units) return false;
  pass(layer, count);
  for (let k = 0; k < count; k++) {
    const at = (<usize>load<i32>(chosen + ((<usize>k) << 2))) << 2;
    store<i32>(pattern + at, load<i32>(pieces + at));
  }
  add(layer, count);
  return true;
}

/**
 * Adds to the next layer's maps what the terms of this layer's make of them: a term again, while no unit flips. Lists
 * these, and the `count` columns that are still to be added, as what the next layer's maps change by.
 */
function pass(layer: Layer, count: i32): void {
  const pending = layer.pending;
  const following = changetype<Layer>(layer.following);
  const known = following.pending;
  const isListed = known >= 0 && known + pending + count <= MOST_TERMS;
  const bytes: usize = 8 * <usize>layer.rows;
  let slot: usize = isListed ? <usize>known : MOST_TERMS;
  for (let k = 0; k < pending; k++) {
    const term = changetype<Term>(layer.terms + <usize>k * offsetof<Term>());
    const made = changetype<Term>(following.terms + slot * offsetof<Term>());
    made.vector = following.vectors + slot * bytes;
    made.a = term.a;
    made.b = term.b;
    made.d = term.d;
    multiply(layer, term.vector, made.vector);
    addTerm(layer.next, made.vector, bytes, made.a, made.b, made.d);
    if (isListed) slot++;
  }
  layer.pending = 0;
  following.pending = isListed ? known + pending + count : -1;
  if (!isListed) return;
  for (let k = 0; k < count; k++) {
    const c = <usize>load<i32>(layer.chosen + ((<usize>k) << 2));
    const f = load<f64>(layer.factors + ((<usize>k) << 3));
    const row = layer.maps + 24 * c;
    const made = changetype<Term>(following.terms + slot++ * offsetof<Term>());
    made.vector = layer.columns + c * bytes;
    made.a = f * load<f64>(row);
    made.b = f * load<f64>(row, 8);
    made.d = f * load<f64>(row, 16);
  }
}

/** Multiplies a vector by the slopes of this layer's units and by the weights of the next layer. */
function multiply(layer: Layer, vector: usize, product: usize): void {
  const units = layer.units;
  const pattern = layer.pattern;
  const slopes = layer.slopes;
  const live = layer.live;
  const shares = layer.shares;
  let count = 0;
  for (let i = 0; i < units; i++) {
    const piece = load<i32>(pattern + ((<usize>i) << 2));
    const share = load<f64>(slopes + ((<usize>(2 * i + piece)) << 3)) * load<f64>(vector + ((<usize>i) << 3));
    store<i32>(live + ((<usize>count) << 2), i);
    store<f64>(shares + ((<usize>count) << 3), share);
    count += i32(share != 0);
  }
  for (let k = count; (k & 3) != 0; k++) {
    store<i32>(live + ((<usize>k) << 2), 0);
    store<f64>(shares + ((<usize>k) << 3), 0);
  }
  const bytes: usize = 8 * <usize>layer.rows;
  memory.fill(product, 0, bytes);
  for (let k = 0; k < count; k += 4) {
    const c = live + ((<usize>k) << 2);
    const s = shares + ((<usize>k) << 3);
    let w0 = layer.columns + bytes * <usize>load<i32>(c);
    let w1 = layer.columns + bytes * <usize>load<i32>(c, 4);
    let w2 = layer.columns + bytes * <usize>load<i32>(c, 8);
    let w3 = layer.columns + bytes * <usize>load<i32>(c, 12);
    const s0 = v128.load64_splat(s),
      s1 = v128.load64_splat(s, 8),
      s2 = v128.load64_splat(s, 16),
      s3 = v128.load64_splat(s, 24);
    for (let at = product, end = product + bytes; at < end; at += 16) {
      const x = f64x2.add(f64x2.mul(v128.load(w0), s0), f64x2.mul(v128.load(w1), s1));
      const y = f64x2.add(f64x2.mul(v128.load(w2), s2), f64x2.mul(v128.load(w3), s3));
      v128.store(at, f64x2.add(v128.load(at), f64x2.add(x, y)));
      w0 += 16;
      w1 += 16;
      w2 += 16;
      w3 += 16;
    }
  }
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
  layer.pending = 0;
  changetype<Layer>(layer.following).pending = -1;
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

/**
 * Classifies all units of a layer on a box around the cell: each gets the piece of its sign at the center, and those
 * that may vanish in the box are listed. Returns how many. Also stores the greatest size of a row.
 */
export function classify(layer: Layer): i32 {
  const units = layer.units;
  const list = layer.chosen;
  const box = layer.box;
  let maps = layer.maps;
  let pieces = layer.pieces;
  const x = v128.load64_splat(box);
  const y = v128.load64_splat(box, 8);
  const dx = v128.load64_splat(box, 16);
  const dy = v128.load64_splat(box, 24);
  const off = v128.load64_splat(box, 32);
  const zero = f64x2.splat(0);
  let most = zero;
  let end = list;
  for (let i = 0; i < units; i += 2) {
    const ab = v128.load(maps);
    const da = v128.load(maps, 16);
    const bd = v128.load(maps, 32);
    const a = v128.shuffle<f64>(ab, da, 0, 3);
    const b = v128.shuffle<f64>(ab, bd, 1, 2);
    const d = v128.shuffle<f64>(da, bd, 0, 3);
    const value = f64x2.add(f64x2.add(f64x2.mul(a, x), f64x2.mul(b, y)), d);
    const sizeA = f64x2.abs(a);
    const sizeB = f64x2.abs(b);
    const reach = f64x2.add(f64x2.add(f64x2.mul(sizeA, dx), f64x2.mul(sizeB, dy)), off);
    // NaN is kept.
    most = f64x2.max(most, f64x2.add(f64x2.add(sizeA, sizeB), f64x2.abs(d)));
    // Without branches: signs are as good as random. NaN counts as uncertain.
    const positive = i64x2.bitmask(f64x2.gt(value, zero));
    const certain = i64x2.bitmask(f64x2.gt(f64x2.abs(value), reach));
    store<i32>(pieces, positive & 1);
    store<i32>(pieces, positive >> 1, 4);
    store<i32>(end, i);
    end += (<usize>(~certain & 1)) << 2;
    store<i32>(end, i + 1);
    end += (<usize>((certain >> 1) ^ 1)) << 2;
    maps += 48;
    pieces += 8;
  }
  store<f64>(box, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)), 40);
  // The row that makes the number even is not a unit.
  if ((units & 1) != 0 && end > list && load<i32>(end - 4) == units) end -= 4;
  return i32((end - list) >> 2);
}

/**
 * Lists the rows of the last stage, the one that follows this layer, that may vanish in a part while its open units are
 * on either piece, and returns how many there are. Those of other rows keep their sign: finds what they make of the
 * mixed output. Also stores the greatest size of a row.
 */
export function narrow(layer: Layer, part: Part): i32 {
  findMargins(layer, part);
  const following = changetype<Layer>(layer.following);
  const units = following.units;
  const list = part.candidates;
  const box = layer.box;
  const gains = part.gains;
  const rest = part.rest;
  let maps = layer.next;
  let number = part.numbers;
  let pieces = following.pieces;
  const x = v128.load64_splat(box);
  const y = v128.load64_splat(box, 8);
  const dx = v128.load64_splat(box, 16);
  const dy = v128.load64_splat(box, 24);
  const zero = f64x2.splat(0);
  let most = zero;
  let sumA = zero;
  let sumB = zero;
  let sumD = zero;
  let end = list;
  for (let i = 0; i < units; i += 2) {
    const ab = v128.load(maps);
    const da = v128.load(maps, 16);
    const bd = v128.load(maps, 32);
    const a = v128.shuffle<f64>(ab, da, 0, 3);
    const b = v128.shuffle<f64>(ab, bd, 1, 2);
    const d = v128.shuffle<f64>(da, bd, 0, 3);
    const value = f64x2.add(f64x2.add(f64x2.mul(a, x), f64x2.mul(b, y)), d);
    const sizeA = f64x2.abs(a);
    const sizeB = f64x2.abs(b);
    const reach = f64x2.add(f64x2.add(f64x2.mul(sizeA, dx), f64x2.mul(sizeB, dy)), v128.load(number));
    most = f64x2.max(most, f64x2.add(f64x2.add(sizeA, sizeB), f64x2.abs(d)));
    const isCertain = f64x2.gt(f64x2.abs(value), reach);
    const certain = i64x2.bitmask(isCertain);
    store<i32>(end, i);
    end += (<usize>(~certain & 1)) << 2;
    store<i32>(end, i + 1);
    end += (<usize>((certain >> 1) ^ 1)) << 2;
    const positive = i64x2.bitmask(f64x2.gt(value, zero));
    store<i32>(pieces, positive & 1);
    store<i32>(pieces, positive >> 1, 4);
    pieces += 8;
    if (gains != 0) {
      const pair = gains + ((<usize>i) << 4);
      const first = load<f64>(pair + ((<usize>(positive & 1)) << 3));
      const second = load<f64>(pair + ((<usize>(2 + (positive >> 1))) << 3));
      const gain = v128.and(f64x2(first, second), isCertain);
      v128.store(number, gain);
      if (rest != 0) {
        sumA = f64x2.add(sumA, f64x2.mul(gain, a));
        sumB = f64x2.add(sumB, f64x2.mul(gain, b));
        sumD = f64x2.add(sumD, f64x2.mul(gain, d));
      }
    }
    maps += 48;
    number += 16;
  }
  store<f64>(box, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)), 40);
  if (rest != 0) {
    store<f64>(rest, f64x2.extract_lane(sumA, 0) + f64x2.extract_lane(sumA, 1));
    store<f64>(rest, f64x2.extract_lane(sumB, 0) + f64x2.extract_lane(sumB, 1), 8);
    store<f64>(rest, f64x2.extract_lane(sumD, 0) + f64x2.extract_lane(sumD, 1), 16);
  }
  // The row that makes the number even is not a unit.
  if ((units & 1) != 0 && end > list && load<i32>(end - 4) == units) end -= 4;
  if (gains != 0) findDerivatives(layer, part);
  if (part.reaches != 0) spreadDerivatives(layer, part, end);
  return i32((end - list) >> 2);
}

/** By how much rows may be off: all by the tolerance, and by what the open units may change. */
function findMargins(layer: Layer, part: Part): void {
  const bytes: usize = 8 * <usize>layer.rows;
  const from = part.numbers;
  const end = from + bytes;
  const tolerance = v128.load64_splat(layer.box, 32);
  for (let at = from; at < end; at += 16) v128.store(at, tolerance);
  for (let k = 0; k < part.count; k++) {
    let weight = layer.columns + bytes * <usize>load<i32>(part.open + ((<usize>k) << 2));
    const change = v128.load64_splat(part.changes + ((<usize>k) << 3));
    for (let at = from; at < end; at += 16) {
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(f64x2.abs(v128.load(weight)), change)));
      weight += 16;
    }
  }
}

/**
 * The derivatives of the mixed output by the listed units, from what each row is multiplied by: four sums at a time, so
 * that none waits for the last. The list has room for three more.
 */
function findDerivatives(layer: Layer, part: Part): void {
  const bytes: usize = 8 * <usize>layer.rows;
  const from = part.numbers;
  const end = from + bytes;
  const zero = f64x2.splat(0);
  for (let k = 0; k < part.derived; k += 4) {
    const list = part.open + ((<usize>k) << 2);
    let w0 = layer.columns + bytes * <usize>load<i32>(list),
      w1 = layer.columns + bytes * <usize>load<i32>(list, 4),
      w2 = layer.columns + bytes * <usize>load<i32>(list, 8),
      w3 = layer.columns + bytes * <usize>load<i32>(list, 12);
    let s0 = zero,
      s1 = zero,
      s2 = zero,
      s3 = zero;
    for (let at = from; at < end; at += 16) {
      const gain = v128.load(at);
      s0 = f64x2.add(s0, f64x2.mul(gain, v128.load(w0)));
      s1 = f64x2.add(s1, f64x2.mul(gain, v128.load(w1)));
      s2 = f64x2.add(s2, f64x2.mul(gain, v128.load(w2)));
      s3 = f64x2.add(s3, f64x2.mul(gain, v128.load(w3)));
      w0 += 16;
      w1 += 16;
      w2 += 16;
      w3 += 16;
    }
    const derivatives = part.derivatives + ((<usize>k) << 3);
    store<f64>(derivatives, f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1));
    store<f64>(derivatives, f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1), 8);
    store<f64>(derivatives, f64x2.extract_lane(s2, 0) + f64x2.extract_lane(s2, 1), 16);
    store<f64>(derivatives, f64x2.extract_lane(s3, 0) + f64x2.extract_lane(s3, 1), 24);
  }
}

/** Moves the derivatives half way between the pieces of the candidates, which end at `end`, and finds their reaches. */
function spreadDerivatives(layer: Layer, part: Part, end: usize): void {
  const bytes: usize = 8 * <usize>layer.rows;
  const list = part.candidates;
  const gains = part.gains;
  const half = f64x2.splat(0.5);
  for (let k = 0; k < part.derived && k < MOST_SPREAD; k++) {
    const column = layer.columns + bytes * <usize>load<i32>(part.open + ((<usize>k) << 2));
    let halves = part.halves + bytes * <usize>k;
    let sum = f64x2.splat(0);
    let reach: f64 = 0;
    for (let at = list; at < end; at += 4) {
      const row = <usize>load<i32>(at);
      const weight = v128.load64_splat(column + (row << 3));
      const terms = f64x2.mul(f64x2.mul(v128.load(gains + (row << 4)), weight), half);
      const step = f64x2.extract_lane(terms, 1) - f64x2.extract_lane(terms, 0);
      sum = f64x2.add(sum, terms);
      reach += abs(step);
      store<f64>(halves, step);
      halves += 8;
    }
    const derivative = part.derivatives + ((<usize>k) << 3);
    store<f64>(derivative, load<f64>(derivative) + f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
    store<f64>(part.reaches + ((<usize>k) << 3), reach);
  }
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

function addOne(layer: Layer, chosen: usize, factors: usize): void {
  const c = <usize>load<i32>(chosen);
  const row = layer.maps + 24 * c;
  const f = load<f64>(factors);
  const bytes: usize = 8 * <usize>layer.rows;
  addTerm(
    layer.next,
    layer.columns + c * bytes,
    bytes,
    f * load<f64>(row),
    f * load<f64>(row, 8),
    f * load<f64>(row, 16),
  );
}

/** Adds a vector of this many bytes, times three numbers, to the maps at `at`. */
function addTerm(at: usize, vector: usize, bytes: usize, a: f64, b: f64, d: f64): void {
  const p = f64x2(a, b);
  const q = f64x2(d, a);
  const r = f64x2(b, d);
  for (const end = vector + bytes; vector < end; vector += 16) {
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(v128.load64_splat(vector), p)));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(v128.load(vector), q)), 16);
    v128.store(at, f64x2.add(v128.load(at, 32), f64x2.mul(v128.load64_splat(vector, 8), r)), 32);
    at += 48;
  }
}

function addFour(layer: Layer, chosen: usize, factors: usize): void {
  const bytes: usize = 8 * <usize>layer.rows;
  const maps = layer.maps;
  const c0 = <usize>load<i32>(chosen),
    c1 = <usize>load<i32>(chosen, 4),
    c2 = <usize>load<i32>(chosen, 8),
    c3 = <usize>load<i32>(chosen, 12);
  const f0 = load<f64>(factors),
    f1 = load<f64>(factors, 8),
    f2 = load<f64>(factors, 16),
    f3 = load<f64>(factors, 24);
  const s0 = maps + 24 * c0,
    s1 = maps + 24 * c1,
    s2 = maps + 24 * c2,
    s3 = maps + 24 * c3;
  const a0 = f0 * load<f64>(s0),
    b0 = f0 * load<f64>(s0, 8),
    d0 = f0 * load<f64>(s0, 16);
  const a1 = f1 * load<f64>(s1),
    b1 = f1 * load<f64>(s1, 8),
    d1 = f1 * load<f64>(s1, 16);
  const a2 = f2 * load<f64>(s2),
    b2 = f2 * load<f64>(s2, 8),
    d2 = f2 * load<f64>(s2, 16);
  const a3 = f3 * load<f64>(s3),
    b3 = f3 * load<f64>(s3, 8),
    d3 = f3 * load<f64>(s3, 16);
  const p0 = f64x2(a0, b0),
    q0 = f64x2(d0, a0),
    r0 = f64x2(b0, d0);
  const p1 = f64x2(a1, b1),
    q1 = f64x2(d1, a1),
    r1 = f64x2(b1, d1);
  const p2 = f64x2(a2, b2),
    q2 = f64x2(d2, a2),
    r2 = f64x2(b2, d2);
  const p3 = f64x2(a3, b3),
    q3 = f64x2(d3, a3),
    r3 = f64x2(b3, d3);
  let w0 = layer.columns + c0 * bytes,
    w1 = layer.columns + c1 * bytes,
    w2 = layer.columns + c2 * bytes,
    w3 = layer.columns + c3 * bytes;
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
    w0 += 16;
    w1 += 16;
    w2 += 16;
    w3 += 16;
  }
}
