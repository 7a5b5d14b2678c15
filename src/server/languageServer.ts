import { CodeActionKind, TextDocumentSyncKind, type InitializeResult } from 'vscode-languageserver';
import * as protocol from '../protocol/server.ts';
import { codeActions } from './features/codeActions.ts';
import { codeLenses } from './features/codeLens.ts';
import { completions } from './features/completion.ts';
import { definitionAt } from './features/definition.ts';
import { highlightsAt } from './features/highlight.ts';
import { hoverAt } from './features/hover.ts';
import { hintedDocument, inlayHints, resolveInlayHint } from './features/inlayHints.ts';
import { referencesAt } from './features/references.ts';
import { renameAt, renameRange } from './features/rename.ts';
import { documentSymbols } from './features/symbols.ts';
import { notebookSelector } from './notebooks.ts';
import { answerPanelRequests } from './panelRequests.ts';
import { ServerSession, type ServerHost } from './serverSession.ts';
import { speak } from './translation.ts';

const capabilities: InitializeResult['capabilities'] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  notebookDocumentSync: { notebookSelector },
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

/** Wires the editor's requests to the features. Each feature has its own file. */
export function startServer(host: ServerHost): void {
  const session = new ServerSession(host);
  host.connection.onInitialize(({ workspaceFolders, initializationOptions }): InitializeResult => {
    session.imported.setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
    session.work.begin(initializationOptions);
    speak((initializationOptions as Partial<protocol.WatchOptions> | null | undefined)?.translations);
    return { capabilities };
  });
  host.connection.onRequest(protocol.pingRequest.method, () => null);
  answerEditorRequests(session);
  answerPanelRequests(session);
  session.listen();
}

function answerEditorRequests(session: ServerSession): void {
  const { connection, analyses } = session;
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    session.viewWithSettings(textDocument.uri, token, (document, settings) => inlayHints(document, range, settings)),
  );
  connection.languages.inlayHint.resolve((hint) => {
    const document = session.findNow(hintedDocument(hint));
    return (document && analyses.view(document, (analyzed) => resolveInlayHint(hint, analyzed))) ?? hint;
  });
  connection.onCodeLens(({ textDocument }, token) => session.viewWithSettings(textDocument.uri, token, codeLenses));
  connection.onCodeAction(({ textDocument, range, context }, token) =>
    session.view(textDocument.uri, token, (document) => codeActions(document, range, context.diagnostics)),
  );
  connection.onDocumentSymbol(({ textDocument }, token) => session.view(textDocument.uri, token, documentSymbols));
  connection.onHover((params, token) => session.viewAt(params, token, hoverAt));
  connection.onDefinition((params, token) => session.viewAt(params, token, definitionAt));
  connection.onReferences((params, token) =>
    session.viewAt(params, token, (document, offset) =>
      referencesAt(document, offset, params.context.includeDeclaration),
    ),
  );
  connection.onDocumentHighlight((params, token) => session.viewAt(params, token, highlightsAt));
  connection.onPrepareRename((params, token) => session.viewAt(params, token, renameRange));
  connection.onRenameRequest((params, token) =>
    session.viewAt(params, token, (document, offset) => renameAt(document, offset, params.newName)),
  );
  connection.onCompletion((params, token) => session.viewAt(params, token, completions));
}
