import { IPCMessageReader, IPCMessageWriter, LanguageClient } from 'vscode-languageclient/node';
import { forkServer } from '../../host/node/processes/forkServer.ts';
import type { ServerLauncher } from '../host.ts';

/** Language servers in processes of Node. `file` is the bundle of the server. */
export function processLauncher(file: string): ServerLauncher {
  return {
    start(log) {
      const server = forkServer(file, log);
      const { child } = server;
      return { ...server, transports: { reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) } };
    },
    createClient: (connect, options) => new LanguageClient('regionLens', 'Region Lens', connect, options),
  };
}
