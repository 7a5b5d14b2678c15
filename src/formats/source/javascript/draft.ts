/** A change of a text: `[start, end)` of the original is replaced, by as many characters or at one place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A text with changes, and the way back to the offsets of the original. */
export class EditedText {
  readonly text: string;
  /** Insertions, by their place in the changed text. */
  private readonly shifts: { readonly at: number; readonly by: number }[] = [];

  constructor(
    readonly original: string,
    readonly edits: readonly Edit[] = [],
  ) {
    let text = '';
    let done = 0;
    for (const { start, end, replacement } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
      // What an earlier edit has blanked out stays so.
      const from = Math.max(start, done);
      text += original.slice(done, from);
      const kept = start === end ? replacement : replacement.slice(from - start);
      if (start === end) this.shifts.push({ at: text.length, by: replacement.length });
      text += kept;
      done = Math.max(done, end);
    }
    this.text = text + original.slice(done);
  }

  /** The offset in the original of an offset in the changed text; within an insertion, where it was put. */
  toOriginal(offset: number): number {
    let shift = 0;
    for (const { at, by } of this.shifts) {
      if (offset <= at) break;
      shift += Math.min(by, offset - at);
    }
    return Math.min(offset - shift, this.original.length);
  }

  with(...edits: readonly Edit[]): EditedText {
    return new EditedText(this.original, [...this.edits, ...edits]);
  }

  get isUnchanged(): boolean {
    return this.edits.length === 0;
  }
}

/** Blanks out a range, keeping line breaks. */
export function blank(original: string, start: number, end: number): Edit {
  return { start, end, replacement: original.slice(start, end).replace(/[^\n\r]/g, ' ') };
}

export function insert(at: number, replacement: string): Edit {
  return { start: at, end: at, replacement };
}
