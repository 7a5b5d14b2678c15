import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import {
  pingRequest,
  statusNotification,
  workNotification,
  type Method,
  type StatusParams,
  type WatchOptions,
  type Work,
} from '../protocol/server.ts';
import { RESTART_COMMAND, ServerNotRunning } from './failures.ts';
import { LANGUAGES } from './documentFilter.ts';
import type { ExtensionHost } from './host.ts';
import { ServerWatch } from './serverWatch.ts';

/** Our commands that links in hovers may run; no others are trusted. */
const LINKED_COMMANDS = ['regionLens.showPlot', 'regionLens.countRegions', 'regionLens.analyzeNetwork'];

/** The protocol's codes for a request that was under way when the server ended. */
const LOST = new Set<unknown>([-32099, -32098, -32097, -32096]);

/** The language server, started when the first network is opened and not before, and again when it has ended. */
export class Server implements vscode.Disposable {
  private client: Promise<BaseLanguageClient> | undefined;
  /** The same; the end of any other process does not matter. */
  private current: BaseLanguageClient | undefined;
  /** No server is started any more unless the user wants one. */
  private hasGivenUp = false;
  private isTold = false;
  private readonly analyzed = new vscode.EventEmitter<StatusParams>();
  private readonly ended = new vscode.EventEmitter<void>();
  /** Fires after each analysis of a document, with what the status bar says. */
  readonly onDidAnalyse = this.analyzed.event;
  /** Fires when the server has ended: what it said is not known any more. */
  readonly onDidEnd = this.ended.event;
  private readonly log = vscode.window.createOutputChannel('Region Lens', { log: true });
  private readonly watch: ServerWatch;
  private readonly sources = vscode.workspace.createFileSystemWatcher('**/*.{ts,tsx,js,mjs,jsx,py}');
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly host: ExtensionHost) {
    this.watch = new ServerWatch({
      ping: async () => (await this.client)?.sendRequest(pingRequest.method, {}),
      ended: (work, silentSeconds) => {
        const { t } = vscode.l10n;
        this.log.error(
          silentSeconds === null
            ? t('The language server ended unexpectedly.')
            : t('The language server did not answer for {0} seconds and was stopped.', silentSeconds),
        );
        if (work) this.log.error(t('It was at work on {0}, version {1}: {2}.', work.uri, work.version, work.method));
      },
    });
    this.subscriptions = [
      this.analyzed,
      this.ended,
      this.log,
      this.watch,
      this.sources,
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.watch.forget(uri.toString())),
    ];
  }

  get isRunning(): boolean {
    return this.client !== undefined && !this.hasGivenUp;
  }

  start(): Promise<BaseLanguageClient> {
    this.client ??= this.launch().catch((error: unknown) => {
      this.log.error(error instanceof Error ? error : String(error));
      throw this.giveUp();
    });
    return this.client;
  }

  /**
   * Starts the server where needed. A request that was under way when the server ended is sent to the next one. Where
   * the server has been given up, rejects with `ServerNotRunning` and tells the user.
   */
  async ask<P, R>(method: Method<P, R>, params: P): Promise<R> {
    for (let isSecond = false; ; isSecond = true) {
      if (this.hasGivenUp) throw this.giveUp();
      try {
        const client = await this.start();
        return await client.sendRequest<R>(method.method, params);
      } catch (error) {
        // By then the client knows whether it starts another one.
        await new Promise((resolve) => setTimeout(resolve));
        if (this.hasGivenUp) throw this.giveUp();
        if (isSecond || !LOST.has((error as { code?: unknown }).code)) throw error;
      }
    }
  }

  /** Ends the server, whatever it is doing, and starts another one that knows of no earlier ends. */
  async restart(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.current = undefined;
    this.watch.forgetAll();
    this.watch.kill();
    this.ended.fire();
    await client?.then((old) => old.dispose()).catch((error: unknown) => this.log.warn(String(error)));
    this.hasGivenUp = false;
    await this.start();
  }

  private async launch(): Promise<BaseLanguageClient> {
    // Loaded here so that activation costs nothing where no network is open.
    const launcher = await this.host.loadLauncher();
    const { CloseAction, ErrorAction } = await import('vscode-languageclient');
    const connect = () => {
      const server = launcher.start((text) => this.log.info(text));
      this.watch.begin(server);
      return Promise.resolve(server.transports);
    };
    const client: BaseLanguageClient = launcher.createClient(connect, {
      documentSelector: LANGUAGES.map((language) => ({ language })),
      markdown: { supportHtml: true, isTrusted: { enabledCommands: LINKED_COMMANDS } },
      synchronize: {
        configurationSection: 'regionLens',
        // Of sources alone, for what they import.
        fileEvents: this.sources,
      },
      diagnosticCollectionName: 'regionLens',
      outputChannel: this.log,
      initializationOptions: (): WatchOptions => ({
        stopped: this.watch.stopped,
        translations: vscode.l10n.bundle,
      }),
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          const again = this.hasEnded(client);
          return { action: again ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        sendRequest: (type, params, token, next) => {
          if (type !== pingRequest.method) this.watch.expectAnswer();
          return next(type, params, token);
        },
        sendNotification: (type, next, params) => {
          this.watch.expectAnswer();
          return next(type, params);
        },
      },
    });
    client.onNotification(statusNotification.method, (status: StatusParams) => this.analyzed.fire(status));
    client.onNotification(workNotification.method, ({ work }: { work: Work | null }) => this.watch.worksOn(work));
    this.current = client;
    await client.start();
    return client;
  }

  /** True when the client is to start another one. */
  private hasEnded(client: BaseLanguageClient): boolean {
    if (client !== this.current) return false;
    const again = this.watch.hasEnded();
    this.ended.fire();
    if (!again) this.giveUp();
    return again;
  }

  /** Says how to go on, unless that is on the screen already. */
  private giveUp(): ServerNotRunning {
    this.hasGivenUp = true;
    if (!this.isTold) void this.offerRestart();
    return new ServerNotRunning();
  }

  private async offerRestart(): Promise<void> {
    this.isTold = true;
    const restart = vscode.l10n.t('Restart');
    const showLog = vscode.l10n.t('Show Log');
    const message = vscode.l10n.t(
      'The language server of Region Lens ended several times or could not be started, and is not running.',
    );
    const chosen = await vscode.window.showErrorMessage(message, restart, showLog);
    this.isTold = false;
    if (chosen === restart) await vscode.commands.executeCommand(RESTART_COMMAND);
    if (chosen === showLog) this.log.show();
  }

  async dispose(): Promise<void> {
    const { client } = this;
    this.current = undefined;
    await client?.then((running) => running.dispose()).catch(() => undefined);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
