import type { Content, NearbyFiles } from '../formats/format.ts';

/** The files that a text may need, with those that were read. */
export interface Imports extends NearbyFiles {
  /** What has been read, by path: for threads that read the same source. */
  readonly texts: Record<string, string>;
}

/** A file that may hold networks. */
export interface Input {
  /** What is analyzed: the text, or the bytes of a binary model. */
  readonly content: Content;
  /** The text that is counted: of a binary model its network in the native format. */
  readonly text: string;
  /** The files that the text imports. */
  readonly imports: Imports;
  /** The file itself, where it holds a model and its weights. */
  readonly weights?: string;
}
