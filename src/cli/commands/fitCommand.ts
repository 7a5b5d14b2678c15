import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import {
  designDefinition,
  designFigures,
  fit,
  OBJECTIVE_BOUNDS,
  OBJECTIVES,
  type FitResult,
  type FitTask,
  type Objective,
} from '../../analysis/fit.ts';
import { sweepFields } from '../../analysis/sweep.ts';
import { widthGroups, type WidthGroup } from '../../analysis/widthGroups.ts';
import { writeNative } from '../../formats/native/write.ts';
import { buildNetwork } from '../../network/build.ts';
import { totalMultiplyAdds } from '../../network/cost.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import { fitJson, fitTable, type DesignRow } from '../../report/fitReport.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { TheoryContext } from '../../theory/context.ts';
import { BoundTable } from '../../theory/registry.ts';
import { parseArguments, type Output } from '../io.ts';
import { chosenDefinition, readNetworks } from '../networks.ts';
import { parseBudget, parseCount, UsageError } from '../usage.ts';

/** More copies of a layer are no design that anyone trains. */
const MAX_COPIES = 1000;
const DEFAULT_EVALUATIONS = 2000;
const MIN_WIDTH_OF_MEANS = 8;

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
  const rows = rowsOf(task, result);
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
    maxEvaluations: parseCount(values['max-designs'], 'max-designs', 1) ?? DEFAULT_EVALUATIONS,
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

function taskOf(definition: NetworkDefinition, parsed: ReturnType<typeof parseFitWords>): FitTask {
  const { maxParameters, maxMultiplyAdds, maxEvaluations, options } = parsed;
  const groups = chosenGroups(widthGroups(definition), parsed.layers);
  const depth = parsed.depth && { ...parsed.depth, layer: repeatedLayer(definition, groups) };
  const objective = parsed.objective ?? defaultObjective(definition, options);
  // Formulas for wide layers would favor widths for which they are false.
  const minWidth = parsed.minWidth ?? (objective.startsWith('expected') ? MIN_WIDTH_OF_MEANS : 1);
  return { definition, groups, depth, maxParameters, maxMultiplyAdds, objective, minWidth, options, maxEvaluations };
}

function chosenGroups(groups: readonly WidthGroup[], names: readonly string[] | undefined): readonly WidthGroup[] {
  const all = groups.map(({ layers }) => layers[0]).join(', ');
  if (groups.length === 0) throw new UsageError('no layer of this network has a width that can be chosen');
  if (names === undefined) return groups;
  const unknown = names.find((name) => !groups.some(({ layers }) => layers.includes(name)));
  if (unknown !== undefined) throw new UsageError(`${unknown} has no width that can be chosen; there are ${all}`);
  return groups.filter(({ layers }) => layers.some((name) => names.includes(name)));
}

/** The last of the layers that can stand several times in a row. */
function repeatedLayer({ layers }: NetworkDefinition, groups: readonly WidthGroup[]): string {
  const names = new Set(groups.flatMap((group) => group.layers));
  const layer = layers.findLast((each) => names.has(each.name) && sweepFields(each).includes('copies'));
  if (!layer) throw new UsageError('--depth needs a layer with an activation that can stand several times in a row');
  return layer.name;
}

/** What random networks do, where there is a mean; else what is possible. */
function defaultObjective(definition: NetworkDefinition, options: TheoryOptions): Objective {
  const bounds = new BoundTable(TheoryContext.of(buildNetwork(definition).network, options));
  return OBJECTIVES.find((objective) => bounds.get(OBJECTIVE_BOUNDS[objective]).applies) ?? 'at-most';
}

function bestAsNative(task: FitTask, { designs: [best] }: FitResult): string {
  return writeNative(designDefinition(task, best.widths, best.copies)).text;
}

/** The network as it is, then the designs. */
function rowsOf(task: FitTask, { designs }: FitResult): DesignRow[] {
  return [null, ...designs].flatMap((design): DesignRow[] => {
    const figures = designFigures(task, design);
    if (!figures) return [];
    const multiplyAdds = design?.multiplyAdds ?? totalMultiplyAdds(buildNetwork(task.definition).network.layers);
    return [{ design, figures, multiplyAdds }];
  });
}
