import { fit, OBJECTIVES, type FitTask } from '../analysis/designs/fit.ts';
import { fitTask } from '../analysis/designs/fitTask.ts';
import type { NetworkDefinition } from '../network/definition.ts';
import { designRows, fitJson } from '../report/fitReport.ts';
import { fitSummary } from '../report/fitSummary.ts';
import type { AssistantHost } from './host.ts';
import type { FitInput } from './inputs.ts';
import { onlyNetwork, readSource, THEORY } from './source.ts';
import { ToolError } from './toolError.ts';

/** The best designs within a budget that were found in the time given. */
export async function fitNetwork(call: FitInput, host: AssistantHost): Promise<string> {
  const until = performance.now() + 1000 * call.seconds;
  const source = await readSource(call, host);
  const task = taskOf(onlyNetwork(source).definition, call);
  const result = await fit(task, async () => {
    await host.nextTurn();
    return performance.now() > until;
  });
  if (result.designs.length === 0) {
    throw new ToolError(
      `No design with widths of ${task.minWidth} or more fits the budget and has a figure for ${task.objective}. Raise the budget, lower min_width, or choose another objective.`,
    );
  }
  const rows = designRows(task, result);
  if (call.format === 'json') return JSON.stringify(fitJson(source.file, task, result, rows));
  return fitSummary(source.file, task, result, rows);
}

function taskOf(definition: NetworkDefinition, call: FitInput): FitTask {
  const { max_parameters: maxParameters = Infinity, max_macs: maxMultiplyAdds = Infinity, depth = null } = call;
  if (maxParameters === Infinity && maxMultiplyAdds === Infinity)
    throw new ToolError('Give max_parameters, max_macs, or both: without a budget, wider is always more.');
  if (depth && depth.from > depth.to) throw new ToolError('depth.from must not be greater than depth.to.');
  const objective = OBJECTIVES.find((one) => one.replaceAll('-', '_') === call.objective);
  try {
    return fitTask(definition, {
      maxParameters,
      maxMultiplyAdds,
      objective,
      layers: call.layers,
      depth,
      minWidth: call.min_width,
      options: THEORY,
    });
  } catch (error) {
    throw error instanceof RangeError ? new ToolError(`${error.message}.`) : error;
  }
}
