import { LineIndex } from '../analysis/lineIndex.ts';
import { analysisSummary } from '../report/analysisSummary.ts';
import { reportJson } from '../report/reportJson.ts';
import type { AssistantHost } from './host.ts';
import type { AnalyzeInput } from './inputs.ts';
import { readSource } from './source.ts';

/** Everything that is known of a file's networks without counting. */
export async function analyzeNetwork(call: AnalyzeInput, host: AssistantHost): Promise<string> {
  const { file, input, analysis, lines } = await readSource(call, host);
  if (call.format === 'json') return JSON.stringify(reportJson(file, analysis, lines ?? new LineIndex(input.text)));
  return analysisSummary(file, analysis, lines);
}
