import type { PanelCount } from '../../src/protocol/runs.ts';

/** Mean and spread of what was counted in several drawn networks after one layer. */
export interface Spread {
  readonly counts: number;
  readonly mean: number;
  /** Sample standard deviation; 0 for one network. */
  readonly deviation: number;
  /** False where a limit ended one of the counts: then the mean is a lower bound. */
  readonly exact: boolean;
}

export function spreadOf(values: readonly number[], exact: boolean): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { counts: values.length, mean, deviation, exact };
}

export interface Samples {
  /** Points of each network. */
  readonly points: number;
  /** Mean of Chao's estimates of all regions, met or not (Chao 1984). */
  readonly estimate: number;
  /** Mean share of the last tenth of the points that met a region for the first time: 0 when saturated. */
  readonly newAtEnd: number;
}

/** What samples say beside their lower bounds; null for counts. */
export function samplesOf(counts: readonly PanelCount[]): Samples | null {
  const samplings = counts.flatMap(({ sampling }) => (sampling === null ? [] : [sampling]));
  if (samplings.length === 0) return null;
  const mean = (of: (one: (typeof samplings)[number]) => number): number =>
    samplings.reduce((sum, one) => sum + of(one), 0) / samplings.length;
  return {
    points: Math.max(...samplings.map(({ samples }) => samples)),
    estimate: mean(({ chao1 }) => chao1),
    newAtEnd: mean(({ newAtEnd }) => newAtEnd),
  };
}
