import { cutShort, type ByteSource } from '../weights/weightsFile.ts';

const WINDOW = 2 ** 16;

/** Reads a file from one place on, a window at a time, and throws a `WeightsError` at its end. */
export class ByteReader {
  private window: Uint8Array = new Uint8Array();
  private windowStart = 0;

  constructor(
    private readonly source: ByteSource,
    /** Where the next byte stands. */
    public position = 0,
  ) {}

  get name(): string {
    return this.source.name;
  }

  byte(): number {
    const at = this.position - this.windowStart;
    if (at >= 0 && at < this.window.length) {
      this.position++;
      return this.window[at];
    }
    return this.bytes(1)[0];
  }

  /** The next bytes, in memory that the next reading may share. */
  bytes(length: number): Uint8Array {
    const { position } = this;
    if (!(length >= 0 && position + length <= this.source.size)) throw cutShort(this.name);
    this.position += length;
    if (position < this.windowStart || position + length > this.windowStart + this.window.length) {
      this.windowStart = position;
      this.window = this.source.read(position, Math.min(Math.max(length, WINDOW), this.source.size - position));
    }
    return this.window.subarray(position - this.windowStart, position - this.windowStart + length);
  }

  view(length: number): DataView {
    const { buffer, byteOffset } = this.bytes(length);
    return new DataView(buffer, byteOffset, length);
  }

  /** A length of eight bytes. */
  longLength(): number {
    return Number(this.view(8).getBigUint64(0, true));
  }

  /** Up to a line feed, which is read and left out. */
  line(): string {
    const codes: number[] = [];
    for (let code = this.byte(); code !== 0x0a; code = this.byte()) {
      if (codes.length === WINDOW) throw cutShort(this.name);
      codes.push(code);
    }
    return new TextDecoder().decode(Uint8Array.from(codes));
  }
}
