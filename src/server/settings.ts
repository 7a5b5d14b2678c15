import type { Notation } from '../common/formatFigures.ts';
import type { BoundId } from '../theory/boundIds.ts';

/** What hints show of a layer: its factor, the count after it, or nothing. */
export type HintContent = 'contribution' | 'cumulative' | 'both' | 'off';

export interface Settings {
  readonly hints: HintContent;
  readonly hintBound: (typeof HINT_BOUNDS)[number];
  readonly notation: Notation;
  readonly codeLens: boolean;
  readonly diagnostics: 'all' | 'errors' | 'off';
  /** Whether layers that pass on less than enters them are named. */
  readonly bottlenecks: boolean;
}

export const defaultSettings: Settings = {
  hints: 'contribution',
  hintBound: 'tightest-upper',
  notation: 'power',
  codeLens: true,
  diagnostics: 'all',
  bottlenecks: true,
};

/** Settings as the editor has them; whatever is missing or of a wrong kind becomes the default. */
export function parseSettings(raw: unknown): Settings {
  const pick = <T>(path: string, allowed: readonly T[], otherwise: T): T => {
    const value = path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown> | null)?.[key], raw);
    return allowed.find((candidate) => candidate === value) ?? otherwise;
  };
  const { hints, hintBound, notation, codeLens, diagnostics, bottlenecks } = defaultSettings;
  return {
    hints: pick('inlayHints.show', ['contribution', 'cumulative', 'both', 'off'], hints),
    hintBound: pick('inlayHints.bound', HINT_BOUNDS, hintBound),
    notation: pick('notation', ['power', 'decimal', 'bits'], notation),
    codeLens: pick('codeLens.enabled', [true, false], codeLens),
    diagnostics: pick('diagnostics.show', ['all', 'errors', 'off'], diagnostics),
    bottlenecks: pick('diagnostics.bottlenecks', [true, false], bottlenecks),
  };
}

const HINT_BOUNDS = [
  'tightest-upper',
  'best-lower',
  'serra2018-upper',
  'montufar2017-upper',
  'naive-upper',
  'expected',
] as const satisfies readonly (BoundId | 'expected')[];
