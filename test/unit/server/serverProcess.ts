import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ConfigurationParams,
  type Diagnostic,
  type InlayHint,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { bundleForNode } from '../bundle.ts';
import type { Method, StatusParams } from '../../../src/protocol/server.ts';

/** The real server in a process of its own, spoken to over the real protocol. */
export class ServerProcess {
  private readonly diagnostics = new Map<string, Diagnostic[]>();
  private readonly statuses = new Map<string, StatusParams>();
  private waiting: (() => void)[] = [];
  settings: unknown = {};
  /** Settings of single folders, by the beginning of an address. */
  folderSettings: (readonly [folder: string, settings: unknown])[] = [];

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly connection: ProtocolConnection,
  ) {
    connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(uri, diagnostics);
      },
    );
    connection.onNotification('regionLens/status', (status: StatusParams) => {
      this.statuses.set(status.uri, status);
      this.waiting.splice(0).forEach((wake) => wake());
    });
    connection.onRequest('workspace/configuration', ({ items }: ConfigurationParams) =>
      items.map(
        ({ scopeUri = '' }) =>
          this.folderSettings.find(([folder]) => scopeUri.startsWith(folder))?.[1] ?? this.settings,
      ),
    );
    for (const refresh of ['workspace/inlayHint/refresh', 'workspace/codeLens/refresh'])
      connection.onRequest(refresh, () => null);
    connection.onRequest('client/registerCapability', () => null);
  }

  /** `workspace` is the address of the only folder; the options are as the extension sends them. */
  static async start(workspace?: string, initializationOptions?: object): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'region-lens-server-'));
    await bundleForNode({ server: 'src/host/node/serverMain.ts', worker: 'src/host/node/workerMain.ts' }, folder);
    const process = fork(join(folder, 'server.js'), ['--node-ipc'], { stdio: 'inherit' });
    const connection = createProtocolConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
    connection.listen();
    const server = new ServerProcess(process, folder, connection);
    const capabilities = { workspace: { configuration: true, inlayHint: { refreshSupport: true } } };
    await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: workspace === undefined ? null : [{ uri: workspace, name: 'workspace' }],
    });
    await connection.sendNotification('initialized', {});
    return server;
  }

  async open(uri: string, languageId: string, text: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces the whole text. */
  async change(uri: string, version: number, text: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  /** Status and diagnostics of this version, once the server has sent them. */
  async analyzed(uri: string, version: number): Promise<{ status: StatusParams; diagnostics: Diagnostic[] }> {
    for (;;) {
      const status = this.statuses.get(uri);
      if (status && status.version >= version) return { status, diagnostics: this.diagnostics.get(uri) ?? [] };
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
  }

  async hints(uri: string): Promise<InlayHint[]> {
    const everything = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
    return (
      (await this.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range: everything })) ?? []
    );
  }

  ask<P, R>(method: Method<P, R>, params: P): Promise<R> {
    return this.connection.sendRequest(method.method, params);
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    this.connection.dispose();
    this.process.kill();
    await rm(this.folder, { recursive: true });
  }
}

/** The text with each hint written at its place as «hint»: a test a person can read. */
export function splice(text: string, hints: readonly InlayHint[]): string {
  const lines = text.split('\n');
  const ordered = [...hints].sort(
    (a, b) => b.position.line - a.position.line || b.position.character - a.position.character,
  );
  for (const { position, label } of ordered) {
    const line = lines[position.line];
    const word = typeof label === 'string' ? label : label.map(({ value }) => value).join('');
    lines[position.line] = `${line.slice(0, position.character)} «${word}»${line.slice(position.character)}`;
  }
  return lines.join('\n');
}
