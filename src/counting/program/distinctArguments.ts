import type { Slice } from '../geometry/slice.ts';
import { entryCount, type MaxStep, type Program } from './program.ts';
import { SameFunctions } from './sameFunctions.ts';

/** To look through more weights for equal arguments would take as long as a short count. */
const MOST_ENTRIES = 1e8;

/**
 * The program on a slice, with the first only of those arguments of a maximum that are one function there (see
 * `SameFunctions`): on images, windows of max pooling that see the background alone have equal arguments, whose
 * comparisons would be left to exact arithmetic in every cell. All cells stay what they are, since the first of equal
 * arguments is chosen. What changes is an argument's place in its maximum.
 */
export function distinctArguments(program: Program, slice: Slice): Program {
  const last = program.steps.findLastIndex(({ kind }) => kind === 'max');
  if (last < 0 || entriesBefore(program, last) > MOST_ENTRIES) return program;
  const same = new SameFunctions(program, slice);
  // Without equal inputs, arguments are equal by chance alone.
  if (same.firstOf(0).every((first, i) => first === i)) return program;
  const steps = program.steps.map((step) =>
    step.kind === 'max' ? withDistinct(step, same.firstOf(step.source)) : step,
  );
  return { ...program, steps, stages: steps.filter((step) => step.kind !== 'affine') };
}

function entriesBefore({ steps }: Program, end: number): number {
  const before = steps.slice(0, end).flatMap((step) => (step.kind === 'affine' ? step.terms : []));
  return before.reduce((sum, { matrix }) => sum + entryCount(matrix), 0);
}

function withDistinct(step: MaxStep, firstAlike: Int32Array): MaxStep {
  const start = Uint32Array.from(step.start);
  const members: number[] = [];
  for (let group = 0; group + 1 < start.length; group++) {
    const all = step.members.subarray(step.start[group], step.start[group + 1]);
    const alike = Array.from(all, (member) => firstAlike[member]);
    all.forEach((member, k) => alike.indexOf(alike[k]) === k && members.push(member));
    start[group + 1] = members.length;
  }
  return { ...step, start, members: Int32Array.from(members) };
}
