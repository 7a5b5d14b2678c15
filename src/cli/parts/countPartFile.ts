import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { formatCount, formatSeconds } from '../../common/formatFigures.ts';
import type { CountHooks } from '../../counting/count.ts';
import { countFixedPart } from '../../counting/countParts.ts';
import { countPart, type CountPart } from '../../counting/countRegions.ts';
import { SCHEMA_VERSION } from '../../report/reportJson.ts';
import { readCounted } from '../counts/counted.ts';
import type { CountWords, PartWords } from '../counts/countOptions.ts';
import type { Output } from '../io.ts';
import { isStopped, progressPath, regionsOf, writeProgress } from './folder.ts';
import { readPart, writePart, type PartFile, type SeedPart } from './partFile.ts';
import { planDigest, planParts, settlePlan, type PlannedCount } from './plan.ts';

const REPORT_EVERY_MS = 5000;

/**
 * `region-lens count --part`: counts one part into its file, unless that is there already. Runs in this thread, so that
 * a signal ends it at once: what is not finished is counted again. Returns the exit code.
 */
export async function countOnePart(asked: CountWords, words: PartWords, output: Output): Promise<number> {
  const counted = await readCounted(asked, output);
  if (counted === null) return 1;
  const folder = dirname(words.output);
  try {
    const planned = await planParts(counted, { ...asked, parts: words.of, folder });
    const other = settlePlan(folder, planned.plan);
    if (other !== null) {
      output.error(`${words.output}:1:1: ${other}`);
      return 1;
    }
    const known = usable(words, planDigest(planned.plan), output);
    const part = known ?? { ...countFile(planned, words), schemaVersion: SCHEMA_VERSION };
    if (!known) writePart(words.output, part);
    rmSync(progressPath(words.output), { force: true });
    output.line(asked.json ? JSON.stringify(partJson(part, words)) : sentence(part, words, known !== null));
    return isStopped(part) ? 3 : 0;
  } catch (error) {
    output.error(`${asked.file}:1:1: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** The part as it was counted before; null where it has to be counted. */
function usable({ output: path, part }: PartWords, plan: string, output: Output): PartFile | null {
  const known = readPart(path);
  if (known === null) return null;
  const why = 'damage' in known ? known.damage : whyNot(known, part, plan);
  if (why === null) return 'damage' in known ? null : known;
  output.error(`${path}:1:1: ${basename(path)} ${why}, and is counted again`);
  return null;
}

function whyNot(known: PartFile, part: number, plan: string): string | null {
  if (known.plan !== plan) return 'is of another plan';
  if (known.part !== part) return `is part ${known.part}`;
  return isStopped(known) ? 'was stopped by a limit' : null;
}

function countFile({ plan, requestOf }: PlannedCount, words: PartWords): Omit<PartFile, 'schemaVersion'> {
  const { part, of } = words;
  const digest = planDigest(plan);
  const counts: SeedPart[] = [];
  const seeds = seedsOf(plan.choice.source.seed, plan.repeat, part, of);
  const count = (seed: number, hooks: CountHooks): CountPart =>
    plan.repeat > 1 ? countPart(requestOf(seed), hooks) : countFixedPart(requestOf(seed), part, of, hooks);
  let before = 0;
  for (const seed of seeds) {
    const start = performance.now();
    const report = (fraction: number, regions: number) => {
      const done = plan.repeat > 1 ? (counts.length + fraction) / plan.repeat : fraction;
      writeProgress(words.output, { plan: digest, part, fraction: done, regions: before + regions, time: Date.now() });
    };
    const found = count(seed, reportingTo(report));
    counts.push({ seed, seconds: (performance.now() - start) / 1000, found });
    before += found.walked.cells.at(-1) ?? 1;
  }
  return { plan: digest, part, of, counts };
}

/** The seeds of a part: all of them for a part of one network. */
export function seedsOf(first: number, repeat: number, part: number, of: number): number[] {
  if (repeat === 1) return [first];
  return Array.from({ length: repeat }, (_, k) => k)
    .filter((k) => k % of === part - 1)
    .map((k) => first + k);
}

function reportingTo(report: (fraction: number, regions: number) => void): CountHooks {
  let due = performance.now();
  return {
    progress({ fraction, regions }) {
      if (performance.now() < due) return;
      due = performance.now() + REPORT_EVERY_MS;
      report(fraction, regions);
    },
  };
}

function partJson(part: PartFile, words: PartWords): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    part: part.part,
    parts: part.of,
    activationRegions: regionsOf(part),
    stopped: isStopped(part),
    seconds: secondsOf(part),
    output: words.output,
  };
}

function secondsOf({ counts }: PartFile): number {
  return counts.reduce((sum, { seconds }) => sum + seconds, 0);
}

function sentence(part: PartFile, { output }: PartWords, isKept: boolean): string {
  const regions = formatCount(regionsOf(part));
  const how = isKept ? 'was counted before' : `in ${formatSeconds(secondsOf(part))}`;
  const stopped = isStopped(part) ? ', stopped by a limit' : '';
  return `part ${part.part} of ${part.of}: ${regions} activation regions ${how}${stopped} (${output})`;
}
