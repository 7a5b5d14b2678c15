import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver';
import type { ReadFile } from '../formats/format.ts';
import { writeNative } from '../formats/native/write.ts';
import type { ComparisonParts } from '../protocol/runs.ts';
import * as protocol from '../protocol/server.ts';
import { reportJson } from '../report/reportJson.ts';
import { reportTable } from '../report/reportTable.ts';
import { fileNameOf, layersAt, type AnalyzedDocument } from './documentAnalysis.ts';
import { comparedText, panelComparison, type Compared } from './panel/comparison.ts';
import { layerRange, panelModel } from './panel/panelModel.ts';
import { meanInWindow, runTheory } from './panel/runTheory.ts';
import { panelFit } from './panel/designs.ts';
import { sizeEdit } from './panel/sizeEdits.ts';
import { sweepOptions, sweptRow } from './panel/sizes.ts';
import { withinCell } from './notebooks.ts';
import { cancelled, detailsOf, type ServerSession } from './serverSession.ts';
import type { Settings } from './settings.ts';
import { t } from './translation.ts';

/** Answers the requests of the panel and of the commands. */
export function answerPanelRequests(session: ServerSession): void {
  answerViews(session);
  answerComputations(session);
  answerComparisons(session);
}

function answerViews(session: ServerSession): void {
  answerWithBounds(session, protocol.panelModelRequest, (document, { line, character }) =>
    panelModel(
      document,
      line === undefined ? undefined : session.offsetIn(document, { line, character: character ?? 0 }),
    ),
  );
  answerWithBounds(session, protocol.reportRequest, ({ fileName, analysis, lines }, { kind }, { notation }) =>
    kind === 'table'
      ? reportTable(fileName, analysis, lines, notation)
      : JSON.stringify(reportJson(fileName, analysis, lines), null, 2) + '\n',
  );
  answer(session, protocol.sourceRequest, ({ text, source }, { uri }) => ({
    text,
    fileName: source.fileName,
    imports: session.importsOf(uri),
  }));
  answer(session, protocol.nativeTextRequest, ({ analysis }, { network }) => {
    const found = analysis.networks[network];
    return found ? writeNative(found.definition).text : null;
  });
  answer(session, protocol.layerRangeRequest, (document, { network, layer }) => layerRange(document, network, layer));
  answer(session, protocol.layerAtRequest, (document, position) => {
    const at = layersAt(document.analysis, session.offsetIn(document, position));
    return at && { network: at.networkIndex, layer: at.layers[0]?.index ?? null };
  });
}

function answerComputations(session: ServerSession): void {
  compute(session, protocol.runTheoryRequest, ({ analysis }, { network, settings }) => {
    const found = analysis.networks[network];
    return found ? runTheory(found, settings) : null;
  });
  compute(session, protocol.windowMeanRequest, ({ analysis }, { network, settings, window }) => {
    const found = analysis.networks[network];
    return found ? meanInWindow(found, settings, window) : null;
  });
  const importsOf = (uri: string): ReadFile => {
    const texts = new Map(Object.entries(session.importsOf(uri)));
    return (path) => texts.get(path);
  };
  compute(session, protocol.sweepOptionsRequest, (document, { uri, network }) =>
    sweepOptions(document, network, importsOf(uri)),
  );
  compute(session, protocol.sweepRequest, (document, { uri, network, subject, value }) =>
    sweptRow(document, network, subject, value, importsOf(uri)),
  );
  compute(session, protocol.sizeEditRequest, (document, { uri, network, subject, value }) => {
    const edit = sizeEdit(document, network, subject, value, importsOf(uri));
    return (
      withinCell(document, edit) ?? {
        edits: [],
        refused: t('This is written in another cell of the notebook: change it there.'),
      }
    );
  });
  compute(session, protocol.fitRequest, ({ analysis }, { network, ...question }) => {
    const found = analysis.networks[network];
    return found ? panelFit(found, question, () => session.nextTurn()) : null;
  });
}

function answerComparisons(session: ServerSession): void {
  compute(
    session,
    protocol.compareRequest,
    (document, params) => {
      const unread = params.uris.filter((uri) => session.findNow(uri) === null);
      const problems = unread.map((uri) => t('{0} holds no network that can be read.', fileNameOf(uri)));
      return panelComparison(comparedWith(session, document, params), params.counterparts, problems);
    },
    ({ uris }) => uris,
  );
  compute(
    session,
    protocol.comparedTextRequest,
    (document, params) => comparedText(comparedWith(session, document, params), params.row),
    ({ uris }) => uris,
  );
}

/** What a comparison is of: the network meant first, then its file's other networks, then those of the other files. */
function comparedWith(
  session: ServerSession,
  document: AnalyzedDocument,
  { network, uris, siblings }: protocol.NetworkParams & ComparisonParts,
): Compared[] {
  const others = uris.map((uri) => session.findNow(uri)).filter((other) => other !== null);
  const all = document.analysis.networks.map((_, position) => position);
  const own = siblings ? [network, ...all.filter((position) => position !== network)] : [network];
  return [{ document, networks: own }, ...others.map((other) => ({ document: other, networks: null }))];
}

/** A request that is about what a document says. */
function answer<P extends protocol.DocumentParams, R>(
  session: ServerSession,
  request: protocol.Method<P, R>,
  handler: (document: AnalyzedDocument, params: P) => R,
): void {
  session.connection.onRequest(request.method, (params: P, token: CancellationToken) =>
    session.view(params.uri, token, (document) => handler(document, params)),
  );
}

/** The same for what shows all bounds, which can take seconds: it can be cancelled between them. */
function answerWithBounds<P extends protocol.DocumentParams, R>(
  session: ServerSession,
  request: protocol.Method<P, R>,
  handler: (document: AnalyzedDocument, params: P, settings: Settings) => R,
): void {
  session.connection.onRequest(request.method, async (params: P, token: CancellationToken) => {
    await session.computeBounds(params.uri, token);
    return session.viewWithSettings(params.uri, token, (document, applying) => handler(document, params, applying));
  });
}

/**
 * A request that computes something else for a document, as its parameters say. Where that fails, or had to be stopped
 * before, the request is refused with a sentence; the analysis of the document stays. `others` are documents to read
 * first.
 */
function compute<P extends protocol.DocumentParams, R>(
  session: ServerSession,
  request: protocol.Method<P, R>,
  handler: (document: AnalyzedDocument, params: P) => R | Promise<R>,
  others: (params: P) => readonly string[] = () => [],
): void {
  const { connection, work } = session;
  const { method } = request;
  connection.onRequest(method, async (params: P, token: CancellationToken): Promise<R | ResponseError | null> => {
    const [document] = await Promise.all([params.uri, ...others(params)].map((uri) => session.find(uri)));
    await session.nextTurn();
    if (token.isCancellationRequested) return cancelled();
    if (!document) return null;
    const { uri, version, fileName } = document;
    const whyNot = work.whyNot({ uri, version, method });
    if (whyNot !== undefined) return new ResponseError(LSPErrorCodes.RequestFailed, whyNot);
    try {
      return await work.during({ uri, version, method }, () => handler(document, params));
    } catch (error) {
      connection.console.error(`${method} failed for ${uri}. ${detailsOf(error)}`);
      const reason = error instanceof Error ? error.message : String(error);
      return new ResponseError(
        LSPErrorCodes.RequestFailed,
        t('This cannot be computed for {0}: {1}', fileName, reason),
      );
    }
  });
}
