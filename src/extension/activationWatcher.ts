import * as vscode from 'vscode';
import { holdsNetwork } from './documentFilter.ts';

/** Changed documents are looked at after a pause in typing: a keystroke in a file without a network costs nothing. */
const PAUSE_MS = 300;

/** Waits for the first document that holds a network, reports it once, and then rests. */
export class ActivationWatcher implements vscode.Disposable {
  private readonly changed = new Set<vscode.TextDocument>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly subscription = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => this.look([document])),
    vscode.workspace.onDidChangeTextDocument(({ document }) => this.lookLater(document)),
  );

  constructor(private readonly found: () => void) {}

  look(documents: readonly vscode.TextDocument[]): void {
    if (!documents.some(holdsNetwork)) return;
    this.dispose();
    this.found();
  }

  private lookLater(document: vscode.TextDocument): void {
    this.changed.add(document);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const documents = [...this.changed].filter(({ isClosed }) => !isClosed);
      this.changed.clear();
      this.look(documents);
    }, PAUSE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
  }
}
