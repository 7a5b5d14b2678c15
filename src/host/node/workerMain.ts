import { parentPort } from 'node:worker_threads';
import { workFor } from '../../worker/thread.ts';
import { serveCounts } from './processes/countServer.ts';

import { portOf } from './processes/threads.ts';
import { weightsHost } from './files/weightsHost.ts';

/** Entry of both: the process that counts, and its threads. */
if (parentPort) workFor(portOf(parentPort), weightsHost);
else serveCounts(__filename);
