import type { BoundKind } from '../../theory/bound.ts';
import { InlayHintKind, type InlayHint } from 'vscode-languageserver';
import { contributionLog10, definitionOf, type NetworkAnalysis } from '../../analysis/analyze.ts';
import { formatFactor, formatLog10 } from '../../analysis/quantities.ts';
import type { Layer } from '../../network/network.ts';
import type { Range } from '../../analysis/lineIndex.ts';
import { comparePositions, type AnalysedDocument } from '../documentAnalysis.ts';
import { layerHover } from './hover.ts';
import type { Settings } from '../settings.ts';

/** What a hint needs to find its tooltip later. */
interface HintData {
  readonly uri: string;
  readonly network: number;
  readonly layers: readonly number[];
}

/** One short hint at the end of each layer that bends: what it multiplies the bound by. */
export function inlayHints(document: AnalysedDocument, range: Range, settings: Settings): InlayHint[] {
  if (settings.hints === 'off') return [];
  return document.analysis.networks.flatMap((network, index) => hintsOf(document, network, index, range, settings));
}

function hintsOf(
  document: AnalysedDocument,
  analysis: NetworkAnalysis,
  network: number,
  range: Range,
  settings: Settings,
): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const [end, layers] of layersByEnd(analysis)) {
    const position = document.lines.positionAt(end);
    if (comparePositions(position, range.start) < 0 || comparePositions(position, range.end) > 0) continue;
    const label = hintLabel(analysis, layers, settings);
    if (label === null) continue;
    const data: HintData = { uri: document.uri, network, layers: layers.map((layer) => layer.index) };
    hints.push({ position, label, kind: InlayHintKind.Type, paddingLeft: true, data });
  }
  return hints;
}

/** Layers that bend, by where their text ends: a loop defines several at one place. */
function layersByEnd(analysis: NetworkAnalysis): Map<number, Layer[]> {
  const byEnd = new Map<number, Layer[]>();
  for (const layer of analysis.network.layers) {
    if (layer.neurons === 0 || layer.scope === 'beyond') continue;
    const { end } = definitionOf(analysis, layer).span;
    byEnd.set(end, [...(byEnd.get(end) ?? []), layer]);
  }
  return byEnd;
}

function hintLabel(analysis: NetworkAnalysis, layers: readonly Layer[], settings: Settings): string | null {
  const { hintBound, notation, hints } = settings;
  const bound = hintBound === 'expected' ? analysis.mean : analysis.bound(hintBound);
  const factors = layers.map((layer) => contributionLog10(bound, layer.index));
  const last = bound?.perLayer?.[layers[layers.length - 1].index];
  if (!bound || !last || factors.some((factor) => factor === null)) return null;
  const factor = formatFactor(
    factors.reduce<number>((sum, next) => sum + next!, 0),
    notation,
  );
  const total = `${relation(bound.kind)} ${formatLog10(last.log10, notation, last.exact)}`;
  const times = layers.length > 1 ? ` (${layers.length} layers)` : '';
  if (hints === 'cumulative') return total;
  return hints === 'both' ? `${factor} ${total}` : factor + times;
}

function relation(kind: BoundKind): string {
  switch (kind) {
    case 'upper':
      return '≤';
    case 'lower':
      return '≥';
    case 'exact':
      return '=';
    case 'mean':
    case 'scale':
      return '≈';
  }
}

/** The address of the document that a hint is of. */
export function hintedDocument({ data }: InlayHint): string {
  return (data as HintData).uri;
}

/** Adds the tooltip: the layer's hover, made only when someone looks. */
export function resolveInlayHint(hint: InlayHint, document: AnalysedDocument): InlayHint {
  const { network, layers } = hint.data as HintData;
  const analysis = document.analysis.networks[network];
  const shown = layers.map((index) => analysis?.network.layers[index]).filter((layer) => layer !== undefined);
  if (!analysis || shown.length === 0) return hint;
  return { ...hint, tooltip: layerHover(document.uri, network, analysis, shown) };
}
