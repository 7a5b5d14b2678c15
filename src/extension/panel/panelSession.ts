import * as vscode from 'vscode';
import { isPanelMessage, type HostMessage, type PanelMessage } from '../../protocol/messages.ts';
import type { PanelModel } from '../../protocol/panel.ts';
import type { TaskNetwork } from '../../protocol/pool.ts';
import { usualSettings } from '../../protocol/usualSettings.ts';
import type { CountSettings } from '../../protocol/runs.ts';
import { layerAtRequest, sourceRequest } from '../../protocol/server.ts';
import { applySize, comparisons } from './comparisons.ts';
import { defaultSeeds, timeLimit } from './countDefaults.ts';
import type { CountInParts } from './countInParts.ts';
import type { CountRunner } from './countRunner.ts';
import { drawings } from './drawings.ts';
import { showError } from '../failures.ts';
import { PanelAnswers } from './panelAnswers.ts';
import { askForPoints } from './pointFiles.ts';
import type { ExtensionHost } from '../host.ts';
import { holdsNetwork } from '../documentFilter.ts';
import type { RunStore } from './runStore.ts';
import { saveExport } from './saveExport.ts';
import { askForModel, withWeightRemarks } from './shownModel.ts';
import { startCount, startParts } from './startCount.ts';
import type { Server } from '../server.ts';
import type { WeightFiles } from '../weightFiles.ts';
import type { WeightRemarks } from './weightRemarks.ts';
import { trainingAnswers } from '../training/trainingAnswers.ts';
import type { TrainingStore } from '../training/trainingStore.ts';
import { TrainerClient } from '../../trainer/trainerClient.ts';
import { SourceLink } from './sourceLink.ts';

const CURSOR_PAUSE_MS = 60;

/** Where a panel stands: a tab beside the editor, or a view in the side bar. */
export interface PanelPlace {
  readonly home: 'tab' | 'view';
  readonly webview: vscode.Webview;
  setTitle(file: string | null, pinned: boolean): void;
  openTab(source: vscode.Uri): void;
}

export interface PanelServices {
  readonly extension: vscode.ExtensionContext;
  readonly server: Server;
  readonly runner: CountRunner;
  readonly runs: RunStore;
  readonly training: TrainingStore;
  readonly startTrainer: ExtensionHost['startTrainer'];
  readonly commandLine: ExtensionHost['commandLine'];
  readonly weightFiles: WeightFiles;
  readonly weightRemarks: WeightRemarks;
}

/** Which network a message is about. */
export interface NetworkSource {
  readonly uri: string;
  readonly position: number;
  readonly inputs: number;
  /** The run of snapshots that the definition names. */
  readonly run: string | null;
  readonly text: TaskNetwork;
}

/**
 * One panel at work: follows the active network (unless pinned), its edits and its cursor, and answers what its page
 * asks.
 */
export class PanelSession implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly answers: PanelAnswers;
  private readonly link: SourceLink;
  private ready = false;
  /** Answers that come after that are for no one. */
  private isOver = false;
  private refreshes = 0;
  private model: PanelModel | undefined;
  private afterReady: (() => void)[] = [];
  private hasShown = false;
  private cursorTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly place: PanelPlace,
    private readonly services: PanelServices,
    private source: vscode.Uri | undefined,
    private pinned: boolean,
  ) {
    const { server, runner, runs, training, weightFiles } = services;
    const trainer = new TrainerClient(services.startTrainer);
    const asker = {
      network: (key: string) => this.networkOnceKnown(key),
      post: (answer: HostMessage) => this.post(answer),
    };
    this.answers = new PanelAnswers(asker, {
      ...drawings(runner, server),
      ...comparisons(server, runner),
      ...trainingAnswers(training, trainer),
      points: async ({ inputs }, { needed }) => (await askForPoints(needed, inputs)) ?? null,
    });
    this.link = new SourceLink(server);
    this.subscriptions.push(
      trainer,
      this.link,
      this.answers,
      place.webview.onDidReceiveMessage((message: unknown) => {
        if (isPanelMessage(message)) void this.receive(message).catch(showError);
      }),
      runs.onDidChange((message) => {
        if (this.model?.networks.some((network) => network.key === message.key)) this.post(message);
      }),
      server.onDidAnalyse(({ uri, status }) => {
        // A panel that came back without its document takes the first network there is.
        if (status && !this.model) this.source ??= vscode.Uri.parse(uri);
        if (uri === this.source?.toString()) void this.refresh().catch(showError);
      }),
      weightFiles.onDidChange((uri) => {
        if (this.shows(uri)) void this.refresh().catch(showError);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && !this.pinned && holdsNetwork(editor.document)) this.follow(editor.document.uri);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (this.ready && event.affectsConfiguration('regionLens.count')) this.sayHome();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.followCursor(textEditor)),
    );
  }

  get shownSource(): vscode.Uri | undefined {
    return this.source;
  }

  get isPinned(): boolean {
    return this.pinned;
  }

  shows(source: vscode.Uri): boolean {
    return this.source?.toString() === source.toString();
  }

  /** Shows this document's networks, the one at the cursor first. */
  follow(source: vscode.Uri): void {
    if (this.shows(source) && this.model) return;
    this.source = source;
    this.model = undefined;
    void this.refresh().catch(showError);
  }

  /** Starts a count with the user's default settings, once the panel is there to show it. */
  count(network: number | undefined): void {
    this.whenReady(() => {
      const shown = this.model?.networks[network ?? this.model.selected];
      if (!shown) return;
      if (shown.countRefused !== null) return void vscode.window.showWarningMessage(shown.countRefused);
      const settings = usualSettings(defaultSeeds(), shown.hasWeights);
      void this.run(shown.key, settings).catch(showError);
    });
  }

  /** Shows a count that others make in parts, as these land, and then the whole. */
  showParts(parts: CountInParts): void {
    this.whenReady(() => {
      const shown = this.model?.networks[parts.plan.network];
      if (shown && this.source) void startParts(this.services, shown, this.source, parts).catch(showError);
    });
  }

  /** Shows the page about training, and asks for a run to show there. */
  showTraining(network: number | undefined): void {
    this.whenReady(() => {
      const shown = this.model?.networks[network ?? this.model.selected];
      if (!shown) return;
      this.post({ type: 'page', page: 'training' });
      void this.addRun(shown.key).catch(showError);
    });
  }

  private async addRun(key: string): Promise<void> {
    const source = await this.network(key);
    if (source) await this.services.training.change(source, { change: 'addRun', run: 0 });
  }

  post(message: HostMessage): void {
    if (!this.isOver) void this.place.webview.postMessage(message);
  }

  /** A page that the editor opens again shows what it kept, and asks about it before the server knows the document. */
  private async networkOnceKnown(key: string): Promise<NetworkSource | undefined> {
    if (!this.hasShown) await new Promise<void>((resolve) => this.afterReady.push(resolve));
    return this.network(key);
  }

  /** The network with this key, with the text it is in. */
  async network(key: string): Promise<NetworkSource | undefined> {
    const position = this.model?.networks.findIndex((network) => network.key === key) ?? -1;
    if (!this.source || !this.model || position < 0) return undefined;
    const uri = this.source.toString();
    const { inputSize: inputs, run } = this.model.networks[position];
    const document = await vscode.workspace.openTextDocument(this.source);
    const weights = (await this.services.weightFiles.of(document))?.place;
    const source = await this.services.server.ask(sourceRequest, { uri });
    return source ? { uri, position, inputs, run, text: { ...source, network: position, weights } } : undefined;
  }

  async reveal(range: vscode.Range): Promise<void> {
    if (this.source) await this.link.reveal(this.source, range);
  }

  private whenReady(task: () => void): void {
    if (this.ready && this.model) task();
    else this.afterReady.push(task);
  }

  private async refresh(): Promise<void> {
    if (!this.ready) return;
    const turn = ++this.refreshes;
    this.source ??= vscode.window.visibleTextEditors.find((editor) => holdsNetwork(editor.document))?.document.uri;
    const source = this.source;
    const model = source && (await askForModel(this.services, source));
    // An older answer may come late, from before the server knew the document.
    if (turn !== this.refreshes || this.isOver) return;
    this.model = model || undefined;
    this.place.setTitle(model ? model.file : null, this.pinned);
    if (!model || model.networks.length === 0) return this.post({ type: 'empty', message: noNetwork() });
    this.show(model);
    this.hasShown = true;
    for (const task of this.afterReady.splice(0)) task();
    const withRemarks = await withWeightRemarks(this.services, model, (key) => this.network(key));
    if (turn !== this.refreshes || withRemarks === model) return;
    this.model = withRemarks;
    this.show(withRemarks);
  }

  private show(model: PanelModel): void {
    this.post({ type: 'show', model });
    for (const { key } of model.networks) this.post({ type: 'run', key, run: this.services.runs.of(key) });
  }

  private followCursor(editor: vscode.TextEditor): void {
    if (editor.document.uri.toString() !== this.source?.toString() || !this.services.server.isRunning) return;
    clearTimeout(this.cursorTimer);
    this.cursorTimer = setTimeout(() => void this.highlight(editor).catch(showError), CURSOR_PAUSE_MS);
  }

  private async highlight(editor: vscode.TextEditor): Promise<void> {
    const { line, character } = editor.selection.active;
    const params = { uri: editor.document.uri.toString(), line, character };
    const at = await this.services.server.ask(layerAtRequest, params);
    const network = this.model?.networks[at?.network ?? -1];
    if (network) this.post({ type: 'highlight', key: network.key, layer: at?.layer ?? null });
  }

  private async receive(message: PanelMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.sayHome();
        return this.refresh();
      case 'reveal':
        return this.onLayer(message.key, (source, network) => this.link.revealLayer(source, network, message.layer));
      case 'select':
        return this.onLayer(message.key, (source, network) => this.link.revealLayer(source, network, 0));
      case 'point':
        return this.onLayer(message.key, (source, network) => this.link.mark(source, network, message.layer));
      case 'pin':
        return this.pin(message.pinned);
      case 'openTab':
        if (this.source) this.place.openTab(this.source);
        return;
      case 'count':
        return this.run(message.key, message.settings);
      case 'cancel':
        return this.services.runs.cancel(message.key);
      case 'apply':
        return this.applySize(message);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied to the clipboard'), 2000);
        return;
      case 'exportFailed':
        return showError(new Error(vscode.l10n.t('Nothing was exported: {0}', message.reason)));
      case 'save':
        return saveExport(this.source, message);
      case 'ask':
        return this.answers.receive(message);
      case 'command':
        await vscode.commands.executeCommand(`regionLens.${message.command}`);
        return;
      case 'open':
        await vscode.env.openExternal(vscode.Uri.parse(message.url, true));
        return;
    }
  }

  private sayHome(): void {
    const { version } = this.services.extension.extension.packageJSON as { version: string };
    const versions = `Region Lens ${version}, VS Code ${vscode.version}`;
    this.post({
      type: 'home',
      home: this.place.home,
      pinned: this.pinned,
      versions,
      seeds: defaultSeeds(),
      timeLimit: timeLimit(),
    });
  }

  private async pin(pinned: boolean): Promise<void> {
    this.pinned = pinned;
    this.sayHome();
    this.place.setTitle(this.model?.file ?? null, pinned);
    const active = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
    if (!pinned && active && holdsNetwork(active.document)) this.follow(active.document.uri);
    return Promise.resolve();
  }

  private async onLayer(key: string, act: (source: vscode.Uri, network: number) => Promise<void>): Promise<void> {
    const network = this.model?.networks.findIndex((one) => one.key === key) ?? -1;
    if (this.source && network >= 0) await act(this.source, network);
  }

  private async run(key: string, settings: CountSettings): Promise<void> {
    const source = await this.network(key);
    const shown = this.model?.networks.find((network) => network.key === key);
    if (!source || !shown) return;
    await startCount(this.services, shown, source, settings);
  }

  private async applySize({ key, subject, value }: Extract<PanelMessage, { type: 'apply' }>): Promise<void> {
    const source = await this.network(key);
    const range = source && (await applySize(this.services.server, source, subject, value));
    if (range) await this.reveal(range);
  }

  dispose(): void {
    this.isOver = true;
    clearTimeout(this.cursorTimer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function noNetwork(): string {
  return vscode.l10n.t('Open a network definition to see its linear regions.');
}
