import * as vscode from 'vscode';
import type { StatusParams } from '../protocol/server.ts';
import type { Server } from './server.ts';

/** The figure of the network in the active editor; hidden wherever there is none. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('regionLens.status', vscode.StatusBarAlignment.Right, 90);
  private readonly known = new Map<string, StatusParams['status']>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(server: Server) {
    this.item.name = 'Region Lens';
    this.item.command = 'regionLens.showPlot';
    this.subscriptions = [
      this.item,
      server.onDidAnalyse(({ uri, status }) => {
        if (status) this.known.set(uri, status);
        else this.known.delete(uri);
        this.update();
      }),
      server.onDidEnd(() => {
        this.known.clear();
        this.update();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration('regionLens.statusBar') && this.update(),
      ),
    ];
  }

  private update(): void {
    const uri = vscode.window.activeTextEditor?.document.uri.toString();
    const status = uri === undefined ? undefined : this.known.get(uri);
    // The button in the editor's title bar shows under the same condition.
    void vscode.commands.executeCommand('setContext', 'regionLens.active', Boolean(status));
    const wanted = vscode.workspace.getConfiguration('regionLens').get('statusBar.enabled', true);
    if (!status || !wanted) return this.item.hide();
    this.item.text = `$(symbol-misc) ${status.text}${status.hasErrors ? ' $(warning)' : ''}`;
    this.item.tooltip = status.tooltip;
    this.item.accessibilityInformation = { label: `Region Lens: ${status.text}` };
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
