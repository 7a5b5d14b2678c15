import { analyze, type Analysis } from '../analysis/analyze.ts';
import { LineIndex } from '../analysis/lineIndex.ts';
import { diagnosticJson, reportJson, SCHEMA_VERSION } from '../analysis/reportJson.ts';
import { reportTable } from '../analysis/reportTable.ts';
import type { TheoryOptions } from '../theory/bound.ts';
import { parseArguments, readInput, type Output } from './io.ts';
import { reportErrors } from './networks.ts';
import { parseCount, parseNumber, parseVector, together, UsageError } from './usage.ts';

/** Elementary steps for the sums of two-dimensional convolutions: some tenths of a second each. */
const BUDGET = 4e8;

/** `region-lens analyze`. Returns the exit code. */
export async function analyzeCommand(words: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    json: { type: 'boolean' },
    network: { type: 'string' },
    'slice-dim': { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    origin: { type: 'string' },
    u: { type: 'string' },
    v: { type: 'string' },
    budget: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError('analyze needs a FILE');
  const vector = (name: 'from' | 'to' | 'origin' | 'u' | 'v') => parseVector(values[name], name);
  const options: TheoryOptions = {
    sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1),
    segment: together({ from: vector('from'), to: vector('to') }),
    parallelogram: together({ origin: vector('origin'), u: vector('u'), v: vector('v') }),
    budget: parseNumber(values.budget, 'budget', 1) ?? BUDGET,
  };
  let sound = true;
  for (const file of positionals) {
    sound = (await analyzeFile(file, values.json === true, values.network, options, output)) && sound;
  }
  return sound ? 0 : 1;
}

async function analyzeFile(
  file: string,
  json: boolean,
  network: string | undefined,
  options: TheoryOptions,
  output: Output,
): Promise<boolean> {
  const input = await readInput(file);
  const analysis = 'text' in input ? analyze(input.text, file, options) : null;
  const lines = new LineIndex('text' in input ? input.text : '');
  if (analysis === null) {
    const message = 'fault' in input ? input.fault : 'no network definition found in this file';
    output.error(`${file}:1:1: ${message}`);
    if (json) output.line(JSON.stringify(emptyReport(file, message, lines)));
    return false;
  }
  const chosen = network === undefined ? analysis : only(analysis, network);
  output.line(json ? JSON.stringify(reportJson(file, chosen, lines)) : reportTable(file, chosen, lines));
  return !reportErrors(file, chosen.problems, lines, output);
}

function only(analysis: Analysis, name: string): Analysis {
  const networks = analysis.networks.filter((candidate) => candidate.network.name === name);
  if (networks.length > 0) return analysis.only(networks);
  const names = analysis.networks.map((candidate) => candidate.network.name).join(', ');
  throw new UsageError(`there is no network ${name}; there ${analysis.networks.length === 1 ? 'is' : 'are'} ${names}`);
}

function emptyReport(file: string, message: string, lines: LineIndex) {
  const problem = { code: 'no-network', severity: 'error', message, span: { start: 0, end: 0 } } as const;
  return { schemaVersion: SCHEMA_VERSION, file, format: null, networks: [], diagnostics: [diagnosticJson(problem, lines)] }; // prettier-ignore
}
