import { regionsPerParameter, type NetworkFigures } from '../analysis/designs/figures.ts';
import { formatCount, formatMagnitude } from '../common/formatFigures.ts';
import type { BoundResult } from '../theory/bound.ts';

/** The published JSON form of a network's figures. `mean` is the id of the mean to show. */
export function figuresJson(figures: NetworkFigures, mean: string | null) {
  const { inputSize, depth, neurons, parameters, upper, lower } = figures;
  const expected = figures.means.find(({ id }) => id === mean) ?? null;
  const boundJson = (bound: BoundResult | null) => {
    const ratio = regionsPerParameter(bound, parameters);
    if (!bound?.value) return null;
    return {
      bound: bound.id,
      value: bound.value.exact?.toString() ?? null,
      log10: bound.value.log10,
      log10Error: bound.value.log10Error,
      note: bound.note,
      regionsPerParameter: ratio && { log10: ratio.log10, log10Error: ratio.log10Error },
      digitsPerParameter: parameters > 0 ? bound.value.log10 / parameters : null,
    };
  };
  return {
    inputSize,
    depth,
    neurons,
    parameters,
    upper: boundJson(upper),
    lower: boundJson(lower),
    expected: boundJson(expected),
  };
}

/** In place of `figuresJson` where there is no network. */
export const noFigures: { readonly [K in keyof ReturnType<typeof figuresJson>]: null } = {
  inputSize: null,
  depth: null,
  neurons: null,
  parameters: null,
  upper: null,
  lower: null,
  expected: null,
};

/** Column heads for `figuresCells`. */
export function figuresHead(mean: string | null): string[] {
  const expected = mean === null ? [] : [`expected (${mean.replace(/^kac-rice-/, '')})`];
  const figures = ['at most', 'can reach', ...expected];
  return ['neurons', 'parameters', ...figures, ...figures.map((name) => `${name.replace(/ \(.*/, '')}, per parameter`)];
}

export function figuresCells(figures: NetworkFigures | null, mean: string | null): string[] {
  if (!figures) return figuresHead(mean).map(() => '–');
  const { neurons, parameters, upper, lower, means } = figures;
  const expected = means.find(({ id }) => id === mean) ?? null;
  const cell = (bound: BoundResult | null | undefined) => (bound?.value ? formatMagnitude(bound.value) : '–');
  return [
    formatCount(neurons),
    formatCount(parameters),
    cell(upper),
    cell(lower),
    ...(mean === null ? [] : [cell(expected)]),
    ratioCell(upper, parameters),
    ratioCell(lower, parameters),
    ...(mean === null ? [] : [ratioCell(expected, parameters)]),
  ];
}

function ratioCell(bound: BoundResult | null, parameters: number): string {
  const ratio = regionsPerParameter(bound, parameters);
  if (!ratio) return '–';
  return formatMagnitude(ratio);
}
