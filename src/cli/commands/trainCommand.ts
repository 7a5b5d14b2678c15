import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_BOX, type Box } from '../../common/place.ts';
import type { CountChoice } from '../../analysis/countPlan.ts';
import { parseDataPoints, type DataPoints } from '../../analysis/training/dataPoints.ts';
import { orderSnapshots, type Snapshot } from '../../analysis/training/snapshots.ts';
import { expectedPerNeuron, figuresOf } from '../../analysis/training/snapshotFigures.ts';
import { entryAt, parseLog, type LogEntry } from '../../analysis/training/trainingLog.ts';
import { sampledData, trainingPlaces, type TrainingChoice } from '../../analysis/training/trainingPlaces.ts';
import type { CountProcess } from '../../host/node/countProcess.ts';
import type { Network } from '../../network/network.ts';
import type { TaskNetwork } from '../../protocol/pool.ts';
import { snapshotJson, trainingTable, type RunReport, type SnapshotReport } from '../../report/trainingReport.ts';
import { parseArguments, readInput, type Output } from '../io.ts';
import { findNetwork } from '../networks.ts';
import { parsePlace, PLACE_OPTIONS } from '../place.ts';
import { openPool } from '../pool.ts';
import { snapshotFiles } from '../snapshotFiles.ts';
import { systemMessage } from '../terminal.ts';
import { cacheKey, TrainingCache, type KeptSnapshot } from '../trainingCache.ts';
import { parseCount, parseNumber, parseSeed, parseWorkers, UsageError } from '../usage.ts';
import { chooseWeights } from '../weights.ts';

const METHODS = ['auto', 'line', 'plane', 'cells'] as const;
const DEFAULT_LINES = 100;
const DEFAULT_POINTS = 100;
const MAX_LINES = 10_000;
/** Rows of the data that samples are drawn from; more say nothing new, and each count is given them. */
const MAX_DATA = 2000;
/** Names under which logs are commonly kept beside their snapshots. */
const LOG_NAMES = ['log', 'metrics', 'history', 'training'].flatMap((name) =>
  ['json', 'jsonl', 'csv'].map((ending) => `${name}.${ending}`),
);

/** What is asked of every snapshot. */
interface Task {
  readonly network: Network;
  readonly source: Omit<TaskNetwork, 'weights'>;
  readonly training: TrainingChoice;
  readonly count: CountChoice;
  readonly log: readonly LogEntry[];
}

/** `region-lens train`. Returns the exit code. `stop` ends it early with the snapshots counted by then. */
export async function trainCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const options = parseTrainWords(words);
  const { file } = options;
  const input = await readInput(file);
  if ('fault' in input) return fail(output, `${file}:1:1: ${input.fault}`);
  const found = findNetwork(input, file, options.network, output);
  if (found === null) return 1;
  const { network, position } = found;
  try {
    const snapshots = orderSnapshots(await snapshotFiles(options.run));
    const data = options.points === undefined ? null : await readData(options.points, network.inputSize);
    const task: Task = {
      network,
      source: { text: input.text, fileName: file, network: position, imports: input.imports.texts },
      training: { ...options.training, data: data && sampledData(data, MAX_DATA, options.training.seed) },
      count: options.count,
      log: await readLog(options.log, snapshots[0].file),
    };
    for (const { file: snapshot } of snapshots) {
      const model = { ...input, file, network: position };
      // What is unusual about the first is unusual about all.
      const to = snapshot === snapshots[0].file ? output : withoutRemarks(output);
      if ((await chooseWeights(model, snapshot, to)) === 'unfit') return 1;
    }
    return await follow(task, snapshots, options, output, stop);
  } catch (error) {
    return fail(output, `${file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The same output for errors alone. */
function withoutRemarks(output: Output): Output {
  const error = (sentence: string) => {
    if (!/:1:1: (?:information|warning): /.test(sentence)) output.error(sentence);
  };
  return { ...output, error };
}

/** Counts one snapshot after another and reports each, or all in a table at the end. */
async function follow(
  task: Task,
  snapshots: readonly Snapshot[],
  options: ReturnType<typeof parseTrainWords>,
  output: Output,
  stop: AbortSignal,
): Promise<number> {
  const places = trainingPlaces(task.training, task.network.inputSize);
  const expected = expectedPerNeuron(task.network, places);
  const run: RunReport = { network: task.network, radius: places.radius, expectedPerNeuron: expected };
  const cache = await TrainingCache.open(options.cache);
  const pool = openPool(options.workers);
  const reports: SnapshotReport[] = [];
  try {
    for (const snapshot of snapshots) {
      if (stop.aborted) break;
      output.status?.(`${snapshot.file}: ${reports.length + 1} of ${snapshots.length}`);
      const key = await cacheKey(snapshot.file, [task.source, task.training, task.count]);
      const known = cache.get(key);
      const kept = known ?? (await measure(task, snapshot, pool, stop));
      if (!kept) break;
      const isWhole = kept.count.stoppedBy === null && kept.figures.complete;
      if (!known && isWhole) await cache.keep(key, kept);
      const report = { snapshot, ...kept, log: entryAt(task.log, snapshot) };
      reports.push(report);
      if (options.json) output.line(JSON.stringify(snapshotJson(run, report)));
    }
  } finally {
    await pool.dispose();
  }
  if (!options.json && reports.length > 0) output.line(trainingTable(run, reports));
  if (reports.length < snapshots.length) {
    output.error(`${options.file}: stopped after ${reports.length} of ${snapshots.length} snapshots`);
  }
  const isWhole = reports.every(({ count, figures }) => count.stoppedBy === null && figures.complete);
  return isWhole && reports.length === snapshots.length ? 0 : 3;
}

/** Null where it was stopped before there was anything to say. */
async function measure(
  { network, source, training, count }: Task,
  { file }: Snapshot,
  pool: CountProcess,
  signal: AbortSignal,
): Promise<KeptSnapshot | null> {
  const weights = { file };
  try {
    const [{ result, domain }, { measured }] = await Promise.all([
      pool.run({ ...source, weights, choice: count, runs: 1 }, { signal }),
      pool.run({ kind: 'snapshot', ...source, weights, choice: training }, { signal }),
    ]);
    const places = trainingPlaces(training, network.inputSize);
    return { count: result, domain, figures: figuresOf(network, places, measured) };
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

async function readData(file: string, inputs: number): Promise<DataPoints> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${file} cannot be read: ${systemMessage(error)}`);
  });
  try {
    return parseDataPoints(text, inputs);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** The log that is named, else one beside the snapshots; without one there is nothing to show beside the counts. */
async function readLog(named: string | undefined, snapshot: string): Promise<LogEntry[]> {
  if (named !== undefined) {
    const text = await readFile(named, 'utf8').catch((error: unknown) => {
      throw new Error(`${named} cannot be read: ${systemMessage(error)}`);
    });
    return parseLog(text);
  }
  for (const name of LOG_NAMES) {
    const text = await readFile(join(dirname(snapshot), name), 'utf8').catch(() => null);
    if (text === null) continue;
    try {
      return parseLog(text);
    } catch {
      // A file of this name that is no log.
    }
  }
  return [];
}

function fail(output: Output, message: string): number {
  output.error(message);
  return 1;
}

function parseTrainWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    ...PLACE_OPTIONS,
    json: { type: 'boolean' },
    run: text,
    points: text,
    log: text,
    lines: text,
    samples: text,
    radius: text,
    cache: text,
    method: text,
    network: text,
    seed: text,
    workers: text,
    'max-regions': text,
    'max-seconds': text,
  });
  if (positionals.length !== 1) throw new UsageError('train needs one FILE');
  if (values.run === undefined) throw new UsageError('train needs --run, a folder or a pattern of snapshots');
  const method = METHODS.find((name) => name === (values.method ?? 'auto'));
  if (!method) throw new UsageError(`--method is one of ${METHODS.join(', ')}`);
  const seed = parseSeed(values.seed) ?? 1;
  const place = parsePlace(values, method);
  const box: Box<number> = place?.kind === 'box' ? place : DEFAULT_BOX;
  const radius = parseNumber(values.radius, 'radius', Number.MIN_VALUE);
  return {
    file: positionals[0],
    run: values.run,
    points: values.points,
    log: values.log,
    cache: values.cache,
    network: values.network,
    json: values.json === true,
    workers: parseWorkers(values.workers),
    training: {
      lines: parseCount(values.lines, 'lines', 1, MAX_LINES) ?? DEFAULT_LINES,
      points: parseCount(values.samples, 'samples', 1, MAX_LINES) ?? DEFAULT_POINTS,
      box,
      ...(radius !== undefined && { radius }),
      seed,
    },
    count: {
      method,
      seed,
      fileWeights: true,
      place,
      linear: true,
      keepRegions: false,
      limits: {
        regions: parseCount(values['max-regions'], 'max-regions', 1),
        seconds: parseNumber(values['max-seconds'], 'max-seconds', 0),
      },
    } satisfies CountChoice,
  };
}
