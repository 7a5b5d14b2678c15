import type { ReadFile } from '../../../format.ts';

/** Files that are remembered. */
const MAX_FILES = 200;

/** Files that a source asks for: those of an earlier version that were missing are among them. */
export class AskedFiles {
  private readonly missing: Set<string>;
  private hasFound = false;

  constructor(earlier?: AskedFiles) {
    this.missing = new Set(earlier?.missing);
  }

  /** Whether they are more than are worth remembering. */
  get areMany(): boolean {
    return this.missing.size > MAX_FILES;
  }

  /** Reads files and remembers which. */
  through(readFile: ReadFile | undefined): ReadFile {
    return (path) => {
      const text = readFile?.(path);
      if (text === undefined) this.missing.add(path);
      else this.hasFound = true;
      return text;
    };
  }

  /** Whether there were none, and still are none. */
  areMissing(readFile: ReadFile | undefined): boolean {
    return !this.hasFound && [...this.missing].every((path) => readFile?.(path) === undefined);
  }
}
