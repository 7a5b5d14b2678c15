/** 64 bits that tell texts apart (two runs of FNV-1a with different starts). */
export function hashOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x01000193) + i;
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
