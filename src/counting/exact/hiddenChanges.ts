import type { AffineStep, BendStep, Program } from '../program/program.ts';

/** For each number of a tensor 1 if it may be another function; null where none is. */
type Changes = Uint8Array | null;

/**
 * True if the outputs are the same map in two regions because what differs between their patterns reaches no output: it
 * is behind flat pieces, or maxima take another argument in both regions. False says nothing. Patterns are the pieces
 * of all units, one stage after another.
 */
export function isHidden(program: Program, p: ArrayLike<number>, q: ArrayLike<number>): boolean {
  const changes: Changes[] = program.sizes.map(() => null);
  let at = 0;
  for (const step of program.steps) {
    const size = program.sizes[step.output];
    changes[step.output] =
      step.kind === 'affine' ? affine(step, changes, size) : bent(step, changes[step.source], p, q, at, size);
    if (step.kind !== 'affine') at += size;
  }
  return program.outputs.every((tensor) => changes[tensor] === null);
}

function affine({ terms }: AffineStep, changes: readonly Changes[], size: number): Changes {
  let found: Changes = null;
  for (const { source, matrix } of terms) {
    const from = changes[source];
    if (from === null) continue;
    const { start, end, base, offset } = matrix;
    for (let row = 0; row < size; row++) {
      for (let e = start[row]; e < end[row]; e++) {
        if (from[base[row] + offset[e]] === 0) continue;
        (found ??= new Uint8Array(size))[row] = 1;
        break;
      }
    }
  }
  return found;
}

function bent(
  step: BendStep,
  from: Changes,
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  at: number,
  size: number,
): Changes {
  let found: Changes = null;
  for (let unit = 0; unit < size; unit++) {
    const piece = p[at + unit];
    if (piece === q[at + unit] && (from === null || !passesOn(step, from, unit, piece))) continue;
    (found ??= new Uint8Array(size))[unit] = 1;
  }
  return found;
}

/** A change of what the unit reads changes the unit. */
function passesOn(step: BendStep, from: Uint8Array, unit: number, piece: number): boolean {
  if (step.kind === 'max') return from[step.members[step.start[unit] + piece]] === 1;
  return from[unit] === 1 && step.slopes[unit * (step.breakpoints.length + 1) + piece] !== 0;
}
