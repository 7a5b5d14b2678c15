import {
  CodeActionKind,
  createConnection,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type InitializeResult,
  type TextDocumentPositionParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { reportJson } from '../analysis/reportJson.ts';
import { reportTable } from '../analysis/reportTable.ts';
import { visibleLine } from '../analysis/visibleText.ts';
import { writeNative } from '../formats/native/write.ts';
import * as protocol from '../protocol/server.ts';
import { codeActions } from './codeActions.ts';
import { codeLenses, lensTitle } from './codeLens.ts';
import { completions } from './completion.ts';
import { definitionAt } from './definition.ts';
import { panelComparison, sizeEdit, sweptRow } from './comparison.ts';
import { diagnostics } from './diagnostics.ts';
import { DocumentAnalyses, layersAt, type AnalysedDocument } from './documentAnalysis.ts';
import { highlightsAt } from './highlight.ts';
import { hoverAt } from './hover.ts';
import { addressOf, ImportedFiles } from './importedFiles.ts';
import { inlayHints, resolveInlayHint } from './inlayHints.ts';
import { layerRange, panelModel } from './panelModel.ts';
import { referencesAt } from './references.ts';
import { renameAt, renameRange } from './rename.ts';
import { meanInWindow, runTheory } from './runTheory.ts';
import { Scheduler } from './scheduler.ts';
import { defaultSettings, parseSettings, type Settings } from './settings.ts';
import { documentSymbols } from './symbols.ts';

/** Entry of the language server: wires the editor's requests to the features; each feature has its own file. */

/** Diagnostics and status wait for a pause in typing; what the editor asks for is answered at once. */
const PAUSE_MS = 120;

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const imported = new ImportedFiles((address) => openTexts.get(address)?.getText());
const analyses = new DocumentAnalyses((uri) => imported.filesFor(uri));
/** Open documents by the address that imports name them by. */
const openTexts = new Map<string, TextDocument>();
const scheduler = new Scheduler(PAUSE_MS);
let settings: Settings = defaultSettings;

connection.onInitialize(({ workspaceFolders }): InitializeResult => {
  imported.setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
  return { capabilities };
});

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

connection.onInitialized(() => void readSettings());
connection.onDidChangeConfiguration(() => void readSettings());

async function readSettings(): Promise<void> {
  settings = parseSettings(await connection.workspace.getConfiguration('regionLens'));
  for (const document of documents.all()) void publish(document);
  refresh();
}

/** A client that cannot refresh asks again by itself at the next edit. */
function ignoreUnsupported(): void {}

documents.onDidChangeContent(({ document }) => {
  openTexts.set(addressOf(document.uri), document);
  scheduler.schedule(document.uri, () => void publish(document));
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
  scheduler.schedule(uri, () => {
    const document = documents.get(uri);
    if (document) void publish(document).then(refresh);
  });
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
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  void connection.sendNotification(protocol.statusNotification.method, { uri: document.uri, version: document.version, status: null }); // prettier-ignore
});

/** Tells the editor what it does not ask for: diagnostics and the status. */
async function publish({ uri }: TextDocument): Promise<void> {
  const analysed = await find(uri);
  const version = documents.get(uri)?.version;
  if (version === undefined) return;
  void connection.sendDiagnostics({ uri, version, diagnostics: analysed ? diagnostics(analysed, settings) : [] });
  const status: protocol.StatusParams = { uri, version, status: analysed && statusOf(analysed) };
  void connection.sendNotification(protocol.statusNotification.method, status);
}

function statusOf({ analysis }: AnalysedDocument): protocol.StatusParams['status'] {
  const hasErrors = analysis.problems.some(({ severity }) => severity === 'error');
  const titles = analysis.networks.map((network) =>
    visibleLine(`${network.network.name}: ${lensTitle(network, settings)}`),
  );
  const [first] = analysis.networks;
  const text = first ? (lensTitle(first, settings).split(' · ')[0] ?? '') : 'no network';
  return { text, tooltip: titles.join('\n') || 'Region Lens found no network it can read here.', hasErrors };
}

/** Files import files that import others: each round reads one more of them. */
const MOST_ROUNDS = 8;

/** The analysis of the document as it is now, with the files it imports. */
async function find(uri: string): Promise<AnalysedDocument | null> {
  for (let round = 0; ; round++) {
    const found = findNow(uri);
    if (imported.isComplete || round === MOST_ROUNDS) return found;
    await imported.load();
    analyses.outdate(uri);
  }
}

/** The same with those files that are known. */
function findNow(uri: string): AnalysedDocument | null {
  const document = documents.get(uri);
  return document ? analyses.of(document) : null;
}

connection.languages.inlayHint.on(async ({ textDocument, range }) => {
  const document = await find(textDocument.uri);
  return document && inlayHints(document, range, settings);
});
connection.languages.inlayHint.resolve((hint) => resolveInlayHint(hint, findNow));

connection.onCodeLens(async ({ textDocument }) => {
  const document = await find(textDocument.uri);
  return document && codeLenses(document, settings);
});

connection.onHover(async ({ textDocument, position }) => {
  const document = await find(textDocument.uri);
  return document && hoverAt(document, documents.get(textDocument.uri)!.offsetAt(position));
});

connection.onCodeAction(async ({ textDocument, range, context }) => {
  const document = await find(textDocument.uri);
  return document && codeActions(document, range, context.diagnostics);
});

connection.onDocumentSymbol(async ({ textDocument }) => {
  const document = await find(textDocument.uri);
  return document && documentSymbols(document);
});

/** A feature that is about the place in the document where the cursor is. */
async function at<R>(
  { textDocument, position }: TextDocumentPositionParams,
  feature: (document: AnalysedDocument, offset: number) => R,
): Promise<R | null> {
  const document = await find(textDocument.uri);
  return document && feature(document, documents.get(textDocument.uri)!.offsetAt(position));
}

connection.onDefinition((params) => at(params, definitionAt));
connection.onReferences((params) => at(params, (document, offset) => referencesAt(document, offset, params.context.includeDeclaration))); // prettier-ignore
connection.onDocumentHighlight((params) => at(params, highlightsAt));
connection.onPrepareRename((params) => at(params, renameRange));
connection.onRenameRequest((params) => at(params, (document, offset) => renameAt(document, offset, params.newName)));
connection.onCompletion((params) => at(params, completions));

function answer<P extends protocol.DocumentParams, R>(
  request: protocol.Method<P, R>,
  handler: (document: AnalysedDocument, params: P, offsetAt: (position: { line: number; character: number }) => number) => R | Promise<R>,
): void {
  connection.onRequest(request.method, async (params: P): Promise<R | null> => {
    const document = await find(params.uri);
    return document && handler(document, params, (position) => documents.get(params.uri)!.offsetAt(position));
  });
} // prettier-ignore

answer(protocol.panelModelRequest, (document, { line, character }, offsetAt) =>
  panelModel(document, line === undefined ? undefined : offsetAt({ line, character: character ?? 0 })),
);
answer(protocol.importsRequest, ({ uri }) => imported.textsFor(uri));
answer(protocol.nativeTextRequest, ({ analysis }, { network }) => {
  const found = analysis.networks[network];
  return found ? writeNative(found.definition).text : null;
});
answer(protocol.reportRequest, (document, { kind }) => {
  const { lines } = document;
  if (kind === 'table') return reportTable(document.fileName, document.analysis, lines, settings.notation);
  return JSON.stringify(reportJson(document.fileName, document.analysis, lines), null, 2) + '\n';
});
answer(protocol.layerRangeRequest, (document, { network, layer }) => layerRange(document, network, layer));
answer(protocol.layerAtRequest, (document, position, offsetAt) => {
  const at = layersAt(document.analysis, offsetAt(position));
  return at && { network: at.networkIndex, layer: at.layers[0]?.index ?? null };
});
answer(protocol.runTheoryRequest, ({ analysis }, { network, settings }) => {
  const found = analysis.networks[network];
  return found ? runTheory(found, settings) : null;
});
answer(protocol.windowMeanRequest, ({ analysis }, { network, settings, window }) => {
  const found = analysis.networks[network];
  return found ? meanInWindow(found, settings, window) : null;
});
answer(protocol.compareRequest, async (document, { network, others, counterparts }) => {
  const found = await Promise.all(others.map(async (uri) => ({ uri, document: await find(uri) })));
  const unread = found.filter((other) => other.document === null).map(({ uri }) => `${decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1))} holds no network that can be read.`); // prettier-ignore
  const read = found.flatMap((other) => (other.document ? [{ document: other.document, networks: null }] : []));
  return panelComparison([{ document, networks: [network] }, ...read], counterparts, unread);
});
answer(protocol.sweepRequest, ({ analysis }, { network, subject, value }) => {
  const found = analysis.networks[network];
  return found ? sweptRow(found, subject, value) : null;
});
answer(protocol.sizeEditRequest, (document, { uri, network, subject, value }) => {
  const texts = new Map(Object.entries(imported.textsFor(uri)));
  return sizeEdit(document, network, subject, value, (path) => texts.get(path));
});

documents.listen(connection);
connection.listen();
