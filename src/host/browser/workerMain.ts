import type { WorkerReply, WorkerRequest } from '../../protocol/pool.ts';
import { workFor } from '../../worker/thread.ts';
import { scope } from './scope.ts';
import { ThreadFiles } from './threadFiles.ts';
import type { FromThread, ToThread } from './threadMessages.ts';
import { limitedBy } from './timeLimit.ts';

/** Entry of a counting thread as a Web Worker. */
const { postMessage, onMessage } = scope<ToThread<WorkerRequest>, FromThread<WorkerReply>>();
const files = new ThreadFiles((wanted) => postMessage({ kind: 'files', wanted }));
let perform: ((request: WorkerRequest) => void) | undefined;

onMessage((message) => {
  if (message.kind === 'files') files.receive(message.files);
  else perform?.(message.request);
});
workFor(
  {
    post: (reply, buffers) => postMessage({ kind: 'reply', reply }, buffers),
    onRequest: (handler) => (perform = handler),
    // A worker cannot look for messages while it works: one that is to stop is ended instead.
    takeNext: () => undefined,
  },
  { files, withinTime: limitedBy(postMessage) },
);
