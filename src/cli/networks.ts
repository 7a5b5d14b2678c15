import type { NetworkDefinition, Problem } from '../network/definition.ts';
import { buildNetwork } from '../network/build.ts';
import type { Network } from '../network/network.ts';
import { LineIndex } from '../analysis/lineIndex.ts';
import { read } from '../formats/registry.ts';
import { readInput, type Output } from './io.ts';

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
  const result = 'text' in input ? read(input.text, file, { weights: false }) : null;
  if (result === null || !('text' in input)) {
    const message = 'fault' in input ? input.fault : 'no network definition found in this file';
    output.error(`${file}:1:1: ${message}`);
    return null;
  }
  const built = result.networks.map(buildNetwork);
  const problems = [...result.problems, ...built.flatMap((each) => each.problems)];
  const sound = !reportErrors(file, problems, new LineIndex(input.text), output);
  if (built.length === 0) {
    if (sound) output.error(`${file}:1:1: no network definition found in this file`);
    return null;
  }
  return { definitions: result.networks, networks: built.map(({ network }) => network), sound };
}

/** Prints each error with its place; true when there is one. */
export function reportErrors(file: string, problems: readonly Problem[], lines: LineIndex, output: Output): boolean {
  const errors = problems.filter(({ severity }) => severity === 'error');
  for (const { message, span } of errors) {
    const { line, character } = lines.positionAt(span.start);
    output.error(`${file}:${line + 1}:${character + 1}: ${message}`);
  }
  return errors.length > 0;
}
