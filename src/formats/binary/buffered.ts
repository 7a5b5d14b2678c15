import type { ByteSource } from '../weights/weightsFile.ts';

const WINDOW = 2 ** 16;

/** The same file with a window of it in memory, so that many short pieces near one another are read at once. */
export function buffered(source: ByteSource): ByteSource {
  let window: Uint8Array = new Uint8Array();
  let start = 0;
  return {
    name: source.name,
    size: source.size,
    read(at, length) {
      if (length > WINDOW) return source.read(at, length);
      if (at < start || at + length > start + window.length) {
        start = at;
        window = source.read(at, Math.min(WINDOW, source.size - at));
      }
      return window.subarray(at - start, at - start + length);
    },
  };
}
