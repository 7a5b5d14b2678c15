// Inner loop of sums by twice the digits of a double, for WebAssembly with SIMD: see `ballSums.ts`, which says why what
// it computes holds the exact sum.

/**
 * Adds weights times balls to two sums at once. Each entry of `patch` holds high parts, low parts and errors of two
 * balls; `state` the high parts of the sums, those of their small numbers, their sizes, and the errors so far.
 */
export function addBalls(count: i32, weights: usize, patch: usize, state: usize): void {
  const splitter = f64x2.splat(134217729);
  let high = v128.load(state),
    small = v128.load(state, 16),
    sizes = v128.load(state, 32),
    errors = v128.load(state, 48);
  for (let i = 0; i < count; i++) {
    const w = v128.load64_splat(weights);
    const x = v128.load(patch);
    const cutW = f64x2.mul(splitter, w);
    const upperW = f64x2.sub(cutW, f64x2.sub(cutW, w));
    const lowerW = f64x2.sub(w, upperW);
    const cutX = f64x2.mul(splitter, x);
    const upperX = f64x2.sub(cutX, f64x2.sub(cutX, x));
    const lowerX = f64x2.sub(x, upperX);
    const p = f64x2.mul(w, x);
    const ofUpper = f64x2.sub(f64x2.sub(p, f64x2.mul(upperW, upperX)), f64x2.mul(lowerW, upperX));
    const rest = f64x2.sub(f64x2.mul(lowerW, lowerX), f64x2.sub(ofUpper, f64x2.mul(upperW, lowerX)));
    const after = f64x2.add(high, p);
    const part = f64x2.sub(after, high);
    const lost = f64x2.add(f64x2.sub(high, f64x2.sub(after, part)), f64x2.sub(p, part));
    const low = f64x2.mul(w, v128.load(patch, 16));
    high = after;
    small = f64x2.add(small, f64x2.add(lost, f64x2.add(rest, low)));
    const size = f64x2.add(f64x2.add(f64x2.abs(lost), f64x2.abs(rest)), f64x2.abs(low));
    sizes = f64x2.add(sizes, size);
    errors = f64x2.add(errors, f64x2.mul(f64x2.abs(w), v128.load(patch, 32)));
    weights += 8;
    patch += 48;
  }
  v128.store(state, high);
  v128.store(state, small, 16);
  v128.store(state, sizes, 32);
  v128.store(state, errors, 48);
}
