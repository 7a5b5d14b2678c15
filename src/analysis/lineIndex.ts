import type { Span } from '../network/definition.ts';

/** Zero-based, characters in UTF-16 units: the editor's and the protocol's convention. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Offsets to lines and back, for one text. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.starts.push(i + 1);
  }

  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: clamped - this.starts[low] };
  }

  /** Where a line begins; the end of the text for lines after the last one. */
  offsetOf(line: number): number {
    return this.starts[line] ?? this.text.length;
  }

  /** The end of a line, before its line break. */
  endOf(line: number): Position {
    const next = this.starts[line + 1] ?? this.text.length + 1;
    const end = this.text.charAt(next - 2) === '\r' ? next - 2 : next - 1;
    return { line, character: end - this.starts[line] };
  }

  rangeOf(span: Span): Range {
    return { start: this.positionAt(span.start), end: this.positionAt(span.end) };
  }
}
