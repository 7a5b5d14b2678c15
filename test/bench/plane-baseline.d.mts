/** A plain prototype of the plane counter, kept unchanged as the yardstick. */
export interface BaselineLayer {
  readonly n: number;
  readonly m: number;
  readonly W: Float64Array;
  readonly b: Float64Array;
}
export function mlp(widths: readonly number[], seed: number): BaselineLayer[];
export function count(layers: readonly BaselineLayer[], hiddenLayers: number): { regions: number; per: number[] };
