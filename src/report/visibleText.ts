/**
 * Names come from files that someone else may have written. Control characters in them would move a terminal's cursor,
 * set its title or fill the clipboard; bidirectional controls and line separators would show text that is not there.
 * Each is written as JSON writes it (`\n`, `\u001b`), so that JSON keeps its meaning and a reader sees what is in the
 * name.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, without any character that acts on what shows it. Twice is the same as once. */
export function visibleLine(text: string): string {
  return text.replace(CONTROLS, (character) => SHORT[character] ?? escaped(character));
}

/** As `visibleLine`, for a text of several lines: line feeds stay. */
export function visibleText(text: string): string {
  return text.split('\n').map(visibleLine).join('\n');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
