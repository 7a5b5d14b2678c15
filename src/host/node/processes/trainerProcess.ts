import type { TrainerReply, TrainerRequest } from '../../../trainer/messages.ts';
import type { StartThread } from '../../threads.ts';
import { forkNode } from './forkNode.ts';

/** Starts processes that train, each as a thread would be. `file` is the bundle of trainerMain.ts. */
export function trainerProcesses(file: string): StartThread<TrainerRequest, TrainerReply> {
  return ({ onReply, onEnd }) => {
    const child = forkNode(file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (reply: TrainerReply) => onReply(reply));
    child.on('close', () => onEnd('The training process ended.', false));
    child.on('error', ({ message }) => onEnd(`The training process could not be started: ${message}`, false));
    return {
      post: (request) => void child.send(request, () => undefined),
      keepAlive: (isBusy) => (isBusy ? child.ref() : child.unref()),
      end: () => Promise.resolve(child.kill('SIGKILL')),
    };
  };
}
