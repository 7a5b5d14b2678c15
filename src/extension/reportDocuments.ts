import * as vscode from 'vscode';
import { reportRequest } from '../protocol/server.ts';
import type { Server } from './server.ts';

const SCHEME = 'region-lens';

/** The analysis as a read-only text beside the source; it follows the source's edits. */
export class ReportDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      server.onDidAnalyse(({ uri }) => {
        const report = reportUri(vscode.Uri.parse(uri));
        const open = vscode.workspace.textDocuments.some((document) => document.uri.toString() === report.toString());
        if (open) this.changed.fire(report);
      }),
    ];
  }

  async provideTextDocumentContent(report: vscode.Uri): Promise<string> {
    const uri = report.query;
    await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    return (
      (await this.server.ask(reportRequest, { uri, kind: 'table' })) ??
      `${vscode.l10n.t('There is no network in this file.')}\n`
    );
  }

  async show(source: vscode.Uri): Promise<void> {
    // Asked here, so that a failure is reported as one of the command and not in the text.
    await this.server.ask(reportRequest, { uri: source.toString(), kind: 'table' });
    const document = await vscode.workspace.openTextDocument(reportUri(source));
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function reportUri(source: vscode.Uri): vscode.Uri {
  const name = source.path.slice(source.path.lastIndexOf('/') + 1);
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name} analysis.txt`, query: source.toString() });
}
