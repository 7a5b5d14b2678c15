import type { NetworkDefinition, Problem } from '../network/definition.ts';
import type { ByteSource } from './weights/weightsFile.ts';

export interface ReadOptions {
  /** Decode the weights that stand in the text. Without, they are passed over at the price of a scan. */
  readonly weights: boolean;
  readonly files?: NearbyFiles;
  /** What reading an earlier version of the same text left: what an edit left alone is not followed again. */
  readonly kept?: object;
}

/** What a file holds: a text, or the bytes of a binary model. */
export type Content = string | ByteSource;

/** The text of another file by its path from the folder of the one being read; undefined where there is none. */
export type ReadFile = (relativePath: string) => string | undefined;

/** What a text may need of files near to it. */
export interface NearbyFiles {
  /** Texts of files that a source imports; without, what they define is not known. */
  readonly text?: ReadFile;
  /** Bytes of files that a model names, by the same paths, for numbers that its text leaves out. */
  readonly bytes?: (relativePath: string) => ByteSource | undefined;
}

/**
 * What a file holds. Spans are character offsets in its text and never lie outside it; those of bytes are all empty and
 * at the beginning.
 */
export interface ReadResult {
  /** `native`, `keras`, `tfjs`, `typescript`, ... */
  readonly format: string;
  readonly networks: readonly NetworkDefinition[];
  readonly problems: readonly Problem[];
  /** The text breaks its grammar, as while someone types: what is read of it may change with the next key. */
  readonly hasSyntaxErrors?: boolean;
  /** For reading the next version of the text. */
  readonly kept?: object;
}

/** One way to write networks down. */
export interface Format {
  readonly id: string;
  /** Whether the text is certainly of this format. Cheap: microseconds on a file that is not. */
  sniff(text: string, fileName: string): boolean;
  /** Reads what is readable of a text this format has recognized. Never throws. */
  read(text: string, fileName: string, options: ReadOptions): ReadResult;
}
