import {
  CodeActionKind,
  createConnection,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { reportJson } from '../analysis/reportJson.ts';
import { reportTable } from '../analysis/reportTable.ts';
import { writeNative } from '../formats/native/write.ts';
import * as protocol from '../protocol/server.ts';
import { codeActions } from './codeActions.ts';
import { codeLenses, lensTitle } from './codeLens.ts';
import { diagnostics } from './diagnostics.ts';
import { DocumentAnalyses, layersAt, type AnalysedDocument } from './documentAnalysis.ts';
import { hoverAt } from './hover.ts';
import { inlayHints, resolveInlayHint } from './inlayHints.ts';
import { layerRange, panelModel } from './panelModel.ts';
import { Scheduler } from './scheduler.ts';
import { defaultSettings, parseSettings, type Settings } from './settings.ts';
import { documentSymbols } from './symbols.ts';

/** Entry of the language server: wires the editor's requests to the features; each feature has its own file. */

/** Diagnostics and status wait for a pause in typing; what the editor asks for is answered at once. */
const PAUSE_MS = 120;

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const analyses = new DocumentAnalyses();
const scheduler = new Scheduler(PAUSE_MS);
let settings: Settings = defaultSettings;

connection.onInitialize((): InitializeResult => ({
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    inlayHintProvider: { resolveProvider: true },
    codeLensProvider: {},
    hoverProvider: true,
    documentSymbolProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  },
}));

connection.onInitialized(() => void readSettings());
connection.onDidChangeConfiguration(() => void readSettings());

async function readSettings(): Promise<void> {
  settings = parseSettings(await connection.workspace.getConfiguration('regionLens'));
  documents.all().forEach(publish);
  connection.languages.inlayHint.refresh().catch(ignoreUnsupported);
  connection.sendRequest('workspace/codeLens/refresh').catch(ignoreUnsupported);
}

/** A client that cannot refresh asks again by itself at the next edit. */
function ignoreUnsupported(): void {}

documents.onDidChangeContent(({ document }) => scheduler.schedule(document.uri, () => publish(document)));
documents.onDidClose(({ document }) => {
  scheduler.cancel(document.uri);
  analyses.forget(document.uri);
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  void connection.sendNotification(protocol.statusNotification.method, { uri: document.uri, version: document.version, status: null }); // prettier-ignore
});

/** Tells the editor what it does not ask for: diagnostics and the status. */
function publish(document: TextDocument): void {
  const { uri, version } = document;
  const analysed = analyses.of(document);
  void connection.sendDiagnostics({ uri, version, diagnostics: analysed ? diagnostics(analysed, settings) : [] });
  const status: protocol.StatusParams = { uri, version, status: analysed && statusOf(analysed) };
  void connection.sendNotification(protocol.statusNotification.method, status);
}

function statusOf({ analysis }: AnalysedDocument): protocol.StatusParams['status'] {
  const hasErrors = analysis.problems.some(({ severity }) => severity === 'error');
  const titles = analysis.networks.map((network) => `${network.network.name}: ${lensTitle(network, settings)}`);
  const [first] = analysis.networks;
  const text = first ? (lensTitle(first, settings).split(' · ')[0] ?? '') : 'no network';
  return { text, tooltip: titles.join('\n') || 'Region Lens found no network it can read here.', hasErrors };
}

function find(uri: string): AnalysedDocument | null {
  const document = documents.get(uri);
  return document ? analyses.of(document) : null;
}

connection.languages.inlayHint.on(({ textDocument, range }) => {
  const document = find(textDocument.uri);
  return document && inlayHints(document, range, settings);
});
connection.languages.inlayHint.resolve((hint) => resolveInlayHint(hint, find));

connection.onCodeLens(({ textDocument }) => {
  const document = find(textDocument.uri);
  return document && codeLenses(document, settings);
});

connection.onHover(({ textDocument, position }) => {
  const document = find(textDocument.uri);
  return document && hoverAt(document, documents.get(textDocument.uri)!.offsetAt(position));
});

connection.onCodeAction(({ textDocument, range, context }) => {
  const document = find(textDocument.uri);
  return document && codeActions(document, range, context.diagnostics);
});

connection.onDocumentSymbol(({ textDocument }) => {
  const document = find(textDocument.uri);
  return document && documentSymbols(document);
});

function answer<P extends protocol.DocumentParams, R>(
  request: protocol.Method<P, R>,
  handler: (document: AnalysedDocument, params: P, offsetAt: (position: { line: number; character: number }) => number) => R,
): void {
  connection.onRequest(request.method, (params: P): R | null => {
    const document = find(params.uri);
    return document && handler(document, params, (position) => documents.get(params.uri)!.offsetAt(position));
  });
} // prettier-ignore

answer(protocol.panelModelRequest, (document, { line, character }, offsetAt) =>
  panelModel(document, line === undefined ? undefined : offsetAt({ line, character: character ?? 0 })),
);
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

documents.listen(connection);
connection.listen();
