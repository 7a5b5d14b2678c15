import { writeFile } from 'node:fs/promises';
import { networkWithWeights } from '../../analysis/counts/networkWeights.ts';
import { LineIndex } from '../../analysis/lineIndex.ts';
import { writeNative } from '../../formats/native/write.ts';
import { read } from '../../formats/registry.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import { buildNetwork } from '../../network/build.ts';
import type { Network } from '../../network/network.ts';
import { weightsHost } from '../../host/node/files/weightsHost.ts';
import { findWeights } from '../../worker/modelWeights.ts';
import type { Input } from '../../host/input.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import { parseArguments, type Output } from '../io.ts';
import { reportErrors } from '../networks.ts';
import { noDefinition } from '../../analysis/noNetwork.ts';
import { UsageError } from '../usage.ts';
import { chooseWeights } from '../counts/weights.ts';

/** `region-lens convert`. Returns the exit code. */
export async function convertCommand(words: readonly string[], output: Output): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    to: text,
    output: text,
    network: text,
    weights: text,
    'with-weights': { type: 'boolean' },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('convert needs one FILE');
  if (values.to !== 'native') throw new UsageError('convert needs --to native');
  const input = await readInput(file);
  if ('fault' in input) return fail(output, file, input.fault);
  const result = read(input.content, file, { weights: false, files: input.imports });
  if (!result || result.networks.length === 0) {
    const said = result !== null && reportErrors(file, result.problems, new LineIndex(input.text), output);
    return said ? 1 : fail(output, file, result?.problems[0]?.message ?? noDefinition(input.text, file));
  }
  const position = positionOf(result.networks, values.network, file);
  const definition = result.networks[position];
  const { problems } = buildNetwork(definition);
  const faulty = reportErrors(file, [...result.problems, ...problems], new LineIndex(input.text), output);
  const wantsWeights = values['with-weights'] === true || values.weights !== undefined;
  const weighted = wantsWeights ? await withWeights(input, file, position, values.weights, output) : undefined;
  if (weighted === null) return 1;
  const ordersOtherwise = definition.channelsFirst ?? definition.layers.some((layer) => layer.isChannelByChannel);
  if (!weighted && ordersOtherwise) {
    output.error(
      `${file}:1:1: information: files keep weights of this model in the order of its channels, which a native file does not tell: convert it with them (--with-weights, --weights)`,
    );
  }
  const written = writeNative(definition, weighted);
  for (const name of written.lost) output.error(`${file}:1:1: ${name} cannot be written in the native format as it is`);
  if (values.output === undefined) output.line(written.text);
  else if (!(await save(values.output, written.text, output))) return 1;
  return faulty || written.lost.length > 0 ? 1 : 0;
}

function fail(output: Output, file: string, message: string): number {
  output.error(`${file}:1:1: ${message}`);
  return 1;
}

/** A native file holds one network. */
function positionOf(networks: readonly NetworkDefinition[], name: string | undefined, file: string): number {
  const names = networks.map((network) => network.name);
  if (name === undefined && names.length > 1)
    throw new UsageError(`${file} has several networks; --network is one of ${names.join(', ')}`);
  const position = name === undefined ? 0 : names.indexOf(name);
  if (position < 0) throw new UsageError(`there is no network ${name} in ${file}; there is ${names.join(', ')}`);
  return position;
}

/**
 * The network with all weights there are: in the text, of the file named, or of those that the model names. Null where
 * they do not fit.
 */
async function withWeights(
  { text, weights, imports }: Input,
  file: string,
  network: number,
  named: string | undefined,
  output: Output,
): Promise<Network | null> {
  const chosen = await chooseWeights({ text, file, network, imports }, named ?? weights, output);
  if (chosen === 'unfit') return null;
  const found = chosen.place ? await findWeights(weightsHost, text, chosen.place) : null;
  const read = networkWithWeights(text, file, network, found?.file ?? null, imports);
  return read && (read.match?.attach() ?? read.network);
}

async function save(path: string, text: string, output: Output): Promise<boolean> {
  try {
    await writeFile(path, text);
    return true;
  } catch (error) {
    output.error(`${path}:1:1: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    return false;
  }
}
