import { WeightsError, type ByteSource } from './weightsFile.ts';

/** A file in a zip archive, as the archive's directory states it. */
export interface ZipEntry {
  readonly name: string;
  /** Where its own header begins, which its packed bytes follow. */
  readonly headerStart: number;
  readonly packedSize: number;
  readonly size: number;
  /** Not packed at all; else deflated. */
  readonly isStored: boolean;
}

const END_MARK = 0x06054b50;
const END64_MARK = 0x06064b50;
const LOCATOR64_MARK = 0x07064b50;
const ENTRY_MARK = 0x02014b50;

const END_LENGTH = 22;
const LOCATOR64_LENGTH = 20;
const END64_LENGTH = 56;
const MAX_COMMENT_LENGTH = 65_535;

/** Stands where a number has no room: it is elsewhere then, in eight bytes. */
const ELSEWHERE = 2 ** 32 - 1;

/** Names and extra fields of an entry are much shorter than this. */
const MAX_BYTES_AN_ENTRY = 1024;

/**
 * The files of a zip archive by its central directory (APPNOTE.TXT of PKWARE, 4.3.12 to 4.3.16), without reading any of
 * them. Throws a `WeightsError` where it is damaged, lists more files than `most`, or holds one that is packed in a way
 * that is not read.
 */
export function directoryOf(source: ByteSource, most: number): ZipEntry[] {
  const { count, at, end } = endOf(source);
  if (count > most) throw new WeightsError(`${source.name} lists ${count} files: no weights are kept like this.`);
  if (!(at <= end && end - at <= count * MAX_BYTES_AN_ENTRY)) throw damaged(source.name);
  try {
    return new Directory(source.name, source.read(at, end - at)).entries(count);
  } catch (error) {
    // A view throws for places outside of it.
    if (error instanceof RangeError) throw damaged(source.name);
    throw error;
  }
}

function damaged(name: string): WeightsError {
  return new WeightsError(`${name} is a damaged zip archive.`);
}

interface DirectoryEnd {
  readonly count: number;
  /** Where the directory begins, and where it ends at the latest. */
  readonly at: number;
  readonly end: number;
}

/** How many entries there are and where they begin: said at the very end, before a comment. */
function endOf(source: ByteSource): DirectoryEnd {
  const length = Math.min(source.size, END_LENGTH + MAX_COMMENT_LENGTH);
  const tail = viewOf(source, source.size - length, length);
  for (let place = length - END_LENGTH; place >= 0; place--) {
    if (tail.getUint32(place, true) !== END_MARK) continue;
    const end = source.size - length + place;
    const [count, at] = [tail.getUint16(place + 10, true), tail.getUint32(place + 16, true)];
    return count !== 65_535 && at !== ELSEWHERE ? { count, at, end } : longEndOf(source, end - LOCATOR64_LENGTH);
  }
  throw damaged(source.name);
}

function longEndOf(source: ByteSource, locator: number): DirectoryEnd {
  const place = viewOf(source, locator, LOCATOR64_LENGTH);
  if (place.getUint32(0, true) !== LOCATOR64_MARK) throw damaged(source.name);
  const end = veryLong(place, 8);
  const record = viewOf(source, end, END64_LENGTH);
  if (record.getUint32(0, true) !== END64_MARK) throw damaged(source.name);
  return { count: veryLong(record, 32), at: veryLong(record, 48), end };
}

function viewOf(source: ByteSource, start: number, length: number): DataView {
  if (!(start >= 0 && start + length <= source.size)) throw damaged(source.name);
  const { buffer, byteOffset } = source.read(start, length);
  return new DataView(buffer, byteOffset, length);
}

function veryLong(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
}

class Directory {
  private readonly view: DataView;

  constructor(
    private readonly archive: string,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  entries(count: number): ZipEntry[] {
    const found: ZipEntry[] = [];
    for (let at = 0; found.length < count;) {
      if (this.long(at) !== ENTRY_MARK) throw damaged(this.archive);
      const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) => this.short(at + place));
      found.push(this.entry(at, nameLength, extraLength));
      at += 46 + nameLength + extraLength + noteLength;
    }
    return found;
  }

  private entry(at: number, nameLength: number, extraLength: number): ZipEntry {
    const name = new TextDecoder().decode(this.bytes.subarray(at + 46, at + 46 + nameLength));
    const [flags, method] = [this.short(at + 8), this.short(at + 10)];
    if ((flags & 1) === 1) throw new WeightsError(`${this.archive} is encrypted.`);
    if (method !== 0 && method !== 8)
      throw new WeightsError(`${this.archive} holds ${name}, which is packed in a way that is not read.`);
    const written = [24, 20, 42].map((place) => this.long(at + place));
    const [size, packedSize, headerStart] = this.withLongNumbers(written, at + 46 + nameLength, extraLength);
    return { name, headerStart, packedSize, size, isStored: method === 0 };
  }

  /** Sizes and place, those without room taken from the extra field 1, which has them in the same order. */
  private withLongNumbers(written: readonly number[], extra: number, extraLength: number): number[] {
    if (!written.includes(ELSEWHERE)) return [...written];
    for (let at = extra; at + 4 <= extra + extraLength; at += 4 + this.short(at + 2)) {
      if (this.short(at) !== 1) continue;
      let next = at + 4;
      return written.map((number) => {
        if (number !== ELSEWHERE) return number;
        next += 8;
        return veryLong(this.view, next - 8);
      });
    }
    throw damaged(this.archive);
  }

  private short(at: number): number {
    return this.view.getUint16(at, true);
  }

  private long(at: number): number {
    return this.view.getUint32(at, true);
  }
}
