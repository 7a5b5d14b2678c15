import type { StartThread } from '../threads.ts';
import type { FoundFile, FromThread, ToThread, WantedFile } from './threadMessages.ts';

/** Brings files that a thread wants: it has no way to files itself. */
export type FindFiles = (wanted: readonly WantedFile[]) => Promise<readonly FoundFile[]>;

/** Starts Web Workers that run the script at this address. */
export function threadsOf<Request, Reply>(address: string, findFiles: FindFiles): StartThread<Request, Reply> {
  return ({ onReply, onEnd }) => {
    const worker = new Worker(address);
    let limit: ReturnType<typeof setTimeout> | undefined;
    const post = (message: ToThread<Request>, buffers: ArrayBuffer[] = []) => worker.postMessage(message, buffers);
    const end = () => {
      clearTimeout(limit);
      worker.terminate();
    };
    const bring = async (wanted: readonly WantedFile[]) => {
      const files = await findFiles(wanted);
      post({ kind: 'files', files }, buffersOf(files));
    };
    worker.onmessage = ({ data }: MessageEvent<FromThread<Reply>>) => {
      switch (data.kind) {
        case 'reply':
          return onReply(data.reply);
        case 'files':
          return void bring(data.wanted);
        case 'limit':
          limit = setTimeout(() => {
            end();
            onEnd(data.message, false);
          }, data.milliseconds);
          return;
        case 'inTime':
          return clearTimeout(limit);
      }
    };
    worker.onerror = ({ message }) => {
      end();
      onEnd(message || 'The counting worker could not be started.', /out of memory/i.test(message));
    };
    return {
      post: (request) => post({ kind: 'request', request }),
      // The page ends all its threads.
      keepAlive: () => undefined,
      end: () => Promise.resolve(end()),
    };
  };
}

function buffersOf(files: readonly FoundFile[]): ArrayBuffer[] {
  return files.flatMap((file) => ('bytes' in file && file.bytes ? [file.bytes.buffer] : []));
}
