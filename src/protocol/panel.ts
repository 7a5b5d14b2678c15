/**
 * What the extension and the panel say to each other. The panel says `ready` first and gets a full `show`;
 * every later `show` replaces the whole model. Counting results arrive one network (seed) at a time.
 * Plain data only: this file is all of `src` that the webview sees.
 */

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
}

export interface PanelSeries {
  /** Bound id: tightest-upper, best-lower, kac-rice-plane, serra2018-upper, ... */
  readonly id: string;
  /** Meaning, and so colour and stroke: blue solid, green dashed, violet dotted. */
  readonly kind: 'upper' | 'lower' | 'exact' | 'mean';
  /** The theorem's short name, for example `Serra et al. 2018, Theorem 1`. */
  readonly label: string;
  readonly url: string;
  /** Domain the figure is for, for example `R^2` or `[−1, 1]²`. */
  readonly domain: string;
  readonly note: string | null;
  /** After each layer, by layer index; null where it says nothing. */
  readonly perLayer: readonly (Quantity | null)[];
  /** After the last layer. */
  readonly total: Quantity | null;
}

export interface PanelNetwork {
  /** Stable while the file is edited: results of counting belong to it. */
  readonly key: string;
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
  /** The upper bound for a slice of the counted domain's dimension (for n_0 > 2), to compare counts with. */
  readonly atMostOnSlice: PanelSeries | null;
  /** All bounds that apply, to be shown on demand. */
  readonly series: readonly PanelSeries[];
  /** Those that do not apply, with the reason. */
  readonly refused: readonly { readonly id: string; readonly label: string; readonly reason: string }[];
  /** Where counting happens by default, for example `[−1, 1]²`, `a random plane through 0`, `the diagonal of [−1, 1]^784`. */
  readonly countDomain: string;
  readonly countMethod: 'line' | 'plane';
  /** Why nothing can be counted here; null when it can. */
  readonly countRefused: string | null;
  /** The file holds weights, which a count can use in place of drawn ones. */
  readonly hasWeights: boolean;
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

/** One counted network. `perLayer` by layer index. */
export interface PanelCount {
  readonly seed: number;
  readonly exact: boolean;
  readonly activationRegions: number;
  readonly perLayer: readonly number[];
  readonly seconds: number;
}

/** The partition of the counted square, in coordinates of the square [0, 1]²; see counting's PlaneRegions. */
export interface PanelPicture {
  readonly seed: number;
  readonly count: number;
  readonly vertices: Float64Array;
  readonly offsets: Uint32Array;
  readonly gradients: Float64Array;
  readonly edgeLayers: Int32Array;
}

export interface CountSettings {
  readonly method: 'line' | 'plane';
  readonly firstSeed: number;
  readonly seeds: number;
  /** Use the weights in the file in place of drawn ones. */
  readonly fileWeights: boolean;
}

export type HostMessage =
  | { readonly type: 'show'; readonly model: PanelModel }
  /** The active file holds no network (or none that can be read); `message` says what to do. */
  | { readonly type: 'empty'; readonly message: string }
  | { readonly type: 'countStarted'; readonly key: string; readonly settings: CountSettings }
  | { readonly type: 'counted'; readonly key: string; readonly count: PanelCount; readonly picture: PanelPicture | null }
  | { readonly type: 'countProgress'; readonly key: string; readonly done: number; readonly of: number; readonly regions: number; readonly fraction: number }
  | { readonly type: 'countEnded'; readonly key: string; readonly message: string | null; readonly outcome: 'done' | 'cancelled' | 'failed' }
  /** The layer under the cursor in the source, to highlight; null for none. */
  | { readonly type: 'highlight'; readonly key: string; readonly layer: number | null }; // prettier-ignore

export type PanelMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'reveal'; readonly key: string; readonly layer: number }
  | { readonly type: 'select'; readonly key: string }
  | { readonly type: 'count'; readonly key: string; readonly settings: CountSettings }
  | { readonly type: 'cancel'; readonly key: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save'; readonly suggestedName: string; readonly text: string }
  | { readonly type: 'open'; readonly url: string };
