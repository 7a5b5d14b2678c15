import type { PanelModel } from './panel.ts';

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
export const panelModelRequest: Method<DocumentParams & { readonly line?: number; readonly character?: number }, PanelModel | null> =
  { method: 'regionLens/panelModel' }; // prettier-ignore

/** The analysis as text: the published JSON, or the table people read. Null where the document holds no network. */
export const reportRequest: Method<DocumentParams & { readonly kind: 'json' | 'table' }, string | null> = {
  method: 'regionLens/report',
};

/** The texts of the files that a document imports, by their paths from its folder. Null where it holds no network. */
export const importsRequest: Method<DocumentParams, Readonly<Record<string, string>> | null> = {
  method: 'regionLens/imports',
};

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

/** Sent after each analysis: what the status bar says, or null when the document holds no network (any more). */
export interface StatusParams extends DocumentParams {
  readonly version: number;
  readonly status: { readonly text: string; readonly tooltip: string; readonly hasErrors: boolean } | null;
}
export const statusNotification: Method<StatusParams, void> = { method: 'regionLens/status' };
