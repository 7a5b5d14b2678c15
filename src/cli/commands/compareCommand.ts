import { comparisonJson, comparisonTable } from '../../report/comparisonReport.ts';
import { compareNetworks, type ComparedNetwork } from '../../analysis/compare.ts';
import { parseArguments, type Output } from '../io.ts';
import { readNetworks } from '../networks.ts';
import { parseBudget, parseCount, UsageError } from '../usage.ts';

/** `region-lens compare`. Returns the exit code. */
export async function compareCommand(words: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    json: { type: 'boolean' },
    network: { type: 'string', multiple: true },
    'slice-dim': { type: 'string' },
    'no-counterparts': { type: 'boolean' },
    budget: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError('compare needs at least one FILE');
  const options = {
    sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1),
    budget: parseBudget(values.budget),
  };
  const found: ComparedNetwork[] = [];
  let sound = true;
  for (const file of positionals) {
    const read = await readNetworks(file, output);
    sound &&= read?.sound ?? false;
    for (const network of read?.networks ?? []) found.push({ file, network });
  }
  const chosen = named(found, values.network);
  if (chosen.length === 0) return 1;
  const comparison = compareNetworks(chosen, options, values['no-counterparts'] !== true);
  if (values.json) for (const row of comparisonJson(comparison)) output.line(JSON.stringify(row));
  else output.line(comparisonTable(comparison));
  return sound ? 0 : 1;
}

function named(found: readonly ComparedNetwork[], names: readonly string[] | undefined): readonly ComparedNetwork[] {
  if (names === undefined || found.length === 0) return found;
  const known = found.map(({ network }) => network.name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw new UsageError(`there is no network ${missing}; there are ${known.join(', ')}`);
  return found.filter(({ network }) => names.includes(network.name));
}
