import type { Program, Step } from './program.ts';

/**
 * Whether nothing is added before the last units, and all bend at zero: what units read, for an input times a positive
 * number, is times that number.
 */
export function isHomogeneous({ steps, stages }: Program): boolean {
  const read = new Set(stages.map(({ source }) => source));
  return [...steps].reverse().every((step) => {
    if (!read.has(step.output) && step.kind === 'affine') return true;
    for (const source of sourcesOf(step)) read.add(source);
    switch (step.kind) {
      case 'affine':
        return step.bias.every((x) => x === 0);
      case 'units':
        return step.breakpoints.every((x) => x === 0) && step.intercepts.every((x) => x === 0);
      case 'max':
        return true;
    }
  });
}

function sourcesOf(step: Step): readonly number[] {
  return step.kind === 'affine' ? step.terms.map(({ source }) => source) : [step.source];
}
