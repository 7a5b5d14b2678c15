import { Inflate } from 'fflate';
import { directoryOf, type ZipEntry } from './zipDirectory.ts';
import { bytesSource, WeightsError, type ByteSource } from './weightsFile.ts';

/** A zip archive whose files are read and unpacked one by one. */
export interface Archive {
  readonly name: string;
  readonly names: readonly string[];
  /** How long a file is when it is unpacked. */
  sizeOf(name: string): number;
  /** The first `most` bytes of a file. Throws a `WeightsError` where there is no such file or it is damaged. */
  file(name: string, most?: number): Uint8Array;
  /** A file as a source of its own, which is read where it stands unless it is packed. */
  source(name: string): ByteSource;
  /** Bytes out of the middle of a file, which lie inside it. */
  part(name: string, start: number, length: number): Uint8Array;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** Checkpoints of the largest models have some thousand tensors, each a file. */
const MAX_FILES = 50_000;

/** Weights are nearly random numbers: they do not become much smaller. What is small in any case may. */
const GREATEST_RATIO = 20;
const SMALL_IN_ANY_CASE = 2 ** 26;

/** Bytes unpacked at once: sixteen MiB come out at most, by the format's greatest ratio. */
const STEP = 2 ** 14;

export function openZip(source: ByteSource): Archive {
  const entries = directoryOf(source, MAX_FILES);
  refuseBomb(source, entries);
  refuseOverlap(source.name, entries);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const entryOf = (name: string): ZipEntry => {
    const entry = byName.get(name);
    if (!entry) throw new WeightsError(`${source.name} holds no ${name}.`);
    return entry;
  };
  return {
    name: source.name,
    names: [...byName.keys()],
    sizeOf: (name) => entryOf(name).size,
    file: (name, most = Infinity) => unpacked(source, entryOf(name), most),
    source: (name) => sourceOf(source, entryOf(name)),
    part: (name, start, length) => {
      const entry = entryOf(name);
      if (!(start >= 0 && length >= 0 && start + length <= entry.size))
        throw new WeightsError(`${source.name} is damaged: ${name} is shorter than what is looked for in it.`);
      if (!entry.isStored) return unpacked(source, entry, start + length).subarray(start);
      return dataOf(source, entry, start, length);
    },
  };
}

function sourceOf(source: ByteSource, entry: ZipEntry): ByteSource {
  if (!entry.isStored) return bytesSource(source.name, unpacked(source, entry, Infinity));
  return {
    name: source.name,
    size: entry.size,
    read: (start, length) => dataOf(source, entry, start, length),
  };
}

/** Sizes as the directory states them are checked before anything is unpacked, and kept to afterwards. */
function refuseBomb({ name, size: length }: ByteSource, entries: readonly ZipEntry[]): void {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > Math.max(SMALL_IN_ANY_CASE, GREATEST_RATIO * length)) {
    throw new WeightsError(
      `${name} would become ${Math.round(size / length)} times as large when it is unpacked: weights do not, so it is not read.`,
    );
  }
}

/** Many files over the same bytes are the other way to make a small archive large. */
function refuseOverlap(name: string, entries: readonly ZipEntry[]): void {
  const inOrder = [...entries].sort((a, b) => a.headerStart - b.headerStart);
  const overlap = inOrder.some(
    ({ headerStart, packedSize }, i) => i + 1 < inOrder.length && headerStart + packedSize > inOrder[i + 1].headerStart,
  );
  if (overlap) throw new WeightsError(`${name} is a damaged zip archive: its files overlap.`);
}

const LOCAL_MARK = 0x04034b50;
const LOCAL_LENGTH = 30;

/** Packed bytes of a file; its own header says where they begin. */
function dataOf(source: ByteSource, entry: ZipEntry, start: number, length: number): Uint8Array {
  const damaged = new WeightsError(`${source.name} is a damaged zip archive (${entry.name} is cut off).`);
  const { headerStart } = entry;
  if (headerStart + LOCAL_LENGTH > source.size) throw damaged;
  const { buffer, byteOffset } = source.read(headerStart, LOCAL_LENGTH);
  const header = new DataView(buffer, byteOffset, LOCAL_LENGTH);
  if (header.getUint32(0, true) !== LOCAL_MARK) throw damaged;
  const at = headerStart + LOCAL_LENGTH + header.getUint16(26, true) + header.getUint16(28, true) + start;
  if (at + length > source.size) throw damaged;
  return source.read(at, length);
}

function unpacked(source: ByteSource, entry: ZipEntry, most: number): Uint8Array {
  const damaged = (why: string) => new WeightsError(`${source.name} is a damaged zip archive (${entry.name} ${why}).`);
  const length = Math.min(entry.size, most);
  if (entry.isStored) {
    if (entry.packedSize !== entry.size) throw damaged('has two sizes');
    return dataOf(source, entry, 0, length);
  }
  const data = dataOf(source, entry, 0, entry.packedSize);
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
