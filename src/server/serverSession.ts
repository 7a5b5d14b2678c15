import {
  LSPErrorCodes,
  ResponseError,
  TextDocuments,
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextFiles } from '../host/files.ts';
import * as protocol from '../protocol/server.ts';
import { BOUND_IDS } from '../theory/boundIds.ts';
import { DocumentAnalyses, type AnalyzedDocument } from './documentAnalysis.ts';
import { DocumentSettings } from './documentSettings.ts';
import { DocumentWork } from './documentWork.ts';
import { DrawnMeans, type DrawMean } from './drawnMeans.ts';
import { diagnostics } from './features/diagnostics.ts';
import { statusOf } from './features/status.ts';
import { addressOf, ImportedFiles } from './importedFiles.ts';
import { Scheduler } from './scheduler.ts';
import { asCell, Notebooks, sourceOf, withinCell } from './notebooks.ts';
import { parseSettings, type Settings } from './settings.ts';
import { inSlices } from './slices.ts';

/** What the language server needs of the place it runs in. */
export interface ServerHost {
  readonly connection: Connection;
  readonly files: TextFiles;
  /** Resolves once the messages that wait have been handled. */
  readonly nextTurn: () => Promise<unknown>;
  /** Draws the mean of a network outside of this process; without it, networks without a formula have no mean. */
  readonly drawMean?: DrawMean;
}

/** What the server sends the editor about a document without being asked. */
interface Published {
  readonly found: Diagnostic[];
  readonly status: protocol.StatusParams['status'];
}

export type Answer<R> = Promise<R | null | ResponseError<void>>;

/** Diagnostics and status wait for a pause in typing; what the editor asks for is answered at once. */
const PAUSE_MS = 120;
/** Files import files that import others: each round reads one more of them. */
const MAX_IMPORT_ROUNDS = 8;

/** The open documents with their analyses and settings, and what the editor gets about them without asking. */
export class ServerSession {
  readonly connection: Connection;
  readonly nextTurn: ServerHost['nextTurn'];
  readonly imported: ImportedFiles;
  readonly work: DocumentWork;
  readonly analyses: DocumentAnalyses;
  private readonly documents = new TextDocuments<TextDocument>({
    // Some clients open a document without its text.
    create: (uri, languageId, version, text: string | undefined) =>
      TextDocument.create(uri, languageId, version, text ?? ''),
    update: (document, changes, version) => TextDocument.update(document, changes, version),
  });
  private readonly notebooks = new Notebooks(this.documents);
  /** Open documents by the address that imports name them by. */
  private readonly openTexts = new Map<string, TextDocument>();
  private readonly scheduler = new Scheduler(PAUSE_MS);
  private readonly settings: DocumentSettings;
  private readonly means: DrawnMeans | undefined;

  constructor({ connection, files, nextTurn, drawMean }: ServerHost) {
    this.connection = connection;
    this.nextTurn = nextTurn;
    this.imported = new ImportedFiles(files, (address) => this.openTexts.get(address)?.getText());
    this.work = new DocumentWork((now) =>
      this.unawaited(connection.sendNotification(protocol.workNotification.method, { work: now })),
    );
    this.analyses = new DocumentAnalyses(
      (uri) => this.imported.filesFor(uri),
      this.work,
      (uri, error) => this.reportFailure(uri, error),
    );
    this.means =
      drawMean && new DrawnMeans(drawMean, (uri) => this.unawaited(this.publish(uri).then(() => this.refresh())));
    this.settings = new DocumentSettings(async (uri) =>
      parseSettings(await connection.workspace.getConfiguration({ scopeUri: uri, section: 'regionLens' })),
    );
    this.documents.onDidChangeContent(({ document }) => this.changed(document));
    this.documents.onDidClose(({ document }) => this.closed(document));
    const { documents: notebooks } = this.notebooks;
    notebooks.onDidChange(({ notebookDocument }) => this.changedCells(this.notebooks.cellsOf(notebookDocument)));
    notebooks.onDidClose(({ uri }) => {
      this.notebooks.forget(uri);
      this.imported.forget(sourceOf(uri));
      this.analyses.forget(sourceOf(uri));
    });
    connection.onDidChangeWatchedFiles(({ changes }) => changes.forEach(({ uri }) => this.changedOnDisk(uri)));
    connection.onDidChangeConfiguration(() => this.unawaited(this.applySettings()));
  }

  /** To be called when all handlers are registered. */
  listen(): void {
    this.documents.listen(this.connection);
    this.notebooks.documents.listen(this.connection);
    this.connection.listen();
  }

  /** The analysis of the document as it is now, with the files it imports. */
  async find(uri: string): Promise<AnalyzedDocument | null> {
    for (let round = 0; ; round++) {
      const found = this.findNow(uri);
      const source = this.sourceOf(uri);
      if (this.imported.isComplete(source) || round === MAX_IMPORT_ROUNDS) return found;
      await this.imported.load(source);
      this.analyses.outdate(source);
    }
  }

  /** The same with those files that are known. */
  findNow(uri: string): AnalyzedDocument | null {
    const document = this.documents.get(uri);
    if (!document) return null;
    const cell = this.notebooks.cellAt(uri);
    if (!cell) return this.analyses.of(document);
    const analyzed = this.analyses.of(cell.joined);
    return analyzed && asCell(analyzed, uri, document.version, cell);
  }

  /** The texts of the files that a document imports, or the notebook of a cell, by their paths from its folder. */
  importsOf(uri: string): Readonly<Record<string, string>> {
    return this.imported.textsFor(this.sourceOf(uri));
  }

  /** The URI that a document is analyzed by: for a cell, that of all cells together. */
  sourceOf(uri: string): string {
    return this.notebooks.cellAt(uri)?.joined.uri ?? uri;
  }

  /** What a feature says of a document; null where it holds no network, or cannot be analyzed. */
  async view<R>(uri: string, token: CancellationToken, feature: (document: AnalyzedDocument) => R): Answer<R> {
    const document = await this.find(uri);
    if (token.isCancellationRequested) return cancelled();
    return document && this.analyses.view(document, (seen) => withinCell(seen, feature(seen)));
  }

  /** The same for a feature that depends on the document's settings. */
  async viewWithSettings<R>(
    uri: string,
    token: CancellationToken,
    feature: (document: AnalyzedDocument, settings: Settings) => R,
  ): Answer<R> {
    const applying = await this.settingsOf(uri);
    return this.view(uri, token, (document) => feature(document, applying));
  }

  /** The same for a place in the document, where the cursor is. */
  viewAt<R>(
    { textDocument, position }: TextDocumentPositionParams,
    token: CancellationToken,
    feature: (document: AnalyzedDocument, offset: number) => R,
  ): Answer<R> {
    return this.view(textDocument.uri, token, (document) => feature(document, this.offsetIn(document, position)));
  }

  offsetIn({ uri, lines }: AnalyzedDocument, position: { line: number; character: number }): number {
    const document = this.documents.get(uri);
    if (!document) return 0;
    // Of a cell, the offset in the source of the whole notebook.
    return document.offsetAt(position) + lines.offsetOf(0);
  }

  /** Settings are those of a file: cells have none of their own. */
  private settingsOf(uri: string): Promise<Settings> {
    return this.settings.of(this.notebooks.cellAt(uri)?.notebook ?? uri);
  }

  /** Computes all bounds of a document, which its analysis then keeps. Stops when the request is cancelled. */
  async computeBounds(uri: string, token: CancellationToken): Promise<void> {
    const document = await this.find(uri);
    if (!document) return;
    const steps = document.analysis.networks.flatMap((network) => BOUND_IDS.map((id) => () => network.bound(id)));
    const run = (slice: () => void) => this.analyses.view(document, () => (slice(), true)) ?? false;
    await inSlices(steps, run, token, this.nextTurn);
  }

  private changed(document: TextDocument): void {
    this.openTexts.set(addressOf(document.uri), document);
    for (const cell of this.notebooks.together(document.uri)) this.schedulePublishing(cell);
    for (const uri of this.imported.dependentsOf(document.uri)) this.analyzeAgain(uri);
  }

  /** Cells were added, removed or moved, or one of them changed what the others show. */
  private changedCells(uris: readonly string[]): void {
    for (const uri of uris) this.schedulePublishing(uri);
    this.refresh();
  }

  private changedOnDisk(uri: string): void {
    this.imported.outdate(uri);
    if (this.openTexts.has(addressOf(uri))) return;
    for (const dependent of this.imported.dependentsOf(uri)) this.analyzeAgain(dependent);
  }

  private closed({ uri, version }: TextDocument): void {
    this.openTexts.delete(addressOf(uri));
    this.imported.outdate(uri);
    this.imported.forget(uri);
    this.scheduler.cancel(uri);
    this.means?.forget(uri);
    this.analyses.forget(uri);
    this.settings.forget(uri);
    this.send(uri, version, { found: [], status: null });
  }

  private async applySettings(): Promise<void> {
    this.settings.clear();
    this.refresh();
    for (const { uri } of this.documents.all()) {
      await this.publish(uri);
      // Many documents must not keep the server from answering.
      await this.nextTurn();
    }
  }

  /** A file that this document imports has changed. */
  private analyzeAgain(uri: string): void {
    this.analyses.outdate(uri);
    for (const shown of this.notebooks.shownFor(uri))
      this.scheduler.schedule(shown, () => this.unawaited(this.publish(shown).then(() => this.refresh())));
  }

  private schedulePublishing(uri: string): void {
    this.scheduler.schedule(uri, () => this.unawaited(this.publish(uri)));
  }

  private refresh(): void {
    this.connection.languages.inlayHint.refresh().catch(ignoreUnsupported);
    this.connection.sendRequest('workspace/codeLens/refresh').catch(ignoreUnsupported);
  }

  private async publish(uri: string): Promise<void> {
    const applying = await this.settingsOf(uri);
    const analyzed = await this.find(uri);
    const version = this.documents.get(uri)?.version;
    if (version === undefined) return;
    const published: Published | null = analyzed
      ? this.analyses.view(analyzed, (document) => ({
          found: withinCell(document, diagnostics(document, applying)) ?? [],
          status: statusOf(document, applying),
        }))
      : { found: [], status: null };
    // One that could not be viewed is published again, with its problem.
    if (published) this.send(uri, version, published);
    if (published && analyzed)
      this.analyses.view(analyzed, (document) => this.means?.update(uri, document, this.importsOf(uri)));
  }

  private send(uri: string, version: number, { found, status }: Published): void {
    const params: protocol.StatusParams = { uri, version, status };
    this.unawaited(this.connection.sendDiagnostics({ uri, version, diagnostics: found }));
    this.unawaited(this.connection.sendNotification(protocol.statusNotification.method, params));
  }

  /** The document's diagnostics say what failed, the log says where. */
  private reportFailure(uri: string, error: unknown): void {
    this.connection.console.error(`The analysis of ${uri} failed. ${detailsOf(error)}`);
    for (const shown of this.notebooks.shownFor(uri)) this.schedulePublishing(shown);
  }

  /** Logs the failure of what no one waits for. */
  private unawaited(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.connection.console.error(detailsOf(error)));
  }
}

export function cancelled(): ResponseError<void> {
  return new ResponseError<void>(LSPErrorCodes.RequestCancelled, 'cancelled');
}

export function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A client that cannot refresh asks again by itself at the next edit. */
function ignoreUnsupported(): void {}
