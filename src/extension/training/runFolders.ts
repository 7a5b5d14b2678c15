import * as vscode from 'vscode';
import type { RunFolders } from '../../analysis/training/runFiles.ts';

/** Folders of a file system of VS Code, by the paths of their addresses. */
export function runFolders(root: vscode.Uri): RunFolders {
  const at = (path: string) => root.with({ path });
  const kindOf = (path: string) =>
    vscode.workspace.fs.stat(at(path)).then(
      (found) => found,
      () => null,
    );
  return {
    names: async (folder) =>
      await vscode.workspace.fs.readDirectory(at(folder)).then(
        (entries) => entries.map(([name]) => name),
        () => [],
      ),
    isFolder: async (path) => (((await kindOf(path))?.type ?? 0) & vscode.FileType.Directory) !== 0,
    file: async (path) => {
      const found = await kindOf(path);
      const isFile = found !== null && (found.type & vscode.FileType.File) !== 0;
      return isFile ? { file: path, modified: found.mtime, size: found.size } : null;
    },
  };
}

/** Looks for a change in the folders of a run, and from time to time also without one: not all are watched. */
export class RunWatch implements vscode.Disposable {
  private readonly watcher: vscode.FileSystemWatcher;
  private wake: () => void = () => undefined;

  constructor(run: vscode.Uri) {
    const folder = run.with({ path: run.path.replace(/\/[^/]*[*?].*$/, '') || '/' });
    this.watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**'));
    for (const event of [this.watcher.onDidChange, this.watcher.onDidCreate]) event(() => this.wake());
  }

  /** Ends after a change, or after a while: a short one where files are still being written. */
  wait(isUnsettled: boolean, stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, isUnsettled ? UNSETTLED_MS : UNWATCHED_MS);
      this.wake = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, CHANGED_MS);
        this.wake = () => undefined;
      };
      stop.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  dispose(): void {
    this.watcher.dispose();
  }
}

const UNSETTLED_MS = 300;
const UNWATCHED_MS = 3000;
/** Writing a file is several changes. */
const CHANGED_MS = 100;
