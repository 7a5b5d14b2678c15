import type { TrainerReply, TrainerRequest } from '../../trainer/messages.ts';
import type { StartThread } from '../threads.ts';

/** Starts Web Workers that train, from the script at this address. */
export function trainerWorkers(address: string): StartThread<TrainerRequest, TrainerReply> {
  return ({ onReply, onEnd }) => {
    const worker = new Worker(address);
    worker.onmessage = ({ data }: MessageEvent<TrainerReply>) => onReply(data);
    worker.onerror = ({ message }) => onEnd(message || 'The training worker could not be started.', false);
    return {
      post: (request) => worker.postMessage(request),
      // The page ends all its threads.
      keepAlive: () => undefined,
      end: () => Promise.resolve(worker.terminate()),
    };
  };
}
