import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { statusNotification, type Method, type StatusParams } from '../protocol/server.ts';
import { LANGUAGES } from './recognition.ts';

/** Our commands that links in hovers may run; no others are trusted. */
const LINKED_COMMANDS = ['regionLens.showPlot', 'regionLens.countRegions', 'regionLens.analyzeNetwork'];

/** The language server, started when the first network is opened and not before. */
export class Server implements vscode.Disposable {
  private client: Promise<LanguageClient> | undefined;
  private readonly analysed = new vscode.EventEmitter<StatusParams>();
  /** Fires after each analysis of a document, with what the status bar says. */
  readonly onDidAnalyse = this.analysed.event;

  constructor(private readonly extension: vscode.ExtensionContext) {}

  start(): Promise<LanguageClient> {
    this.client ??= this.launch();
    return this.client;
  }

  /** Starts the server where needed. */
  async ask<P, R>(method: Method<P, R>, params: P): Promise<R> {
    const client = await this.start();
    return client.sendRequest<R>(method.method, params);
  }

  private async launch(): Promise<LanguageClient> {
    // Loaded here so that activation costs nothing where no network is open.
    const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
    const module = this.extension.asAbsolutePath('dist/server.js');
    const client = new LanguageClient(
      'regionLens',
      'Region Lens',
      { module, transport: TransportKind.ipc },
      {
        documentSelector: LANGUAGES.map((language) => ({ language })),
        markdown: { supportHtml: true, isTrusted: { enabledCommands: LINKED_COMMANDS } },
        synchronize: {
          configurationSection: 'regionLens',
          // Of sources alone, for what they import.
          fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{ts,tsx,js,mjs,jsx}'),
        },
        diagnosticCollectionName: 'regionLens',
      },
    );
    client.onNotification(statusNotification.method, (status: StatusParams) => this.analysed.fire(status));
    await client.start();
    return client;
  }

  async dispose(): Promise<void> {
    this.analysed.dispose();
    const client = await this.client?.catch(() => undefined);
    await client?.dispose();
  }
}
