import type { NearbyFiles } from '../formats/format.ts';
import type { ByteSource } from '../formats/weights/weightsFile.ts';

/**
 * Files as weights and models need them, by their paths. What is thrown says in a sentence why a file cannot be read.
 */
export interface Files {
  /** A file to be read in parts. Pipes, devices and folders are refused: reading them could wait forever. */
  open(path: string): ByteSource;
  folderOf(path: string): string;
  /**
   * The file that `path` names from a folder, with links followed. Throws where it lies outside of the folder: opening
   * a model must not read other files.
   */
  within(folder: string, path: string): string;
  /** Changes whenever one of the files changes. */
  stampOf(paths: readonly string[]): string;
  /**
   * Where files cannot be read at once, those that were asked for in vain are read now. True if there were any: what
   * asked for them should be done once more.
   */
  bring(): Promise<boolean>;
}

/** The texts of files that sources import, by their addresses: URIs without escapes, drives in lower case. */
export interface TextFiles {
  /**
   * Null where there is no such file, where it is longer than `mostBytes`, or where a link leads out of the folder
   * `root`. The text comes without its byte order mark.
   */
  readText(address: string, root: string, mostBytes: number): Promise<string | null>;
  /** The files in the folder of this one, for a model that keeps its numbers in files beside it. */
  bytesBeside(address: string): NearbyFiles['bytes'];
  /** Where files cannot be read at once: whether some beside this one were asked for in vain. */
  isWaiting(address: string): boolean;
  /** Reads them. What asked for them should be done once more. */
  bring(address: string): Promise<void>;
  /** What was read of this file, and of those beside it, may be out of date. */
  forget(address: string): void;
}

/**
 * Does something that cannot be interrupted from inside, such as a library that reads a damaged file. After this number
 * of milliseconds it ends with an error of this message, where the host can interrupt it.
 */
export type WithinTime = <T>(milliseconds: number, message: string, task: () => T) => T;

/** The files in a model's folder by their paths from it; undefined for what is not there or outside of it. */
export function bytesIn(files: Files, folder: string): NonNullable<NearbyFiles['bytes']> {
  return (path) => {
    try {
      return files.open(files.within(folder, path));
    } catch {
      return undefined;
    }
  };
}
