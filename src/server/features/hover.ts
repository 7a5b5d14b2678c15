import { MarkupKind, type Hover, type MarkupContent } from 'vscode-languageserver';
import { contributionLog10, definitionOf, type NetworkAnalysis } from '../../analysis/analyze.ts';
import { EXPLANATION } from '../../common/documentation.ts';
import { formatCount, formatFactor, formatMagnitude } from '../../common/formatFigures.ts';
import { multiplyAdds } from '../../network/cost.ts';
import { isInput, writtenShape } from '../../network/network.ts';
import type { Layer, Network } from '../../network/network.ts';
import { receptiveFields } from '../../network/receptiveField.ts';
import type { LayerExplanation } from '../../theory/explain/explanation.ts';
import { endOfTheory } from '../../analysis/networkDiagnostics.ts';
import { asWritten, formatShape } from '../../network/shape.ts';
import type { BoundResult } from '../../theory/bound.ts';
import { layersAt, type AnalyzedDocument } from '../documentAnalysis.ts';
import { boldMarkdown, escapeMarkdown } from '../../protocol/markdown.ts';
import { describeActivation, describeParameters, mainBounds, meanDomain, relativeError, sourceOf } from '../words.ts';
import { t } from '../translation.ts';

/** More than this many layers of one piece of text are summed up after the first ones. */
const MAX_LAYERS = 4;

export function hoverAt(document: AnalyzedDocument, offset: number): Hover | null {
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
  const more = layers.length - MAX_LAYERS;
  if (more > 0)
    sections.push(more === 1 ? t('and 1 more layer like these') : t('and {0} more layers like these', more));
  const value = [...sections, footer(uri, network, analysis)].join('\n\n---\n\n');
  return { kind: MarkupKind.Markdown, value };
}

function layerSections(analysis: NetworkAnalysis, layer: Layer): string[] {
  const explanation = analysis.explanations[layer.index];
  const field = receptiveFields(analysis.network)[layer.index];
  const sections = [
    `${titleOf(analysis.network, layer, field)}  \n${inputNotes(analysis.network, layer)}${factorOf(analysis, layer)}`,
  ];
  const why: string[] = [];
  if (explanation?.formula) {
    why.push(`${ownFactor(analysis, layer, explanation)} = ${formulaHtml(formulaOf(explanation))}`);
    const difference = describeDifference(analysis, layer, explanation);
    if (difference !== null) why.push(difference);
  }
  if (explanation?.tightness) {
    why.push(escapeMarkdown(t('For shared weights this is {0}.', withArticle(explanation.tightness))));
  }
  if (layer.neurons > 0 && explanation?.advice) why.push(escapeMarkdown(explanation.advice));
  if (why.length > 0) sections.push(why.join('  \n'));
  const after = afterwards(analysis, layer);
  if (after) sections.push(after);
  return sections;
}

function formulaOf({ formula, numbers }: LayerExplanation): string {
  return (formula ?? '') + (numbers ? ` = ${numbers}` : '');
}

/** In log10: figures that are computed in two ways and are equal. */
const EQUAL = 1e-6;

function isOwnFactor(analysis: NetworkAnalysis, layer: Layer, { ownLog10 }: LayerExplanation): boolean {
  const factor = contributionLog10(mainBounds(analysis).atMost, layer.index);
  return ownLog10 !== null && factor !== null && Math.abs(factor - ownLog10) <= EQUAL * Math.max(1, ownLog10);
}

function ownFactor(analysis: NetworkAnalysis, layer: Layer, explanation: LayerExplanation): string {
  return isOwnFactor(analysis, layer, explanation) ? t('Factor') : t("This layer's own factor");
}

/** Why the factor of the network's bound is not that of the formula. */
function describeDifference(analysis: NetworkAnalysis, layer: Layer, explanation: LayerExplanation): string | null {
  const factor = contributionLog10(mainBounds(analysis).atMost, layer.index);
  if (factor === null || explanation.ownLog10 === null || isOwnFactor(analysis, layer, explanation)) return null;
  return factor < explanation.ownLog10
    ? t('The upper bound grows by less than that, since it follows all layers together.')
    : t('The upper bound grows by more than that: different theorems can be the tightest before and after this layer.');
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

function titleOf(network: Network, layer: Layer, field: readonly number[] | null): string {
  const products = multiplyAdds(layer);
  const inputs = layer.inputs.map((tensor) => formatShape(writtenShape(network, tensor))).join(' + ');
  const parts = [
    [
      layer.type.replace(/_/g, ' '),
      ...(layer.activation.name === 'linear' ? [] : [describeActivation(layer.activation.name)]),
    ].join(', '),
    `${inputs} → ${formatShape(writtenShape(network, layer.index))}`,
    ...(layer.neurons > 0 ? [layer.neurons === 1 ? t('1 neuron') : t('{0} neurons', formatCount(layer.neurons))] : []),
    ...(layer.parameters === 0
      ? []
      : [layer.parameters === null ? t('parameters not known') : describeParameters(layer.parameters)]),
    ...(products === null || products === 0
      ? []
      : [products === 1 ? t('1 multiply-add') : t('{0} multiply-adds', formatCount(products))]),
    ...(field === null || layer.operation.kind === 'identity' ? [] : [t('receptive field {0}', field.join('×'))]),
    ...(layer.sharedWith !== undefined ? [t('shared weights')] : []),
  ];
  return `${boldMarkdown(layer.name)} · ${parts.map(escapeMarkdown).join(' · ')}`;
}

/** Where the shape of an input that this layer reads was found. */
function inputNotes({ inputs }: Network, layer: Layer): string {
  return layer.inputs
    .filter(isInput)
    .map((tensor) => inputs[-1 - tensor])
    .flatMap(({ shape, channelsFirst, source }) =>
      source === undefined ? [] : [t('input {0}, {1}', formatShape(asWritten(shape, channelsFirst)), source)],
    )
    .map((note) => `${escapeMarkdown(note)}  \n`)
    .join('');
}

function factorOf(analysis: NetworkAnalysis, layer: Layer): string {
  if (layer.scope === 'beyond') {
    const [end] = endOfTheory(analysis.network);
    if (!end) return t('Region counts stop before this layer.');
    return escapeMarkdown(
      t('Region counts stop at {0} (layer {1}); later layers are not covered.', end.what, end.layer.name),
    );
  }
  if (layer.neurons === 0) {
    const smooth = layer.activation.kind === 'smooth';
    return smooth
      ? t(
          '{0} is not piecewise linear: figures are of the values that enter it.',
          escapeMarkdown(layer.activation.name),
        )
      : t('No activation: adds no regions.');
  }
  const factor = contributionLog10(mainBounds(analysis).atMost, layer.index);
  if (factor === null) return t('No bound applies here.');
  return t('Multiplies the upper bound on linear regions by **{0}**', formatFactor(factor));
}

function afterwards(analysis: NetworkAnalysis, layer: Layer): string | null {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const figure = (words: string, bound: BoundResult | undefined, where = '') => {
    const magnitude = bound?.perLayer?.[layer.index];
    return magnitude ? [`${words} **${formatMagnitude(magnitude)}**${where}`] : [];
  };
  const domain = expected ? ` ${t('on {0}', escapeMarkdown(meanDomain(analysis.network.inputSize, expected)))}` : '';
  const parts = [
    ...figure(t('at most'), atMost),
    ...figure(t('can reach'), canReach),
    ...figure(t('expected'), expected, domain),
  ];
  return parts.length > 0 ? t('After this layer: {0}', parts.join(' · ')) : null;
}

function footer(uri: string, network: number, analysis: NetworkAnalysis): string {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const sources = [atMost, canReach]
    .filter((bound) => bound !== undefined)
    .map((bound) => citation(sourceOf(analysis, bound)));
  if (expected) sources.push(citation(expected) + errorOf(expected));
  const commands = [
    command(t('Plot'), 'regionLens.showPlot', uri, network),
    command(t('Count'), 'regionLens.countRegions', uri, network),
  ];
  return [...new Set(sources), ...commands, `[${t('What is this?')}](${EXPLANATION})`].join(' · ');
}

function errorOf(mean: BoundResult): string {
  const error = relativeError(mean);
  return error === null ? '' : ` (${t('standard error {0}', error)})`;
}

function citation(bound: BoundResult): string {
  const { label, url } = bound.citation;
  return url === '' ? escapeMarkdown(label) : `[${escapeMarkdown(label)}](${url})`;
}

/** A link to one of our own commands; the client trusts no others. */
function command(title: string, id: string, ...words: readonly unknown[]): string {
  return `[${title}](command:${id}?${encodeURIComponent(JSON.stringify(words))})`;
}
