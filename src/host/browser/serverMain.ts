import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';
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
});
