import { networkWithWeights } from '../../analysis/counts/networkWeights.ts';
import type { Network } from '../../network/network.ts';
import { findWeights } from '../../worker/modelWeights.ts';
import { weightsHost } from '../../host/node/files/weightsHost.ts';
import type { Input } from '../../host/input.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import type { Output } from '../io.ts';
import { findNetwork } from '../networks.ts';
import type { ChosenWeights } from '../../worker/chooseWeights.ts';
import { chooseWeights } from './weights.ts';

/** Which network to count, in the words of the command line. */
export interface CountedWords {
  readonly file: string;
  /** Its name or its position in the file; else the first. */
  readonly network?: string | number;
  readonly weights?: string;
}

/** A network that can be counted. */
export interface Counted {
  readonly file: string;
  readonly input: Input;
  /** Among the networks of the file. */
  readonly position: number;
  /** Without weights. */
  readonly network: Network;
  readonly weights: ChosenWeights;
}

/** Reads what is to be counted; says what stands against it and returns null. */
export async function readCounted(words: CountedWords, output: Output): Promise<Counted | null> {
  const { file } = words;
  const input = await readInput(file);
  if ('fault' in input) {
    output.error(`${file}:1:1: ${input.fault}`);
    return null;
  }
  const found = findNetwork(input, file, words.network, output);
  if (found === null) return null;
  const { position, network } = found;
  const model = { text: input.text, file, network: position, imports: input.imports };
  const weights = await chooseWeights(model, words.weights ?? input.weights, output);
  return weights === 'unfit' ? null : { file, input, position, network, weights };
}

/** The same network with the weights given; those that are missing are still to be drawn. */
export async function withGivenWeights({ file, input, position, weights }: Counted): Promise<Network> {
  const found = weights.place ? await findWeights(weightsHost, input.text, weights.place) : null;
  const read = networkWithWeights(input.text, file, position, found?.file ?? null, input.imports);
  if (read === null) throw new Error(`${file} changed while it was read`);
  return read.match ? read.match.attach() : read.network;
}
