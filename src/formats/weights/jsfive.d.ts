/** What is used of jsfive, which comes without types. */
declare module 'jsfive' {
  export class Group {
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly keys: readonly string[];
    get(key: string): Group | Dataset;
  }
  export class Dataset {
    readonly shape: readonly number[];
    /** Row-major; numbers of every size are converted. */
    readonly value: unknown;
    /** Null for numbers that stand in one piece. */
    readonly _dataobjects: { readonly chunks: readonly number[] | null };
  }
  export class File extends Group {
    constructor(buffer: ArrayBuffer, name: string);
  }
}
