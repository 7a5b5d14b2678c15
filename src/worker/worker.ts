import { parentPort } from 'node:worker_threads';
import { planCount, readWithWeights } from '../analysis/countPlan.ts';
import { planMeasurement } from '../analysis/measurement.ts';
import { count } from '../counting/countRegions.ts';
import type { CountHooks, CountRequest, CountResult } from '../counting/count.ts';
import { describeRegion } from '../counting/describe.ts';
import { measure } from '../counting/measure.ts';
import type { Network } from '../network/network.ts';
import type { CountOutcome, CountTask, OutcomeOf, WorkerReply, WorkerRequest, WorkerTask } from '../protocol/pool.ts';

/** Entry of a counting worker: one task at a time, in the order they come. */

const PROGRESS_INTERVAL_MS = 100;
const port = parentPort!;
/** The last file read: the seeds of one run come one after the other and share it. */
let last: { text: string; fileName: string; network: string | number; read: Network | null } | undefined;

port.on('message', ({ id, task, stop }: WorkerRequest) => {
  try {
    const outcome = perform(task, hooks(id, stop));
    port.postMessage({ type: 'done', id, outcome } satisfies WorkerReply, buffersOf(outcome));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ type: 'failed', id, message } satisfies WorkerReply);
  }
});

/** Large arrays move to the other thread in place of being copied. */
function buffersOf(outcome: OutcomeOf<WorkerTask>): ArrayBuffer[] {
  const regions = 'result' in outcome ? outcome.result.regions : null;
  return regions ? Object.values(regions).map((array: ArrayBufferView) => array.buffer as ArrayBuffer) : [];
}

function perform(task: WorkerTask, hooks: CountHooks): OutcomeOf<WorkerTask> {
  switch (task.kind) {
    case 'measure':
      return { measured: measure(planMeasurement(networkOf(task), task.choice), hooks), seed: task.choice.seed };
    case 'region': {
      const { network, domain } = planCount(networkOf(task), task.choice);
      return describeRegion(network, domain, task.at);
    }
    default:
      return run(task, hooks);
  }
}

function run(task: CountTask, hooks: CountHooks): CountOutcome {
  const request = planCount(networkOf(task), task.choice);
  let best = count(request, hooks);
  for (let k = 1; k < task.runs && best.exact; k++) best = faster(best, request, hooks);
  return { result: best, domain: request.domain, seed: task.choice.seed };
}

function faster(best: CountResult, request: CountRequest, hooks: CountHooks): CountResult {
  const next = count(request, hooks);
  return next.exact && next.seconds < best.seconds ? next : best;
}

function networkOf(task: WorkerTask): Network {
  const { text, fileName, network } = task;
  if (last?.text !== text || last.fileName !== fileName || last.network !== network) {
    last = { text, fileName, network, read: readWithWeights(text, fileName, network) };
  }
  if (last.read === null) throw new RangeError(`there is no network ${network} in ${fileName}`);
  return last.read;
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
