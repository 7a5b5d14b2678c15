import type { UnitBreakpoints, UnitFigures } from '../analysis/counts/unitFigures.ts';
import { formatCount, significant } from '../common/formatFigures.ts';
import type { Network } from '../network/network.ts';
import { visibleLine } from './visibleText.ts';

/** Headings of `unitCells`. */
export const UNIT_HEADINGS = ['none', 'median', 'most'];

/** Neurons without a breakpoint, and the median and the greatest number of breakpoints of one. */
export function unitCells(figures: UnitFigures | null | undefined): string[] {
  if (!figures) return UNIT_HEADINGS.map(() => '–');
  const { none, median, most } = figures;
  return [formatCount(none), significant(median), significant(most)];
}

/** A line for each layer with neurons; one that says why there are none otherwise. */
export function unitLines(network: Network, found: UnitBreakpoints | null): string[] {
  if (found === null)
    return ['  breakpoints of each neuron are not known: the whole line was not counted layer by layer'];
  return network.layers.flatMap(({ index, name }) => {
    const figures = found.perLayer[index];
    if (!figures) return [];
    const [none, median, most] = unitCells(figures);
    return [
      visibleLine(
        `  ${name}: breakpoints of ${formatCount(figures.units)} neurons: ${none} have none; median ${median}, most ${most}`,
      ),
    ];
  });
}
