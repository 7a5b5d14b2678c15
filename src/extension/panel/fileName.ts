/**
 * Separators of folders, what Windows forbids, controls, what turns the direction of a text, and halves of characters.
 */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;
/** Windows has devices of these names, with any ending. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;
/** File systems take 255 bytes. */
const MAX_BYTES = 200;

/** A name for a file in any system, as near as can be to the one suggested, in one folder and not hidden. */
export function fileNameOf(suggested: string): string {
  const short = shortened(suggested.replace(FORBIDDEN, '-'));
  const clean = short
    .trim()
    .replace(/^\.+/, '-')
    .replace(/[. ]+$/, '-');
  return clean.replace(DEVICE, '$1-') || '-';
}

/** Without letters before the ending, where there are too many. */
function shortened(name: string): string {
  const ending = /(-[a-z]{1,12})?\.[a-z]{1,5}$/.exec(name)?.[0] ?? '';
  let letters = [...name.slice(0, name.length - ending.length)];
  const bytes = () => new TextEncoder().encode(letters.join('') + ending).length;
  while (bytes() > MAX_BYTES) letters = letters.slice(0, Math.floor(0.9 * letters.length));
  return letters.join('') + ending;
}
