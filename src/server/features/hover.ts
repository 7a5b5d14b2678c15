import { MarkupKind, type Hover, type MarkupContent } from 'vscode-languageserver';
import { contributionLog10, definitionOf, type NetworkAnalysis } from '../../analysis/analyze.ts';
import { formatMagnitude, formatNumber, formatPower } from '../../analysis/quantities.ts';
import type { Layer } from '../../network/network.ts';
import { formatShape } from '../../network/shape.ts';
import type { BoundResult } from '../../theory/bound.ts';
import { layersAt, type AnalysedDocument } from '../documentAnalysis.ts';
import { boldMarkdown, escapeMarkdown } from '../../protocol/markdown.ts';
import { describeActivation, mainBounds, meanDomain, plural, sourceOf } from '../words.ts';

/** More than this many layers of one piece of text are summed up after the first ones. */
const MAX_LAYERS = 4;

export function hoverAt(document: AnalysedDocument, offset: number): Hover | null {
  const at = layersAt(document.analysis, offset);
  if (!at || at.layers.length === 0) return null;
  const { span } = definitionOf(at.network, at.layers[0]);
  return {
    contents: layerHover(document.uri, at.networkIndex, at.network, at.layers),
    range: document.lines.rangeOf(span),
  };
}

/**
 * What the layer is; what it multiplies; the formula with its numbers; advice; the sums so far; sources and commands.
 */
export function layerHover(
  uri: string,
  network: number,
  analysis: NetworkAnalysis,
  layers: readonly Layer[],
): MarkupContent {
  const sections = layers.slice(0, MAX_LAYERS).map((layer) => layerSections(analysis, layer).join('\n\n---\n\n'));
  if (layers.length > MAX_LAYERS) sections.push(`and ${plural(layers.length - MAX_LAYERS, 'more layer')} like these`);
  const value = [...sections, footer(uri, network, analysis)].join('\n\n---\n\n');
  return { kind: MarkupKind.Markdown, value };
}

function layerSections(analysis: NetworkAnalysis, layer: Layer): string[] {
  const explanation = analysis.explanations[layer.index];
  const sections = [`${titleOf(layer)}  \n${factorOf(analysis, layer)}`];
  const why: string[] = [];
  if (explanation?.formula) {
    why.push(formulaHtml(explanation.formula + (explanation.numbers ? ' = ' + explanation.numbers : '')));
  }
  if (explanation?.tightness)
    why.push(escapeMarkdown(`For shared weights the sum is ${withArticle(explanation.tightness)}.`));
  if (layer.neurons > 0 && explanation?.advice) why.push(escapeMarkdown(explanation.advice));
  if (why.length > 0) sections.push(why.join('  \n'));
  const after = afterwards(analysis, layer);
  if (after) sections.push(after);
  return sections;
}

/** `Σ_{j≤2} C(24, j)` with the braces as a subscript: one of the few tags that a hover may hold. */
function formulaHtml(formula: string): string {
  // Every second part is one of these: `_{…}` in group 1, a power in group 2.
  const parts = formula.split(/_\{([^}]*)\}|\^\(?(-?[\d,.]+|j)\)?/);
  const tags = ['', 'sub', 'sup'] as const;
  return parts
    .map((part: string | undefined, i) => {
      const tag = tags[i % 3];
      const text = escapeMarkdown(part ?? '');
      return tag === '' || text === '' ? text : `<${tag}>${text}</${tag}>`;
    })
    .join('');
}

function withArticle(standing: string): string {
  return standing.startsWith('upper bound') ? `an ${standing}` : standing;
}

function titleOf(layer: Layer): string {
  const inputs = layer.inputShapes.map(formatShape).join(' + ');
  const parts = [
    [
      layer.type.replace(/_/g, ' '),
      ...(layer.activation.name === 'linear' ? [] : [describeActivation(layer.activation.name)]),
    ].join(', '),
    `${inputs} → ${formatShape(layer.outputShape)}`,
    ...(layer.neurons > 0 ? [plural(layer.neurons, 'neuron')] : []),
    ...(layer.parameters === 0 ? [] : [describeParameters(layer.parameters)]),
    ...(layer.sharedWith !== undefined ? ['shared weights'] : []),
  ];
  return `${boldMarkdown(layer.name)} · ${parts.map(escapeMarkdown).join(' · ')}`;
}

function describeParameters(count: number | null): string {
  return count === null ? 'parameters not known' : plural(count, 'parameter');
}

function factorOf(analysis: NetworkAnalysis, layer: Layer): string {
  if (layer.scope === 'beyond') return 'Beyond the piecewise-linear part: nothing is said of regions here.';
  if (layer.neurons === 0) {
    const smooth = layer.activation.kind === 'smooth';
    return smooth
      ? `${escapeMarkdown(layer.activation.name)} is not piecewise linear: the figures are for the values that enter it.`
      : 'Affine: makes no regions of its own.';
  }
  const factor = contributionLog10(mainBounds(analysis).atMost, layer.index);
  if (factor === null) return 'No bound applies here.';
  const power = factor >= 1 ? ` (${formatPower(factor)})` : '';
  const figure = factor >= 6 ? formatPower(factor) : `${formatNumber(10 ** factor)}`;
  return `Multiplies the bound by **${figure}**${factor >= 6 ? '' : power}`;
}

function afterwards(analysis: NetworkAnalysis, layer: Layer): string | null {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const figure = (words: string, bound: BoundResult | undefined, where = '') => {
    const magnitude = bound?.perLayer?.[layer.index];
    return magnitude ? [`${words} **${formatMagnitude(magnitude)}**${where}`] : [];
  };
  const domain = expected ? ` on ${escapeMarkdown(meanDomain(analysis.network.inputSize, expected))}` : '';
  const parts = [
    ...figure('at most', atMost),
    ...figure('can reach', canReach),
    ...figure('expected', expected, domain),
  ];
  return parts.length > 0 ? `after this layer ${parts.join(' · ')}` : null;
}

function footer(uri: string, network: number, analysis: NetworkAnalysis): string {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const sources = [atMost, canReach]
    .filter((bound) => bound !== undefined)
    .map((bound) => citation(sourceOf(analysis, bound)));
  if (expected) sources.push(citation(expected));
  const commands = [
    command('Plot', 'regionLens.showPlot', uri, network),
    command('Count', 'regionLens.countRegions', uri, network),
  ];
  return [...new Set(sources), ...commands].join(' · ');
}

function citation(bound: BoundResult): string {
  const { label, url } = bound.citation;
  return url === '' ? escapeMarkdown(label) : `[${escapeMarkdown(label)}](${url})`;
}

/** A link to one of our own commands; the client trusts no others. */
function command(title: string, id: string, ...words: readonly unknown[]): string {
  return `[${title}](command:${id}?${encodeURIComponent(JSON.stringify(words))})`;
}
