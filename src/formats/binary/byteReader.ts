import { cutShort, type ByteSource } from '../weights/weightsFile.ts';
import { buffered } from './buffered.ts';

/** Longer lines are not names or numbers. */
const MAX_LINE = 2 ** 16;

/** Reads a file from one place on and throws a `WeightsError` at its end. */
export class ByteReader {
  private readonly source: ByteSource;

  constructor(
    source: ByteSource,
    /** Where the next byte stands. */
    public position = 0,
  ) {
    this.source = buffered(source);
  }

  get name(): string {
    return this.source.name;
  }

  byte(): number {
    return this.bytes(1)[0];
  }

  /** The next bytes, in memory that the file itself may share. */
  bytes(length: number): Uint8Array {
    const { position } = this;
    if (!(length >= 0 && position + length <= this.source.size)) throw cutShort(this.name);
    this.position += length;
    return this.source.read(position, length);
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
      if (codes.length === MAX_LINE) throw cutShort(this.name);
      codes.push(code);
    }
    return new TextDecoder().decode(Uint8Array.from(codes));
  }
}
