import type { CountResult } from '../../counting/count.ts';
import { countJson } from '../../report/countJson.ts';
import { formatSeconds, groupDigits } from '../../analysis/quantities.ts';
import type { Network } from '../../network/network.ts';
import type { CountOutcome } from '../../protocol/pool.ts';
import { writeRegions } from '../writeRegions.ts';
import type { JobProgress } from '../../worker/job.ts';
import { DRAWING_OPTIONS, parseDrawing } from '../drawing.ts';
import { parseArguments, readInput, type Output } from '../io.ts';
import { findNetwork } from '../networks.ts';
import { parsePlace, PLACE_OPTIONS } from '../place.ts';
import { openPool } from '../pool.ts';
import { systemMessage } from '../terminal.ts';
import { chooseWeights } from '../weights.ts';
import { MAX_DRAWS, parseCount, parseNumber, parseSeed, parseWorkers, UsageError } from '../usage.ts';

const METHODS = ['auto', 'line', 'plane', 'cells', 'sample'] as const;
const CELLS_BY = ['vertices', 'programs'] as const;
const MAX_RUNS = 1_000_000;
const MAX_SAMPLES = 1_000_000_000;
/** More than any machine has; in bytes still an exact number. */
const MAX_MEGABYTES = 2 ** 30;

/** `region-lens count`. Returns the exit code. `stop` ends it early with what was found. */
export async function countCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const { file, network, choice, repeat, runs, workers, json, regions, weights: named } = parseCountWords(words);
  const input = await readInput(file);
  if ('fault' in input) return fail(output, `${file}:1:1: ${input.fault}`);
  const found = findNetwork(input, file, network, output);
  if (found === null) return 1;
  const { position } = found;
  const weights = await chooseWeights(
    { text: input.text, file, network: position, imports: input.imports },
    named ?? input.weights,
    output,
  );
  if (weights === 'unfit') return 1;
  const pool = openPool(workers);
  let networks = 0;
  try {
    const first = choice.seed ?? found.network.initialization.seed;
    const seeds = Array.from({ length: repeat }, (_, i) => first + i);
    const counts = seeds.map((seed) =>
      pool.run(
        {
          text: input.text,
          fileName: file,
          network: position,
          choice: { ...choice, seed },
          runs,
          imports: input.imports.texts,
          weights: weights.place,
        },
        { signal: stop, progress: (progress) => output.status?.(`seed ${seed}: ${progressText(progress)}`) },
      ),
    );
    // All are awaited in order; one that fails early must not count as unhandled meanwhile.
    for (const count of counts) count.catch(() => undefined);
    let complete = true;
    for (const count of counts) {
      const outcome = await count;
      const { result, domain, seed, runs: finished } = outcome;
      const counted = finished === undefined ? undefined : { finished, asked: runs };
      output.line(json ? JSON.stringify(countJson(result, domain, seed, weights, counted)) : sentence(outcome));
      if (finished !== undefined && finished < runs) {
        output.error(`seed ${seed}: stopped after ${finished} of ${runs} runs`);
        complete = false;
      }
      networks++;
      if (regions !== undefined && !(await saveRegions(regions, file, found.network, outcome, output))) return 1;
      complete &&= result.stoppedBy === null;
    }
    return complete ? 0 : 3;
  } catch (error) {
    if (stop.aborted) {
      const counted = networks === 0 ? 'before anything was counted' : `after ${networks} of ${repeat} networks`;
      output.error(`${file}: stopped ${counted}`);
      return 3;
    }
    return fail(output, `${file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await pool.dispose();
  }
}

async function saveRegions(
  path: string,
  file: string,
  network: Network,
  outcome: CountOutcome,
  output: Output,
): Promise<boolean> {
  try {
    await writeRegions(path, file, network, outcome);
    return true;
  } catch (error) {
    output.error(`${path}:1:1: the regions cannot be written: ${systemMessage(error)}`);
    return false;
  }
}

function megabytes(count: number | undefined): number | undefined {
  return count === undefined ? undefined : count * 2 ** 20;
}

/** One line that says how far a count is. */
function progressText({ regions, fraction, secondsLeft }: JobProgress): string {
  const left = secondsLeft === null ? '' : `, about ${formatSeconds(secondsLeft)} left`;
  return `${groupDigits(String(regions))} regions, ${Math.floor(100 * fraction)}%${left}`;
}

function fail(output: Output, message: string): number {
  output.error(message);
  return 1;
}

function parseCountWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    ...DRAWING_OPTIONS,
    ...PLACE_OPTIONS,
    json: { type: 'boolean' },
    linear: { type: 'boolean' },
    method: text,
    network: text,
    seed: text,
    repeat: text,
    runs: text,
    regions: text,
    'cells-by': text,
    workers: text,
    samples: text,
    weights: text,
    'max-regions': text,
    'max-seconds': text,
    'max-memory': text,
  });
  if (positionals.length !== 1) throw new UsageError('count needs one FILE');
  const method = METHODS.find((name) => name === values.method);
  if (!method) throw new UsageError(`--method is one of ${METHODS.join(', ')}`);
  if (values.samples !== undefined && method !== 'sample' && method !== 'auto')
    throw new UsageError('--samples is for --method sample');
  const cellsBy = CELLS_BY.find((name) => name === values['cells-by']);
  if (values['cells-by'] !== undefined && !cellsBy) throw new UsageError(`--cells-by is one of ${CELLS_BY.join(', ')}`);
  const repeat = parseCount(values.repeat, 'repeat', 1, MAX_DRAWS) ?? 1;
  if (values.regions !== undefined && repeat > 1) throw new UsageError('--regions is for one network');
  if (values.regions !== undefined && method === 'sample') throw new UsageError('a sample has no regions to list');
  const choice = {
    method,
    seed: parseSeed(values.seed),
    cellsBy,
    fileWeights: true,
    initialization: parseDrawing(values),
    place: parsePlace(values, method),
    linear: true,
    keepRegions: false,
    listRegions: values.regions !== undefined,
    samples: parseCount(values.samples, 'samples', 1, MAX_SAMPLES),
    limits: {
      regions: parseCount(values['max-regions'], 'max-regions', 1),
      seconds: parseNumber(values['max-seconds'], 'max-seconds', 0),
      bytes: megabytes(parseCount(values['max-memory'], 'max-memory', 1, MAX_MEGABYTES)),
    },
  };
  return {
    file: positionals[0],
    network: values.network,
    choice,
    repeat,
    regions: values.regions,
    runs: parseCount(values.runs, 'runs', 1, MAX_RUNS) ?? 1,
    workers: parseWorkers(values.workers),
    weights: values.weights,
    json: values.json === true,
  };
}

function sentence({ result, seed }: CountOutcome): string {
  const figure = groupDigits(String(result.activationRegions));
  const found = result.exact ? figure : `at least ${figure}`;
  const linear = result.linearRegions === null ? '' : `, ${groupDigits(String(result.linearRegions))} linear regions`;
  const perLayer = result.perLayer.map((count) => groupDigits(String(count))).join(' → ');
  const why = result.stoppedBy === null ? '' : `, stopped (${result.stoppedBy})`;
  const doubt = result.doubt === undefined ? '' : `. ${result.doubt}`;
  const method = result.chosen ? `${result.method}, since ${result.chosen.why}` : result.method;
  return `seed ${seed}: ${found} activation regions${linear} (${method}; after each layer ${perLayer}${sampled(result)}) in ${formatSeconds(result.seconds)}${why}${doubt}`;
}

/** What a sample says beside its lower bound. */
function sampled({ sampling }: CountResult): string {
  if (!sampling) return '';
  const { samples, chao1, newAtEnd } = sampling;
  const estimate = groupDigits(String(Math.round(chao1)));
  const share = (100 * newAtEnd).toFixed(1);
  return `; ${groupDigits(String(samples))} points, of the last tenth ${share}% met a new region; Chao 1 estimate ${estimate}`;
}
