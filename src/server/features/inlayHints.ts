import { InlayHintKind, type InlayHint } from 'vscode-languageserver';
import { contributionLog10, definitionOf, type NetworkAnalysis } from '../../analysis/analyze.ts';
import type { LineIndex, Range } from '../../analysis/lineIndex.ts';
import { formatCount, formatFactor, formatLog10 } from '../../common/formatFigures.ts';
import type { LayerDefinition } from '../../network/definition.ts';
import type { Layer } from '../../network/network.ts';
import type { BoundKind, BoundResult } from '../../theory/bound.ts';
import type { AnalyzedDocument } from '../documentAnalysis.ts';
import type { Settings } from '../settings.ts';
import type { ShownNetwork } from '../shownNetworks.ts';
import { layerHover } from './hover.ts';
import { t } from '../translation.ts';

/** What a hint needs to find its tooltip later. */
interface HintData {
  readonly uri: string;
  /** Position among the networks that are shown. */
  readonly shown: number;
  readonly layers: readonly number[];
}

/** Layers that one piece of text defines: several where it is in a loop. */
interface HintedLayers {
  readonly layers: readonly Layer[];
  readonly label: string;
}

/**
 * One short hint for each layer that bends: how much it raises the upper bound and the expected number. It stands at
 * the end of the line, behind all code, so that it separates nothing that belongs together.
 */
export function inlayHints(document: AnalyzedDocument, range: Range, settings: Settings): InlayHint[] {
  if (settings.hints === 'off') return [];
  return document.shown.flatMap((network, index) => hintsOf(document, network, index, range, settings));
}

function hintsOf(
  { uri, lines }: AnalyzedDocument,
  network: ShownNetwork,
  shown: number,
  range: Range,
  settings: Settings,
): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const [line, layers] of byLine(network, lines)) {
    if (line < range.start.line || line > range.end.line) continue;
    const labeled = [...byDefinition(network.analysis, layers)].flatMap((group): HintedLayers[] => {
      const label = hintLabel(network.analysis, group, settings);
      return label === null ? [] : [{ layers: group, label }];
    });
    for (const { layers: group, label } of labeled) {
      const named = labeled.length > 1 ? `${group[0].name} ${label}` : label;
      const data: HintData = { uri, shown, layers: group.map((layer) => layer.index) };
      hints.push({
        position: lines.endOf(line),
        label: network.isStale ? `(${named})` : named,
        kind: InlayHintKind.Type,
        paddingLeft: true,
        data,
      });
    }
  }
  return hints;
}

/** Layers that bend, by the line their hint stands on. */
function byLine({ analysis, locate }: ShownNetwork, index: LineIndex): Map<number, Layer[]> {
  const lines = new Map<number, Layer[]>();
  for (const layer of analysis.network.layers) {
    if (layer.neurons === 0 || layer.scope === 'beyond') continue;
    const offset = locate(anchorOf(definitionOf(analysis, layer)));
    if (offset === null) continue;
    const { line } = index.positionAt(offset);
    addTo(lines, line, layer);
  }
  return lines;
}

/** The place that says how large the layer is, else what it is: that is the line one looks at. */
function anchorOf({ fields, span }: LayerDefinition): number {
  const field = fields.units ?? fields.filters ?? fields.type;
  return field && span.start <= field.start && field.end <= span.end ? field.end : span.start;
}

function byDefinition(analysis: NetworkAnalysis, layers: readonly Layer[]): Iterable<Layer[]> {
  const groups = new Map<string, Layer[]>();
  for (const layer of layers) {
    const { start, end } = definitionOf(analysis, layer).span;
    const key = `${start} ${end}`;
    addTo(groups, key, layer);
  }
  return groups.values();
}

function addTo<Key>(groups: Map<Key, Layer[]>, key: Key, layer: Layer): void {
  const group = groups.get(key);
  if (group) group.push(layer);
  else groups.set(key, [layer]);
}

function hintLabel(analysis: NetworkAnalysis, layers: readonly Layer[], settings: Settings): string | null {
  const { hintBound, hints } = settings;
  const mean = analysis.mean;
  const bound = hintBound === 'expected' ? mean : analysis.bound(hintBound);
  const both = mean && bound !== mean ? [bound, mean] : [bound];
  const parts = [
    ...(hints === 'cumulative' ? [] : both.map((one) => factorOf(one, layers, settings))),
    ...(hints === 'contribution' ? [] : both.map((one) => totalAfter(one, layers[layers.length - 1], settings))),
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return parts.join(' ') + (layers.length > 1 ? ` (${t('{0} layers', layers.length)})` : '');
}

/** How a figure relates to the number of regions: a reader must not take a bound for a mean. */
const RELATIONS: Readonly<Record<BoundKind, string>> = { upper: '≤', lower: '≥', mean: '≈', scale: '∼', exact: '=' };

/** `≤×301`; null for a factor of one, and where the bound says nothing. */
function factorOf(bound: BoundResult | undefined, layers: readonly Layer[], { notation }: Settings): string | null {
  let log10 = 0;
  for (const layer of layers) {
    const factor = contributionLog10(bound, layer.index);
    if (factor === null) return null;
    log10 += factor;
  }
  if (!bound || log10 < NEGLIGIBLE) return null;
  const written = `×${formatFactor(log10, notation)}`;
  const share = bound.kind === 'upper' && log10 >= LARGE ? shareOfPatterns(log10, layers) : '';
  return RELATIONS[bound.kind] + written + share;
}

/** In log10: a smaller factor would read as one. */
const NEGLIGIBLE = Math.log10(1.05);

/** From a million on, powers of ten all look alike: the share of what the units could do at most does not. */
const LARGE = 6;

/** In percent. */
const ROUNDING = 1e-6;

/** ` (65 % of 2^4,704)`: the share of the exponent, since all combinations of all pieces are the most there can be. */
function shareOfPatterns(log10: number, layers: readonly Layer[]): string {
  const { pieceCount } = layers[0];
  const units = layers.reduce((sum, layer) => sum + layer.neurons, 0);
  if (layers.some((layer) => layer.pieceCount !== pieceCount)) return '';
  // Only all of it is 100 %.
  const percent = Math.floor((100 * log10) / (units * Math.log10(pieceCount)) + ROUNDING);
  return ` (${percent} % of ${pieceCount}^${formatCount(units)})`;
}

function totalAfter(bound: BoundResult | undefined, layer: Layer, { notation }: Settings): string | null {
  const after = bound?.perLayer?.[layer.index];
  return bound && after ? `${RELATIONS[bound.kind]} ${formatLog10(after.log10, notation, after.exact)}` : null;
}

/** The address of the document that a hint is of. */
export function hintedDocument({ data }: InlayHint): string {
  return (data as HintData).uri;
}

/** Adds the tooltip: the layer's hover, made only when someone looks. */
export function resolveInlayHint(hint: InlayHint, document: AnalyzedDocument): InlayHint {
  const { shown, layers } = hint.data as HintData;
  const network = document.shown[shown];
  const hinted = layers.map((index) => network?.analysis.network.layers[index]).filter((layer) => layer !== undefined);
  if (!network || hinted.length === 0) return hint;
  const tooltip = layerHover(document.uri, network.index, network.analysis, hinted);
  if (!network.isStale) return { ...hint, tooltip };
  return {
    ...hint,
    tooltip: {
      ...tooltip,
      value: `${t('Figures of the last version of this network that could be read.')}\n\n---\n\n${tooltip.value}`,
    },
  };
}
