import type { Span } from '../../network/definition.ts';

/** A section of a configuration: `[convolutional]` with the options below it. */
export interface Section {
  readonly type: string;
  /** Where its name stands. */
  readonly nameSpan: Span;
  readonly span: Span;
  /** By their keys; Darknet takes no notice of spaces. */
  readonly options: ReadonlyMap<string, string>;
}

const HEADER = /^\[([^\]]+)\]/;

/** The sections of a configuration in their order. */
export function sectionsIn(text: string): Section[] {
  const sections: { type: string; nameSpan: Span; span: Span; options: Map<string, string> }[] = [];
  let start = 0;
  for (const written of text.split('\n')) {
    const line = written.replace(/\s/g, '');
    const end = start + written.trimEnd().length;
    const header = HEADER.exec(line);
    const last = sections.at(-1);
    if (header) {
      const nameSpan = { start: start + written.indexOf('['), end };
      sections.push({ type: header[1], nameSpan, span: nameSpan, options: new Map() });
    } else if (last && line !== '' && !/^[#;]/.test(line)) {
      const [key, ...rest] = line.split('=');
      last.options.set(key, rest.join('='));
      last.span = { start: last.span.start, end };
    }
    start += written.length + 1;
  }
  return sections;
}
