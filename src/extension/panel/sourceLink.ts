import * as vscode from 'vscode';
import { layerRangeRequest } from '../../protocol/server.ts';
import type { Server } from '../server.ts';

/** From a panel back to the text: shows a layer's line, or marks it while its plot is pointed at. */
export class SourceLink implements vscode.Disposable {
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.wordHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('regionLens.atMost'),
  });
  private turn = 0;

  constructor(private readonly server: Server) {}

  async revealLayer(source: vscode.Uri, network: number, layer: number): Promise<void> {
    const range = await this.rangeOf(source, network, layer);
    if (range) await this.reveal(source, range);
  }

  async reveal(source: vscode.Uri, range: vscode.Range): Promise<void> {
    const viewColumn = editorsOf(source)[0]?.viewColumn ?? vscode.ViewColumn.One;
    const editor = await vscode.window.showTextDocument(source, { viewColumn, preserveFocus: true });
    editor.selection = new vscode.Selection(range.start, range.start);
    // The first line alone: a long one would scroll the editor sideways.
    const start = new vscode.Range(range.start.line, 0, range.start.line, 0);
    editor.revealRange(start, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** Marks the layer in the editors that show the text; null takes the mark away. */
  async mark(source: vscode.Uri, network: number, layer: number | null): Promise<void> {
    const turn = ++this.turn;
    // Pointing at a plot is not a request to be notified that the server is missing.
    if (!this.server.isRunning) return;
    const range = layer === null ? undefined : await this.rangeOf(source, network, layer);
    if (turn !== this.turn) return;
    for (const editor of editorsOf(source)) editor.setDecorations(this.decoration, range ? [range] : []);
  }

  private async rangeOf(source: vscode.Uri, network: number, layer: number): Promise<vscode.Range | undefined> {
    const range = await this.server.ask(layerRangeRequest, { uri: source.toString(), network, layer });
    return range
      ? new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character)
      : undefined;
  }

  dispose(): void {
    this.decoration.dispose();
  }
}

function editorsOf(source: vscode.Uri): vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === source.toString());
}
