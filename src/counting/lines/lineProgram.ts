import type { Slice } from '../geometry/slice.ts';
import { mergedProgram } from '../program/mergedProgram.ts';
import type { Program } from '../program/program.ts';

/** A program as it is counted along a line. */
export interface LineProgram {
  /** As given. */
  readonly whole: Program;
  /** What is walked. */
  readonly program: Program;
  readonly slice: Slice;
  /** For each number of each tensor of `whole` its place in `program`, where some were merged. */
  readonly places: readonly Int32Array[] | null;
}

export function lineProgram(whole: Program, slice: Slice): LineProgram {
  return { whole, ...(mergedProgram(whole, slice) ?? { program: whole, slice, places: null }) };
}
