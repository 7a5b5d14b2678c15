import type { PlaneWindow } from '../common/place.ts';
import type { PanelModel } from './panel.ts';
import type { MeanOutcome, MeanTask } from './pool.ts';
import type {
  ComparisonParts,
  CountSettings,
  PanelComparison,
  RunTheory,
  FitQuestion,
  PanelFit,
  SweepOption,
  SweepSubject,
  SweptRow,
} from './runs.ts';

/**
 * What the client and the language server say to each other beyond the Language Server Protocol.
 * Each method stands beside the types of what it carries.
 */
export interface Method<Params, Result> {
  readonly method: string;
  /** Never set: carries the types. */
  readonly types?: (params: Params) => Result;
}

export interface DocumentParams {
  readonly uri: string;
}

/** The model the panel shows; null where the document holds no network. `offset` selects the network at the cursor. */
export const panelModelRequest: Method<
  DocumentParams & { readonly line?: number; readonly character?: number },
  PanelModel | null
> = { method: 'regionLens/panelModel' };

/** The analysis as text: the published JSON, or the table people read. Null where the document holds no network. */
export const reportRequest: Method<DocumentParams & { readonly kind: 'json' | 'table' }, string | null> = {
  method: 'regionLens/report',
};

/** What the networks of a document were read from: for a cell, the cells of its notebook together. */
export interface Source {
  readonly text: string;
  readonly fileName: string;
  /** The texts of the files that it imports, by their paths from its folder. */
  readonly imports: Readonly<Record<string, string>>;
}

/** Null where the document holds no network. */
export const sourceRequest: Method<DocumentParams, Source | null> = { method: 'regionLens/source' };

/** A network in the native format, without weights. Null where there is no such network. */
export const nativeTextRequest: Method<DocumentParams & { readonly network: number }, string | null> = {
  method: 'regionLens/nativeText',
};

/** Where a layer is written, for revealing it. */
export interface LayerParams extends DocumentParams {
  readonly network: number;
  readonly layer: number;
}
export interface SourceRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}
export const layerRangeRequest: Method<LayerParams, SourceRange | null> = { method: 'regionLens/layerRange' };

/** The network and layer at a position; null outside. */
export const layerAtRequest: Method<
  DocumentParams & { readonly line: number; readonly character: number },
  { readonly network: number; readonly layer: number | null } | null
> = { method: 'regionLens/layerAt' };

export interface NetworkParams extends DocumentParams {
  /** Position among the document's networks. */
  readonly network: number;
}

/** What theory says for the place and the weights of a run. */
export const runTheoryRequest: Method<NetworkParams & { readonly settings: CountSettings }, RunTheory | null> = {
  method: 'regionLens/runTheory',
};

/** The mean number of regions in a part of the counted plane. */
export const windowMeanRequest: Method<
  NetworkParams & { readonly settings: CountSettings; readonly window: PlaneWindow },
  number | null
> = { method: 'regionLens/windowMean' };

/** One network of the document against the others. */
export const compareRequest: Method<NetworkParams & ComparisonParts, PanelComparison | null> = {
  method: 'regionLens/compare',
};

/** The network of one row of that comparison, as a text in the native format. */
export interface ComparedText {
  readonly text: string;
  /** Indices of its layers that bend. */
  readonly layers: readonly number[];
}
export const comparedTextRequest: Method<
  NetworkParams & ComparisonParts & { readonly row: string },
  ComparedText | null
> = { method: 'regionLens/comparedText' };

/** The network with one size changed: one value a request, so that typing never waits for a sweep. */
export const sweepRequest: Method<
  NetworkParams & { readonly subject: SweepSubject; readonly value: number },
  SweptRow | null
> = {
  method: 'regionLens/sweep',
};

/** What can be varied in the network. */
export const sweepOptionsRequest: Method<NetworkParams, readonly SweepOption[] | null> = {
  method: 'regionLens/sweepOptions',
};

/** The best designs under a budget. */
export const fitRequest: Method<NetworkParams & FitQuestion, PanelFit | null> = { method: 'regionLens/fit' };

/** The edits that give a network other sizes, or why there are none. */
export interface SizeEdit {
  readonly edits: readonly { readonly range: SourceRange; readonly newText: string }[];
  readonly refused: string | null;
}
export const sizeEditRequest: Method<
  NetworkParams & { readonly subject: SweepSubject; readonly value: number },
  SizeEdit | null
> = {
  method: 'regionLens/sizeEdit',
};

/** One network as the status bar shows it. */
export interface NetworkStatus {
  readonly text: string;
  readonly tooltip: string;
  /** First and last line of its text: the status bar shows the network at the cursor. */
  readonly from: number;
  readonly to: number;
}

/** Sent after each analysis: what the status bar says, or null when the document holds no network (any more). */
export interface StatusParams extends DocumentParams {
  readonly version: number;
  /** Without networks the document is of a kind that holds some, but none can be read. */
  readonly status: { readonly networks: readonly NetworkStatus[]; readonly hasErrors: boolean } | null;
}
export const statusNotification: Method<StatusParams, void> = { method: 'regionLens/status' };

/** What the server is at: the analysis of a document, or one request about it. */
export interface Work extends DocumentParams {
  readonly version: number;
  /** `ANALYSIS`, or the method of the request. */
  readonly method: string;
}
export const ANALYSIS = 'analysis';

/**
 * Sent before work that could end the server or never end itself, and with null after it. Only to clients that watch.
 */
export const workNotification: Method<{ readonly work: Work | null }, void> = { method: 'regionLens/work' };

/** Work that an earlier server was at when it ended. */
export interface StoppedWork extends Work {
  /**
   * It was stopped since it had not answered for this many seconds; null where it ended by itself, as for want of
   * memory.
   */
  readonly silentSeconds: number | null;
}

/** The options that a client which watches the server starts it with. */
export interface WatchOptions {
  /** Of the server's sentences, by the English text; none for English. */
  readonly translations?: Readonly<Record<string, string>>;
  /** Is not begun again. */
  readonly stopped: readonly StoppedWork[];
}

/** Answered at once by a server that is not blocked. */
export const pingRequest: Method<Record<string, never>, null> = { method: 'regionLens/ping' };

/**
 * Sent by a server that cannot read files itself, as in a browser. Null where there is no such file, where it is a link
 * and where it is longer than `maxBytes`.
 */
export const readFileRequest: Method<{ readonly uri: string; readonly maxBytes: number }, Uint8Array | null> = {
  method: 'regionLens/readFile',
};

/** Sent by a server that cannot start a thread itself, as in a browser; cancelled when the network is another one. */
export const drawMeanRequest: Method<MeanTask, MeanOutcome> = { method: 'regionLens/drawMean' };
