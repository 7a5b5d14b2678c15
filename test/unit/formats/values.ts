import { compile } from '../../../src/counting/program/compile.ts';
import { evaluate } from '../../../src/counting/program/program.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import type { Network } from '../../../src/network/network.ts';
import { readText } from './fixtures.ts';

/** The network in a file with its weights. Fails where anything is wrong with it. */
export function openWithWeights(text: string, fileName = 'model.json'): Network {
  const { networks, problems: found } = readText(text, fileName, true);
  const { network, problems } = buildNetwork(networks[0]);
  const wrong = [...found, ...problems].filter(({ severity }) => severity === 'error' || severity === 'warning');
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'));
  return network;
}

/** What it gives for an input (channels last), up to the first activation that is not piecewise linear. */
export function outputOf(network: Network, input: readonly number[]): number[] {
  const program = compile(network);
  return [...evaluate(program, input)[program.outputs[0]]];
}
