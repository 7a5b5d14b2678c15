/**
 * The greatest absolute row sum of the inverse of an n x n matrix (row-major, overwritten), by Gauss-Jordan elimination
 * with row pivoting; Infinity when it is singular. `inverse` is room for n x n numbers.
 */
export function inverseNorm(matrix: Float64Array, inverse: Float64Array, n: number): number {
  inverse.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(matrix[r * n + k]) > Math.abs(matrix[pivot * n + k])) pivot = r;
    if (matrix[pivot * n + k] === 0) return Infinity;
    if (pivot !== k) {
      swapRows(matrix, pivot, k, n);
      swapRows(inverse, pivot, k, n);
    }
    const scale = 1 / matrix[k * n + k];
    for (let c = 0; c < n; c++) {
      matrix[k * n + c] *= scale;
      inverse[k * n + c] *= scale;
    }
    for (let r = 0; r < n; r++) {
      const factor = r === k ? 0 : matrix[r * n + k];
      if (factor === 0) continue;
      for (let c = 0; c < n; c++) {
        matrix[r * n + c] -= factor * matrix[k * n + c];
        inverse[r * n + c] -= factor * inverse[k * n + c];
      }
    }
  }
  let norm = 0;
  for (let r = 0; r < n; r++) {
    let sum = 0;
    for (let c = 0; c < n; c++) sum += Math.abs(inverse[r * n + c]);
    norm = Math.max(norm, sum);
  }
  return norm;
}

function swapRows(matrix: Float64Array, a: number, b: number, n: number): void {
  for (let c = 0; c < n; c++) {
    const kept = matrix[a * n + c];
    matrix[a * n + c] = matrix[b * n + c];
    matrix[b * n + c] = kept;
  }
}
