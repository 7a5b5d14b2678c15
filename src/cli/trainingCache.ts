import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { FIGURES_FORM, type SnapshotResult } from '../analysis/training/snapshotFigures.ts';

/** The results of earlier calls, one JSON object a line, so that a run that goes on is not counted again. */
export class TrainingCache {
  private readonly known = new Map<string, SnapshotResult>();

  private constructor(private readonly file: string | undefined) {}

  /** Without a file, nothing is kept. A line that cannot be read, since writing it was interrupted, is passed over. */
  static async open(file: string | undefined): Promise<TrainingCache> {
    const cache = new TrainingCache(file);
    const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      try {
        const { key, kept } = JSON.parse(line) as { key: string; kept: SnapshotResult };
        cache.known.set(key, kept);
      } catch {
        // Not a whole line.
      }
    }
    return cache;
  }

  get(key: string): SnapshotResult | undefined {
    return this.known.get(key);
  }

  async keep(key: string, kept: SnapshotResult): Promise<void> {
    if (this.file !== undefined) await appendFile(this.file, `${JSON.stringify({ key, kept })}\n`);
  }
}

/** One key for the content of a snapshot's file together with everything else that its figures follow from. */
export async function cacheKey(snapshot: string, choices: unknown): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FIGURES_FORM, choices]));
  hash.update(await readFile(snapshot));
  return hash.digest('hex');
}
