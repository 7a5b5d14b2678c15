import type { Snapshot } from './snapshots.ts';

/** Names under which logs are commonly kept beside their snapshots. */
const LOG_NAMES = ['log', 'metrics', 'history', 'training'].flatMap((name) =>
  ['json', 'jsonl', 'csv'].map((ending) => `${name}.${ending}`),
);

/** The entries of the log beside snapshots; `read` gives the text of a file there, null where there is none. */
export async function findLog(read: (name: string) => Promise<string | null>): Promise<LogEntry[]> {
  for (const name of LOG_NAMES) {
    const text = await read(name);
    if (text === null) continue;
    try {
      return parseLog(text);
    } catch {
      // A file of this name that is not a log.
    }
  }
  return [];
}

/** What was logged at one step: loss, accuracy and the like. */
export type LogEntry = Readonly<Record<string, number>>;

const STEP_NAMES = ['step', 'global_step', 'steps', 'iteration', 'iter'];
const EPOCH_NAMES = ['epoch', 'epochs'];

/**
 * The entries of a log in JSON (a list of objects, or an object of lists), in lines of JSON, or in CSV with a header.
 * Entries of one step are merged: some loggers write a line for each of their figures. Errors: RangeError, as a
 * sentence, for a text that holds no numbers.
 */
export function parseLog(text: string): LogEntry[] {
  const rows = /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
  const entries = rows.map(numbersOf).filter((entry) => Object.keys(entry).length > 0);
  if (entries.length === 0) throw new RangeError('the log holds no numbers that can be read');
  return merged(entries);
}

/**
 * The last entry that is not later than a snapshot, by step, else by epoch; null where nothing says which that is. Its
 * own step is in it: a log may be written less often than snapshots are.
 */
export function entryAt(entries: readonly LogEntry[], { step, epoch }: Snapshot): LogEntry | null {
  return latest(entries, STEP_NAMES, step) ?? latest(entries, EPOCH_NAMES, epoch);
}

function latest(entries: readonly LogEntry[], names: readonly string[], time: number | null): LogEntry | null {
  if (time === null) return null;
  let best: LogEntry | null = null;
  let bestTime = -Infinity;
  for (const entry of entries) {
    const at = named(entry, names);
    if (at === undefined || at > time || at < bestTime) continue;
    best = entry;
    bestTime = at;
  }
  return best;
}

function named(entry: LogEntry, names: readonly string[]): number | undefined {
  const key = Object.keys(entry).find((name) => names.includes(name.toLowerCase()));
  return key === undefined ? undefined : entry[key];
}

function merged(entries: readonly LogEntry[]): LogEntry[] {
  const byTime = new Map<string, LogEntry>();
  entries.forEach((entry, position) => {
    const time = named(entry, STEP_NAMES) ?? named(entry, EPOCH_NAMES);
    const key = time === undefined ? `line ${position}` : String(time);
    byTime.set(key, { ...byTime.get(key), ...entry });
  });
  return [...byTime.values()];
}

function numbersOf(row: unknown): LogEntry {
  if (typeof row !== 'object' || row === null) return {};
  const numbers = Object.entries(row).filter(([, value]) => typeof value === 'number' && Number.isFinite(value));
  return Object.fromEntries(numbers);
}

function fromJson(text: string): unknown[] {
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole;
  if (whole !== undefined) return fromColumns(whole);
  // One object a line; the last line may still be being written.
  return text.split('\n').map(parsed);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `{ "loss": [1, 0.5], "accuracy": [0.5, 0.9] }`, as the history that Keras keeps: one entry an epoch. */
function fromColumns(whole: unknown): unknown[] {
  const columns = Object.entries(Object(whole) as object).filter(([, column]) => Array.isArray(column));
  if (columns.length === 0) return [whole];
  const length = Math.max(...columns.map(([, column]) => (column as unknown[]).length));
  const hasTime = columns.some(([name]) => [...STEP_NAMES, ...EPOCH_NAMES].includes(name.toLowerCase()));
  return Array.from({ length }, (_, i) => ({
    ...(hasTime ? {} : { epoch: i + 1 }),
    ...Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[])[i]])),
  }));
}

function fromCsv(text: string): unknown[] {
  const [head, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (head === undefined) return [];
  const cellsOf = (line: string) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const names = cellsOf(head);
  return lines.map((line) => {
    const cells = cellsOf(line).map((cell) => (cell === '' ? NaN : Number(cell)));
    return Object.fromEntries(names.map((name, k) => [name, cells[k]]));
  });
}
