import { comparableMethod } from '../../src/common/comparableMethod.ts';
import type { AnswerOf } from '../../src/protocol/questions.ts';
import type { ComparedCount, ComparedRow, CountSettings } from '../../src/protocol/runs.ts';
import { spreadOf, type Spread } from '../tables/statistics.ts';
import type { StateHolder } from './asking.ts';
import { Superseded } from './questions.ts';
import type { ComparedCounts } from './store.ts';

export type AskCount = (params: {
  readonly row: string;
  readonly seed: number;
  readonly settings: CountSettings;
}) => Promise<AnswerOf<'comparedCount'>>;

/** The settings of one network as all networks of a comparison can be counted: drawn weights, one method. */
export function comparableSettings(settings: CountSettings, rows: readonly ComparedRow[]): CountSettings {
  const sizes = rows.flatMap(({ figures }) => (figures ? [figures.inputSize] : []));
  const method = settings.method === 'auto' ? comparableMethod(sizes, settings.place) : settings.method;
  return { ...settings, method, fileWeights: false };
}

/** Counts seed after seed, in each all networks: there is something to compare after the first. */
export async function countAll(
  start: ComparedCounts,
  rows: readonly string[],
  ask: AskCount,
  { state, change }: Pick<StateHolder, 'state' | 'change'>,
): Promise<void> {
  const { comparison, settings } = start;
  /** Null once something else is counted, or nothing any more. */
  const current = (): ComparedCounts | null => {
    const { comparedCounts } = state();
    return comparedCounts?.isRunning === true && comparedCounts.comparison === comparison ? comparedCounts : null;
  };
  const set = (comparedCounts: ComparedCounts): void => change({ ...state(), comparedCounts });
  set(start);
  for (let seed = settings.firstSeed; seed < settings.firstSeed + settings.seeds; seed++) {
    for (const row of rows) {
      if (current()?.refused[row] !== undefined) continue;
      try {
        const counted = await ask({ row, seed, settings });
        const now = current();
        if (now === null || counted === null) return;
        set({ ...now, rows: { ...now.rows, [row]: [...(now.rows[row] ?? []), counted] } });
      } catch (error) {
        const now = current();
        if (now === null || error instanceof Superseded) return;
        const why = error instanceof Error ? error.message : String(error);
        set({ ...now, refused: { ...now.refused, [row]: why } });
      }
    }
  }
  const last = current();
  if (last !== null) set({ ...last, isRunning: false });
}

/** Mean and spread of a row's counts; null before the first. */
export function countedSpread(counts: readonly ComparedCount[] | undefined): Spread | null {
  return counts === undefined
    ? null
    : spreadOf(
        counts.map(({ regions }) => regions),
        isExact(counts),
      );
}

/** log10 of the mean after each layer that bends. */
export function countedPerLayer(counts: readonly ComparedCount[]): (number | null)[] {
  return counts[0].perLayer.map((_, i) => {
    const mean =
      spreadOf(
        counts.map(({ perLayer }) => perLayer[i]),
        isExact(counts),
      )?.mean ?? 0;
    return mean > 0 ? Math.log10(mean) : null;
  });
}

function isExact(counts: readonly ComparedCount[]): boolean {
  return counts.every(({ exact }) => exact);
}
