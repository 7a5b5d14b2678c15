import { parentPort } from 'node:worker_threads';
import { serveCounts } from './countServer.ts';
import { workFor } from './thread.ts';

/** Entry of both: the process that counts, and its threads. */
if (parentPort) workFor(parentPort);
else serveCounts(__filename);
