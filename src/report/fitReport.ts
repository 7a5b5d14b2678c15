import { commonMean, type NetworkFigures } from '../analysis/designs/figures.ts';
import { designFigures, type Design, type FitResult, type FitTask } from '../analysis/designs/fit.ts';
import { formatCount } from '../common/formatFigures.ts';
import { buildNetwork } from '../network/build.ts';
import { totalMultiplyAdds } from '../network/cost.ts';
import { figuresCells, figuresHead, figuresJson } from './figuresReport.ts';
import { SCHEMA_VERSION } from './reportJson.ts';
import { alignColumns } from './reportTable.ts';

/** One design with its figures, or the network as it is (`design` null). */
export interface DesignRow {
  readonly design: Design | null;
  readonly multiplyAdds: number | null;
  readonly figures: NetworkFigures;
}

/** The network as it is, then the designs. */
export function designRows(task: FitTask, { designs }: FitResult): DesignRow[] {
  return [null, ...designs].flatMap((design): DesignRow[] => {
    const figures = designFigures(task, design);
    if (!figures) return [];
    const multiplyAdds = design?.multiplyAdds ?? totalMultiplyAdds(buildNetwork(task.definition).network.layers);
    return [{ design, figures, multiplyAdds }];
  });
}

/** What the ranking is good for: the objective is expressivity. */
export const FIT_CAVEAT =
  'The ranking is by expressivity, which is not accuracy: more regions do not by themselves mean a better fit.';

/** How far the search went. */
export function describeSearch({ isExhaustive, evaluated }: FitResult): string {
  const count = formatCount(evaluated);
  return isExhaustive
    ? `All ${count} designs that use the budget were compared.`
    : `A search compared ${count} designs; others that it did not look at may be better.`;
}

/** The published JSON form of a fit. */
export function fitJson(file: string, task: FitTask, result: FitResult, rows: readonly DesignRow[]) {
  const mean = commonMean(rows.map(({ figures }) => figures));
  const [start, ...designs] = rows.map(({ design, figures, multiplyAdds }) => ({
    widths: widthsOf(task, design),
    ...(task.depth ? { copies: design?.copies ?? 1 } : {}),
    macs: multiplyAdds,
    objectiveLog10: design?.log10 ?? null,
    ...figuresJson(figures, mean),
  }));
  return {
    schemaVersion: SCHEMA_VERSION,
    file,
    network: task.definition.name,
    objective: task.objective,
    maxParameters: task.maxParameters,
    maxMacs: Number.isFinite(task.maxMultiplyAdds) ? task.maxMultiplyAdds : null,
    minWidth: task.minWidth,
    search: result.isExhaustive ? 'exhaustive' : 'heuristic',
    evaluated: result.evaluated,
    start,
    designs,
    note: FIT_CAVEAT,
  };
}

/** Each width by the name of its first layer. */
function widthsOf({ groups }: FitTask, design: Design | null): Record<string, number> {
  return Object.fromEntries(groups.map(({ layers, width }, i) => [layers[0], design?.widths[i] ?? width]));
}

/** All designs below the start, as a table a person reads. Ends with a newline. */
export function fitTable(task: FitTask, result: FitResult, rows: readonly DesignRow[]): string {
  const mean = commonMean(rows.map(({ figures }) => figures));
  const head = [
    'design',
    ...task.groups.map(({ layers }) => (layers.length > 1 ? `${layers[0]} +${layers.length - 1}` : layers[0])),
    ...(task.depth ? [`copies of ${task.depth.layer}`] : []),
    'multiply-adds',
    ...figuresHead(mean),
  ];
  const cells = rows.map(({ design, figures, multiplyAdds }, i) => [
    design === null ? 'as it is' : `best ${i}`,
    ...task.groups.map(({ width }, k) => formatCount(design?.widths[k] ?? width)),
    ...(task.depth ? [String(design?.copies ?? 1)] : []),
    multiplyAdds === null ? 'unknown' : formatCount(multiplyAdds),
    ...figuresCells(figures, mean),
  ]);
  return `${alignColumns([head, ...cells], 1)}\nRanked by ${task.objective}, widths from ${task.minWidth} on. ${describeSearch(result)}\n${FIT_CAVEAT}\n`;
}
