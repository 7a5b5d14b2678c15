import * as vscode from 'vscode';
import type { CountRunner } from './countRunner.ts';
import { Panel, PANEL_TYPE } from './panel.ts';
import type { Server } from './server.ts';
import type { WeightFiles } from './weightFiles.ts';

/** Opens the panel, finds the open one again, and restores it after a reload of the window. */
export class Panels implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private open: Panel | undefined;
  private readonly registration: vscode.Disposable;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly runner: CountRunner,
    private readonly weightFiles: WeightFiles,
  ) {
    this.registration = vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, this);
  }

  show(source: vscode.Uri): Panel {
    if (this.open) {
      this.open.follow(source);
      this.open.reveal();
      return this.open;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    return this.adopt(vscode.window.createWebviewPanel(PANEL_TYPE, 'Region Lens', place), source);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel, sourceIn(state));
    return Promise.resolve();
  }

  private adopt(webview: vscode.WebviewPanel, source: vscode.Uri | undefined): Panel {
    const panel = new Panel(webview, this.extension, this.server, this.runner, this.weightFiles, source);
    panel.onDidDispose(() => {
      if (this.open === panel) this.open = undefined;
    });
    this.open = panel;
    return panel;
  }

  dispose(): void {
    this.registration.dispose();
    this.open?.dispose();
  }
}

/** The document a stored panel showed, from whatever an earlier version may have stored. */
function sourceIn(state: unknown): vscode.Uri | undefined {
  const model = (state as { model?: { uri?: unknown } } | null | undefined)?.model;
  return typeof model?.uri === 'string' ? vscode.Uri.parse(model.uri) : undefined;
}
