import * as vscode from 'vscode';
import { layerAtRequest, nativeTextRequest, reportRequest } from '../protocol/server.ts';
import { registerOpeners } from './openers.ts';
import { RESTART_COMMAND, showError } from './failures.ts';
import { askForParts } from './panel/countInParts.ts';
import type { Panels } from './panel/panels.ts';
import { holdsNetwork } from './documentFilter.ts';
import type { ReportDocuments } from './reportDocuments.ts';
import type { Server } from './server.ts';
import type { WeightFiles } from './weightFiles.ts';

interface Parts {
  readonly extension: vscode.ExtensionContext;
  readonly server: Server;
  readonly panels: Panels;
  readonly reports: ReportDocuments;
  readonly weightFiles: WeightFiles;
}

/** Commands of the palette; links in hovers and lenses give the document's address and the network's position. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { server, panels, reports } = parts;
  const onNetwork = (id: string, handler: (source: vscode.Uri, network: number | undefined) => unknown) =>
    vscode.commands.registerCommand(id, async (uri?: unknown, network?: unknown) => {
      const source = await sourceOf(panels, uri);
      if (!source) return;
      try {
        await handler(source, typeof network === 'number' ? network : undefined);
      } catch (error) {
        showError(error);
      }
    });
  return [
    onNetwork('regionLens.analyzeNetwork', (source) => reports.show(source)),
    onNetwork('regionLens.showPlot', (source) => void panels.show(source)),
    onNetwork('regionLens.countRegions', (source, network) => panels.show(source).count(network)),
    onNetwork('regionLens.showTraining', (source, network) => panels.show(source).showTraining(network)),
    onNetwork('regionLens.copyAnalysis', async (source) => {
      const json = await server.ask(reportRequest, { uri: source.toString(), kind: 'json' });
      if (json === null) return;
      await vscode.env.clipboard.writeText(json);
      vscode.window.setStatusBarMessage(vscode.l10n.t('Region Lens: analysis copied as JSON'), 3000);
    }),
    onNetwork('regionLens.chooseWeights', (source) => parts.weightFiles.choose(source)),
    onNetwork('regionLens.showNormalized', (source, network) => showNormalized(server, source, network)),
    vscode.commands.registerCommand('regionLens.showParts', () => showParts(panels).catch(showError)),
    vscode.commands.registerCommand(RESTART_COMMAND, () => restart(server)),
    ...registerOpeners(parts.extension),
  ];
}

/** A count in parts, beside the file whose network it counts. */
async function showParts(panels: Panels): Promise<void> {
  const parts = await askForParts();
  if (!parts) return;
  const { document } = await vscode.window.showTextDocument(parts.network, { preview: false });
  panels.show(document.uri).showParts(parts);
}

async function restart(server: Server): Promise<void> {
  try {
    await server.restart();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Region Lens: the language server was restarted'), 3000);
  } catch (error) {
    showError(error);
  }
}

/** The document meant: the one given by a link, else the active panel's or editor's, if it holds a network. */
async function sourceOf(panels: Panels, uri: unknown): Promise<vscode.Uri | undefined> {
  const given = typeof uri === 'string' ? vscode.Uri.parse(uri) : uri instanceof vscode.Uri ? uri : undefined;
  const meant = isOurPanel(given) || given === undefined ? panels.activeSource : given;
  const document = meant ? await vscode.workspace.openTextDocument(meant) : activeNetwork();
  if (document && holdsNetwork(document)) return document.uri;
  const open = vscode.l10n.t('Open Example');
  const message = vscode.l10n.t('No network found in this file.');
  if ((await vscode.window.showInformationMessage(message, open)) === open) {
    await vscode.commands.executeCommand('regionLens.openExample');
  }
  return undefined;
}

/** Buttons in a panel's title bar give an address of the panel itself. */
function isOurPanel(uri: vscode.Uri | undefined): boolean {
  return uri?.scheme === 'webview-panel';
}

/** The network in the active editor, or in a visible one while a panel has the focus. */
function activeNetwork(): vscode.TextDocument | undefined {
  const active = vscode.window.activeTextEditor?.document;
  if (active && (holdsNetwork(active) || !vscode.window.tabGroups.activeTabGroup.activeTab)) return active;
  return active ?? vscode.window.visibleTextEditors.map((editor) => editor.document).find(holdsNetwork);
}

/** The network meant, as a native document of its own: names given, defaults and expressions settled. */
async function showNormalized(server: Server, source: vscode.Uri, network: number | undefined): Promise<void> {
  const uri = source.toString();
  const cursor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri)?.selection
    .active;
  const at = cursor && (await server.ask(layerAtRequest, { uri, line: cursor.line, character: cursor.character }));
  const content = await server.ask(nativeTextRequest, { uri, network: network ?? at?.network ?? 0 });
  if (content === null)
    return void vscode.window.showInformationMessage(vscode.l10n.t('No network found in this file.'));
  const document = await vscode.workspace.openTextDocument({ language: 'jsonc', content });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}
