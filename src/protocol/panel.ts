import type { KernelInitializer } from '../common/kernelInitializers.ts';
import type { ChosenMethod } from '../counting/count.ts';
import type { BoundKind } from '../theory/bound.ts';
import type { FigureId } from '../theory/boundIds.ts';

/** What is known of the networks in a file, as the panel shows it. Plain data. */

/** A count or bound: its log10 for plotting, and how to write it (`90,601`, `10^7.44`). */
export interface Quantity {
  readonly log10: number;
  readonly text: string;
  /** All digits, where they are known and fewer than some hundreds. */
  readonly exact: string | null;
}

export interface PanelLayer {
  /** Index in the network. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly activation: string;
  readonly outputShape: string;
  readonly neurons: number;
  /** Null where they are not known. */
  readonly parameters: number | null;
  /** Dimension that enters the layer's units at most; null beyond the piecewise-linear part. */
  readonly dimensionIn: number | null;
  /** One sentence about this layer, for example a bottleneck; null when there is nothing to say. */
  readonly note: string | null;
  readonly bottleneck: boolean;
  /** What the layer multiplies at most, with its numbers put in, as MathML; null where there is nothing to say. */
  readonly formula: string | null;
  /** Sizes of it that can be varied, by the native format's names, with what they are now. */
  readonly sizes: readonly { readonly field: string; readonly value: number }[];
}

export interface PanelSeries {
  readonly id: FigureId;
  /** Meaning, and so color and stroke: blue solid, green dashed, violet dotted. */
  readonly kind: 'upper' | 'lower' | 'exact' | 'mean';
  /** The theorem's short name, for example `Serra et al. 2018, Theorem 1`. */
  readonly label: string;
  readonly url: string;
  /** Domain the figure is for, for example `R^2` or `[−1, 1]²`. */
  readonly domain: string;
  readonly note: string | null;
  /** The theorem's formula as MathML; null where it is not a single one. */
  readonly formula: string | null;
  /** After each layer, by layer index; null where it says nothing. */
  readonly perLayer: readonly (Quantity | null)[];
  /** After the last layer. */
  readonly total: Quantity | null;
}

export interface PanelNetwork {
  /** Stable while the file is edited: results of counting belong to it. */
  readonly key: string;
  /** Changes when an edit changes what a count would find. */
  readonly fingerprint: string;
  readonly name: string;
  /** For example `2 → 24 → 24 → 24 → 1`. */
  readonly architecture: string;
  readonly neurons: number;
  readonly parameters: number | null;
  readonly inputSize: number;
  readonly initialization: string;
  readonly layers: readonly PanelLayer[];
  /** `at most`, `can reach`, `expected`: what the tiles and the main lines show. Null where none applies. */
  readonly atMost: PanelSeries | null;
  readonly canReach: PanelSeries | null;
  readonly expected: PanelSeries | null;
  /** The upper bound for a slice of the dimension that `expected` is for (where n_0 is greater). */
  readonly atMostOnSlice: PanelSeries | null;
  /** All bounds that apply, to be shown on demand. */
  readonly series: readonly PanelSeries[];
  /** Those that do not apply, with the reason. */
  readonly refused: readonly {
    readonly id: FigureId;
    readonly kind: BoundKind;
    readonly label: string;
    readonly reason: string;
  }[];
  /**
   * How regions are counted by default, in the box and in all of R^n, and a sentence why; and whether whole
   * cells can be.
   */
  readonly counting: { readonly box: ChosenMethod; readonly all: ChosenMethod; readonly cells: boolean };
  /** A count of one network may take a minute and more. */
  readonly isLongCount: boolean;
  /** Why nothing can be counted; null where it can. */
  readonly countRefused: string | null;
  /** The file holds weights, which a count can use in place of drawn ones. */
  readonly hasWeights: boolean;
  /** The file beside the network that they are in; null where they are in the file itself, or there are none. */
  readonly weightsFile: string | null;
  /** Where the definition says that snapshots of its training are; null where it says nothing. */
  readonly run: string | null;
  /** How the file draws weights: the name of the kernel's law, and the deviation of biases. */
  readonly kernel: KernelInitializer;
  readonly biasStddev: number;
  /** Sentences about what is missing or stops the analysis (errors in the file, a softmax in the middle). */
  readonly remarks: readonly string[];
}

export interface PanelModel {
  /** File name without folders. */
  readonly file: string;
  readonly uri: string;
  readonly version: number;
  readonly networks: readonly PanelNetwork[];
  /** Index into networks of the one to show: the one at the cursor. */
  readonly selected: number;
}
