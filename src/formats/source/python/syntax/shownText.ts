import type { Span } from '../../../../network/definition.ts';

/** What messages call a piece of the source: its beginning, on one line. */
export function shownText(text: string, { start, end }: Span): string {
  const shown = text.slice(start, Math.min(end, start + 200)).replace(/\s+/g, ' ');
  return shown.length > 40 ? `${shown.slice(0, 39)}…` : shown;
}
