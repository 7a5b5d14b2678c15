import { formatLog10 } from '../../src/common/formatFigures.ts';
import type { ComparedRow, PanelComparison } from '../../src/protocol/runs.ts';
import { countedPerLayer, countedSpread } from '../app/comparedCounts.ts';
import type { ComparedCounts } from '../app/store.ts';
import { t } from '../app/strings.ts';
import { exactText } from '../format.ts';
import { spreadText } from './figures.ts';

/** The figures by which networks are compared, what is known of random networks first. */
export const MEASURES = ['expected', 'counted', 'atMost', 'canReach'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  expected: t('expected'),
  counted: t('counted'),
  atMost: t('at most'),
  canReach: t('can reach'),
};

/** One figure of one network, for a table, a plot and a ranking. */
export interface ComparedFigure {
  readonly log10: number;
  readonly text: string;
  readonly title: string;
  readonly perParameter: string | null;
  /** log10 after each layer that bends. */
  readonly perLayer: readonly (number | null)[];
  /** False for what is only a part of a count. */
  readonly exact: boolean;
}

export interface ComparedFigureSet {
  readonly rows: readonly ComparedRow[];
  /** What the means are for. */
  readonly mean: string | null;
  /** Figures that some network has, in the order of `MEASURES`. */
  readonly measures: readonly Measure[];
  of(row: ComparedRow, measure: Measure): ComparedFigure | null;
}

/** Bounds and means of a comparison, and its counts where there are any. */
export function comparedFigures({ rows, mean }: PanelComparison, counts: ComparedCounts | null): ComparedFigureSet {
  const of = (row: ComparedRow, measure: Measure): ComparedFigure | null =>
    measure === 'counted' ? countedFigure(row, counts) : boundFigure(row, measure);
  const measures = MEASURES.filter((measure) => rows.some((row) => of(row, measure) !== null));
  return { rows, mean, measures, of };
}

function boundFigure({ figures }: ComparedRow, measure: Exclude<Measure, 'counted'>): ComparedFigure | null {
  const bound = figures?.[measure];
  if (!bound) return null;
  const { total, perLayer, perParameter } = bound;
  const title = exactText(total);
  return {
    log10: total.log10,
    text: total.text,
    title,
    perParameter: perParameter?.text ?? null,
    perLayer,
    exact: true,
  };
}

function countedFigure({ key, figures }: ComparedRow, counts: ComparedCounts | null): ComparedFigure | null {
  const own = counts?.rows[key];
  const spread = countedSpread(own);
  if (!own || spread === null || spread.mean <= 0) return null;
  const log10 = Math.log10(spread.mean);
  const parameters = figures?.parameters ?? 0;
  const atLeast = spread.exact ? '' : '≥ ';
  return {
    log10,
    text: spreadText(spread),
    title: t('mean ± standard deviation of {0} random networks', spread.counts),
    perParameter: parameters > 0 ? atLeast + formatLog10(log10 - Math.log10(parameters)) : null,
    perLayer: countedPerLayer(own),
    exact: spread.exact,
  };
}

/** The networks told apart: a counterpart by what it is. */
export function fullName(row: ComparedRow): string {
  return row.role === 'network' ? row.name : `${row.name} (${roleName(row.role)})`;
}

export function roleName(role: Exclude<ComparedRow['role'], 'network'>): string {
  return role === 'dense-same-parameters' ? t('same-size one-layer network') : t('same-neuron one-layer network');
}
