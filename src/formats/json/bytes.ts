const codes = new Int8Array(128).fill(-1);
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').forEach((character, i) => {
  codes[character.charCodeAt(0)] = i;
});
// The variant for addresses.
codes['-'.charCodeAt(0)] = 62;
codes['_'.charCodeAt(0)] = 63;

/** The bytes that a base64 text stands for; undefined if it is none. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (end % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < end; i++) {
    const character = text.charCodeAt(i);
    const code = character < 128 ? codes[character] : -1;
    if (code < 0) return undefined;
    held = ((held << 6) | code) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}
