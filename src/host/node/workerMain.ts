import { parentPort } from 'node:worker_threads';
import { workFor } from '../../worker/thread.ts';
import { serveCounts } from './countServer.ts';

import { portOf } from './threads.ts';
import { weightsHost } from './weightsHost.ts';

/** Entry of both: the process that counts, and its threads. */
if (parentPort) workFor(portOf(parentPort), weightsHost);
else serveCounts(__filename);
