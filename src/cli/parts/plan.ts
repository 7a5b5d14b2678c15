import { fileWeights } from '../../common/weightsSource.ts';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { version } from '../../../package.json';
import { planCount, type CountChoice } from '../../analysis/counts/countPlan.ts';
import { isPlan, PLAN_FILE, PLAN_VERSION, type Plan } from '../../analysis/counts/partsPlan.ts';
import { MAX_HELD_BYTES, type CountRequest } from '../../counting/count.ts';
import { requestInParts } from '../../counting/countParts.ts';
import type { Network } from '../../network/network.ts';
import { withGivenWeights, type Counted } from '../counts/counted.ts';
import { systemMessage } from '../terminal.ts';
import { writeOnce } from './write.ts';

/** A plan, and what it counts, ready to run. */
export interface PlannedCount {
  readonly plan: Plan;
  readonly counted: Counted;
  /** The count of the network of one seed. */
  readonly requestOf: (seed: number) => CountRequest;
}

interface PlanWords {
  readonly choice: Omit<CountChoice, 'source'>;
  /** The first; that of the network if absent. */
  readonly seed?: number;
  readonly repeat: number;
  readonly parts: number;
  readonly folder: string;
}

/** Errors: RangeError, with a sentence for the user, for what cannot be divided. */
export async function planParts(
  counted: Counted,
  { choice, seed: first, repeat, parts, folder }: PlanWords,
): Promise<PlannedCount> {
  const { input, file, weights, network } = counted;
  const given = await withGivenWeights(counted);
  const { limits, ...rest } = { ...choice, source: fileWeights(first ?? network.initialization.seed) };
  const requestOf = (seed: number): CountRequest => {
    const request = planCount(given, {
      ...rest,
      source: fileWeights(seed),
      limits: { ...limits, bytes: limits.bytes ?? MAX_HELD_BYTES },
    });
    return repeat > 1 ? request : requestInParts(request);
  };
  const imports = Object.entries(input.imports.texts).sort(([a], [b]) => (a < b ? -1 : 1));
  const from = (path: string) => relative(resolve(folder), resolve(path));
  const plan: Plan = {
    schemaVersion: PLAN_VERSION,
    version,
    parts,
    repeat,
    digests: {
      text: digestOf(input.text),
      imports: Object.fromEntries(imports.map(([path, text]) => [path, digestOf(text)])),
      weights: weightsDigest(requestOf(rest.source.seed).network),
    },
    network: counted.position,
    choice: rest,
    files: { network: from(file), ...(weights.place?.file !== undefined && { weights: from(weights.place.file) }) },
  };
  return { plan, counted, requestOf };
}

/** Identifies a plan wherever its files are. */
export function planDigest({ files: _, ...plan }: Plan): string {
  return digestOf(JSON.stringify(plan));
}

/** SHA-256, in hexadecimal. */
export function digestOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function weightsDigest({ layers }: Network): string {
  const hash = createHash('sha256');
  for (const { weights = {} } of layers) {
    for (const name of Object.keys(weights).sort()) {
      const { shape, data } = weights[name];
      hash.update(`${name} ${shape.join(' ')}\n`);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    hash.update('\n');
  }
  return hash.digest('hex');
}

/**
 * Writes the plan into its folder, unless there is one. Returns a sentence if the one that is there is another, null
 * where it is the same.
 */
export function settlePlan(folder: string, plan: Plan): string | null {
  const path = join(folder, PLAN_FILE);
  writeOnce(path, `${JSON.stringify(plan, null, 2)}\n`);
  const known = readPlan(folder);
  if (typeof known === 'string') return known;
  return whyOther(known, plan);
}

/** A sentence that says in what `plan` is not the one that the folder holds; null where it is the same. */
export function whyOther(known: Plan, plan: Plan): string | null {
  if (planDigest(known) === planDigest(plan)) return null;
  const differing = differences({ ...known, files: null }, { ...JSON.parse(JSON.stringify(plan)), files: null }, '');
  return `the plan in the folder is of another count: ${differing.slice(0, 5).join(', ')} ${differing.length > 1 ? 'differ' : 'differs'}`;
}

/** The plan of a folder, or a sentence why there is none. */
export function readPlan(folder: string): Plan | string {
  const path = join(folder, PLAN_FILE);
  try {
    const plan: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isPlan(plan) ? plan : `${path} is not the plan of a count`;
  } catch (error) {
    if (error instanceof SyntaxError) return `${path} is damaged: ${error.message}`;
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? `there is no ${PLAN_FILE} in ${folder}: it is written by count --part and by slurm`
      : `${path} cannot be read: ${systemMessage(error)}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The paths of the values that differ, as `digests.text`. */
function differences(a: unknown, b: unknown, path: string): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (!isObject(a) || !isObject(b) || Array.isArray(a)) return [path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}
