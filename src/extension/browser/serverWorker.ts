import {
  BaseLanguageClient,
  BrowserMessageReader,
  BrowserMessageWriter,
  type CancellationToken,
  type LanguageClientOptions,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import type { MeanTask } from '../../protocol/pool.ts';
import { drawMeanRequest, readFileRequest } from '../../protocol/server.ts';
import type { CountPool } from '../../worker/countPool.ts';
import type { ServerLauncher } from '../host.ts';
import { readForServer } from './files.ts';

/** Language servers in Web Workers. `address` is that of the server's script; `means` draws means for it. */
export function workerLauncher(address: string, means: CountPool): ServerLauncher {
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
      client.onRequest(drawMeanRequest.method, (task: MeanTask, token: CancellationToken) => {
        const end = new AbortController();
        token.onCancellationRequested(() => end.abort());
        return means.run(task, { signal: end.signal });
      });
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
