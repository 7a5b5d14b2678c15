/** How many breakpoints the units of a layer make on a line; a mean where there are several lines. */
export interface UnitFigures {
  readonly units: number;
  /** Units without a breakpoint on any of the lines. */
  readonly none: number;
  readonly median: number;
  readonly most: number;
  /** Of each unit, where they were asked for. */
  readonly each?: readonly number[];
}

export interface UnitBreakpoints {
  readonly all: UnitFigures;
  /** By layer index; null for layers without units. */
  readonly perLayer: readonly (UnitFigures | null)[];
}

/**
 * Sums up breakpoints of each unit, by layer index, that were added up over some lines; `keepsEach` also keeps those of
 * each unit. Null where they are not known, and for a network without units.
 */
export function unitBreakpoints(
  totals: readonly (readonly number[])[] | null | undefined,
  lines: number,
  keepsEach: boolean,
): UnitBreakpoints | null {
  if (!totals || lines === 0) return null;
  const means = totals.map((units) => units.map((count) => count / lines));
  const all = figuresOf(means.flat());
  const withEach = (units: readonly number[]) => {
    const figures = figuresOf(units);
    return figures && { ...figures, ...(keepsEach && { each: units }) };
  };
  return all && { all, perLayer: means.map(withEach) };
}

function figuresOf(units: readonly number[]): UnitFigures | null {
  if (units.length === 0) return null;
  const sorted = Float64Array.from(units).sort();
  const middle = sorted.length / 2;
  return {
    units: units.length,
    none: units.filter((count) => count === 0).length,
    median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2,
    most: sorted[sorted.length - 1],
  };
}
