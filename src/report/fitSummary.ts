import { commonMean, type NetworkFigures } from '../analysis/designs/figures.ts';
import type { Design, FitResult, FitTask } from '../analysis/designs/fit.ts';
import { formatCount, formatMagnitude } from '../common/formatFigures.ts';
import type { BoundResult } from '../theory/bound.ts';
import { describeSearch, FIT_CAVEAT, type DesignRow } from './fitReport.ts';
import { byteLength, fittingLines, MAX_SUMMARY_BYTES, shortName, withinSummary } from './shortText.ts';

/** Sizes of one design that are written out. */
const MAX_EDITS = 12;

/** A fit in less than 2 KB: each design as what must be changed for it, beside the network as it is. */
export function fitSummary(file: string, task: FitTask, result: FitResult, rows: readonly DesignRow[]): string {
  const mean = commonMean(rows.map(({ figures }) => figures));
  const budget = [
    ...(Number.isFinite(task.maxParameters) ? [`${formatCount(task.maxParameters)} parameters`] : []),
    ...(Number.isFinite(task.maxMultiplyAdds) ? [`${formatCount(task.maxMultiplyAdds)} MACs`] : []),
  ].join(' and ');
  const head = [
    `${shortName(task.definition.name)} (${shortName(file, 120)}) within ${budget}, best ${task.objective} first, widths from ${task.minWidth} on.`,
    describeSearch(result),
  ];
  const designs = rows.map((row, i) => `${i === 0 ? 'as it is' : `design ${i}`}: ${designText(task, row, mean)}`);
  const room = MAX_SUMMARY_BYTES - byteLength([...head, FIT_CAVEAT].join('\n')) - 2;
  const rest = (missing: number) => `… ${missing} more designs; format "json" has all of them`;
  return withinSummary([...head, ...fittingLines(designs, room, rest, [...designs.keys()]), FIT_CAVEAT]);
}

function designText(task: FitTask, { design, figures, multiplyAdds }: DesignRow, mean: string | null): string {
  const costs = [
    `${formatCount(figures.parameters)} parameters`,
    `${multiplyAdds === null ? 'an unknown number of' : formatCount(multiplyAdds)} MACs`,
  ];
  return [editsText(task, design), ...costs, ...boundTexts(figures, mean)].join(', ');
}

/** `dense_1.units 24 → 40`, of the network as it is `dense_1.units 24`. */
function editsText({ groups, depth }: FitTask, design: Design | null): string {
  const edits = groups.map(({ layers, field, width }, i) => {
    const others = layers.length > 1 ? ` (and ${layers.length - 1} that must be equal)` : '';
    const to = design === null || design.widths[i] === width ? '' : ` → ${design.widths[i]}`;
    return `${shortName(layers[0], 32)}.${field}${others} ${width}${to}`;
  });
  const more = edits.length > MAX_EDITS ? [`… ${edits.length - MAX_EDITS} more sizes`] : [];
  const copies = depth && design ? [`${design.copies} of ${shortName(depth.layer, 32)} in a row`] : [];
  return [...edits.slice(0, MAX_EDITS), ...more, ...copies].join(', ');
}

function boundTexts({ upper, lower, means }: NetworkFigures, mean: string | null): string[] {
  const expected = means.find(({ id }) => id === mean);
  const text = (name: string, bound: BoundResult | null | undefined) =>
    bound?.value ? [`${name} ${formatMagnitude(bound.value)}`] : [];
  return [
    ...text('at most', upper),
    ...text('can reach', lower),
    ...text(`expected on a ${mean?.replace(/^kac-rice-/, '') ?? ''}`, expected),
  ];
}
