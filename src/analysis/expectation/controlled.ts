/** What one draw says of each layer. */
export interface ControlledDraw {
  readonly rates: Float64Array;
  /** What the rates are in the limit of wide layers, about. */
  readonly limits: Float64Array;
  /** About the ratio of the two; of mean one, whatever the limits are. */
  readonly factors: Float64Array;
  /** In place of what limits and factors say: by how much the rates are above the mean, about; of mean zero. */
  readonly surprises: Float64Array | null;
}

/** One draw in each part of the segment. */
export type DrawnRound = readonly ControlledDraw[];

/**
 * Subtracts from each draw's rates what its factors or surprises say that they are above the mean: by round, part and
 * layer. By how much these count is taken from the other half of the rounds, so that the means stay what they are.
 */
export function controlled(rounds: readonly DrawnRound[]): readonly (readonly Float64Array[])[] {
  const weights = [0, 1].map((half) => weightsFrom(rounds.filter((_, i) => i % 2 !== half).flat()));
  return rounds.map((round, i) =>
    round.map((draw) => draw.rates.map((rate, layer) => rate - weights[i % 2][layer] * excessOf(draw, layer))),
  );
}

/** By layer: the ratio of rates to what limits and factors say, times a slope for all layers together. */
function weightsFrom(draws: readonly ControlledDraw[]): Float64Array {
  const ratios = Float64Array.from(draws[0]?.rates ?? [], (_, layer) => {
    if (draws[0].surprises) return 1;
    const found = sumOf(draws, ({ rates }) => rates[layer]);
    const said = sumOf(draws, ({ limits, factors }) => limits[layer] * factors[layer]);
    return found > 0 && said > 0 && Number.isFinite(said) ? found / said : 0;
  });
  const totals = draws.map(({ rates }) => rates.reduce((sum, rate) => sum + rate, 0));
  const excess = draws.map((draw) => ratios.reduce((sum, ratio, layer) => sum + ratio * excessOf(draw, layer), 0));
  const mean = totals.reduce((sum, total) => sum + total, 0) / draws.length;
  const both = excess.reduce((sum, each, i) => sum + each * (totals[i] - mean), 0);
  const squares = excess.reduce((sum, each) => sum + each * each, 0);
  const slope = squares > 0 ? Math.min(1, Math.max(0, both / squares)) : 0;
  return ratios.map((ratio) => slope * ratio);
}

/** Zero in the mean. */
function excessOf({ limits, factors, surprises }: ControlledDraw, layer: number): number {
  if (surprises) return surprises[layer];
  const excess = limits[layer] * (factors[layer] - 1);
  return Number.isFinite(excess) ? excess : 0;
}

function sumOf(draws: readonly ControlledDraw[], of: (draw: ControlledDraw) => number): number {
  return draws.reduce((sum, draw) => sum + of(draw), 0);
}
