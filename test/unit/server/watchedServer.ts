import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type Diagnostic,
  type InlayHint,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { ServerWatch } from '../../../src/extension/serverWatch.ts';
import { forkServer } from '../../../src/host/node/processes/forkServer.ts';
import { pingRequest, workNotification, type Work } from '../../../src/protocol/server.ts';

export interface ServerLimits {
  readonly silentSeconds: number;
  readonly memoryMb: number;
}

interface OpenDocument {
  version: number;
  text: string;
}

/**
 * A server and what watches it, joined as the editor's client joins them: documents are opened again after
 * an end.
 */
export class WatchedServer {
  readonly watch: ServerWatch;
  readonly documents = new Map<string, OpenDocument>();
  readonly diagnostics = new Map<string, Diagnostic[]>();
  /** Servers started so far. */
  starts = 0;
  hasGivenUp = false;
  child: ChildProcess | undefined;
  private connection: ProtocolConnection | undefined;
  private isOver = false;

  constructor(
    private readonly file: string,
    private readonly limits: ServerLimits,
  ) {
    const host = {
      ping: async () => this.connection?.sendRequest(pingRequest.method, {}),
      ended: () => undefined,
    };
    this.watch = new ServerWatch(host, limits.silentSeconds);
  }

  async start(): Promise<void> {
    const server = forkServer(this.file, () => undefined, this.limits.memoryMb);
    const { child } = server;
    this.watch.begin(server);
    const connection = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    this.starts++;
    connection.onNotification(workNotification.method, ({ work }: { work: Work | null }) => this.watch.worksOn(work));
    connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(uri, diagnostics);
      },
    );
    connection.onRequest('workspace/configuration', () => [{}]);
    for (const request of ['workspace/inlayHint/refresh', 'workspace/codeLens/refresh'])
      connection.onRequest(request, () => null);
    connection.onClose(() => void this.goOn(connection));
    connection.listen();
    const initializationOptions = { stopped: this.watch.stopped };
    await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await connection.sendNotification('initialized', {});
    this.child = child;
    this.connection = connection;
    for (const [uri, { version, text }] of this.documents) await this.tell(uri, version, text);
  }

  private async goOn(connection: ProtocolConnection): Promise<void> {
    connection.dispose();
    this.connection = undefined;
    if (this.isOver) return;
    if (this.watch.hasEnded()) await this.start();
    else this.hasGivenUp = true;
  }

  private async tell(uri: string, version: number, text: string): Promise<void> {
    this.watch.expectAnswer();
    await this.connection?.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'jsonc', version, text },
    });
  }

  async open(name: string, text: string): Promise<string> {
    const uri = `file:///models/${name}`;
    this.documents.set(uri, { version: 1, text });
    await this.tell(uri, 1, text);
    return uri;
  }

  async change(uri: string, version: number, text: string): Promise<void> {
    this.documents.set(uri, { version, text });
    this.watch.expectAnswer();
    await this.connection?.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  /** As often as an end of the server comes between. */
  async hints(uri: string): Promise<string[]> {
    const range = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
    this.watch.expectAnswer();
    try {
      const hints = await this.connection?.sendRequest<InlayHint[]>('textDocument/inlayHint', {
        textDocument: { uri },
        range,
      });
      return (hints ?? []).map(({ label }) =>
        typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
      );
    } catch {
      return ['the server ended'];
    }
  }

  messages(uri: string): string[] {
    return (this.diagnostics.get(uri) ?? []).map(({ message }) => message);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    const { child } = this;
    this.watch.dispose();
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
