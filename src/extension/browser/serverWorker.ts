import {
  BaseLanguageClient,
  BrowserMessageReader,
  BrowserMessageWriter,
  type LanguageClientOptions,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { readFileRequest } from '../../protocol/server.ts';
import type { ServerLauncher } from '../host.ts';
import { readForServer } from './files.ts';

/** Language servers in Web Workers. `address` is that of the server's script. */
export function workerLauncher(address: string): ServerLauncher {
  return {
    start(log) {
      const worker = new Worker(address);
      const reader = new WorkerReader(worker);
      worker.addEventListener('error', ({ message }) => log(message));
      return {
        transports: { reader, writer: new BrowserMessageWriter(worker) },
        kill() {
          worker.terminate();
          reader.close();
        },
        isEndedFromOutside: () => false,
      };
    },
    createClient(connect, options) {
      const client = new WorkerClient(connect, options);
      client.onRequest(readFileRequest.method, readForServer);
      return client;
    },
  };
}

/** A worker does not say that it has ended. */
class WorkerReader extends BrowserMessageReader {
  close(): void {
    this.fireClose();
  }
}

/** The library's own client has one worker for good; this one gets another when that has ended. */
class WorkerClient extends BaseLanguageClient {
  constructor(
    private readonly connect: () => Promise<MessageTransports>,
    options: LanguageClientOptions,
  ) {
    super('regionLens', 'Region Lens', options);
  }

  protected override createMessageTransports(): Promise<MessageTransports> {
    return this.connect();
  }
}
