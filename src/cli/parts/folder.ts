import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAN_FILE, type Plan } from '../../analysis/counts/partsPlan.ts';
import { planDigest } from './plan.ts';
import { readPart, type PartFile } from './partFile.ts';
import { writeWhole } from './write.ts';

/** What a part that is under way last reported. */
export interface PartProgress {
  readonly plan: string;
  readonly part: number;
  /** Of the whole domain. */
  readonly fraction: number;
  readonly regions: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The parts in a folder. */
export interface PartsFound {
  readonly plan: Plan;
  /** By their number. */
  readonly parts: ReadonlyMap<number, PartFile>;
  readonly running: readonly PartProgress[];
  /** Files that are not parts of this plan, each with the reason. */
  readonly unusable: readonly { readonly file: string; readonly why: string }[];
  /** Parts without a file that can be used, ascending. */
  readonly missing: readonly number[];
  /** Parts that a limit stopped, ascending. */
  readonly stopped: readonly number[];
}

/** Everything that is in the folder of a plan. Errors: the file system's. */
export function findParts(folder: string, plan: Plan): PartsFound {
  const digest = planDigest(plan);
  const parts = new Map<number, PartFile>();
  const progress: PartProgress[] = [];
  const unusable: { file: string; why: string }[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (file.startsWith('.') || file === PLAN_FILE) continue;
    if (file.endsWith('.progress')) progress.push(...readProgress(join(folder, file), digest));
    if (!file.endsWith('.json')) continue;
    const read = readPart(join(folder, file));
    if (read === null) continue;
    if ('damage' in read) unusable.push({ file, why: read.damage });
    else if (read.plan !== digest) unusable.push({ file, why: 'is of another plan' });
    else if (!parts.has(read.part) || isStopped(parts.get(read.part)!)) parts.set(read.part, read);
  }
  const numbers = Array.from({ length: plan.parts }, (_, k) => k + 1);
  return {
    plan,
    parts,
    running: progress.filter(({ part }) => !parts.has(part)),
    unusable,
    missing: numbers.filter((part) => !parts.has(part)),
    stopped: numbers.filter((part) => parts.has(part) && isStopped(parts.get(part)!)),
  };
}

/** A limit ended the count of this part. */
export function isStopped({ counts }: PartFile): boolean {
  return counts.some(({ found }) => found.walked.stoppedBy !== null);
}

/** The regions in a part, of all its networks. */
export function regionsOf({ counts }: PartFile): number {
  return counts.reduce((sum, { found }) => sum + (found.walked.cells.at(-1) ?? 1), 0);
}

/** Where a part that is written to `output` reports its progress. */
export function progressPath(output: string): string {
  return output.replace(/\.json$/, '.progress');
}

export function writeProgress(output: string, progress: PartProgress): void {
  writeWhole(progressPath(output), `${JSON.stringify(progress)}\n`);
}

function readProgress(path: string, plan: string): PartProgress[] {
  try {
    const progress = JSON.parse(readFileSync(path, 'utf8')) as PartProgress | null;
    return progress?.plan === plan ? [progress] : [];
  } catch {
    // It is only news: the part ended meanwhile, or its last words were cut off.
    return [];
  }
}

/** Numbers as SLURM takes them for an array: `1-3,7`. */
export function arrayExpression(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let from = 0, to = 0; from < numbers.length; from = to) {
    to = from + 1;
    while (to < numbers.length && numbers[to] === numbers[to - 1] + 1) to++;
    ranges.push(to - from === 1 ? String(numbers[from]) : `${numbers[from]}-${numbers[to - 1]}`);
  }
  return ranges.join(',');
}
