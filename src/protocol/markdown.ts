/** White space of any kind, with the control characters and line separators that Markdown may end a line at. */
const SPACE = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Halves of characters, and what turns the direction of a text. */
const NEITHER = /[\p{Surrogate}\p{Bidi_Control}]/gu;

/**
 * What Markdown (CommonMark, GitHub's tables and links, mathematics) or HTML in it could interpret. Some characters
 * mean something at the beginning of a line only, or beside certain others; where they do not, they are left, so that
 * figures and ordinary names can be read in the source as well.
 */
const INTERPRETED = [
  /[\\`*{}[\]<>&|~$@]/u,
  // Between letters no underscore is emphasis.
  /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u,
  // Addresses become links.
  /:(?!\s|$)|\.(?!\d)/u,
  /\^(?![\d−-])/u,
  // Headings, lists and rulers.
  /(?<=^\s?)[-+=#]|(?<=^\s?\d{1,9})\)/u,
];
const ESCAPED = new RegExp(INTERPRETED.map(({ source }) => source).join('|'), 'gu');

/** Names come from files: nothing in them may act as Markdown. The text stays on one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(SPACE, ' ').replace(NEITHER, '\ufffd').replace(ESCAPED, '\\$&');
}

/** The text in bold type; nothing where there is no text. */
export function boldMarkdown(text: string): string {
  const inner = escapeMarkdown(text).trim();
  return inner === '' ? '' : `**${inner}**`;
}
