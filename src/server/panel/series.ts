import { formatMagnitude, groupDigits } from '../../common/formatFigures.ts';
import type { PanelSeries, Quantity } from '../../protocol/panel.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { Magnitude } from '../../theory/numbers/magnitude.ts';
import { boundFormula } from './formulas.ts';

/** Integers of more digits than this are plotted, not spelt out. */
const MAX_DIGITS = 400;

/** A bound as the panel plots it. */
export function seriesOf(bound: BoundResult, domain: string): PanelSeries {
  return {
    id: bound.id,
    kind: bound.kind === 'scale' ? 'mean' : bound.kind,
    label: bound.citation.label,
    url: bound.citation.url,
    domain,
    note: bound.note,
    formula: boundFormula(bound),
    perLayer: (bound.perLayer ?? []).map((magnitude) => (magnitude ? quantity(magnitude) : null)),
    total: bound.value ? quantity(bound.value) : null,
  };
}

export function quantity(magnitude: Magnitude): Quantity {
  const { exact, log10 } = magnitude;
  return {
    log10,
    text: formatMagnitude(magnitude),
    exact: exact !== null && log10 < MAX_DIGITS ? groupDigits(exact.toString()) : null,
  };
}
