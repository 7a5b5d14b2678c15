import { largestGroup, type BendStep, type Program } from '../program/program.ts';

/** The pieces of all units, one stage after another, with as many bits for each as its stage needs. */
export function packed(program: Program, pattern: Int32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bitsOf(program) / 8));
  eachUnit(program, (unit, at, width) => {
    for (let b = 0; b < width; b++) bytes[(at + b) >> 3] |= ((pattern[unit] >> b) & 1) << ((at + b) & 7);
  });
  return bytes;
}

export function unpacked(program: Program, bytes: Uint8Array): Int32Array {
  const pattern = new Int32Array(program.stages.reduce((sum, { output }) => sum + program.sizes[output], 0));
  eachUnit(program, (unit, at, width) => {
    for (let b = 0; b < width; b++) pattern[unit] |= ((bytes[(at + b) >> 3] >> ((at + b) & 7)) & 1) << b;
  });
  return pattern;
}

function bitsOf({ stages, sizes }: Program): number {
  return stages.reduce((sum, step) => sum + sizes[step.output] * widthOf(step), 0);
}

function eachUnit({ stages, sizes }: Program, take: (unit: number, at: number, width: number) => void): void {
  let [unit, at] = [0, 0];
  for (const step of stages) {
    const width = widthOf(step);
    for (let k = 0; k < sizes[step.output]; k++, at += width) take(unit++, at, width);
  }
}

/** Bits for the greatest piece. */
function widthOf(step: BendStep): number {
  const greatest = step.kind === 'max' ? largestGroup(step) - 1 : step.breakpoints.length;
  return 32 - Math.clz32(greatest);
}
