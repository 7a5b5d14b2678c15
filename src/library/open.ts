import { binaryFormatOf } from '../formats/binary/models.ts';
import { modelBeside, openModel } from '../formats/binary/modelFile.ts';
import type { Content, NearbyFiles } from '../formats/format.ts';
import { openWeights } from '../formats/weights/open.ts';
import { bytesSource, type WeightsFile } from '../formats/weights/weightsFile.ts';
import { NetworkError } from './networkError.ts';
import { refusing } from './refusing.ts';
import type { ReadOptions, Source } from './types.ts';

/** A source that was opened. */
export interface Opened {
  readonly content: Content;
  /** The text that is counted: of a binary model its network in the native format. */
  readonly text: string;
  readonly fileName: string;
  readonly files: NearbyFiles;
  /** Those of a file that holds a model and its weights. */
  readonly weights: WeightsFile | null;
}

/** Errors: `NetworkError` for bytes that hold no network. */
export function open(source: Source, { fileName = 'network.json', readFile }: ReadOptions): Opened {
  const files: NearbyFiles = {
    text(path) {
      const found = readFile?.(path);
      return found instanceof Uint8Array ? new TextDecoder().decode(found) : found;
    },
    bytes(path) {
      const found = readFile?.(path);
      return found === undefined ? undefined : bytesSource(path, bytesOf(found));
    },
  };
  if (source instanceof Uint8Array) return { ...refusing(() => openBytes(source, fileName, files)), fileName, files };
  const text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : JSON.stringify(source, null, 2);
  return { content: text, text, fileName, files, weights: null };
}

function openBytes(bytes: Uint8Array, name: string, files: NearbyFiles): Pick<Opened, 'content' | 'text' | 'weights'> {
  const content = bytesSource(name, bytes);
  const format = binaryFormatOf(content);
  if (format) {
    const weights = openModel(content, format, files);
    return { content, text: weights.model ?? '', weights };
  }
  const file = openWeights(content);
  if (file.model === null) throw new NetworkError(`${name} holds weights, but no network.`);
  return { content: file.model, text: file.model, weights: modelBeside(file) };
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
