import { fileWeights } from '../../common/weightsSource.ts';
import { relative, resolve } from 'node:path';
import { mergeParts } from '../../counting/countParts.ts';
import type { CountOutcome } from '../../protocol/pool.ts';
import { countJson } from '../../report/countJson.ts';
import { readCounted } from '../counts/counted.ts';
import { parseArguments, type Output } from '../io.ts';
import { seedsOf } from '../parts/countPartFile.ts';
import { arrayExpression, findParts, type PartsFound } from '../parts/folder.ts';
import { planParts, readPlan, whyOther, type PlannedCount } from '../parts/plan.ts';
import { UsageError } from '../usage.ts';
import { countText } from './countCommand.ts';

/** `region-lens merge`: the whole count from the parts in a folder. Returns the exit code. */
export async function mergeCommand(words: readonly string[], output: Output): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, { json: { type: 'boolean' }, file: text, weights: text });
  if (positionals.length !== 1) throw new UsageError('merge needs one DIR, the folder of the parts');
  const [folder] = positionals;
  const planned = await readPlanned(folder, values, output);
  if (planned === null) return 1;
  try {
    const found = findParts(folder, planned.plan);
    reportFaults(folder, found, output);
    if (found.parts.size > 0) {
      for (const [outcome, name] of outcomes(planned, found))
        output.line(
          values.json
            ? JSON.stringify(countJson(outcome.result, outcome.domain, outcome.source.seed, name))
            : countText(outcome, planned.counted.network),
        );
    }
    return found.missing.length + found.stopped.length > 0 ? 3 : 0;
  } catch (error) {
    output.error(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** The plan of a folder with the network it counts, which has to be the same as when the plan was made. */
async function readPlanned(
  folder: string,
  { file, weights }: { readonly file?: string; readonly weights?: string },
  output: Output,
): Promise<PlannedCount | null> {
  const plan = readPlan(folder);
  const fail = (message: string) => {
    output.error(`${folder}: ${message}`);
    return null;
  };
  if (typeof plan === 'string') return fail(plan);
  const { choice, repeat, parts, files } = plan;
  const place = (path: string) => relative(process.cwd(), resolve(folder, path));
  const named = weights ?? (files.weights === undefined ? undefined : place(files.weights));
  const counted = await readCounted(
    { file: file ?? place(files.network), network: plan.network, weights: named },
    output,
  );
  if (counted === null) return null;
  const { seed } = choice.source;
  const planned = await planParts(counted, { choice: { ...choice, limits: {} }, seed, repeat, parts, folder });
  const other = whyOther(plan, planned.plan);
  return other === null ? planned : fail(other);
}

function reportFaults(folder: string, { missing, stopped, unusable, plan }: PartsFound, output: Output): void {
  for (const { file, why } of unusable) output.error(`${folder}: ${file} ${why}`);
  if (stopped.length > 0) output.error(`${folder}: stopped by a limit: --array=${arrayExpression(stopped)}`);
  if (missing.length > 0)
    output.error(
      `${folder}: ${missing.length} of ${plan.parts} parts ${missing.length === 1 ? 'is' : 'are'} missing: --array=${arrayExpression(missing)}`,
    );
}

function missingSentence(missing: readonly number[], of: number): string {
  const parts = arrayExpression(missing);
  return missing.length === 1 ? `Part ${parts} of ${of} is missing.` : `Parts ${parts} of ${of} are missing.`;
}

type UsedWeights = PlannedCount['counted']['weights'];

/** One for each seed of which something was counted. */
function* outcomes(
  { plan, counted, requestOf }: PlannedCount,
  found: PartsFound,
): Generator<[CountOutcome, UsedWeights]> {
  const { choice, repeat } = plan;
  const first = choice.source.seed;
  const all = [...found.parts.values()].flatMap(({ counts }) => counts);
  for (let seed = first; seed < first + repeat; seed++) {
    const own = all.filter((count) => count.seed === seed);
    if (own.length === 0) continue;
    const request = requestOf(seed);
    const missing = found.missing.filter((part) => seedsOf(first, repeat, part, plan.parts).includes(seed));
    const seconds = own.reduce((sum, count) => sum + count.seconds, 0);
    const doubt = missing.length > 0 ? missingSentence(missing, plan.parts) : undefined;
    const result = mergeParts(
      request,
      own.map((count) => count.found),
      seconds,
      doubt,
    );
    yield [{ result, domain: request.domain, source: fileWeights(seed) }, counted.weights];
  }
}
