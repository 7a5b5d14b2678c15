import { fileWeights } from '../../common/weightsSource.ts';
import { atMostSentence } from '../../report/atMostSentence.ts';
import type { CountResult } from '../../counting/count.ts';
import { costJson, costSentence } from '../../report/costReport.ts';
import { countJson } from '../../report/countJson.ts';
import { unitBreakpoints } from '../../analysis/counts/unitFigures.ts';
import { unitLines } from '../../report/unitReport.ts';
import { formatCount, formatSeconds } from '../../common/formatFigures.ts';
import type { Network } from '../../network/network.ts';
import type { CostTask, CountOutcome } from '../../protocol/pool.ts';
import type { JobProgress } from '../../worker/job.ts';
import { readCounted, type Counted } from '../counts/counted.ts';
import { parseCountWords, type CountWords } from '../counts/countOptions.ts';
import type { Output } from '../io.ts';
import { countOnePart } from '../parts/countPartFile.ts';
import { openPool } from '../counts/pool.ts';
import { systemMessage } from '../terminal.ts';
import { writeRegions } from '../counts/writeRegions.ts';

/** `region-lens count`. Returns the exit code. `stop` ends it early with what was found. */
export async function countCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const asked = parseCountWords(words);
  if (asked.part !== undefined) return countOnePart(asked, asked.part, output);
  const { file, choice, repeat, runs, workers, regions } = asked;
  const counted = await readCounted(asked, output);
  if (counted === null) return 1;
  const { input, position, network, weights } = counted;
  const taskOf = (seed: number) => ({
    text: input.text,
    fileName: file,
    network: position,
    choice: { ...choice, source: fileWeights(seed) },
    imports: input.imports.texts,
    weights: weights.place,
  });
  const pool = openPool(workers);
  let networks = 0;
  try {
    const first = asked.seed ?? network.initialization.seed;
    if (asked.estimate) return await estimate(pool, taskOf(first), { ...asked, seed: first }, output, stop);
    const seeds = Array.from({ length: repeat }, (_, i) => first + i);
    const counts = seeds.map((seed) =>
      pool.run(
        { ...taskOf(seed), runs },
        { signal: stop, progress: (progress) => output.status?.(`seed ${seed}: ${progressText(progress)}`) },
      ),
    );
    // All are awaited in order; one that fails early must not count as unhandled meanwhile.
    for (const count of counts) count.catch(() => undefined);
    let complete = true;
    for (const count of counts) {
      const outcome = await count;
      complete = report(outcome, asked, counted, output) && complete;
      networks++;
      if (regions !== undefined && !(await saveRegions(regions, file, network, outcome, output))) return 1;
    }
    return complete ? 0 : 3;
  } catch (error) {
    if (stop.aborted) {
      const when = networks === 0 ? 'before anything was counted' : `after ${networks} of ${repeat} networks`;
      output.error(`${file}: stopped ${when}`);
      return 3;
    }
    return fail(output, `${file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await pool.dispose();
  }
}

/** Prints one network's count. Returns whether it and all its runs are whole. */
function report(
  outcome: CountOutcome,
  { json, runs }: Pick<CountWords, 'json' | 'runs'>,
  { network, weights }: Pick<Counted, 'network' | 'weights'>,
  output: Output,
): boolean {
  const { result, domain, source, runs: finished = runs } = outcome;
  const { seed } = source;
  const ran = outcome.runs === undefined ? undefined : { finished, asked: runs };
  output.line(json ? JSON.stringify(countJson(result, domain, seed, weights, ran)) : countText(outcome, network));
  if (finished < runs) output.error(`seed ${seed}: stopped after ${finished} of ${runs} runs`);
  return finished >= runs && result.stoppedBy === null;
}

/** Says what a count takes, and does not make it. */
async function estimate(
  pool: ReturnType<typeof openPool>,
  task: Omit<CostTask, 'kind'>,
  { seed, repeat, json }: { readonly seed: number; readonly repeat: number; readonly json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const outcome = await pool.run({ kind: 'cost', ...task }, { signal });
  output.line(json ? JSON.stringify(costJson(outcome, seed, repeat)) : costSentence(outcome, seed, repeat));
  return 0;
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

/** One line that says how far a count is. */
function progressText({ regions, fraction, secondsLeft }: JobProgress): string {
  const left = secondsLeft === null ? '' : `, about ${formatSeconds(secondsLeft)} left`;
  return `${formatCount(regions)} regions, ${Math.floor(100 * fraction)}%${left}`;
}

function fail(output: Output, message: string): number {
  output.error(message);
  return 1;
}

/** What a person reads of one count of this network. */
export function countText(outcome: CountOutcome, network: Network): string {
  const { unitBreakpoints: units } = outcome.result;
  const lines = units === undefined ? [] : unitLines(network, unitBreakpoints(units, 1, false));
  return [countSentence(outcome), ...lines].join('\n');
}

function countSentence({ result, source }: CountOutcome): string {
  const figure = formatCount(result.activationRegions);
  const found = result.exact ? figure : `at least ${figure}`;
  const atMost = atMostSentence(result);
  const bound = atMost === null ? '' : `; ${atMost}`;
  const linear = result.linearRegions === null ? '' : `, ${formatCount(result.linearRegions)} linear regions`;
  const perLayer = result.perLayer.map((count) => formatCount(count)).join(' → ');
  const why = result.stoppedBy === null ? '' : `, stopped (${result.stoppedBy})`;
  const doubt = result.doubt === undefined ? '' : `. ${result.doubt}`;
  const method = result.chosen ? `${result.method}, since ${result.chosen.why}` : result.method;
  return `seed ${source.seed}: ${found} activation regions${linear} (${method}; after each layer ${perLayer}${sampled(result)}${bound}) in ${formatSeconds(result.seconds)}${why}${doubt}`;
}

/** What a sample says beside its lower bound. */
function sampled({ sampling }: CountResult): string {
  if (!sampling) return '';
  const { samples, chao1, newAtEnd } = sampling;
  const estimate = formatCount(chao1);
  const share = (100 * newAtEnd).toFixed(1);
  return `; ${formatCount(samples)} points, of the last tenth ${share}% met a new region; Chao 1 estimate ${estimate}`;
}
