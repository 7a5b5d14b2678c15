/** Two primes below 2^26, so that products of residues stay exact in doubles. */
const primes = [67108859, 67108837];

/**
 * Rank of a matrix of doubles over prime fields, each row scaled by a power of two to integers: at most the true
 * rank, so that a full one is certain; a smaller one is the true rank unless a prime is unlucky. `checkpoint` is called
 * for every column.
 */
export function rankOverPrimes(matrix: readonly (readonly number[])[], checkpoint: () => void): number {
  if (matrix.some((row) => !row.every(Number.isFinite))) return 0;
  const integers = matrix.map(scaledToIntegers);
  return Math.max(...primes.map((prime) => rankModulo(integers, prime, checkpoint)));
}

function scaledToIntegers(row: readonly number[]): bigint[] {
  const parts = row.map(integerParts);
  const most = Math.max(...parts.map(({ halvings }) => halvings));
  return parts.map(({ integer, halvings }) => integer << BigInt(most - halvings));
}

/** value = integer / 2^halvings, exactly. */
function integerParts(value: number): { integer: bigint; halvings: number } {
  let [scaled, halvings] = [value, 0];
  for (; !Number.isInteger(scaled); halvings++) scaled *= 2;
  return { integer: BigInt(scaled), halvings };
}

function rankModulo(matrix: readonly (readonly bigint[])[], prime: number, checkpoint: () => void): number {
  const p = BigInt(prime);
  const rows = matrix.map((row) => row.map((value) => Number(((value % p) + p) % p)));
  const columns = rows[0]?.length ?? 0;
  let rank = 0;
  for (let column = 0; column < columns && rank < rows.length; column++) {
    checkpoint();
    const pivot = rows.findIndex((row, i) => i >= rank && row[column] !== 0);
    if (pivot < 0) continue;
    [rows[rank], rows[pivot]] = [rows[pivot], rows[rank]];
    const inverse = powerModulo(rows[rank][column], prime - 2, prime);
    for (let i = rank + 1; i < rows.length; i++) {
      const factor = (rows[i][column] * inverse) % prime;
      if (factor === 0) continue;
      for (let j = column; j < columns; j++) {
        rows[i][j] = (rows[i][j] + (prime - factor) * rows[rank][j]) % prime;
      }
    }
    rank++;
  }
  return rank;
}

function powerModulo(base: number, exponent: number, prime: number): number {
  let [result, square] = [1, base];
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
