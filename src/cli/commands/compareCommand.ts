import { compareNetworks, type ComparedNetwork, type Comparison } from '../../analysis/designs/compare.ts';
import { comparableMethod } from '../../common/comparableMethod.ts';
import { DEFAULT_BOX } from '../../common/place.ts';
import type { CountMethod } from '../../counting/count.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import { comparisonJson, comparisonTable } from '../../report/comparisonReport.ts';
import type { CountedNetworks } from '../../report/countedReport.ts';
import { countCompared, type ComparedCounting } from '../counts/countCompared.ts';
import { parseArguments, type Output } from '../io.ts';
import { readNetworks } from '../networks.ts';
import { parsePlace, PLACE_OPTIONS } from '../counts/place.ts';
import { openPool } from '../counts/pool.ts';
import { MAX_DRAWS, parseBudget, parseCount, parseNumber, parseSeed, parseWorkers, UsageError } from '../usage.ts';

type Found = ComparedNetwork & { readonly definition: NetworkDefinition };

/** Random networks that a comparison counts, and their first seed, unless said otherwise. */
const DEFAULT_REPEAT = 8;
const DEFAULT_SEED = 1;

/** `region-lens compare`. Returns the exit code. `stop` ends counts early with what was counted. */
export async function compareCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const parsed = parseCompareWords(words);
  const found: Found[] = [];
  let sound = true;
  for (const file of parsed.files) {
    const read = await readNetworks(file, output);
    sound &&= read?.sound ?? false;
    read?.networks.forEach((network, i) => found.push({ file, network, definition: read.definitions[i] }));
  }
  const chosen = named(found, parsed.networks);
  if (chosen.length === 0) return 1;
  const { counting, place } = parsed;
  const method = counting && methodFor(chosen, counting);
  const comparison = compareNetworks(chosen, parsed.options, parsed.counterparts, { place, method });
  const counted = counting && method && (await countRows(comparison, chosen, method, counting, stop));
  if (parsed.json) for (const row of comparisonJson(comparison, counted)) output.line(JSON.stringify(row));
  else output.line(comparisonTable(comparison, counted));
  if (!sound) return 1;
  return counted?.some((one) => one !== null && !isFinished(one)) ? 3 : 0;
}

function isFinished({ results, asked, refused }: CountedNetworks): boolean {
  return refused !== null || (results.length === asked && results.every(({ stoppedBy }) => stoppedBy === null));
}

type Counting = Omit<ComparedCounting, 'choice'> & {
  readonly method: (typeof METHODS)[number];
  readonly choice: Omit<ComparedCounting['choice'], 'method'>;
  readonly workers: number | undefined;
};

function methodFor(networks: readonly Found[], { method, choice }: Counting): CountMethod {
  const sizes = networks.map(({ network }) => network.inputSize);
  return method === 'auto' ? comparableMethod(sizes, choice.place ?? DEFAULT_BOX) : method;
}

async function countRows(
  { rows }: Comparison,
  networks: readonly Found[],
  method: CountMethod,
  { choice, workers, firstSeed, repeat }: Counting,
  stop: AbortSignal,
): Promise<(CountedNetworks | null)[]> {
  const common = { choice: { ...choice, method }, firstSeed, repeat };
  const pool = openPool(workers);
  const counted: (CountedNetworks | null)[] = [];
  let at = -1;
  try {
    for (const row of rows) {
      if (row.role === 'network') at++;
      const own = networks[at].definition;
      counted.push(await countCompared(row, own, common, pool, stop));
    }
    return counted;
  } finally {
    await pool.dispose();
  }
}

const METHODS = ['auto', 'line', 'plane', 'cells'] as const;

function parseCompareWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    ...PLACE_OPTIONS,
    json: { type: 'boolean' },
    network: { type: 'string', multiple: true },
    'slice-dim': text,
    'no-counterparts': { type: 'boolean' },
    budget: text,
    count: { type: 'boolean' },
    method: text,
    seed: text,
    repeat: text,
    workers: text,
    'max-seconds': text,
    'max-regions': text,
  });
  if (positionals.length === 0) throw new UsageError('compare needs at least one FILE');
  const onlyForCounts = (['method', 'seed', 'repeat', 'workers', 'max-seconds', 'max-regions'] as const).find(
    (name) => values[name] !== undefined,
  );
  if (onlyForCounts && values.count !== true) throw new UsageError(`--${onlyForCounts} needs --count`);
  const method = METHODS.find((name) => name === (values.method ?? 'auto'));
  if (!method) throw new UsageError(`--method is one of ${METHODS.join(', ')}`);
  const place = parsePlace(values, method);
  const limits = {
    regions: parseCount(values['max-regions'], 'max-regions', 1),
    seconds: parseNumber(values['max-seconds'], 'max-seconds', 0),
  };
  const counting: Counting = {
    method,
    choice: { place, linear: false, keepRegions: false, limits },
    firstSeed: parseSeed(values.seed) ?? DEFAULT_SEED,
    repeat: parseCount(values.repeat, 'repeat', 1, MAX_DRAWS) ?? DEFAULT_REPEAT,
    workers: parseWorkers(values.workers),
  };
  return {
    files: positionals,
    networks: values.network,
    counterparts: values['no-counterparts'] !== true,
    options: { sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1), budget: parseBudget(values.budget) },
    place,
    counting: values.count === true ? counting : undefined,
    json: values.json === true,
  };
}

function named(found: readonly Found[], names: readonly string[] | undefined): readonly Found[] {
  if (names === undefined || found.length === 0) return found;
  const known = found.map(({ network }) => network.name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw new UsageError(`there is no network ${missing}; there are ${known.join(', ')}`);
  return found.filter(({ network }) => names.includes(network.name));
}
