import { fileWeights } from '../../common/weightsSource.ts';
import { DEFAULT_CHORDS, DEFAULT_POINTS, summarize, type ExperimentChoice } from '../../analysis/counts/experiment.ts';
import { experimentJson, experimentTable } from '../../report/experimentReport.ts';
import type { MeasureOutcome, MeasureTask } from '../../protocol/pool.ts';
import { DRAWING_OPTIONS, parseDrawing } from '../counts/drawing.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import { parseArguments, type Output } from '../io.ts';
import { findNetwork } from '../networks.ts';
import { parseBox, parseSegment, SEGMENT_OPTIONS, withInside } from '../counts/place.ts';
import { openPool } from '../counts/pool.ts';
import { chooseWeights } from '../counts/weights.ts';
import { MAX_DRAWS, MAX_PLACES, parseCount, parseSeed, parseWorkers, UsageError } from '../usage.ts';

/** Coordinates of all lines and points of one measurement: some hundreds of megabytes. */
const MAX_COORDINATES = 50_000_000;

/** `region-lens measure`. Returns the exit code. `stop` ends it early with what was measured. */
export async function measureCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const { file, network: name, choice, seed, repeat, workers, json, weights: named } = parseMeasureWords(words);
  const input = await readInput(file);
  if ('fault' in input) return fail(output, `${file}:1:1: ${input.fault}`);
  const found = findNetwork(input, file, name, output);
  if (found === null) return 1;
  const { position } = found;
  if (found.network.inputSize * (2 * choice.chords + choice.points) > MAX_COORDINATES) {
    throw new UsageError(`--lines and --points are too many for ${found.network.inputSize} inputs`);
  }
  const { text, imports } = input;
  const weights = await chooseWeights({ text, file, network: position, imports }, named ?? input.weights, output);
  if (weights === 'unfit') return 1;
  const { diagnostics, place } = weights;
  const hasWeights = found.hasWeights || place !== undefined;
  const network = { ...found.network, initialization: { ...found.network.initialization, ...choice.initialization } };
  const first = seed ?? network.initialization.seed;
  const seeded: ExperimentChoice = { ...choice, source: fileWeights(first), placesSeed: first };
  const tasks = Array.from({ length: repeat }, (_, i): MeasureTask => ({
    kind: 'measure',
    text,
    fileName: file,
    imports: imports.texts,
    network: position,
    weights: place,
    choice: { ...seeded, source: fileWeights(first + i) },
  }));
  const outcomes = await measureAll(tasks, workers, stop);
  if (outcomes instanceof Error) return fail(output, `${file}:1:1: ${outcomes.message}`);
  const measured = outcomes.map((outcome) => outcome.measured);
  const summary = summarize(network, seeded, measured);
  const complete = summary.complete && outcomes.length === repeat;
  const seeds = outcomes.map(({ source }) => source.seed);
  const report = { file, network, hasWeights, choice: seeded, seeds, summary, complete };
  output.line(
    json
      ? JSON.stringify({ ...experimentJson(report), ...(diagnostics.length > 0 && { diagnostics }) })
      : experimentTable(report),
  );
  return complete ? 0 : 3;
}

/** What was measured until the end or `stop`, or the error of the first task that failed. */
async function measureAll(
  tasks: readonly MeasureTask[],
  workers: number | undefined,
  stop: AbortSignal,
): Promise<MeasureOutcome[] | Error> {
  const pool = openPool(workers);
  try {
    const settled = await Promise.allSettled(tasks.map((task) => pool.run(task, { signal: stop })));
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed && !stop.aborted) return failed.reason as Error;
    return settled.flatMap((each): MeasureOutcome[] => (each.status === 'fulfilled' ? [each.value] : []));
  } finally {
    await pool.dispose();
  }
}

function fail(output: Output, message: string): number {
  output.error(message);
  return 1;
}

function parseMeasureWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    ...DRAWING_OPTIONS,
    json: { type: 'boolean' },
    units: { type: 'boolean' },
    network: text,
    seed: text,
    repeat: text,
    lines: text,
    points: text,
    ...SEGMENT_OPTIONS,
    domain: text,
    workers: text,
    weights: text,
  });
  if (positionals.length !== 1) throw new UsageError('measure needs one FILE');
  const choice = {
    initialization: parseDrawing(values),
    box: parseBox(values.domain),
    segment: withInside(parseSegment(values)),
    chords: parseCount(values.lines, 'lines', 1, MAX_PLACES) ?? DEFAULT_CHORDS,
    points: parseCount(values.points, 'points', 0, MAX_PLACES) ?? DEFAULT_POINTS,
    units: values.units,
  };
  return {
    file: positionals[0],
    network: values.network,
    choice,
    seed: parseSeed(values.seed),
    repeat: parseCount(values.repeat, 'repeat', 1, MAX_DRAWS) ?? 1,
    workers: parseWorkers(values.workers),
    weights: values.weights,
    json: values.json === true,
  };
}
