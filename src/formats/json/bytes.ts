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

/** Kinds of numbers in raw bytes, least significant byte first. */
export type NumberKind =
  'float16' | 'bfloat16' | 'float32' | 'float64' | 'int8' | 'uint8' | 'int16' | 'int32' | 'int64';

const widths: Readonly<Record<NumberKind, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
};

/** The numbers that raw bytes hold. */
export function numbersOfBytes(bytes: Uint8Array, kind: NumberKind): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = widths[kind];
  const numbers = new Float64Array(Math.floor(bytes.length / width));
  const read = readers[kind];
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, i * width);
  return numbers;
}

const readers: Readonly<Record<NumberKind, (view: DataView, at: number) => number>> = {
  float16: (view, at) => halfPrecision(view.getUint16(at, true)),
  bfloat16: (view, at) => brainFloat(view.getUint16(at, true)),
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
};

/** An IEEE number of 16 bits. */
export function halfPrecision(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a number of 32 bits. */
export function brainFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits << 16) >>> 0);
  return view.getFloat32(0);
}
