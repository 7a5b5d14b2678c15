import { appendFile, readFile } from 'node:fs/promises';
import { keptLine, keptResults } from '../../analysis/training/figuresCache.ts';
import type { SnapshotResult } from '../../analysis/training/snapshotFigures.ts';

/** The results of earlier calls, in the file of `--cache`. */
export class TrainingCache {
  private constructor(
    private readonly file: string | undefined,
    private readonly known: ReadonlyMap<string, SnapshotResult>,
  ) {}

  /** Without a file, nothing is kept. */
  static async open(file: string | undefined): Promise<TrainingCache> {
    const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
    return new TrainingCache(file, keptResults(text));
  }

  get isKept(): boolean {
    return this.file !== undefined;
  }

  get(key: string): SnapshotResult | undefined {
    return this.known.get(key);
  }

  async keep(key: string, kept: SnapshotResult): Promise<void> {
    if (this.file !== undefined) await appendFile(this.file, keptLine(key, kept));
  }
}
