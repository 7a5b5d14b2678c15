import { URI, Utils } from 'vscode-uri';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { Analysis, analyze, definitionOf, type NetworkAnalysis } from '../analysis/analyze.ts';
import { LineIndex, type Position } from '../analysis/lineIndex.ts';
import type { NearbyFiles } from '../formats/format.ts';
import { recognize } from '../formats/registry.ts';
import { NOWHERE, type Problem } from '../network/definition.ts';
import type { Layer } from '../network/network.ts';
import { ANALYSIS, type Work } from '../protocol/server.ts';
import type { DocumentWork } from './documentWork.ts';
import { ShownNetworks, type ShownNetwork } from './shownNetworks.ts';
import { t } from './translation.ts';

/** The analysis of one version of one document, with its lines. */
export interface AnalyzedDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly fileName: string;
  readonly analysis: Analysis;
  readonly lines: LineIndex;
  /** The networks that hints and lens show. */
  readonly shown: readonly ShownNetwork[];
  /** The document that was analyzed: this one or, for a cell, all cells of its notebook together. */
  readonly source: { readonly uri: string; readonly version: number; readonly fileName: string };
}

/**
 * Analyzes each version of a document once, for all features together; what an edit left alone is not computed again.
 */
export class DocumentAnalyses {
  private readonly known = new Map<string, { version: number; document: AnalyzedDocument | null }>();
  private readonly shown = new Map<string, ShownNetworks>();

  /**
   * `filesFor` gives what a document may need of files near it; `failed` hears of documents that cannot be analyzed.
   */
  constructor(
    private readonly filesFor: (uri: string) => NearbyFiles,
    private readonly work: DocumentWork,
    private readonly failed: (uri: string, error: unknown) => void,
  ) {}

  /** Null for a document that holds no network. Never throws. */
  of(document: TextDocument): AnalyzedDocument | null {
    const { uri, version } = document;
    const known = this.known.get(uri);
    if (known?.version === version) return known.document;
    const analyzed = this.show(document, this.analyze(document, known?.document?.analysis ?? null));
    this.known.set(uri, { version, document: analyzed });
    return analyzed;
  }

  /** While a text in which a network was read cannot be read, it still has that network to show. */
  private show(document: TextDocument, analyzed: AnalyzedDocument | null): AnalyzedDocument | null {
    const { uri, version } = document;
    const text = document.getText();
    const shown = this.shown.get(uri) ?? new ShownNetworks();
    shown.update(text, analyzed?.analysis ?? null);
    const { networks } = shown;
    if (networks.length > 0) this.shown.set(uri, shown);
    else this.shown.delete(uri);
    if (analyzed) return { ...analyzed, shown: networks };
    return networks.length === 0 ? null : { ...bareDocument(uri, version, text, []), shown: networks };
  }

  /**
   * What a feature says of a document. Most of an analysis is computed when it is first looked at: what throws then
   * makes the document one that cannot be analyzed, and the answer is null.
   */
  view<R>(document: AnalyzedDocument, feature: (document: AnalyzedDocument) => R): R | null {
    try {
      return this.work.during(analysisOf(document.source), () => feature(document));
    } catch (error) {
      const { uri, version } = document.source;
      this.known.set(uri, { version, document: withoutAnalysis(uri, version, document.text, sentenceOf(error)) });
      this.failed(uri, error);
      return null;
    }
  }

  private analyze(document: TextDocument, earlier: Analysis | null): AnalyzedDocument | null {
    const { uri, version } = document;
    const text = document.getText();
    const whyNot = this.work.whyNot(analysisOf(document));
    if (whyNot !== undefined) return withoutAnalysis(uri, version, text, whyNot);
    try {
      const fileName = fileNameOf(uri);
      // A notebook that is shown as a text: what its cells say is shown where they are edited.
      if (/\.ipynb$/i.test(fileName)) return null;
      if (recognize(text, fileName) === null) return null;
      const analysis = this.work.during(analysisOf(document), () =>
        analyze(text, fileName, {}, earlier, this.filesFor(uri)),
      );
      const source = { uri, version, fileName };
      return analysis && { ...source, text, analysis, lines: new LineIndex(text), shown: [], source };
    } catch (error) {
      this.failed(uri, error);
      return withoutAnalysis(uri, version, text, sentenceOf(error));
    }
  }

  /** Something else than the document's text has changed: it is read again when it is asked for next. */
  outdate(uri: string): void {
    const known = this.known.get(uri);
    if (known) this.known.set(uri, { ...known, version: -1 });
  }

  forget(uri: string): void {
    this.known.delete(uri);
    this.shown.delete(uri);
  }
}

function analysisOf({ uri, version }: { readonly uri: string; readonly version: number }): Work {
  return { uri, version, method: ANALYSIS };
}

/** A document without an analysis, and the reason. */
function withoutAnalysis(uri: string, version: number, text: string, message: string): AnalyzedDocument {
  return bareDocument(uri, version, text, [{ code: 'not-analysed', severity: 'error', message, span: NOWHERE }]);
}

function bareDocument(uri: string, version: number, text: string, problems: readonly Problem[]): AnalyzedDocument {
  const source = { uri, version, fileName: fileNameOf(uri) };
  const analysis = new Analysis('none', [], problems);
  return { ...source, text, analysis, lines: new LineIndex(text), shown: [], source };
}

function sentenceOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return t('Region Lens could not analyze this file: {0}. The analysis is tried again when the text changes.', reason);
}

/** The last part of an address without its query; all of it where it is not a URI. */
export function fileNameOf(uri: string): string {
  try {
    return Utils.basename(URI.parse(uri));
  } catch {
    return uri;
  }
}

export interface LayerAt {
  readonly network: NetworkAnalysis;
  readonly networkIndex: number;
  /** Several, where one piece of text defines several layers (a loop). Empty outside the layers. */
  readonly layers: readonly Layer[];
}

/** The network and the innermost layers at an offset; null outside all networks. */
export function layersAt(analysis: Analysis, offset: number): LayerAt | null {
  const contains = (span: { start: number; end: number }) => span.start <= offset && offset <= span.end;
  let best: LayerAt | null = null;
  let width = Infinity;
  analysis.networks.forEach((network, networkIndex) => {
    for (const layer of network.network.layers) {
      const { span } = definitionOf(network, layer);
      if (!contains(span) || span.end - span.start > width) continue;
      const same = best && best.networkIndex === networkIndex && span.end - span.start === width ? best.layers : [];
      width = span.end - span.start;
      best = { network, networkIndex, layers: [...same, layer] };
    }
  });
  if (best) return best;
  const around = analysis.networks.findIndex((network) => contains(network.definition.span));
  return around < 0 ? null : { network: analysis.networks[around], networkIndex: around, layers: [] };
}

/** Whether a document is a program, whose outline and grammar other extensions look after. */
export function isSourceCode({ fileName }: AnalyzedDocument): boolean {
  return /\.(?:[cm]?[jt]sx?|pyw?|ipynb)$/i.test(fileName);
}

export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}
