import type { NetworkDefinition, Problem } from '../network/definition.ts';
import { buildNetwork } from '../network/build.ts';
import type { Network } from '../network/network.ts';
import { whyNotCounted } from '../analysis/counts/countPlan.ts';
import { LineIndex } from '../analysis/lineIndex.ts';
import { read } from '../formats/registry.ts';
import { noDefinition, noNetworkProblem } from '../analysis/noNetwork.ts';
import type { Input } from '../host/input.ts';
import { readInput } from '../host/node/files/readInput.ts';
import type { Output } from './io.ts';
import { UsageError } from './usage.ts';

export interface ReadNetworks {
  readonly definitions: readonly NetworkDefinition[];
  /** By definition. */
  readonly networks: readonly Network[];
  /** No problem among them is an error. */
  readonly sound: boolean;
}

/** The networks of a file. Errors in it go to the error output, with their places. Null where there is no network. */
export async function readNetworks(file: string, output: Output): Promise<ReadNetworks | null> {
  const input = await readInput(file);
  const result = 'text' in input ? read(input.content, file, { weights: false, files: input.imports }) : null;
  if (result === null || !('text' in input)) {
    const message = 'fault' in input ? input.fault : noDefinition(input.text, file);
    output.error(`${file}:1:1: ${message}`);
    return null;
  }
  const built = result.networks.map(buildNetwork);
  const problems = [...result.problems, ...built.flatMap((each) => each.problems)];
  const sound = !reportErrors(file, problems, new LineIndex(input.text), output);
  if (built.length === 0) {
    if (sound) reportEmpty(file, input.text, problems, output);
    return null;
  }
  return { definitions: result.networks, networks: built.map(({ network }) => network), sound };
}

export interface FoundNetwork {
  /** Among those of the file. */
  readonly position: number;
  readonly network: Network;
  /** Some layers' weights are in the file. */
  readonly hasWeights: boolean;
}

/** The network to count, by its name or position, or the first; reports what stands against it and returns null. */
export function findNetwork(
  { content, text, imports }: Input,
  file: string,
  name: string | number | undefined,
  output: Output,
): FoundNetwork | null {
  const result = read(content, file, { weights: false, files: imports });
  const position =
    typeof name === 'string' ? (result?.networks.findIndex((network) => network.name === name) ?? -1) : (name ?? 0);
  const definition = result?.networks[position];
  if (!definition) {
    if (result && result.networks.length > 0) throw new UsageError(`there is no network ${name} in ${file}`);
    if (result) reportEmpty(file, text, result.problems, output);
    else output.error(`${file}:1:1: ${noDefinition(text, file)}`);
    return null;
  }
  const { network, problems } = buildNetwork(definition);
  const faulty = reportErrors(file, [...result.problems, ...problems], new LineIndex(text), output);
  const refusal = whyNotCounted(network);
  if (refusal !== null) output.error(`${file}:1:1: ${refusal}`);
  const hasWeights = definition.layers.some((layer) => layer.fields.weights !== undefined);
  return refusal === null && !faulty ? { position, network, hasWeights } : null;
}

/** Says of a recognized file that there is no network in it, with all that was found instead. */
function reportEmpty(file: string, text: string, problems: readonly Problem[], output: Output): void {
  printProblems(file, [noNetworkProblem(text, file, problems), ...problems], new LineIndex(text), output);
}

/** Prints each error with its place; true when there is one. */
export function reportErrors(file: string, problems: readonly Problem[], lines: LineIndex, output: Output): boolean {
  const errors = problems.filter(({ severity }) => severity === 'error');
  printProblems(file, errors, lines, output);
  return errors.length > 0;
}

function printProblems(file: string, problems: readonly Problem[], lines: LineIndex, output: Output): void {
  for (const { message, span } of problems) {
    const { line, character } = lines.positionAt(span.start);
    output.error(`${file}:${line + 1}:${character + 1}: ${message}`);
  }
}

/** The network of this name, the first without one. Throws a UsageError where there is none. */
export function chosenDefinition(
  definitions: readonly NetworkDefinition[],
  name: string | undefined,
  file: string,
): NetworkDefinition {
  const definition = name === undefined ? definitions[0] : definitions.find((each) => each.name === name);
  if (!definition) throw new UsageError(`there is no network ${name} in ${file}`);
  return definition;
}
