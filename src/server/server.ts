import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CodeActionKind,
  createConnection,
  LSPErrorCodes,
  ProposedFeatures,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type CancellationToken,
  type Diagnostic,
  type InitializeResult,
  type TextDocumentPositionParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { reportJson } from '../report/reportJson.ts';
import { reportTable } from '../report/reportTable.ts';
import { BOUND_IDS } from '../theory/boundIds.ts';
import { writeNative } from '../formats/native/write.ts';
import * as protocol from '../protocol/server.ts';
import type { ComparisonParts } from '../protocol/runs.ts';
import { codeActions } from './features/codeActions.ts';
import { codeLenses } from './features/codeLens.ts';
import { completions } from './features/completion.ts';
import { definitionAt } from './features/definition.ts';
import { comparedText, panelComparison, type Compared } from './panel/comparison.ts';
import { sizeEdit, sweptRow } from './panel/sizes.ts';
import { diagnostics } from './features/diagnostics.ts';
import { DocumentAnalyses, fileNameOf, layersAt, type AnalysedDocument } from './documentAnalysis.ts';
import { DocumentSettings } from './documentSettings.ts';
import { DocumentWork } from './documentWork.ts';
import { Framing } from './framing.ts';
import { highlightsAt } from './features/highlight.ts';
import { hoverAt } from './features/hover.ts';
import { addressOf, ImportedFiles } from './importedFiles.ts';
import { hintedDocument, inlayHints, resolveInlayHint } from './features/inlayHints.ts';
import { layerRange, panelModel } from './panel/panelModel.ts';
import { endWithParent } from './parentWatch.ts';
import { referencesAt } from './features/references.ts';
import { renameAt, renameRange } from './features/rename.ts';
import { meanInWindow, runTheory } from './panel/runTheory.ts';
import { Scheduler } from './scheduler.ts';
import { parseSettings, type Settings } from './settings.ts';
import { inSlices } from './slices.ts';
import { statusOf } from './features/status.ts';
import { documentSymbols } from './features/symbols.ts';

/** Entry of the language server: wires the editor's requests to the features; each feature has its own file. */

/** Diagnostics and status wait for a pause in typing; what the editor asks for is answered at once. */
const PAUSE_MS = 120;

const connection = connect();
const documents = new TextDocuments<TextDocument>({
  // Some clients open a document without its text.
  create: (uri, languageId, version, text: string | undefined) =>
    TextDocument.create(uri, languageId, version, text ?? ''),
  update: (document, changes, version) => TextDocument.update(document, changes, version),
});
const imported = new ImportedFiles((address) => openTexts.get(address)?.getText());
const work = new DocumentWork((now) =>
  unawaited(connection.sendNotification(protocol.workNotification.method, { work: now })),
);
const analyses = new DocumentAnalyses((uri) => imported.filesFor(uri), work, reportFailure);
/** Open documents by the address that imports name them by. */
const openTexts = new Map<string, TextDocument>();
const scheduler = new Scheduler(PAUSE_MS);
const settings = new DocumentSettings(async (uri) =>
  parseSettings(await connection.workspace.getConfiguration({ scopeUri: uri, section: 'regionLens' })),
);

/** Over the channel of the process that started this one, or over standard input and output. */
function connect() {
  if (process.argv.includes('--node-ipc')) {
    endWithParent();
    return createConnection(ProposedFeatures.all);
  }
  if (!process.argv.includes('--stdio')) return createConnection(ProposedFeatures.all);
  const framing = new Framing();
  framing.on('error', ({ message }) => {
    console.error(`Region Lens: the input is not understood (${message}).`);
    process.exit(1);
  });
  return createConnection(ProposedFeatures.all, process.stdin.pipe(framing), process.stdout);
}

/** What nobody waits for must not fail unheard. */
function unawaited(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => connection.console.error(detailsOf(error)));
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The document's diagnostics say what failed, the log says where. */
function reportFailure(uri: string, error: unknown): void {
  connection.console.error(`The analysis of ${uri} failed. ${detailsOf(error)}`);
  schedulePublishing(uri);
}

connection.onInitialize(({ workspaceFolders, initializationOptions }): InitializeResult => {
  imported.setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
  work.begin(initializationOptions);
  return { capabilities };
});
connection.onRequest(protocol.pingRequest.method, () => null);

const capabilities: InitializeResult['capabilities'] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  inlayHintProvider: { resolveProvider: true },
  codeLensProvider: {},
  hoverProvider: true,
  documentSymbolProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  completionProvider: { triggerCharacters: ['"'] },
};

connection.onDidChangeConfiguration(() => unawaited(applySettings()));

async function applySettings(): Promise<void> {
  settings.clear();
  refresh();
  for (const { uri } of documents.all()) {
    await publish(uri);
    // Many documents must not keep the server from answering.
    await nextTurn();
  }
}

/** A client that cannot refresh asks again by itself at the next edit. */
function ignoreUnsupported(): void {}

documents.onDidChangeContent(({ document }) => {
  openTexts.set(addressOf(document.uri), document);
  schedulePublishing(document.uri);
  imported.dependentsOf(document.uri).forEach(analyseAgain);
});
connection.onDidChangeWatchedFiles(({ changes }) => {
  for (const { uri } of changes) {
    imported.outdate(uri);
    if (!openTexts.has(addressOf(uri))) imported.dependentsOf(uri).forEach(analyseAgain);
  }
});

/** A file that this document imports is another one now. */
function analyseAgain(uri: string): void {
  analyses.outdate(uri);
  scheduler.schedule(uri, () => unawaited(publish(uri).then(refresh)));
}

function schedulePublishing(uri: string): void {
  scheduler.schedule(uri, () => unawaited(publish(uri)));
}

function refresh(): void {
  connection.languages.inlayHint.refresh().catch(ignoreUnsupported);
  connection.sendRequest('workspace/codeLens/refresh').catch(ignoreUnsupported);
}

documents.onDidClose(({ document }) => {
  openTexts.delete(addressOf(document.uri));
  imported.outdate(document.uri);
  imported.forget(document.uri);
  scheduler.cancel(document.uri);
  analyses.forget(document.uri);
  settings.forget(document.uri);
  tell(document.uri, document.version, { found: [], status: null });
});

/** What the server sends the editor about a document without being asked. */
interface Told {
  readonly found: Diagnostic[];
  readonly status: protocol.StatusParams['status'];
}

async function publish(uri: string): Promise<void> {
  const applying = await settings.of(uri);
  const analysed = await find(uri);
  const version = documents.get(uri)?.version;
  if (version === undefined) return;
  const told: Told | null = analysed
    ? analyses.view(analysed, (document) => ({
        found: diagnostics(document, applying),
        status: statusOf(document, applying),
      }))
    : { found: [], status: null };
  // One that could not be viewed is published again, with its problem.
  if (told) tell(uri, version, told);
}

function tell(uri: string, version: number, { found, status }: Told): void {
  unawaited(connection.sendDiagnostics({ uri, version, diagnostics: found }));
  unawaited(
    connection.sendNotification(protocol.statusNotification.method, {
      uri,
      version,
      status,
    } satisfies protocol.StatusParams),
  );
}

/** Files import files that import others: each round reads one more of them. */
const MAX_IMPORT_ROUNDS = 8;

/** The analysis of the document as it is now, with the files it imports. */
async function find(uri: string): Promise<AnalysedDocument | null> {
  for (let round = 0; ; round++) {
    const found = findNow(uri);
    if (imported.isComplete(uri) || round === MAX_IMPORT_ROUNDS) return found;
    await imported.load(uri);
    analyses.outdate(uri);
  }
}

/** The same with those files that are known. */
function findNow(uri: string): AnalysedDocument | null {
  const document = documents.get(uri);
  return document ? analyses.of(document) : null;
}

const cancelled = () => new ResponseError<void>(LSPErrorCodes.RequestCancelled, 'cancelled');

/** What a feature says of a document; null where it holds no network, or cannot be analysed. */
async function view<R>(
  uri: string,
  token: CancellationToken,
  feature: (document: AnalysedDocument) => R,
): Promise<R | null | ResponseError<void>> {
  const document = await find(uri);
  if (token.isCancellationRequested) return cancelled();
  return document && analyses.view(document, feature);
}

/** The same for a feature that depends on the document's settings. */
async function viewWithSettings<R>(
  uri: string,
  token: CancellationToken,
  feature: (document: AnalysedDocument, settings: Settings) => R,
): Promise<R | null | ResponseError<void>> {
  const applying = await settings.of(uri);
  return view(uri, token, (document) => feature(document, applying));
}

/** Computes all bounds of a document, which its analysis then keeps. Stops when the request is cancelled. */
async function computeBounds(uri: string, token: CancellationToken): Promise<void> {
  const document = await find(uri);
  if (!document) return;
  const steps = document.analysis.networks.flatMap((network) => BOUND_IDS.map((id) => () => network.bound(id)));
  await inSlices(steps, (slice) => analyses.view(document, () => (slice(), true)) ?? false, token);
}

/** The same for a place in the document, where the cursor is. */
function at<R>(
  { textDocument, position }: TextDocumentPositionParams,
  token: CancellationToken,
  feature: (document: AnalysedDocument, offset: number) => R,
): Promise<R | null | ResponseError<void>> {
  return view(textDocument.uri, token, (document) => feature(document, offsetIn(document, position)));
}

function offsetIn({ uri }: AnalysedDocument, position: { line: number; character: number }): number {
  return documents.get(uri)?.offsetAt(position) ?? 0;
}

connection.languages.inlayHint.on(({ textDocument, range }, token) =>
  viewWithSettings(textDocument.uri, token, (document, applying) => inlayHints(document, range, applying)),
);
connection.languages.inlayHint.resolve((hint) => {
  const document = findNow(hintedDocument(hint));
  return (document && analyses.view(document, (analysed) => resolveInlayHint(hint, analysed))) ?? hint;
});
connection.onCodeLens(({ textDocument }, token) => viewWithSettings(textDocument.uri, token, codeLenses));
connection.onCodeAction(({ textDocument, range, context }, token) =>
  view(textDocument.uri, token, (document) => codeActions(document, range, context.diagnostics)),
);
connection.onDocumentSymbol(({ textDocument }, token) => view(textDocument.uri, token, documentSymbols));
connection.onHover((params, token) => at(params, token, hoverAt));
connection.onDefinition((params, token) => at(params, token, definitionAt));
connection.onReferences((params, token) =>
  at(params, token, (document, offset) => referencesAt(document, offset, params.context.includeDeclaration)),
);
connection.onDocumentHighlight((params, token) => at(params, token, highlightsAt));
connection.onPrepareRename((params, token) => at(params, token, renameRange));
connection.onRenameRequest((params, token) =>
  at(params, token, (document, offset) => renameAt(document, offset, params.newName)),
);
connection.onCompletion((params, token) => at(params, token, completions));

/** A request that is about what a document says. */
function answer<P extends protocol.DocumentParams, R>(
  request: protocol.Method<P, R>,
  handler: (document: AnalysedDocument, params: P) => R,
): void {
  connection.onRequest(request.method, (params: P, token: CancellationToken) =>
    view(params.uri, token, (document) => handler(document, params)),
  );
}

/** The same for what shows all bounds, which can take seconds: it can be cancelled between them. */
function answerWithBounds<P extends protocol.DocumentParams, R>(
  request: protocol.Method<P, R>,
  handler: (document: AnalysedDocument, params: P, settings: Settings) => R,
): void {
  connection.onRequest(request.method, async (params: P, token: CancellationToken) => {
    await computeBounds(params.uri, token);
    return viewWithSettings(params.uri, token, (document, applying) => handler(document, params, applying));
  });
}

/**
 * A request that computes something else for a document, as its parameters say. Where that fails, or had to be stopped
 * before, the request is refused with a sentence; the analysis of the document stays. `others` are documents to read
 * first.
 */
function compute<P extends protocol.DocumentParams, R>(
  request: protocol.Method<P, R>,
  handler: (document: AnalysedDocument, params: P) => R,
  others: (params: P) => readonly string[] = () => [],
): void {
  const { method } = request;
  connection.onRequest(method, async (params: P, token: CancellationToken): Promise<R | ResponseError | null> => {
    const [document] = await Promise.all([params.uri, ...others(params)].map(find));
    await nextTurn();
    if (token.isCancellationRequested) return cancelled();
    if (!document) return null;
    const { uri, version, fileName } = document;
    const whyNot = work.whyNot({ uri, version, method });
    if (whyNot !== undefined) return new ResponseError(LSPErrorCodes.RequestFailed, whyNot);
    try {
      return work.during({ uri, version, method }, () => handler(document, params));
    } catch (error) {
      connection.console.error(`${method} failed for ${uri}. ${detailsOf(error)}`);
      const reason = error instanceof Error ? error.message : String(error);
      return new ResponseError(LSPErrorCodes.RequestFailed, `This cannot be computed for ${fileName}: ${reason}`);
    }
  });
}

answerWithBounds(protocol.panelModelRequest, (document, { line, character }) =>
  panelModel(document, line === undefined ? undefined : offsetIn(document, { line, character: character ?? 0 })),
);
answer(protocol.importsRequest, (_, { uri }) => imported.textsFor(uri));
answer(protocol.nativeTextRequest, ({ analysis }, { network }) => {
  const found = analysis.networks[network];
  return found ? writeNative(found.definition).text : null;
});
answerWithBounds(protocol.reportRequest, ({ fileName, analysis, lines }, { kind }, { notation }) =>
  kind === 'table'
    ? reportTable(fileName, analysis, lines, notation)
    : JSON.stringify(reportJson(fileName, analysis, lines), null, 2) + '\n',
);
answer(protocol.layerRangeRequest, (document, { network, layer }) => layerRange(document, network, layer));
answer(protocol.layerAtRequest, (document, position) => {
  const at = layersAt(document.analysis, offsetIn(document, position));
  return at && { network: at.networkIndex, layer: at.layers[0]?.index ?? null };
});

compute(protocol.runTheoryRequest, ({ analysis }, { network, settings }) => {
  const found = analysis.networks[network];
  return found ? runTheory(found, settings) : null;
});
compute(protocol.windowMeanRequest, ({ analysis }, { network, settings, window }) => {
  const found = analysis.networks[network];
  return found ? meanInWindow(found, settings, window) : null;
});
compute(
  protocol.compareRequest,
  (document, params) => {
    const unread = params.uris.filter((uri) => findNow(uri) === null);
    const problems = unread.map((uri) => `${fileNameOf(uri)} holds no network that can be read.`);
    return panelComparison(comparedWith(document, params), params.counterparts, problems);
  },
  ({ uris }) => uris,
);
compute(
  protocol.comparedTextRequest,
  (document, params) => comparedText(comparedWith(document, params), params.row),
  ({ uris }) => uris,
);

/** What a comparison is of: the network meant first, then its file's other networks, then those of the other files. */
function comparedWith(
  document: AnalysedDocument,
  { network, uris, siblings }: protocol.NetworkParams & ComparisonParts,
): Compared[] {
  const others = uris.map(findNow).filter((other) => other !== null);
  const all = document.analysis.networks.map((_, position) => position);
  const own = siblings ? [network, ...all.filter((position) => position !== network)] : [network];
  return [{ document, networks: own }, ...others.map((other) => ({ document: other, networks: null }))];
}

compute(protocol.sweepRequest, ({ analysis }, { network, subject, value }) => {
  const found = analysis.networks[network];
  return found ? sweptRow(found, subject, value) : null;
});
compute(protocol.sizeEditRequest, (document, { uri, network, subject, value }) => {
  const texts = new Map(Object.entries(imported.textsFor(uri)));
  return sizeEdit(document, network, subject, value, (path) => texts.get(path));
});

documents.listen(connection);
connection.listen();
