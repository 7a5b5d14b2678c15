import type { AffineStep, BendStep, MaxStep, Program, UnitStep } from './program.ts';

/**
 * The entries of each tensor that are zero whatever the input and the cell: those that no weight reaches, such as
 * padding and what layers without biases make of it. Of each tensor, 1 for these and 0 for all others.
 */
export function zeroEntries({ sizes, steps }: Program): readonly Uint8Array[] {
  const zeros = sizes.map((size) => new Uint8Array(size));
  for (const step of steps) zeros[step.output].set(zerosOf(step, zeros));
  return zeros;
}

function zerosOf(step: AffineStep | BendStep, zeros: readonly Uint8Array[]): Uint8Array {
  switch (step.kind) {
    case 'affine':
      return affineZeros(step, zeros);
    case 'units':
      return unitZeros(step, zeros[step.source]);
    case 'max':
      return maxZeros(step, zeros[step.source]);
  }
}

function affineZeros({ terms, bias }: AffineStep, zeros: readonly Uint8Array[]): Uint8Array {
  const found = Uint8Array.from(bias, (value) => Number(value === 0));
  for (const { source, matrix } of terms) {
    const { start, end, base, offset, value } = matrix;
    for (let row = 0; row < found.length; row++) {
      for (let e = start[row]; found[row] === 1 && e < end[row]; e++) {
        if (value[e] !== 0 && zeros[source][base[row] + offset[e]] === 0) found[row] = 0;
      }
    }
  }
  return found;
}

/** A unit is zero at zero where the piece there has no constant. */
function unitZeros({ breakpoints, intercepts }: UnitStep, source: Uint8Array): Uint8Array {
  const piece = pieceAtZero(breakpoints);
  return source.map((zero, unit) => Number(zero === 1 && intercepts[unit * (breakpoints.length + 1) + piece] === 0));
}

function maxZeros({ start, members }: MaxStep, source: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: start.length - 1 }, (_, group) =>
    Number(members.subarray(start[group], start[group + 1]).every((member) => source[member] === 1)),
  );
}

/** The piece of units at zero; a breakpoint belongs to the piece before it. */
export function pieceAtZero(breakpoints: readonly number[]): number {
  return breakpoints.filter((breakpoint) => breakpoint < 0).length;
}
