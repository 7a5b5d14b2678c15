import { receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { StartThread, ThreadPort } from '../../threads.ts';

const MAX_MEMORY_MB = 4096;

/** Starts threads that run this file, each with at most this much memory. */
export function threadsOf<Request, Reply>(file: string, memoryMb = MAX_MEMORY_MB): StartThread<Request, Reply> {
  return ({ onReply, onEnd }) => {
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    worker.on('message', onReply);
    worker.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      onEnd(message, code === 'ERR_WORKER_OUT_OF_MEMORY'),
    );
    worker.on('exit', () => onEnd('The counting worker ended.', false));
    return {
      post: (request) => worker.postMessage(request),
      keepAlive: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
      end: () => worker.terminate(),
    };
  };
}

export function portOf<Request, Reply>(port: MessagePort): ThreadPort<Request, Reply> {
  return {
    post: (reply, buffers) => port.postMessage(reply, buffers),
    onRequest: (handler) => port.on('message', handler),
    takeNext: () => {
      const next: { readonly message: Request } | undefined = receiveMessageOnPort(port);
      return next?.message;
    },
  };
}
