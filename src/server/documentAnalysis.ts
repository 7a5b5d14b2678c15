import type { TextDocument } from 'vscode-languageserver-textdocument';
import { analyze, definitionOf, type Analysis, type NetworkAnalysis } from '../analysis/analyze.ts';
import { LineIndex, type Position } from '../analysis/lineIndex.ts';
import type { NearbyFiles } from '../formats/format.ts';
import { recognise } from '../formats/registry.ts';
import type { Layer } from '../network/network.ts';

/** The analysis of one version of one document, with its lines. */
export interface AnalysedDocument {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly fileName: string;
  readonly analysis: Analysis;
  readonly lines: LineIndex;
}

/** Analyses each version of a document once, for all features together; what an edit left alone is not computed again. */
export class DocumentAnalyses {
  private readonly known = new Map<string, { version: number; document: AnalysedDocument | null }>();

  /** `filesFor` gives what a document may need of files near it. */
  constructor(private readonly filesFor: (uri: string) => NearbyFiles) {}

  /** Null for a document that holds no network. */
  of(document: TextDocument): AnalysedDocument | null {
    const known = this.known.get(document.uri);
    if (known?.version === document.version) return known.document;
    const analysed = analyseDocument(document, known?.document?.analysis ?? null, this.filesFor(document.uri));
    this.known.set(document.uri, { version: document.version, document: analysed });
    return analysed;
  }

  /** Something else than the document's text has changed: it is read anew when it is asked for next. */
  outdate(uri: string): void {
    const known = this.known.get(uri);
    if (known) this.known.set(uri, { ...known, version: -1 });
  }

  forget(uri: string): void {
    this.known.delete(uri);
  }
}

function analyseDocument(
  document: TextDocument,
  earlier: Analysis | null,
  files: NearbyFiles,
): AnalysedDocument | null {
  const { uri, version } = document;
  const text = document.getText();
  const fileName = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  if (recognise(text, fileName) === null) return null;
  const analysis = analyze(text, fileName, {}, earlier, files);
  return analysis && { uri, version, text, fileName, analysis, lines: new LineIndex(text) };
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

export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}
