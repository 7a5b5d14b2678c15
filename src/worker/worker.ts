import { parentPort } from 'node:worker_threads';
import { planCount } from '../analysis/countPlan.ts';
import { planMeasurement } from '../analysis/measurement.ts';
import { networkWithWeights } from '../analysis/networkWeights.ts';
import { count } from '../counting/countRegions.ts';
import type { CountHooks, CountRequest, CountResult } from '../counting/count.ts';
import { describeRegion } from '../counting/describe.ts';
import { measure } from '../counting/measure.ts';
import type { Network } from '../network/network.ts';
import type { CountOutcome, CountTask, OutcomeOf, TaskNetwork, WorkerReply, WorkerRequest, WorkerTask } from '../protocol/pool.ts'; // prettier-ignore
import { findWeights } from './modelWeights.ts';

/** Entry of a counting worker: one task at a time, in the order they come. */

const PROGRESS_INTERVAL_MS = 100;
const port = parentPort!;
/** The last file read: the seeds of one run come one after the other and share it. */
let last: (Omit<TaskNetwork, 'weights'> & { stamp: string; read: Network }) | undefined;

port.on('message', (request: WorkerRequest) => void answer(request));

async function answer({ id, task, stop }: WorkerRequest): Promise<void> {
  try {
    const outcome = perform(task, await networkOf(task), hooks(id, stop));
    port.postMessage({ type: 'done', id, outcome } satisfies WorkerReply, buffersOf(outcome));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ type: 'failed', id, message } satisfies WorkerReply);
  }
}

/** Large arrays move to the other thread in place of being copied. */
function buffersOf(outcome: OutcomeOf<WorkerTask>): ArrayBuffer[] {
  if (!('result' in outcome)) return [];
  const { regions, line } = outcome.result;
  return Object.values({ ...regions, ...line }).flatMap((part: unknown) =>
    ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : [],
  );
}

function perform(task: WorkerTask, network: Network, hooks: CountHooks): OutcomeOf<WorkerTask> {
  switch (task.kind) {
    case 'measure':
      return { measured: measure(planMeasurement(network, task.choice), hooks), seed: task.choice.seed };
    case 'region': {
      const request = planCount(network, task.choice);
      return describeRegion(request.network, request.domain, task.at);
    }
    default:
      return run(task, network, hooks);
  }
}

function run(task: CountTask, network: Network, hooks: CountHooks): CountOutcome {
  const request = planCount(network, task.choice);
  let best = count(request, hooks);
  for (let k = 1; k < task.runs && best.exact; k++) best = faster(best, request, hooks);
  return { result: best, domain: request.domain, seed: task.choice.seed };
}

function faster(best: CountResult, request: CountRequest, hooks: CountHooks): CountResult {
  const next = count(request, hooks);
  return next.exact && next.seconds < best.seconds ? next : best;
}

async function networkOf({ text, fileName, network, imports = {}, weights, choice }: WorkerTask): Promise<Network> {
  const found = weights && choice.fileWeights ? await findWeights(text, weights) : null;
  const stamp = JSON.stringify([found?.stamp, imports]);
  if (last?.text !== text || last.fileName !== fileName || last.network !== network || last.stamp !== stamp) {
    const read = networkWithWeights(text, fileName, network, found?.file ?? null, (path) =>
      Object.hasOwn(imports, path) ? imports[path] : undefined,
    );
    if (read === null) throw new RangeError(`there is no network ${network} in ${fileName}`);
    last = { text, fileName, network, stamp, read: weighted(read) };
  }
  return last.read;
}

/** With the weights of the file, or a message of all that stands against them. */
function weighted({ network, match }: NonNullable<ReturnType<typeof networkWithWeights>>): Network {
  const errors = match?.remarks.filter(({ severity }) => severity === 'error') ?? [];
  if (errors.length > 0) throw new RangeError(errors.map(({ message }) => message).join('\n'));
  return match ? match.attach() : network;
}

function hooks(id: number, stop: Int32Array): CountHooks {
  let reported = performance.now();
  return {
    progress(progress) {
      const now = performance.now();
      if (now - reported < PROGRESS_INTERVAL_MS) return;
      reported = now;
      port.postMessage({ type: 'progress', id, progress } satisfies WorkerReply);
    },
    stopped: () => Atomics.load(stop, 0) !== 0,
  };
}
