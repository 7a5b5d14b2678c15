import * as vscode from 'vscode';
import { MODEL_SCHEME } from '../documentFilter.ts';
import type { WorkerFiles } from '../host.ts';
import { nameOf } from '../networkFiles.ts';
import type { CountRunner } from '../panel/countRunner.ts';

/**
 * The address of the text of a model. Its ending says that it is a network in the native format, its query is the
 * address of the file.
 */
function modelUri(file: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({ scheme: MODEL_SCHEME, path: `${file.path}.network.json`, query: file.toString() });
}

/** The file that a text is the model of; null for any other document. */
export function modelFileOf(uri: vscode.Uri): vscode.Uri | null {
  return uri.scheme === MODEL_SCHEME ? vscode.Uri.parse(uri.query) : null;
}

/** The networks of binary files as read-only texts in the native format. They follow changes of the files. */
export class ModelDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly watchers = new Map<string, vscode.Disposable>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly runner: CountRunner,
    private readonly workerFiles: WorkerFiles,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(MODEL_SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const file = modelFileOf(uri);
    if (!file) return '';
    this.watch(file, uri);
    try {
      const readable = await this.workerFiles.readable(file);
      return await this.runner.modelText(nameOf(file), this.workerFiles.nameOf(readable));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return `// ${message.replace(/\s+/g, ' ')}\n`;
    }
  }

  async show(file: vscode.Uri, viewColumn?: vscode.ViewColumn): Promise<void> {
    const document = await vscode.workspace.openTextDocument(modelUri(file));
    await vscode.window.showTextDocument(document, { viewColumn, preview: false });
  }

  private watch(file: vscode.Uri, document: vscode.Uri): void {
    const key = document.toString();
    if (this.watchers.has(key)) return;
    const folder = vscode.Uri.joinPath(file, '..');
    const pattern = new vscode.RelativePattern(folder, escaped(nameOf(file)));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    for (const event of [watcher.onDidChange, watcher.onDidCreate]) event(() => this.changed.fire(document));
    this.watchers.set(key, watcher);
  }

  private forget(uri: vscode.Uri): void {
    this.watchers.get(uri.toString())?.dispose();
    this.watchers.delete(uri.toString());
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, ...this.watchers.values()).dispose();
  }
}

/** A name as a pattern that only it matches. */
function escaped(name: string): string {
  return name.replace(/[[\]{}*?]/g, '[$&]');
}
