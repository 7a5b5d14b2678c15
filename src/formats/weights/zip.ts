import { unzipSync } from 'fflate';
import { WeightsError, wholeOf, type ByteSource } from './weightsFile.ts';

/** A zip archive whose files are unpacked one by one. */
export interface Archive {
  readonly name: string;
  readonly names: readonly string[];
  /** Throws a `WeightsError` where there is no such file or it is damaged. */
  file(name: string): Uint8Array;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** More than this is no set of weights that fits into memory; it guards against archives made to burst. */
const largestFile = 2 ** 31 - 1;

export function openZip(source: ByteSource): Archive {
  const bytes = wholeOf(source);
  const names: string[] = [];
  unpack(source.name, bytes, (file) => {
    names.push(file.name);
    return false;
  });
  return {
    name: source.name,
    names,
    file: (name) => {
      const files = unpack(source.name, bytes, (file) => file.name === name && file.originalSize <= largestFile);
      const found = Object.hasOwn(files, name) ? files[name] : undefined;
      if (!found) throw new WeightsError(`${source.name} holds no ${name} that can be unpacked.`);
      return found;
    },
  };
}

function unpack(name: string, bytes: Uint8Array, filter: NonNullable<Parameters<typeof unzipSync>[1]>['filter']) {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WeightsError(`${name} is a damaged zip archive (${why}).`);
  }
}
