import type { WeightsSource } from '../common/weightsSource.ts';
import { countCost } from '../analysis/counts/countCost.ts';
import { planCount } from '../analysis/counts/countPlan.ts';
import { backgroundMean } from '../analysis/expectation/backgroundMean.ts';
import { drawShare } from '../analysis/expectation/drawnMean.ts';
import { regionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import { planExperiment } from '../analysis/counts/experiment.ts';
import {
  expectedFigures,
  expectedPerNeuron,
  figuresOf,
  neuronsOf,
  snapshotRequest,
} from '../analysis/training/snapshotFigures.ts';
import { trainingPlaces } from '../analysis/training/trainingPlaces.ts';
import { networkWithWeights } from '../analysis/counts/networkWeights.ts';
import { MAX_HELD_BYTES, type CountHooks, type CountRequest } from '../counting/count.ts';
import { addParts, countPart, isShareable, type CountPart } from '../counting/countRegions.ts';
import { describeRegion } from '../counting/regions/describeRegion.ts';
import { runExperiment } from '../counting/experiments/measure.ts';
import { SharedCount } from '../counting/walk/sharedCount.ts';
import { bytesIn } from '../host/files.ts';
import type { ThreadPort } from '../host/threads.ts';
import type { Network } from '../network/network.ts';
import type {
  CountTask,
  ModelTask,
  TaskNetwork,
  ThreadPlace,
  WeightsTask,
  WorkerReply,
  WorkerRequest,
  WorkerTask,
} from '../protocol/pool.ts';
import { findWeights, type FoundWeights, type WeightsHost } from './modelWeights.ts';

/** A counting thread: one task at a time, in the order they come. */

const PROGRESS_INTERVAL_MS = 100;
const FIRST_PROGRESS_MS = 40;
/** How often a count without shared memory looks for a message to stop it. */
const LOOK_INTERVAL_MS = 10;
/** What V8 says when it cannot make an array. */
const NO_MEMORY = /allocation failed|invalid (typed )?array( buffer)? length/i;
let port: ThreadPort<WorkerRequest, WorkerReply>;
let host: WeightsHost;
type NetworkTask = Exclude<WorkerTask, WeightsTask | ModelTask>;
type Read = NonNullable<ReturnType<typeof networkWithWeights>>;
/** The last file read: the seeds of one run come one after the other and share it. */
let last: (Omit<TaskNetwork, 'weights'> & { stamp: string; read: Network }) | undefined;
/** A count that this thread leads, until the others have handed over their parts. */
let led:
  | {
      readonly id: number;
      readonly request: CountRequest;
      readonly source: WeightsSource;
      readonly share: SharedCount;
      readonly part: CountPart;
      readonly start: number;
    }
  | undefined;

let lastText = '';
/** The last request to stop; it may come before its task begins. */
let lastStop: Extract<WorkerRequest, { type: 'stop' }> | undefined;

/** Does the tasks that come through this port. */
export function workFor(pool: ThreadPort<WorkerRequest, WorkerReply>, weightsHost: WeightsHost): void {
  port = pool;
  host = weightsHost;
  port.onRequest(receive);
}

function receive(message: WorkerRequest): void {
  if (message.type === 'text') lastText = message.text;
  else if (message.type === 'stop') lastStop = message;
  else void answer(message, lastText);
}

async function answer(message: Exclude<WorkerRequest, { type: 'text' | 'stop' }>, text: string): Promise<void> {
  const { id } = message;
  try {
    if (message.type === 'add') return add(id, message.parts);
    const task: WorkerTask = { ...message.task, text };
    const { place } = message;
    if (task.kind === 'weights')
      reply({ type: 'done', id, outcome: { remarks: await withFiles(() => weightRemarks(task)) } });
    else if (task.kind === 'model')
      reply({ type: 'done', id, outcome: { text: await withFiles(() => modelText(task)) } });
    else perform(id, task, await withFiles(() => networkOf(task)), place);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    reply({
      type: 'failed',
      id,
      message: sentence,
      outOfMemory: error instanceof RangeError && NO_MEMORY.test(sentence),
    });
  }
}

/** Handles a message that arrives while a count runs. */
function handleNextMessage(): void {
  const next = port.takeNext();
  if (next) receive(next);
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.post(message, transfer);
}

function shareOf({ memory, thread, threads }: ThreadPlace): SharedCount {
  return memory ? new SharedCount(memory, thread, threads) : SharedCount.alone();
}

function perform(id: number, task: NetworkTask, network: Network, place: ThreadPlace): void {
  switch (task.kind) {
    case 'measure': {
      const begun = hooks(id, shareOf(place), place.memory === null);
      const end = performance.now() + 1000 * (task.seconds ?? Infinity);
      const stopped = () => begun.stopped?.() === true || performance.now() > end;
      const measured = runExperiment(planExperiment(network, task.choice), { ...begun, stopped });
      return reply({ type: 'done', id, outcome: { measured, source: task.choice.source } });
    }
    case 'cost': {
      const cost = countCost(network, task.choice, hooks(id, shareOf(place), place.memory === null));
      const { method } = planCount(network, task.choice);
      return reply({ type: 'done', id, outcome: { cost, method } });
    }
    case 'snapshot': {
      const places = trainingPlaces(task.choice, network.inputSize);
      const request = snapshotRequest(network, places);
      const measured = runExperiment(request, hooks(id, shareOf(place), place.memory === null));
      return reply({
        type: 'done',
        id,
        outcome: { figures: figuresOf(network, places, measured, task.choice.eachUnit) },
      });
    }
    case 'run': {
      const places = trainingPlaces(task.choice, network.inputSize);
      const outcome = {
        neurons: neuronsOf(network),
        radius: places.radius,
        expectedPerNeuron: expectedPerNeuron(network, places),
        expected: expectedFigures(network, places),
      };
      return reply({ type: 'done', id, outcome });
    }
    case 'mean': {
      const begun = hooks(id, shareOf(place), place.memory === null);
      const figure = backgroundMean(network, task, () => begun.stopped?.() === true);
      return reply({ type: 'done', id, outcome: { figure } });
    }
    case 'draws': {
      const begun = hooks(id, shareOf(place), place.memory === null);
      const share = drawShare(network, task.choice, task.share, () => begun.stopped?.() === true);
      return reply({ type: 'done', id, outcome: { share } });
    }
    case 'region': {
      const request = planCount(network, task.choice);
      return reply({ type: 'done', id, outcome: describeRegion(request.network, request.domain, task.at) });
    }
    case 'count':
    case undefined:
      return runCount(id, task, network, place);
  }
}

function runCount(id: number, task: CountTask, network: Network, place: ThreadPlace): void {
  const { choice } = task;
  const limits = { ...choice.limits, bytes: choice.limits.bytes ?? MAX_HELD_BYTES };
  const request = { ...planCount(network, choice), limits };
  const share = shareOf(place);
  const shareable = place.threads > 1 && isShareable(request);
  const { method, domain } = request;
  if (place.thread === 0) reply({ type: 'begun', id, start: { method, domain, source: choice.source, shareable } });
  const start = performance.now();
  const part = countPart(request, hooks(id, share, place.memory === null), shareable ? share : undefined);
  if (place.thread > 0) return reply({ type: 'part', id, part }, arraysIn(part));
  led = { id, request, source: choice.source, share, part, start };
  if (share.othersClaimed) reply({ type: 'waiting', id });
  else add(id, []);
}

function add(id: number, parts: readonly CountPart[]): void {
  if (led?.id !== id) return;
  const { request, source, share, part, start } = led;
  led = undefined;
  if (share.isRefused) return reply({ type: 'refused', id });
  const result = addParts(request, [part, ...parts], (performance.now() - start) / 1000);
  const outcome = { result, domain: request.domain, source, atMost: regionsAtMost(result) };
  reply({ type: 'done', id, outcome }, arraysOf({ ...result.regions, ...result.line, ...result.list }));
}

/** Of a part that is handed over. */
function arraysIn({ joins, lines, sample, kept }: CountPart): ArrayBuffer[] {
  const pieces = lines?.runs.map(({ line }) => line) ?? [];
  const regions = [kept?.picture?.regions, kept?.trace, kept?.list?.table];
  return [joins, sample, ...(sample?.stages ?? []), ...pieces, ...regions].flatMap((own) => (own ? arraysOf(own) : []));
}

/** Large arrays move to the other thread in place of being copied. */
function arraysOf(holder: object): ArrayBuffer[] {
  return Object.values(holder).flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}

/** Reads what needs files: once more whenever some of them had to be brought first. */
async function withFiles<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    const [outcome] = await Promise.allSettled([read()]);
    if (await host.files.bring()) continue;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}

async function networkOf(task: NetworkTask): Promise<Network> {
  const { text, fileName, network, imports = {}, weights } = task;
  const found = weights && hasGivenWeights(task) ? await findWeights(host, text, weights) : null;
  const stamp = JSON.stringify([found?.stamp, imports]);
  if (last?.text !== text || last.fileName !== fileName || last.network !== network || last.stamp !== stamp) {
    last = { text, fileName, network, stamp, read: weighted(readNetwork(task, found)) };
  }
  return last.read;
}

/** Drawn weights need no file to be read. */
function hasGivenWeights(task: NetworkTask): boolean {
  switch (task.kind) {
    case 'run':
    case 'mean':
    case 'draws':
      return false;
    case 'snapshot':
      return true;
    case 'measure':
    case 'cost':
    case 'region':
    case 'count':
    case undefined:
      return task.choice.source.kind !== 'drawn';
  }
}

function readNetwork(
  { text, fileName, network, imports = {}, weights }: TaskNetwork,
  found: FoundWeights | null,
): Read {
  const read = networkWithWeights(text, fileName, network, found?.file ?? null, {
    text: (path) => (Object.hasOwn(imports, path) ? imports[path] : undefined),
    bytes: weights?.folder === undefined ? undefined : bytesIn(host.files, weights.folder),
  });
  if (read === null) throw new RangeError(`there is no network ${network} in ${fileName}`);
  return read;
}

/** The network in a binary file, in the native format. */
async function modelText({ weights, fileName }: ModelTask): Promise<string> {
  const found = weights && (await findWeights(host, '', weights));
  if (!found?.file.model) throw new Error(`${fileName} holds no network.`);
  return found.file.model;
}

/** Which tensors fit no layer and the like; how those that fit were found is left out. */
async function weightRemarks(task: WeightsTask): Promise<string[]> {
  const found = task.weights ? await findWeights(host, task.text, task.weights) : null;
  const remarks = readNetwork(task, found).match?.remarks ?? [];
  return remarks.filter(({ severity }) => severity !== 'information').map(({ message }) => message);
}

/** With the weights of the file, or a message of all that stands against them. */
function weighted({ network, match }: Read): Network {
  const errors = match?.remarks.filter(({ severity }) => severity === 'error') ?? [];
  if (errors.length > 0) throw new RangeError(errors.map(({ message }) => message).join('\n'));
  return match ? match.attach() : network;
}

/** `byMessage`: the request to stop comes as a message. A count is synchronous, so it looks for messages itself. */
function hooks(id: number, share: SharedCount, byMessage: boolean): CountHooks {
  let due = performance.now() + FIRST_PROGRESS_MS;
  let nextLook = 0;
  return {
    progress(progress) {
      const now = performance.now();
      if (now < due) return;
      due = now + PROGRESS_INTERVAL_MS;
      reply({ type: 'progress', id, progress });
    },
    stopped() {
      if (byMessage && performance.now() >= nextLook) {
        nextLook = performance.now() + LOOK_INTERVAL_MS;
        handleNextMessage();
        if (lastStop?.id === id) share.stop(lastStop.reason);
      }
      return share.stoppedBy !== null;
    },
  };
}
