import type { CountReport } from '../../../src/library/types.ts';

/** A definition as it stands in the text area, under the name that tells its language. */
export interface Definition {
  readonly text: string;
  readonly fileName: string;
}

export interface CountQuestion extends Definition {
  /** A position among the networks of the definition. */
  readonly network: number;
  readonly method: 'line' | 'plane';
  readonly seed: number;
}

export type Question =
  | ({ readonly kind: 'analyze'; readonly id: number } & Definition)
  | ({ readonly kind: 'count'; readonly id: number } & CountQuestion);

export interface NetworkView {
  readonly name: string;
  /** Number of input values. */
  readonly inputs: number;
  readonly sizes: string;
  /** Headings, then a row for each layer. */
  readonly layers: readonly (readonly string[])[];
  /** What caps the network most. */
  readonly bottleneck: string | null;
  readonly bounds: readonly BoundView[];
  /** Theorems that do not apply, each line with its reason. */
  readonly refusals: readonly string[];
}

export interface BoundView {
  readonly says: string;
  readonly figure: string;
  readonly id: string;
  readonly source: string;
  readonly note: string;
}

export interface ProblemView {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  /** From one on. */
  readonly line: number;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
}

export interface AnalysisView {
  readonly networks: readonly NetworkView[];
  readonly problems: readonly ProblemView[];
}

export type Answer =
  | { readonly kind: 'analysis'; readonly id: number; readonly analysis: AnalysisView }
  | { readonly kind: 'count'; readonly id: number; readonly report: CountReport }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string };
