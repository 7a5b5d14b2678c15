import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { designDefinition, fit, OBJECTIVES, type FitResult, type FitTask } from '../../analysis/designs/fit.ts';
import { fitTask, MAX_COPIES } from '../../analysis/designs/fitTask.ts';
import { writeNative } from '../../formats/native/write.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import { designRows, fitJson, fitTable } from '../../report/fitReport.ts';
import { parseArguments, type Output } from '../io.ts';
import { chosenDefinition, readNetworks } from '../networks.ts';
import { parseBudget, parseCount, UsageError } from '../usage.ts';

/** `region-lens fit`. Returns the exit code. `stop` ends it early with the best designs until then. */
export async function fitCommand(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  const parsed = parseFitWords(words);
  const read = await readNetworks(parsed.file, output);
  if (read === null || !read.sound) return 1;
  const definition = chosenDefinition(read.definitions, parsed.network, parsed.file);
  const task = taskOf(definition, parsed);
  const result = await fit(task, async () => {
    await setImmediate();
    return stop.aborted;
  });
  if (result.designs.length === 0) {
    output.error(
      `${parsed.file}: no design with widths of ${task.minWidth} or more fits the budget and has a figure for ${task.objective}`,
    );
    return stop.aborted ? 3 : 1;
  }
  if (parsed.output !== undefined) await writeFile(parsed.output, bestAsNative(task, result));
  const rows = designRows(task, result);
  if (parsed.json) output.line(JSON.stringify(fitJson(parsed.file, task, result, rows)));
  else output.line(fitTable(task, result, rows));
  return stop.aborted ? 3 : 0;
}

function parseFitWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(words, {
    json: { type: 'boolean' },
    'max-parameters': text,
    'max-macs': text,
    objective: text,
    layers: text,
    depth: text,
    'min-width': text,
    network: text,
    output: text,
    'max-designs': text,
    'slice-dim': text,
    budget: text,
  });
  if (positionals.length !== 1) throw new UsageError('fit needs one FILE');
  const maxParameters = parseCount(values['max-parameters'], 'max-parameters', 1);
  if (maxParameters === undefined) throw new UsageError('fit needs --max-parameters N');
  const objective = OBJECTIVES.find((each) => each === values.objective);
  if (values.objective !== undefined && !objective) {
    throw new UsageError(`--objective is one of ${OBJECTIVES.join(', ')}`);
  }
  return {
    file: positionals[0],
    maxParameters,
    maxMultiplyAdds: parseCount(values['max-macs'], 'max-macs', 1) ?? Infinity,
    objective,
    layers: values.layers?.split(','),
    depth: parseDepth(values.depth),
    minWidth: parseCount(values['min-width'], 'min-width', 1),
    network: values.network,
    output: values.output,
    maxEvaluations: parseCount(values['max-designs'], 'max-designs', 1),
    options: { sliceDimension: parseCount(values['slice-dim'], 'slice-dim', 1), budget: parseBudget(values.budget) },
    json: values.json === true,
  };
}

function parseDepth(text: string | undefined): { from: number; to: number } | null {
  if (text === undefined) return null;
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!(from >= 1 && from <= to && to <= MAX_COPIES)) {
    throw new UsageError(`--depth takes A..B with 1 <= A <= B <= ${MAX_COPIES}`);
  }
  return { from, to };
}

/** What is asked for, as a task. Errors: UsageError. */
function taskOf(definition: NetworkDefinition, parsed: ReturnType<typeof parseFitWords>): FitTask {
  try {
    return fitTask(definition, parsed);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function bestAsNative(task: FitTask, { designs: [best] }: FitResult): string {
  return writeNative(designDefinition(task, best.widths, best.copies)).text;
}
