import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { commonMean } from '../../analysis/designs/figures.ts';
import {
  designFigures,
  fit,
  OBJECTIVE_BOUNDS,
  OBJECTIVES,
  type Design,
  type FitTask,
  type Objective,
} from '../../analysis/designs/fit.ts';
import { sweepFields } from '../../analysis/designs/sweep.ts';
import { widthGroups } from '../../analysis/designs/widthGroups.ts';
import { totalMultiplyAdds } from '../../network/cost.ts';
import type { FitQuestion, PanelDesign, PanelFit } from '../../protocol/runs.ts';
import { quantity } from './series.ts';
import { t } from '../translation.ts';

/** A panel waits this long; what was found until then is shown as what it is. */
const SECONDS = 5;
const MAX_EVALUATIONS = 400;
/** The means are for wide layers. */
const MIN_WIDTH_OF_MEANS = 8;
const MAX_DEPTH = 12;

/** The best designs under a budget. With a depth: the best for each number of repeats, a frontier. */
export async function panelFit(
  analysis: NetworkAnalysis,
  { maxParameters, maxMultiplyAdds, objective, depth }: FitQuestion,
  nextTurn: () => Promise<unknown>,
): Promise<PanelFit> {
  const { definition } = analysis;
  const groups = widthGroups(definition);
  if (groups.length === 0) throw new Error(t('No layer of this network has a width that can be chosen.'));
  const chosen = objective === 'automatic' ? automatic(analysis) : objective;
  const repeated = depth === null ? null : repeatedLayer(analysis);
  if (depth !== null && repeated === null)
    throw new Error(t('No layer of this network can stand several times in a row.'));
  const task = (copies: number): FitTask => ({
    definition,
    groups,
    depth: repeated === null ? null : { layer: repeated, from: copies, to: copies },
    maxParameters,
    maxMultiplyAdds: maxMultiplyAdds ?? Infinity,
    objective: chosen,
    minWidth: chosen.startsWith('expected') ? MIN_WIDTH_OF_MEANS : 1,
    options: {},
    maxEvaluations: MAX_EVALUATIONS,
  });
  const until = performance.now() + 1000 * SECONDS;
  const pause = async (): Promise<boolean> => {
    await nextTurn();
    return performance.now() > until;
  };
  const depths = Array.from({ length: Math.min(MAX_DEPTH, depth ?? 1) }, (_, i) => i + 1);
  const designs: PanelDesign[] = [];
  let [isExhaustive, evaluated] = [true, 0];
  for (const copies of depths) {
    const result = await fit(task(copies), pause);
    isExhaustive &&= result.isExhaustive;
    evaluated += result.evaluated;
    const found = depth === null ? result.designs : result.designs.slice(0, 1);
    designs.push(...found.map((design) => panelDesign(task(copies), design)));
  }
  const start = panelDesign(task(1), null);
  const layers = groups.map(({ layers: [first] }) => first);
  const multiplyAdds = totalMultiplyAdds(analysis.network.layers);
  return { layers, objective: chosen, repeated, designs, start: { ...start, multiplyAdds }, isExhaustive, evaluated };
}

function automatic(analysis: NetworkAnalysis): Objective {
  return OBJECTIVES.find((objective) => analysis.applying(OBJECTIVE_BOUNDS[objective]) !== undefined) ?? 'at-most';
}

/** The last of the layers with a width that can stand several times in a row. */
function repeatedLayer({ definition }: NetworkAnalysis): string | null {
  const names = new Set(widthGroups(definition).flatMap(({ layers }) => layers));
  const found = definition.layers.findLast((each) => names.has(each.name) && sweepFields(each).includes('copies'));
  return found?.name ?? null;
}

function panelDesign(task: FitTask, design: Design | null): PanelDesign {
  const figures = designFigures(task, design);
  const mean = figures && commonMean([figures]);
  const expected = figures?.means.find(({ id }) => id === mean)?.value;
  return {
    copies: design?.copies ?? 1,
    widths: design?.widths ?? task.groups.map(({ width }) => width),
    parameters: design?.parameters ?? figures?.parameters ?? 0,
    multiplyAdds: design?.multiplyAdds ?? null,
    atMost: figures?.upper?.value ? quantity(figures.upper.value) : null,
    expected: expected ? quantity(expected) : null,
  };
}
