/** What one draw says of each layer, and a variable of known mean that follows it. */
export interface ControlledDraw {
  readonly rates: Float64Array;
  readonly controls: Float64Array;
}

/** One draw in each part of the segment. */
export type DrawnRound = readonly ControlledDraw[];

/**
 * Subtracts from each draw's rates what its controls are above their means. By how much a control counts is taken from
 * the other half of the rounds, so that the means stay what they are. By round, part and layer.
 */
export function controlled(rounds: readonly DrawnRound[], means: Float64Array): readonly (readonly Float64Array[])[] {
  const factors = [0, 1].map((half) => factorsFrom(rounds.filter((_, i) => i % 2 !== half).flat(), means));
  return rounds.map((round, i) =>
    round.map(({ rates, controls }) =>
      rates.map((rate, layer) => rate - factors[i % 2][layer] * (controls[layer] - means[layer])),
    ),
  );
}

/** By layer: the ratio of rates to controls, times a slope for all layers together. */
function factorsFrom(draws: readonly ControlledDraw[], means: Float64Array): Float64Array {
  const ratios = means.map((_, layer) => {
    const [rates, controls] = [sumOf(draws, (draw) => draw.rates[layer]), sumOf(draws, (draw) => draw.controls[layer])];
    return rates > 0 && controls > 0 ? rates / controls : 0;
  });
  const totals = draws.map(({ rates }) => rates.reduce((sum, rate) => sum + rate, 0));
  const excess = draws.map(({ controls }) =>
    controls.reduce((sum, control, layer) => sum + ratios[layer] * (control - means[layer]), 0),
  );
  const mean = totals.reduce((sum, total) => sum + total, 0) / draws.length;
  const both = excess.reduce((sum, each, i) => sum + each * (totals[i] - mean), 0);
  const squares = excess.reduce((sum, each) => sum + each * each, 0);
  const slope = squares > 0 ? Math.min(1, Math.max(0, both / squares)) : 0;
  return ratios.map((ratio) => slope * ratio);
}

function sumOf(draws: readonly ControlledDraw[], of: (draw: ControlledDraw) => number): number {
  return draws.reduce((sum, draw) => sum + of(draw), 0);
}
