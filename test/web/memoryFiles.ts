/**
 * An extension for the tests, which runs where ours does: a file system in memory, as those of vscode.dev are none of
 * this machine, and notebooks, whose own extension is not part of every build for the browser.
 */
import * as vscode from 'vscode';

interface Entry {
  bytes: Uint8Array;
  mtime: number;
}

const { FileType, FileSystemError, FileChangeType } = vscode;

/** Folders are there as soon as a file is in them. */
class MemoryFiles implements vscode.FileSystemProvider {
  private readonly files = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat({ path }: vscode.Uri): vscode.FileStat {
    const file = this.files.get(path);
    if (file) return { type: FileType.File, ctime: 0, mtime: file.mtime, size: file.bytes.length };
    if (this.childrenOf(path).length === 0) throw FileSystemError.FileNotFound(path);
    return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
  }

  private childrenOf(folder: string): string[] {
    const start = folder.replace(/\/?$/, '/');
    return [...this.files.keys()].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
  }

  readDirectory({ path }: vscode.Uri): [string, vscode.FileType][] {
    const names = new Map(
      this.childrenOf(path).map((child) => {
        const [name, ...rest] = child.split('/');
        return [name, rest.length > 0 ? FileType.Directory : FileType.File];
      }),
    );
    return [...names];
  }

  readFile({ path }: vscode.Uri): Uint8Array {
    const file = this.files.get(path);
    if (!file) throw FileSystemError.FileNotFound(path);
    return file.bytes;
  }

  writeFile(uri: vscode.Uri, bytes: Uint8Array): void {
    const type = this.files.has(uri.path) ? FileChangeType.Changed : FileChangeType.Created;
    this.files.set(uri.path, { bytes, mtime: Date.now() });
    this.changed.fire([{ type, uri }]);
  }

  createDirectory(): void {}

  delete(uri: vscode.Uri): void {
    this.files.delete(uri.path);
    this.changed.fire([{ type: FileChangeType.Deleted, uri }]);
  }

  rename(): void {
    throw FileSystemError.NoPermissions();
  }
}

interface Cell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: string[];
}

const notebooks: vscode.NotebookSerializer = {
  deserializeNotebook(bytes) {
    const { cells } = JSON.parse(new TextDecoder().decode(bytes)) as { cells: Cell[] };
    return new vscode.NotebookData(
      cells.map(({ cell_type, source }) =>
        cell_type === 'code'
          ? new vscode.NotebookCellData(vscode.NotebookCellKind.Code, source.join(''), 'python')
          : new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, source.join(''), 'markdown'),
      ),
    );
  },
  serializeNotebook: ({ cells }) =>
    new TextEncoder().encode(
      JSON.stringify({ cells: cells.map(({ value }) => ({ cell_type: 'code', source: [value] })), nbformat: 4 }),
    ),
};

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const files = new MemoryFiles();
  const server = context.extensionUri.with({ path: '/workspace' }).toString(true);
  const texts = (await (await fetch(server)).json()) as Record<string, string>;
  for (const [name, base64] of Object.entries(texts)) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    files.writeFile(vscode.Uri.from({ scheme: 'memory', path: `/networks/${name}` }), bytes);
  }
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider('memory', files, { isCaseSensitive: true }),
    vscode.workspace.registerNotebookSerializer('jupyter-notebook', notebooks),
    vscode.commands.registerCommand('memoryFiles.report', () => report(server)),
  );
}

/** What only code in the same extension host can know. */
async function report(server: string): Promise<void> {
  const ours = vscode.extensions.getExtension('region-lens.region-lens');
  const globals = globalThis as { WorkerGlobalScope?: unknown; process?: { versions?: { node?: string } } };
  const body = JSON.stringify({
    isActive: ours?.isActive,
    isWorker: globals.WorkerGlobalScope !== undefined,
    node: globals.process?.versions?.node ?? null,
    remote: vscode.env.remoteName ?? null,
    sharesMemory: typeof SharedArrayBuffer !== 'undefined',
  });
  await fetch(server, { method: 'POST', body });
}
