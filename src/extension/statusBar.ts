import * as vscode from 'vscode';
import type { NetworkStatus, StatusParams } from '../protocol/server.ts';
import type { Server } from './server.ts';

/** The figure of the network at the cursor; hidden wherever there is none. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('regionLens.status', vscode.StatusBarAlignment.Right, 90);
  private last: vscode.TextEditor | undefined;
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
      vscode.window.tabGroups.onDidChangeTabs(() => this.update()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        const networks = this.known.get(textEditor.document.uri.toString())?.networks.length ?? 0;
        if (networks > 1 && textEditor === vscode.window.activeTextEditor) this.update();
      }),
      vscode.workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration('regionLens.statusBar') && this.update(),
      ),
    ];
  }

  private update(): void {
    const editor = this.shownEditor();
    const status = editor && this.known.get(editor.document.uri.toString());
    // The button in the editor's title bar shows under the same condition.
    void vscode.commands.executeCommand('setContext', 'regionLens.active', Boolean(status));
    const isEnabled = vscode.workspace.getConfiguration('regionLens').get('statusBar.enabled', true);
    if (!status || !isEnabled) return this.item.hide();
    const network = networkAt(status.networks, editor.selection.active.line);
    const text = network?.text ?? vscode.l10n.t('no network');
    this.item.text = `$(symbol-misc) ${text}${status.hasErrors ? ' $(warning)' : ''}`;
    this.item.tooltip = network?.tooltip ?? vscode.l10n.t('Region Lens cannot read a network in this file.');
    this.item.accessibilityInformation = { label: `Region Lens: ${text}` };
    this.item.show();
  }

  /** The active editor; while a panel has the focus, the one before it. */
  private shownEditor(): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors, tabGroups } = vscode.window;
    if (activeTextEditor) return (this.last = activeTextEditor);
    const isPanel = tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputWebview;
    const before = visibleTextEditors.find((editor) => editor.document === this.last?.document);
    return isPanel ? before : undefined;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

/** The smallest network around a line; else the last one that begins before it. */
function networkAt(networks: readonly NetworkStatus[], line: number): NetworkStatus | undefined {
  const around = networks.filter(({ from, to }) => from <= line && line <= to);
  if (around.length > 0) return around.reduce((best, one) => (one.to - one.from < best.to - best.from ? one : best));
  return networks.findLast(({ from }) => from <= line) ?? networks[0];
}
