import { MAX_THREADS } from '../counting/walk/sharedCount.ts';

/** Wrong words on the command line: shown with a pointer to the help, exit code 2. */
export class UsageError extends Error {}

export const HELP = `region-lens: linear regions of piecewise-linear networks

  region-lens analyze FILE... [--json] [--network NAME] [--slice-dim K]
                      [--from A --to B] [--origin O --u U --v V]
                      [--budget STEPS]
                      [--simulate N] [--workers N]
      every bound and mean of each network, layer by layer; with --simulate also a mean from draws in
      which nothing is counted, and the mean of exact counts of N random networks; more STEPS (about 10^9 a
      second) make the sums of larger two-dimensional convolutions exact

  region-lens count FILE [--json] [--method auto|line|plane|cells|sample]
                      [--network NAME] [--weights W] [--init he_normal] [--kernel-stddev S]
                      [--bias-stddev 0.1] [--seed N]
                      [--domain=LO,HI | --domain all] [--from A --to B] [--origin O --u U --v V]
                      [--repeat R] [--runs K] [--workers N] [--linear] [--max-regions N] [--max-seconds S]
                      [--max-memory MB] [--samples N] [--cells-by vertices|programs] [--regions OUT.json] [--estimate]
                      [--units]
      the regions a network really has, with the weights in the file or those of W (.h5, .keras, .safetensors, .pt,
      .pth, .npz), else drawn from a seed; a sample finds a lower bound of them at N random points (default 10,000); auto takes what
      fits the inputs and says why; OUT.json gets each region with its pattern, corners, volume and output maps;
      --estimate counts for a second and says how long the whole takes on one thread; --units also counts, on a
      line, the breakpoints that each neuron makes

  region-lens count FILE ... --part K/N --output DIR/part-K.json
      part K of N of one count (or of the networks of --repeat), on any machine; a part that is there is not counted
      again, and DIR/plan.json, written by the first part, says what all of them must have in common

  region-lens merge DIR [--json] [--file FILE] [--weights W]
      the whole count from its parts, as count prints it; missing parts are listed as an array expression (2,7-9)

  region-lens status DIR [--json]
      how far the parts are

  region-lens slurm FILE ... --tasks N --output DIR [--at-once M]
      writes DIR/submit.sh, count.sbatch and merge.sbatch: N parts as a job array of SLURM, and the merge after them

  region-lens measure FILE [--json] [--network NAME] [--weights W] [--init he_normal] [--kernel-stddev S]
                      [--bias-stddev 0.1] [--seed N] [--repeat R] [--lines 100] [--points 100] [--domain=LO,HI]
                      [--from A --to B] [--units] [--workers N]
      what Hanin and Rolnick measure: regions and breakpoints a neuron on a line, boundary for each unit of volume
      (from random lines), distance of random points to the nearest boundary; over R networks the mean, its
      standard error, and the mean that theory expects; --units also counts the breakpoints that each neuron makes
      on the line

  region-lens convert FILE --to native [--output OUT] [--network NAME] [--with-weights] [--weights W]
      the same network in the native format, with every layer named; what has its default value is left out

  region-lens compare FILE... [--json] [--network NAME]... [--slice-dim K] [--budget STEPS]
                      [--no-counterparts] [--domain=LO,HI] [--from A --to B] [--origin O --u U --v V]
                      [--count [--method auto|line|plane|cells] [--repeat 8] [--seed 1] [--workers N]
                      [--max-seconds S] [--max-regions N]]
      networks side by side, also in regions per parameter, each beside two of one hidden layer:
      fully connected with as many parameters, and with as many neurons; with --count also the mean of exact
      counts of random networks, all with the same seeds, method and place

  region-lens sweep FILE --layer NAME [--layer NAME]... --from A --to B [--factor F | --steps N]
                      [--field units|filters|depth_multiplier|rank|kernel_size|pool_size|strides|copies]
                      [--json] [--network NAME] [--slice-dim K] [--budget STEPS]
      bounds and means as the width (or another size) of a layer goes from A to B, each value F times the last
      (default 2), or N values at equal distances

  region-lens fit FILE --max-parameters N [--max-macs M]
                      [--objective expected-plane|expected-line|at-most|can-reach]
                      [--layers NAME,NAME...] [--min-width 8] [--depth A..B] [--max-designs N] [--output OUT]
                      [--json] [--network NAME] [--slice-dim K] [--budget STEPS]
      the widths of the layers, and how often the last of them stands in a row, with the largest objective that
      N parameters (and M multiply-adds) allow; OUT gets the best design in the native format

  region-lens train FILE --run PATTERN [--json] [--points DATA] [--test-points DATA] [--log LOG] [--lines 100]
                      [--planes 0] [--samples 100] [--radius R] [--method auto|line|plane|cells] [--domain=LO,HI]
                      [--from A --to B] [--origin O --u U --v V] [--network NAME] [--seed 1] [--cache KEPT]
                      [--units] [--watch] [--workers N] [--max-regions N] [--max-seconds S]
      what training does to the regions: for each snapshot of weights (a folder, or a pattern such as
      'runs/a/step-*.pt'), in the order of steps, the regions, regions per neuron on lines through the data,
      neurons without a breakpoint there, regions in planes through three samples, distance from samples to the nearest boundary, breakpoints near data, near
      test data and elsewhere, dead neurons; DATA is CSV, JSON or .npy, with classes in the last column if there are any; what KEPT
      holds is not counted again; --units adds to the JSON the breakpoints of each neuron; --watch goes on with snapshots as they come, until Ctrl-C

  region-lens check [FILES] [--expectations FILE] [--format table|json|sarif|junit] [--output OUT] [--budget STEPS]
                      [--baseline FILE] [--write-baseline]
      holds networks against the expectations of regionlens.json: bounds, means, parameters, multiply-adds,
      bottlenecks, shapes; with a baseline also against the figures of an earlier state, which --write-baseline
      writes; OUT gets the report, and the table is printed

  region-lens mcp
      serves analysis, fits and counts to an AI assistant, by the Model Context Protocol on standard input and output

Points and directions are JSON arrays: --from '[-1,-1]'.
Exit codes: 0 done, 1 the input has errors, 2 wrong usage, 3 stopped by a limit or a signal.
`;

/** Elementary steps for the sums of two-dimensional convolutions: some tenths of a second each. */
const BUDGET = 4e8;

/** Eleven days. */
const MAX_BUDGET = 1e15;
/** Of coordinates and deviations: squares and sums of a great many are numbers still. */
export const MAX_NUMBER = 1e100;
/** Those that a repetition adds are whole numbers still. */
const MAX_SEED = 2 ** 52;

export function parseBudget(text: string | undefined): number {
  return parseNumber(text, 'budget', 1, MAX_BUDGET) ?? BUDGET;
}

export function parseSeed(text: string | undefined): number | undefined {
  return parseCount(text, 'seed', 0, MAX_SEED);
}

export function parseWorkers(text: string | undefined): number | undefined {
  return parseCount(text, 'workers', 1, MAX_THREADS);
}

export function parseVector(text: string | undefined, option: string): number[] | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (isVector(value)) return value;
  throw new UsageError(`--${option} takes a JSON array of numbers up to ${MAX_NUMBER}, for example '[0, 1]'`);
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => typeof x === 'number' && Math.abs(x) <= MAX_NUMBER);
}

export function parseNumber(
  text: string | undefined,
  option: string,
  least = -Infinity,
  most = Infinity,
  noun = 'number',
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most) return value;
  const bounds = [...(least > -Infinity ? [`at least ${least}`] : []), ...(most < Infinity ? [`at most ${most}`] : [])];
  throw new UsageError(`--${option} takes a ${noun}${bounds.length > 0 ? ` of ${bounds.join(' and ')}` : ''}`);
}

export function parseCount(
  text: string | undefined,
  option: string,
  least: number,
  most = Infinity,
): number | undefined {
  const value = parseNumber(text, option, least, most, 'whole number');
  if (value !== undefined && !Number.isSafeInteger(value)) throw new UsageError(`--${option} takes a whole number`);
  return value;
}

/** Networks that one command draws: each is a task of its own, and all of them wait in a list. */
export const MAX_DRAWS = 100_000;

/** Lines or points of one measurement, which are all kept. */
export const MAX_PLACES = 1_000_000;

/** All or none of several options that belong together. */
export function together<T extends Record<string, number[] | undefined>>(
  parts: T,
): { [K in keyof T]: number[] } | undefined {
  const names = Object.keys(parts);
  const given = names.filter((name) => parts[name] !== undefined);
  if (given.length === 0) return undefined;
  if (given.length < names.length) throw new UsageError(`--${names.join(', --')} go together`);
  return parts as { [K in keyof T]: number[] };
}
