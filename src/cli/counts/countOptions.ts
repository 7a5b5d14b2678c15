import { basename } from 'node:path';
import { MAX_PARTS } from '../../counting/countParts.ts';
import { DRAWING_OPTIONS, parseDrawing } from './drawing.ts';
import { parseArguments } from '../io.ts';
import { PLAN_FILE } from '../../analysis/counts/partsPlan.ts';
import { parsePlace, PLACE_OPTIONS } from './place.ts';
import { MAX_DRAWS, parseCount, parseNumber, parseSeed, parseWorkers, UsageError } from '../usage.ts';

const METHODS = ['auto', 'line', 'plane', 'cells', 'sample'] as const;
const CELLS_BY = ['vertices', 'programs'] as const;
const MAX_RUNS = 1_000_000;
const MAX_SAMPLES = 1_000_000_000;
/** More than any machine has; in bytes still an exact number. */
const MAX_MEGABYTES = 2 ** 30;

const text = { type: 'string' } as const;
export const COUNT_OPTIONS = {
  ...DRAWING_OPTIONS,
  ...PLACE_OPTIONS,
  estimate: { type: 'boolean' },
  json: { type: 'boolean' },
  linear: { type: 'boolean' },
  units: { type: 'boolean' },
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
  part: text,
  output: text,
} as const;

/** The options' values as `parseArguments` returns them. */
export type CountValues = {
  readonly [K in keyof typeof COUNT_OPTIONS]?: (typeof COUNT_OPTIONS)[K]['type'] extends 'boolean' ? boolean : string;
};

export type CountWords = ReturnType<typeof countWordsOf>;

export function parseCountWords(words: readonly string[]): CountWords {
  const { values, positionals } = parseArguments(words, COUNT_OPTIONS);
  return countWordsOf(values, positionals);
}

/** What the options of `count` mean. Errors: UsageError. */
export function countWordsOf(values: CountValues, positionals: readonly string[]) {
  if (positionals.length !== 1) throw new UsageError('count needs one FILE');
  const method = METHODS.find((name) => name === (values.method ?? 'auto'));
  if (!method) throw new UsageError(`--method is one of ${METHODS.join(', ')}`);
  if (values.samples !== undefined && method !== 'sample' && method !== 'auto')
    throw new UsageError('--samples is for --method sample');
  const cellsBy = CELLS_BY.find((name) => name === values['cells-by']);
  if (values['cells-by'] !== undefined && !cellsBy) throw new UsageError(`--cells-by is one of ${CELLS_BY.join(', ')}`);
  const repeat = parseCount(values.repeat, 'repeat', 1, MAX_DRAWS) ?? 1;
  if (values.regions !== undefined && repeat > 1) throw new UsageError('--regions is for one network');
  if (values.regions !== undefined && method === 'sample') throw new UsageError('a sample has no regions to list');
  if (values.units === true && (method !== 'line' || cellsBy || values.regions !== undefined))
    throw new UsageError('--units is for --method line, without --cells-by and --regions');
  const choice = {
    method,
    cellsBy,
    initialization: parseDrawing(values),
    place: parsePlace(values, method),
    linear: true,
    keepRegions: false,
    listRegions: values.regions !== undefined,
    units: values.units,
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
    seed: parseSeed(values.seed),
    repeat,
    regions: values.regions,
    runs: parseCount(values.runs, 'runs', 1, MAX_RUNS) ?? 1,
    workers: parseWorkers(values.workers),
    weights: values.weights,
    json: values.json === true,
    estimate: isEstimate(values),
    part: parsePart(values),
  };
}

/** Errors: UsageError where it is asked for together with what only a count gives. */
function isEstimate(values: CountValues): boolean {
  if (values.estimate !== true) return false;
  for (const option of ['part', 'runs', 'regions', 'units'] as const)
    if (values[option] !== undefined)
      throw new UsageError(`--${option} is not for --estimate, which counts only a part`);
  return true;
}

function megabytes(count: number | undefined): number | undefined {
  return count === undefined ? undefined : count * 2 ** 20;
}

/** A part of a count, and where it is written. */
export interface PartWords {
  /** From 1 to `of`; 0 stands for `of`. */
  readonly part: number;
  readonly of: number;
  readonly output: string;
}

function parsePart(values: CountValues): PartWords | undefined {
  const { part: fraction, output } = values;
  if (fraction === undefined) {
    if (output === undefined) return undefined;
    throw new UsageError('--output is for --part; --regions writes the regions');
  }
  const [, part, of] = (/^(\d+)\/(\d+)$/.exec(fraction) ?? []).map(Number);
  if (!(of >= 1 && of <= MAX_PARTS && part <= of))
    throw new UsageError(`--part takes K/N with K from 1 to N and N up to ${MAX_PARTS}, for example --part 3/16`);
  if (!output?.endsWith('.json') || basename(output) === PLAN_FILE)
    throw new UsageError(`--part needs --output DIR/part-K.json, any name but ${PLAN_FILE}`);
  for (const option of ['runs', 'workers', 'regions'] as const)
    if (values[option] !== undefined) throw new UsageError(`--${option} is not for --part`);
  return { part: part === 0 ? of : part, of, output };
}
