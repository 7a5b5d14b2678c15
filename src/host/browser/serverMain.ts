import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';
import { CancellationTokenSource } from 'vscode-languageserver';
import { drawMeanRequest } from '../../protocol/server.ts';
import type { MeanOutcome } from '../../protocol/pool.ts';
import { startServer } from '../../server/languageServer.ts';
import { EditorFiles } from './editorFiles.ts';

/** Entry of the language server as a Web Worker. */
const scope = globalThis as unknown as Worker;
const connection = createConnection(
  ProposedFeatures.all,
  new BrowserMessageReader(scope),
  new BrowserMessageWriter(scope),
);
startServer({
  connection,
  files: new EditorFiles(connection),
  nextTurn: () => new Promise((resolve) => setTimeout(resolve)),
  drawMean(task, signal) {
    const cancelled = new CancellationTokenSource();
    signal.addEventListener('abort', () => cancelled.cancel());
    return connection.sendRequest<MeanOutcome>(drawMeanRequest.method, task, cancelled.token);
  },
});
