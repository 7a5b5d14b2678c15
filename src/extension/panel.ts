import * as vscode from 'vscode';
import type {
  CountSettings,
  HostMessage,
  PanelCount,
  PanelModel,
  PanelMessage,
  PanelPicture,
} from '../protocol/panel.ts';
import type { CountOutcome } from '../protocol/pool.ts';
import { importsRequest, layerAtRequest, layerRangeRequest, panelModelRequest } from '../protocol/server.ts';
import { isPanelMessage } from '../protocol/validate.ts';
import type { CountRunner } from './countRunner.ts';
import { panelHtml } from './panelHtml.ts';
import { holdsNetwork } from './recognition.ts';
import type { Server } from './server.ts';
import type { WeightFiles } from './weightFiles.ts';

export const PANEL_TYPE = 'regionLens.panel';
const CURSOR_PAUSE_MS = 60;
/** Pictures of more regions than this are not drawn: a count's memory must not grow with what nobody can see. */
const MOST_PICTURED_LOG10 = 5.3;

/** The panel beside the editor: follows the active network, its edits and its cursor, and runs counts for it. */
export class Panel implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly runs = new Map<string, AbortController>();
  private readonly disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.disposed.event;
  private ready = false;
  private refreshes = 0;
  /** The document shown, and the network the user chose in it. */
  private source: vscode.Uri | undefined;
  private model: PanelModel | undefined;
  private afterReady: (() => void)[] = [];
  private cursorTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extension: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly runner: CountRunner,
    private readonly weightFiles: WeightFiles,
    source: vscode.Uri | undefined,
  ) {
    this.source = source;
    panel.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'media', 'icon.svg');
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(extension.extensionUri, 'dist')],
    };
    this.subscriptions.push(
      panel.webview.onDidReceiveMessage((message: unknown) => {
        if (isPanelMessage(message)) void this.receive(message).catch(showError);
      }),
      panel.onDidDispose(() => this.dispose()),
      server.onDidAnalyse(({ uri, status }) => {
        // A panel that came back without its document takes the first network there is.
        if (status && !this.model) this.source ??= vscode.Uri.parse(uri);
        if (uri === this.source?.toString()) void this.refresh().catch(showError);
      }),
      weightFiles.onDidChoose((uri) => {
        if (uri.toString() === this.source?.toString()) void this.refresh().catch(showError);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && holdsNetwork(editor.document)) this.follow(editor.document.uri);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.followCursor(textEditor)),
    );
    panel.webview.html = panelHtml(panel.webview, extension.extensionUri);
  }

  /** Shows this document's networks, the one at the cursor first. */
  follow(source: vscode.Uri): void {
    if (this.source?.toString() === source.toString() && this.model) return;
    this.source = source;
    this.model = undefined;
    void this.refresh().catch(showError);
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  /** Starts a count with the user's default settings, once the panel is there to show it. */
  count(network: number | undefined): void {
    this.whenReady(() => {
      const shown = this.model?.networks[network ?? this.model.selected];
      if (!shown) return;
      if (shown.countRefused !== null) return void vscode.window.showWarningMessage(shown.countRefused);
      const settings: CountSettings = {
        method: shown.countMethod,
        firstSeed: 1,
        seeds: shown.hasWeights ? 1 : vscode.workspace.getConfiguration('regionLens').get('count.seeds', 8),
        fileWeights: shown.hasWeights,
      };
      void this.run(shown.key, settings).catch(showError);
    });
  }

  private whenReady(task: () => void): void {
    if (this.ready && this.model) task();
    else this.afterReady.push(task);
  }

  private post(message: HostMessage): void {
    void this.panel.webview.postMessage(message);
  }

  private async refresh(): Promise<void> {
    if (!this.ready) return;
    const turn = ++this.refreshes;
    this.source ??= vscode.window.visibleTextEditors.find((editor) => holdsNetwork(editor.document))?.document.uri;
    const source = this.source;
    if (!source) return this.post({ type: 'empty', message: NO_NETWORK });
    const document = await vscode.workspace.openTextDocument(source).then(
      (opened) => opened,
      () => null,
    );
    const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document.uri.toString() === source.toString()); // prettier-ignore
    const cursor = editor?.selection.active;
    const weights = document && (await this.weightFiles.of(document));
    const found = document && (await this.server.ask(panelModelRequest, { uri: source.toString(), line: cursor?.line, character: cursor?.character })); // prettier-ignore
    // An older answer may come late, from before the server knew the document.
    if (turn !== this.refreshes) return;
    const model = found && { ...found, networks: found.networks.map((network) => ({ ...network, hasWeights: network.hasWeights || weights !== null })) }; // prettier-ignore
    this.model = model ?? undefined;
    if (!model || model.networks.length === 0) return this.post({ type: 'empty', message: NO_NETWORK });
    this.panel.title = `Regions: ${model.file}`;
    this.post({ type: 'show', model });
    for (const task of this.afterReady.splice(0)) task();
  }

  private followCursor(editor: vscode.TextEditor): void {
    if (editor.document.uri.toString() !== this.source?.toString()) return;
    clearTimeout(this.cursorTimer);
    this.cursorTimer = setTimeout(() => void this.highlight(editor).catch(showError), CURSOR_PAUSE_MS);
  }

  private async highlight(editor: vscode.TextEditor): Promise<void> {
    const { line, character } = editor.selection.active;
    const at = await this.server.ask(layerAtRequest, { uri: editor.document.uri.toString(), line, character });
    const network = this.model?.networks[at?.network ?? -1];
    if (network) this.post({ type: 'highlight', key: network.key, layer: at?.layer ?? null });
  }

  private async receive(message: PanelMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        return this.refresh();
      case 'reveal':
        return this.revealLayer(message.key, message.layer);
      case 'select':
        return this.revealLayer(message.key, 0);
      case 'count':
        return this.run(message.key, message.settings);
      case 'cancel':
        this.runs.get(message.key)?.abort();
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage('Copied to the clipboard', 2000);
        return;
      case 'save':
        return this.save(message.suggestedName, message.text);
      case 'open':
        await vscode.env.openExternal(vscode.Uri.parse(message.url, true));
        return;
    }
  }

  private networkIndex(key: string): number {
    return this.model?.networks.findIndex((network) => network.key === key) ?? -1;
  }

  private async revealLayer(key: string, layer: number): Promise<void> {
    const network = this.networkIndex(key);
    if (!this.source || network < 0) return;
    const range = await this.server.ask(layerRangeRequest, { uri: this.source.toString(), network, layer });
    if (!range) return;
    const { start, end } = range;
    const target = new vscode.Range(start.line, start.character, end.line, end.character);
    const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === this.source?.toString()); // prettier-ignore
    const column = visible?.viewColumn ?? vscode.ViewColumn.One;
    const editor = await vscode.window.showTextDocument(this.source, { viewColumn: column, preserveFocus: true });
    editor.selection = new vscode.Selection(target.start, target.start);
    editor.revealRange(target, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private async save(suggestedName: string, text: string): Promise<void> {
    const folder = this.source ? vscode.Uri.joinPath(this.source, '..') : undefined;
    const defaultUri = folder && vscode.Uri.joinPath(folder, suggestedName.replace(/[\\/:*?"<>|]/g, '-'));
    const target = await vscode.window.showSaveDialog({ defaultUri });
    if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(text, 'utf8'));
  }

  private async run(key: string, settings: CountSettings): Promise<void> {
    const network = this.networkIndex(key);
    if (!this.source || !this.model || network < 0) return;
    const shown = this.model.networks[network];
    const document = await vscode.workspace.openTextDocument(this.source);
    const weights = settings.fileWeights ? await this.weightFiles.of(document) : null;
    const imports = (await this.server.ask(importsRequest, { uri: this.source.toString() })) ?? {};
    this.runs.get(key)?.abort();
    const run = new AbortController();
    this.runs.set(key, run);
    this.post({ type: 'countStarted', key, settings });
    const seeds = Array.from({ length: settings.fileWeights ? 1 : settings.seeds }, (_, i) => settings.firstSeed + i);
    const expected = shown.expected?.total?.log10 ?? 0;
    // A run that another one has replaced says nothing any more.
    const post = (message: HostMessage) => {
      if (this.runs.get(key) === run) this.post(message);
    };
    try {
      await this.runner.run(
        {
          text: document.getText(),
          fileName: this.model.file,
          network,
          imports,
          weights,
          choice: { method: settings.method, fileWeights: settings.fileWeights },
          seeds,
          picture: settings.method === 'plane' && expected < MOST_PICTURED_LOG10,
        },
        {
          counted: (outcome) => post({ type: 'counted', key, count: countOf(outcome), picture: pictureOf(outcome) }), // prettier-ignore
          progress: (done, { regions, fraction }) =>
            post({ type: 'countProgress', key, done, of: seeds.length, regions, fraction }),
        },
        run.signal,
      );
      post({ type: 'countEnded', key, message: null, outcome: run.signal.aborted ? 'cancelled' : 'done' });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      post({ type: 'countEnded', key, message, outcome: 'failed' });
    } finally {
      if (this.runs.get(key) === run) this.runs.delete(key);
    }
  }

  dispose(): void {
    for (const run of this.runs.values()) run.abort();
    clearTimeout(this.cursorTimer);
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.disposed.fire();
    this.disposed.dispose();
  }
}

const NO_NETWORK = 'Open a network definition, for example with “Region Lens: Open Example”.';

function countOf({ result, seed }: CountOutcome): PanelCount {
  const { exact, activationRegions, perLayer, seconds } = result;
  return { seed, exact, activationRegions, perLayer, seconds };
}

function pictureOf({ result, seed }: CountOutcome): PanelPicture | null {
  return result.regions && { seed, count: result.activationRegions, ...result.regions };
}

function showError(error: unknown): void {
  void vscode.window.showErrorMessage(`Region Lens: ${error instanceof Error ? error.message : String(error)}`);
}
