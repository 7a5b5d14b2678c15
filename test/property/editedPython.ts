import { expect } from 'vitest';
import type { ReadResult } from '../../src/formats/format.ts';
import { read } from '../../src/formats/registry.ts';

/** A change of a text, and whether it is taken back afterwards, as people do. */
type Step<Edit> = readonly [edit: Edit, isTakenBack: boolean];

/** Reads a text after each of these edits with what the last reading kept, and for the first time: that is the same. */
export function expectSameAsAfresh<Edit>(
  first: string,
  steps: readonly Step<Edit>[],
  edited: (text: string, edit: Edit) => string,
): void {
  let text = first;
  let kept = read(text, 'model.py', { weights: false })?.kept;
  const check = (now: string) => {
    text = now;
    const again = read(text, 'model.py', { weights: false, kept });
    const afresh = said(read(text, 'model.py', { weights: false }));
    // Long results are slow to compare with all that a failure would show.
    if (JSON.stringify(said(again)) !== JSON.stringify(afresh)) expect(said(again)).toEqual(afresh);
    kept = again?.kept ?? kept;
  };
  for (const [edit, isTakenBack] of steps) {
    const before = text;
    check(edited(text, edit));
    if (isTakenBack) check(before);
  }
}

function said(result: ReadResult | null) {
  return result && { ...result, kept: undefined };
}
