/** A file with the weights of a network at one time of its training. */
export interface SnapshotFile {
  readonly file: string;
  /** When the file was written, in milliseconds. */
  readonly modified: number;
}

export interface Snapshot {
  readonly file: string;
  /** As the file's name says; null where it says none. */
  readonly step: number | null;
  readonly epoch: number | null;
}

const STEP = /(?:^|[^a-z])(?:global[-_]?step|steps?|iter(?:ation)?s?|it|ckpt|checkpoint|batch(?:es)?)[-_=.]?(\d+)/i;
const EPOCH = /(?:^|[^a-z])(?:epochs?|ep)[-_=.]?(\d+)/i;

/** What a name says: `step-00100`, `epoch=12-step=340`, `ckpt_7`, `model_300.pt`, `step-7/model.json`. */
export function snapshotOf(file: string): Snapshot {
  const path = file.replace(/[\\/]model\.json$/, '');
  const name = path.replace(/^.*[\\/]/, '').replace(/(?:\.[a-z][a-z0-9]*)+$/i, '');
  const [step, epoch] = [STEP, EPOCH].map((pattern) => numberIn(pattern.exec(name)?.[1]));
  return { file, step: step ?? (epoch === null ? lastNumber(name) : null), epoch };
}

/**
 * The snapshots of a run in the order of training: by their steps, else by their epochs, where every name says one;
 * else in the order in which they were written.
 */
export function orderSnapshots(files: readonly SnapshotFile[]): Snapshot[] {
  const found = files.map(({ file, modified }) => ({ modified, snapshot: snapshotOf(file) }));
  const keyOf = (
    [({ snapshot }) => snapshot.step, ({ snapshot }) => snapshot.epoch] as ((each: Found) => number | null)[]
  ).find((key) => found.every((each) => key(each) !== null));
  const compare = (a: Found, b: Found) =>
    (keyOf ? keyOf(a)! - keyOf(b)! : a.modified - b.modified) || compareNames(a.snapshot.file, b.snapshot.file);
  return found.sort(compare).map(({ snapshot }) => (keyOf ? snapshot : { ...snapshot, step: null, epoch: null }));
}

interface Found {
  readonly modified: number;
  readonly snapshot: Snapshot;
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function lastNumber(name: string): number | null {
  return numberIn(/(\d+)\D*$/.exec(name)?.[1]);
}

function numberIn(digits: string | undefined): number | null {
  const value = Number(digits ?? NaN);
  return Number.isSafeInteger(value) ? value : null;
}
