import { fileWeights } from '../../common/weightsSource.ts';
import { DEFAULT_BOX, type Box } from '../../common/place.ts';
import type { CountChoice } from '../../analysis/counts/countPlan.ts';
import { orderSnapshots } from '../../analysis/training/snapshots.ts';
import { DEFAULT_LINES, DEFAULT_POINTS, MAX_DATA, sampledData } from '../../analysis/training/trainingPlaces.ts';
import { snapshotJson, snapshotSentence, trainingTable, type SnapshotReport } from '../../report/trainingReport.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import { parseArguments, type Output } from '../io.ts';
import { findNetwork } from '../networks.ts';
import { parsePlace, PLACE_OPTIONS } from '../counts/place.ts';
import { openPool } from '../counts/pool.ts';
import { snapshotFiles, watchedSnapshots } from '../training/snapshotFiles.ts';
import { TrainingCache } from '../training/trainingCache.ts';
import { readData, readLog } from '../training/trainingFiles.ts';
import { TrainingRun } from '../training/trainingRun.ts';
import { parseCount, parseNumber, parseSeed, parseWorkers, UsageError } from '../usage.ts';

const METHODS = ['auto', 'line', 'plane', 'cells'] as const;
const MAX_LINES = 10_000;
const MAX_PLANES = 1000;

/** `region-lens train`. Returns the exit code. `stop` ends it early with the snapshots counted by then. */
export async function trainCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const options = parseTrainWords(words);
  const { file } = options;
  const input = await readInput(file);
  if ('fault' in input) return fail(output, `${file}:1:1: ${input.fault}`);
  const found = findNetwork(input, file, options.network, output);
  if (found === null) return 1;
  const { network, position } = found;
  const pool = openPool(options.workers);
  try {
    const data = options.points === undefined ? null : await readData(options.points, network.inputSize);
    const test = options.testPoints === undefined ? null : await readData(options.testPoints, network.inputSize);
    const { seed } = options.training;
    const training = {
      ...options.training,
      data: data && sampledData(data, MAX_DATA, seed),
      ...(test && { test: sampledData(test, MAX_DATA, seed) }),
    };
    const model = { text: input.text, file, network: position, imports: input.imports };
    const cache = await TrainingCache.open(options.cache);
    const run = new TrainingRun({ network, model, training, count: options.count }, pool, cache);
    return await follow(run, options, output, stop);
  } catch (error) {
    return fail(output, `${file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await pool.dispose();
  }
}

/**
 * Counts one snapshot after another. Each is reported at once in JSON, or while the run is watched; else all are
 * reported in a table at the end. A snapshot that cannot be read is named, and the others are counted all the same.
 */
async function follow(
  run: TrainingRun,
  { run: pattern, log, watch, json, file }: ReturnType<typeof parseTrainWords>,
  output: Output,
  stop: AbortSignal,
): Promise<number> {
  const reports: SnapshotReport[] = [];
  let [asked, refused] = [0, 0];
  for await (const files of watch ? watchedSnapshots(pattern, stop) : [await snapshotFiles(pattern)]) {
    const entries = await readLog(log, files[0].file);
    for (const snapshot of orderSnapshots(files)) {
      asked++;
      if (stop.aborted) continue;
      output.status?.(`${snapshot.file}: ${asked} of ${files.length}`);
      const report = await run.report(snapshot, entries, output, stop);
      if (report === 'unfit') refused++;
      else if (report) reports.push(report);
      if (!report || report === 'unfit') continue;
      if (json) output.line(JSON.stringify(snapshotJson(run.facts, report)));
      else if (watch) output.line(snapshotSentence(report));
    }
  }
  if (!json && !watch && reports.length > 0) output.line(trainingTable(run.facts, reports));
  const left = asked - refused - reports.length;
  if (left > 0) output.error(`${file}: stopped after ${reports.length} of ${asked - refused} snapshots`);
  if (refused > 0) return 1;
  const isWhole = reports.every(({ count, figures }) => count.stoppedBy === null && figures.complete);
  return isWhole && left === 0 ? 0 : 3;
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
    watch: { type: 'boolean' },
    units: { type: 'boolean' },
    run: text,
    points: text,
    'test-points': text,
    log: text,
    lines: text,
    planes: text,
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
  if (values.units === true && values.json !== true) throw new UsageError('--units is for --json');
  return {
    file: positionals[0],
    run: values.run,
    points: values.points,
    testPoints: values['test-points'],
    log: values.log,
    cache: values.cache,
    network: values.network,
    json: values.json === true,
    watch: values.watch === true,
    workers: parseWorkers(values.workers),
    training: {
      lines: parseCount(values.lines, 'lines', 1, MAX_LINES) ?? DEFAULT_LINES,
      planes: parseCount(values.planes, 'planes', 0, MAX_PLANES) ?? 0,
      points: parseCount(values.samples, 'samples', 1, MAX_LINES) ?? DEFAULT_POINTS,
      box,
      ...(radius !== undefined && { radius }),
      ...(values.units === true && { eachUnit: true }),
      seed,
    },
    count: {
      method,
      source: fileWeights(seed),
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
