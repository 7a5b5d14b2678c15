import * as vscode from 'vscode';
import { digestOf, keptLine, keptResults } from '../../analysis/training/figuresCache.ts';
import type { SnapshotResult } from '../../analysis/training/snapshotFigures.ts';

/** Written together, since a file is written as a whole. */
const WRITE_DELAY_MS = 1000;

/**
 * What was found of the snapshots of one run, so that closing the editor loses nothing: by the content of the snapshot
 * together with everything else that its figures follow from.
 */
export class SnapshotCache implements vscode.Disposable {
  private known = new Map<string, SnapshotResult>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(private readonly file: vscode.Uri | undefined) {}

  /** Without a folder, say where no folder is open, results are kept for this session alone. */
  static async open(folder: vscode.Uri | undefined, run: string): Promise<SnapshotCache> {
    const name = `${(await digestOf(new TextEncoder().encode(run))).slice(0, 24)}.jsonl`;
    const cache = new SnapshotCache(folder && vscode.Uri.joinPath(folder, 'training', name));
    cache.known = keptResults(await cache.text());
    return cache;
  }

  get(key: string): SnapshotResult | undefined {
    return this.known.get(key);
  }

  keep(key: string, kept: SnapshotResult): void {
    this.known.set(key, kept);
    this.timer ??= setTimeout(() => void this.write(), WRITE_DELAY_MS);
  }

  private async text(): Promise<string> {
    if (!this.file) return '';
    return vscode.workspace.fs.readFile(this.file).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => '',
    );
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    if (!this.file) return;
    const lines = [...this.known].map(([key, kept]) => keptLine(key, kept));
    // Where it cannot be written, snapshots are counted again the next time.
    await vscode.workspace.fs
      .writeFile(this.file, new TextEncoder().encode(lines.join('')))
      .then(undefined, () => null);
  }

  dispose(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    void this.write();
  }
}
