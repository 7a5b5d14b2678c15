import { fileWeights } from '../common/weightsSource.ts';
import { whyNotCounted, type CountChoice } from '../analysis/counts/countPlan.ts';
import { whyFlat } from '../analysis/places/flatPlaces.ts';
import { DEFAULT_BOX, PLACES, type Place } from '../common/place.ts';
import type { NetworkDefinition } from '../network/definition.ts';
import type { Network } from '../network/network.ts';
import type { CountOutcome, CountTask } from '../protocol/pool.ts';
import { countJson } from '../report/countJson.ts';
import { countSummary } from '../report/countSummary.ts';
import { chooseWeights, type ChosenWeights } from '../worker/chooseWeights.ts';
import type { AssistantHost } from './host.ts';
import type { CountInput } from './inputs.ts';
import { demandAbsolute, onlyNetwork, readSource, type Source } from './source.ts';
import { ToolError } from './toolError.ts';

/** Exact counts within the time given; what is not finished by then is said to be partial. */
export async function countRegions(call: CountInput, host: AssistantHost): Promise<string> {
  const until = performance.now() + 1000 * call.seconds;
  const source = await readSource(call, host);
  const { network, definition } = onlyNetwork(source);
  const refusal = whyNotCounted(network);
  if (refusal !== null) throw new ToolError(refusal);
  const place = placeOf(call);
  const weights = await weightsOf(call, source, host);
  const drawn = drawing(network, definition, weights);
  if (drawn === null && call.seeds > 1)
    throw new ToolError('The weights are given, so there is one network to count: leave seeds out.');
  const task = taskOf(call, source, place, weights);
  const counts = await countSeeds(task, call.first_seed ?? network.initialization.seed, call.seeds, until, host);
  const report = { network: network.name, inputSize: network.inputSize, place: place ?? DEFAULT_BOX, weights, drawn };
  if (call.format === 'json') {
    const results = counts.map(({ result, domain, source }) => countJson(result, domain, source.seed, weights));
    return JSON.stringify({ file: source.file, network: network.name, asked: call.seeds, counts: results });
  }
  return countSummary(source.file, {
    ...report,
    counts: counts.map(({ source, result }) => ({ seed: source.seed, result })),
    asked: call.seeds,
  });
}

/** One after the other, each on all threads. Errors: ToolError where not even one was begun. */
async function countSeeds(
  task: Omit<CountTask, 'choice'> & { readonly choice: Omit<CountChoice, 'source' | 'limits'> },
  first: number,
  seeds: number,
  until: number,
  host: AssistantHost,
): Promise<CountOutcome[]> {
  const counts: CountOutcome[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const seconds = (until - performance.now()) / 1000;
    if (seconds <= 0 && counts.length > 0) break;
    if (seconds <= 0) throw new ToolError('Reading the network took all of the time. Raise seconds (up to 60).');
    const choice = { ...task.choice, source: fileWeights(seed), limits: { seconds, regions: MAX_REGIONS } };
    try {
      counts.push(await host.count({ ...task, choice }, {}));
    } catch (error) {
      // A sentence of the counter: a place that does not fit, no memory.
      throw new ToolError(error instanceof Error ? error.message : String(error));
    }
  }
  return counts;
}

/** More are not counted in a minute. */
const MAX_REGIONS = 100_000_000;

function taskOf(call: CountInput, { file, input, position }: Source, place: Place | undefined, weights: ChosenWeights) {
  const choice = {
    method: call.method,
    place,
    linear: true,
    keepRegions: false,
    samples: call.samples,
  };
  return {
    text: input.text,
    fileName: file,
    network: position,
    choice,
    runs: 1,
    imports: input.imports.texts,
    weights: weights.place,
  };
}

function placeOf(call: CountInput): Place | undefined {
  const { domain, from, to, origin, u, v, method } = call;
  const places: Place[] = [];
  if (from && to) places.push({ kind: 'segment', from, to });
  else if (from || to) throw new ToolError('from and to go together: a segment has two ends.');
  if (origin && u && v) places.push({ kind: 'parallelogram', origin, u, v });
  else if (origin || u || v)
    throw new ToolError('origin, u, and v go together: a parallelogram has a corner and two sides.');
  if (domain === 'all') places.push({ kind: 'all' });
  else if (domain) places.push({ kind: 'box', lower: domain[0], upper: domain[1] });
  if (places.length > 1) throw new ToolError('Give one place only: domain, or from and to, or origin, u, and v.');
  const [place] = places;
  if (place === undefined) return undefined;
  if (place.kind === 'box' && place.lower >= place.upper) throw new ToolError('domain is [low, high] with low < high.');
  if (!PLACES[method].includes(place.kind))
    throw new ToolError(
      `The ${method} method counts on: ${PLACES[method].filter(isOffered).join(', ')}. Change method or the place.`,
    );
  const flat = whyFlat(place);
  if (flat) throw new ToolError(`There is nothing to count: ${flat}.`);
  return place;
}

/** Points of a file are the panel's alone. */
function isOffered(kind: Place['kind']): boolean {
  return kind !== 'points';
}

async function weightsOf(
  call: CountInput,
  { file, input, position }: Source,
  host: AssistantHost,
): Promise<ChosenWeights> {
  if (call.weights !== undefined) demandAbsolute('weights', call.weights, host);
  if (call.definition !== undefined && call.weights === undefined) return { diagnostics: [] };
  const model = { text: input.text, file, network: position, imports: input.imports };
  const weights = await chooseWeights(host.weights, model, call.weights ?? input.weights);
  const fault = weights.diagnostics.find(({ severity }) => severity === 'error');
  if (fault) throw new ToolError(`The weights cannot be used: ${fault.message}`);
  return weights;
}

/** How weights that are missing are drawn; null where all are given. */
function drawing(network: Network, definition: NetworkDefinition, weights: ChosenWeights): string | null {
  if (weights.place !== undefined) return null;
  const needing = network.layers.filter(({ parameters }) => parameters !== 0);
  const missing = needing.filter((layer) => definition.layers[layer.definition].fields.weights === undefined);
  if (missing.length === 0) return null;
  const { kernel, biasStddev } = network.initialization;
  const which = missing.length < needing.length ? 'those in the file, and missing ones ' : '';
  return `${which}drawn at random (${kernel}, bias deviation ${biasStddev})`;
}
