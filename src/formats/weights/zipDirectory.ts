import { WeightsError } from './weightsFile.ts';

/** A file in a zip archive, as the archive's directory states it. */
export interface ZipEntry {
  readonly name: string;
  /** Where its packed bytes begin. */
  readonly start: number;
  readonly packedSize: number;
  readonly size: number;
  /** Not packed at all; else deflated. */
  readonly isStored: boolean;
}

const END_MARK = 0x06054b50;
const END64_MARK = 0x06064b50;
const LOCATOR64_MARK = 0x07064b50;
const ENTRY_MARK = 0x02014b50;
const LOCAL_MARK = 0x04034b50;

/** Stands where a number has no room: it is elsewhere then, in eight bytes. */
const ELSEWHERE = 2 ** 32 - 1;

/**
 * The files of a zip archive by its central directory (APPNOTE.TXT of PKWARE, 4.3.12 to 4.3.16). Throws a
 * `WeightsError` where it is damaged, lists more files than `most`, or holds one that is packed in a way that is not
 * read.
 */
export function directoryOf(name: string, bytes: Uint8Array, most: number): ZipEntry[] {
  try {
    return new Directory(name, bytes).entries(most);
  } catch (error) {
    // A view throws for places outside of it.
    if (error instanceof RangeError) throw damaged(name);
    throw error;
  }
}

function damaged(name: string): WeightsError {
  return new WeightsError(`${name} is a damaged zip archive.`);
}

class Directory {
  private readonly view: DataView;

  constructor(
    private readonly archive: string,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  entries(most: number): ZipEntry[] {
    let { count, at } = this.end();
    if (count > most) throw new WeightsError(`${this.archive} lists ${count} files: no weights are kept like this.`);
    const found: ZipEntry[] = [];
    for (; count > 0; count--) {
      this.expect(at, ENTRY_MARK);
      const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) => this.short(at + place));
      found.push(this.entry(at, nameLength, extraLength));
      at += 46 + nameLength + extraLength + noteLength;
    }
    return found;
  }

  /** How many entries there are and where they begin: said at the very end, before a comment. */
  private end(): { count: number; at: number } {
    const { length } = this.bytes;
    for (let end = length - 22; end >= Math.max(0, length - 22 - 65_535); end--) {
      if (this.long(end) !== END_MARK) continue;
      const [count, at] = [this.short(end + 10), this.long(end + 16)];
      if (count !== 65_535 && at !== ELSEWHERE) return { count, at };
      this.expect(end - 20, LOCATOR64_MARK);
      const end64 = this.veryLong(end - 12);
      this.expect(end64, END64_MARK);
      return { count: this.veryLong(end64 + 32), at: this.veryLong(end64 + 48) };
    }
    throw damaged(this.archive);
  }

  private entry(at: number, nameLength: number, extraLength: number): ZipEntry {
    const name = new TextDecoder().decode(this.bytes.subarray(at + 46, at + 46 + nameLength));
    const [flags, method] = [this.short(at + 8), this.short(at + 10)];
    if ((flags & 1) === 1) throw new WeightsError(`${this.archive} is encrypted.`);
    if (method !== 0 && method !== 8)
      throw new WeightsError(`${this.archive} holds ${name}, which is packed in a way that is not read.`);
    const written = [24, 20, 42].map((place) => this.long(at + place));
    const [size, packedSize, local] = this.withLongNumbers(written, at + 46 + nameLength, extraLength);
    this.expect(local, LOCAL_MARK);
    const start = local + 30 + this.short(local + 26) + this.short(local + 28);
    return { name, start, packedSize, size, isStored: method === 0 };
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
        return this.veryLong(next - 8);
      });
    }
    throw damaged(this.archive);
  }

  private expect(at: number, mark: number): void {
    if (this.long(at) !== mark) throw damaged(this.archive);
  }

  private short(at: number): number {
    return this.view.getUint16(at, true);
  }

  private long(at: number): number {
    return this.view.getUint32(at, true);
  }

  private veryLong(at: number): number {
    const value = this.view.getBigUint64(at, true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : ELSEWHERE * ELSEWHERE;
  }
}
