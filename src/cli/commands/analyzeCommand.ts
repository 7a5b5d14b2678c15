import { NOWHERE } from '../../network/definition.ts';
import { analyze, type Analysis } from '../../analysis/analyze.ts';
import { LineIndex } from '../../analysis/lineIndex.ts';
import { diagnosticJson, reportJson, SCHEMA_VERSION } from '../../report/reportJson.ts';
import { reportTable } from '../../report/reportTable.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { readInput } from '../../host/node/files/readInput.ts';
import { parseArguments, type Output } from '../io.ts';
import { reportErrors } from '../networks.ts';
import { noDefinition, noNetworkProblem } from '../../analysis/noNetwork.ts';
import { PARALLELOGRAM_OPTIONS, parseParallelogram, parseSegment, SEGMENT_OPTIONS } from '../counts/place.ts';
import { openPool } from '../counts/pool.ts';
import { withSimulatedMeans, type Simulation } from '../counts/simulateMeans.ts';
import { MAX_DRAWS, parseBudget, parseCount, parseWorkers, UsageError } from '../usage.ts';

/** `region-lens analyze`. Returns the exit code. `stop` ends simulations early. */
export async function analyzeCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    json: { type: 'boolean' },
    network: { type: 'string' },
    'slice-dim': { type: 'string' },
    ...SEGMENT_OPTIONS,
    ...PARALLELOGRAM_OPTIONS,
    budget: { type: 'string' },
    simulate: { type: 'string' },
    workers: { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError('analyze needs a FILE');
  const options: TheoryOptions = {
    sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1),
    segment: parseSegment(values),
    parallelogram: parseParallelogram(values),
    budget: parseBudget(values.budget),
  };
  const draws = parseCount(values.simulate, 'simulate', 2, MAX_DRAWS);
  const workers = parseWorkers(values.workers);
  const simulation = draws === undefined ? null : { pool: openPool(workers), draws, stop };
  try {
    let sound = true;
    for (const file of positionals) {
      sound = (await analyzeFile(file, { ...values, options, simulation }, output)) && sound;
    }
    return stop.aborted ? 3 : sound ? 0 : 1;
  } finally {
    await simulation?.pool.dispose();
  }
}

interface Wishes {
  readonly json?: boolean;
  readonly network?: string;
  readonly options: TheoryOptions;
  readonly simulation: Simulation | null;
}

async function analyzeFile(file: string, wishes: Wishes, output: Output): Promise<boolean> {
  const { json, network, options, simulation } = wishes;
  const input = await readInput(file);
  const read = 'text' in input ? analyze(input.content, file, options, null, input.imports) : null;
  const lines = new LineIndex('text' in input ? input.text : '');
  if (read === null || !('text' in input)) {
    const message = 'fault' in input ? input.fault : noDefinition(input.text, file);
    output.error(`${file}:1:1: ${message}`);
    if (json) output.line(JSON.stringify(emptyReport(file, message, lines)));
    return false;
  }
  const isEmpty = read.networks.length === 0;
  const analysis = isEmpty ? read.saying(noNetworkProblem(input.text, file, read.problems)) : read;
  const closed = network === undefined ? analysis : only(analysis, network);
  const source = {
    text: input.text,
    fileName: file,
    imports: input.imports.texts,
    networks: analysis.networks,
  };
  const chosen = simulation ? await withSimulatedMeans(closed, source, options, simulation) : closed;
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
  const problem = { code: 'no-network', severity: 'error', message, span: NOWHERE } as const;
  return {
    schemaVersion: SCHEMA_VERSION,
    file,
    format: null,
    networks: [],
    diagnostics: [diagnosticJson(problem, lines)],
  };
}
