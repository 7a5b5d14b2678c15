/** A comment of any language, without the characters that make it one. */
export interface SourceComment {
  readonly value: string;
  readonly start?: number | null;
  /** Lines are counted from 1. */
  readonly loc?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } } | null;
}

/** A value as a directive can write one. */
export type DirectiveValue = number | string | boolean | null | readonly DirectiveValue[];

const form = /^[\s*]*@region-lens\s+([A-Za-z_$][\w$.]*)\s*[=:]\s*(.+?)[\s*]*$/;

/**
 * Values that comments supply: `// @region-lens units = 64`, on the line it is for or above it. Several may stand in
 * consecutive lines.
 */
export class Directives {
  private readonly byLine = new Map<number, Map<string, DirectiveValue>>();

  constructor(text: string, comments: readonly SourceComment[]) {
    if (!text.includes('@region-lens')) return;
    const bare = new Set<number>();
    for (const { loc, start } of comments) {
      if (!loc || typeof start !== 'number' || text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() !== '')
        continue;
      for (let line = loc.start.line; line <= loc.end.line; line++) bare.add(line);
    }
    for (const { value, loc } of comments) {
      const match = form.exec(value);
      const parsed = match ? parseValue(match[2]) : undefined;
      if (!match || !loc || parsed === undefined) continue;
      // Alone on its line it speaks of the next line that is more than a comment.
      let line = loc.end.line;
      while (bare.has(line)) line++;
      this.at(line).set(match[1], parsed);
    }
  }

  get isEmpty(): boolean {
    return this.byLine.size === 0;
  }

  /** The value given for any of these names on any of these lines (counted from 1). */
  find(lines: readonly number[], names: readonly string[]): DirectiveValue | undefined {
    for (const line of lines) {
      const values = this.byLine.get(line);
      const name = values && names.find((candidate) => values.has(candidate));
      if (name !== undefined) return values?.get(name);
    }
    return undefined;
  }

  private at(line: number): Map<string, DirectiveValue> {
    const values = this.byLine.get(line) ?? new Map<string, DirectiveValue>();
    this.byLine.set(line, values);
    return values;
  }
}

function parseValue(text: string): DirectiveValue | undefined {
  const bare = text.replace(/;$/, '').replace(/'([^'"]*)'/g, '"$1"');
  // Python writes shapes as tuples.
  const json = /^\([^()]*\)$/.test(bare) ? `[${bare.slice(1, -1).replace(/,\s*$/, '')}]` : bare;
  try {
    const value = JSON.parse(json) as unknown;
    return isDirectiveValue(value) ? value : undefined;
  } catch {
    return /^[A-Za-z_]\w*$/.test(json) ? json : undefined;
  }
}

function isDirectiveValue(value: unknown): value is DirectiveValue {
  if (Array.isArray(value)) return value.every(isDirectiveValue);
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}
