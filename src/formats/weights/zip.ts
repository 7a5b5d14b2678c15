import { Inflate } from 'fflate';
import { directoryOf, type ZipEntry } from './zipDirectory.ts';
import { WeightsError, wholeOf, type ByteSource } from './weightsFile.ts';

/** A zip archive whose files are unpacked one by one. */
export interface Archive {
  readonly name: string;
  readonly names: readonly string[];
  /**
   * The file, or no more than its first bytes. Throws a `WeightsError` where there is no such file or it is damaged.
   */
  file(name: string, most?: number): Uint8Array;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** Layers have a handful of arrays each. */
const MAX_FILES = 10_000;

/** Weights are nearly random numbers: they do not become much smaller. What is small in any case may. */
const GREATEST_RATIO = 20;
const SMALL_IN_ANY_CASE = 2 ** 26;

/** So much is unpacked at once: sixteen MiB at most, by the format's greatest ratio. */
const STEP = 2 ** 14;

export function openZip(source: ByteSource): Archive {
  const bytes = wholeOf(source);
  const entries = directoryOf(source.name, bytes, MAX_FILES);
  refuseBomb(source.name, bytes.length, entries);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    name: source.name,
    names: [...byName.keys()],
    file: (name, most = Infinity) => {
      const entry = byName.get(name);
      if (!entry) throw new WeightsError(`${source.name} holds no ${name}.`);
      return unpacked(source.name, bytes, entry, Math.min(entry.size, most));
    },
  };
}

/** Sizes as the directory states them are checked before anything is unpacked, and kept to afterwards. */
function refuseBomb(name: string, length: number, entries: readonly ZipEntry[]): void {
  const packed = entries.reduce((sum, entry) => sum + entry.packedSize, 0);
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (packed > length) throw new WeightsError(`${name} is a damaged zip archive: its files overlap.`);
  if (size > Math.max(SMALL_IN_ANY_CASE, GREATEST_RATIO * length)) {
    throw new WeightsError(
      `${name} would become ${Math.round(size / length)} times as large when it is unpacked: weights do not, so it is not read.`,
    );
  }
}

function unpacked(archive: string, bytes: Uint8Array, entry: ZipEntry, length: number): Uint8Array {
  const damaged = (why: string) => new WeightsError(`${archive} is a damaged zip archive (${entry.name} ${why}).`);
  const data = bytes.subarray(entry.start, entry.start + entry.packedSize);
  if (data.length < entry.packedSize) throw damaged('is cut off');
  if (entry.isStored) {
    if (data.length !== entry.size) throw damaged('has two sizes');
    return data.subarray(0, length);
  }
  const result = new Uint8Array(length);
  let done = 0;
  const inflate = new Inflate((part) => {
    if (done < length) result.set(part.subarray(0, length - done), done);
    done += part.length;
  });
  try {
    for (let at = 0; at < data.length && done <= length; at += STEP) {
      inflate.push(data.subarray(at, at + STEP), at + STEP >= data.length);
    }
  } catch (error) {
    throw damaged(`cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (done < length || (length === entry.size && done > length)) throw damaged('is not as long as it says');
  return result;
}
