import { Transform, type TransformCallback } from 'node:stream';

/** Longer messages are refused: no text is as long. */
const MAX_MESSAGE_LENGTH = 2 ** 29;
const MAX_HEADER_LENGTH = 2 ** 13;
const HEADER_END = '\r\n\r\n';

/**
 * Passes messages on as they come (a header, a blank line, this many bytes) and fails at a header that does not say how
 * long its message is. Nothing behind such a header can be understood: a reader that waited on would be deaf.
 */
export class Framing extends Transform {
  private header = '';
  /** Bytes of the message that are still to come. */
  private left = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.check(chunk);
    } catch (error) {
      return done(error as Error);
    }
    done(null, chunk);
  }

  private check(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.left > 0) {
        const taken = Math.min(this.left, chunk.length - at);
        this.left -= taken;
        at += taken;
        continue;
      }
      // The end of the header may lie across two chunks.
      const before = this.header.length;
      this.header += chunk.toString('latin1', at, Math.min(chunk.length, at + MAX_HEADER_LENGTH));
      const end = this.header.indexOf(HEADER_END, Math.max(0, before - HEADER_END.length));
      if (end < 0) {
        if (this.header.length >= MAX_HEADER_LENGTH) throw new Error('a header does not end');
        return;
      }
      this.left = lengthIn(this.header.slice(0, end));
      at += end + HEADER_END.length - before;
      this.header = '';
    }
  }
}

function lengthIn(header: string): number {
  const length = /^content-length: *(\d+) *$/im.exec(header)?.[1];
  if (length === undefined) throw new Error('a header without the length of its message');
  if (Number(length) > MAX_MESSAGE_LENGTH) throw new Error(`a message of ${length} bytes`);
  return Number(length);
}
