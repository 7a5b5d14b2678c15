import type { NetworkAnalysis } from '../../analysis/analyze.ts';
import { chooseMethod } from '../../analysis/counts/chooseMethod.ts';
import { whyNotCounted } from '../../analysis/counts/countPlan.ts';
import { totalMultiplyAdds } from '../../network/cost.ts';
import { totalNeurons } from '../../network/network.ts';
import { sizeOfField, sweepFields } from '../../analysis/designs/sweep.ts';
import { MAX_PROGRAM_DIMENSIONS } from '../../counting/countRegions.ts';
import type { Initialization, LayerDefinition } from '../../network/definition.ts';
import type { Layer, Network } from '../../network/network.ts';
import { networkParameters } from '../../network/openSizes.ts';
import { asWritten, formatShape } from '../../network/shape.ts';
import { superscript } from '../../common/describePlace.ts';
import { hashOf } from '../../common/hash.ts';
import { DEFAULT_BOX } from '../../common/place.ts';
import type { PanelLayer, PanelModel, PanelNetwork, PanelSeries } from '../../protocol/panel.ts';
import type { BoundResult } from '../../theory/bound.ts';
import { layersAt, type AnalyzedDocument } from '../documentAnalysis.ts';
import type { ShownNetwork } from '../shownNetworks.ts';
import { layerFormula } from './formulas.ts';
import { seriesOf } from './series.ts';
import { describeActivation, mainBounds, meanDomain, sourceOf } from '../words.ts';
import { t } from '../translation.ts';

/** The whole model of the panel for one document, with the network at `offset` selected. */
export function panelModel(document: AnalyzedDocument, offset: number | undefined): PanelModel {
  const { analysis, uri, version, fileName } = document;
  const at = offset === undefined ? null : layersAt(analysis, offset);
  return {
    file: fileName,
    uri,
    version,
    networks: isHalfTyped(document)
      ? document.shown.map((network, i) => shownNetwork(document, network, i))
      : analysis.networks.map((network, i) => panelNetwork(document, network, i)),
    selected: at?.networkIndex ?? 0,
  };
}

/** Someone is typing in a network, and the others stand where they did: positions in requests mean the same ones. */
function isHalfTyped({ analysis: { networks }, shown }: AnalyzedDocument): boolean {
  const isAligned = networks.length === 0 || shown.length === networks.length;
  return isAligned && shown.some(({ isStale }) => isStale);
}

/** As the text defines it or, where that cannot be read, as it last did; then it is not the text that is counted. */
function shownNetwork(document: AnalyzedDocument, { analysis, isStale }: ShownNetwork, position: number): PanelNetwork {
  const network = panelNetwork(document, analysis, position);
  if (!isStale) return network;
  const countRefused = t('The text cannot be read at the moment, so there is nothing to count.');
  return {
    ...network,
    countRefused,
    remarks: [t('The text cannot be read at the moment: figures of its last version.')],
  };
}

function panelNetwork(document: AnalyzedDocument, analysis: NetworkAnalysis, position: number): PanelNetwork {
  const { network } = analysis;
  const { atMost, canReach, expected } = mainBounds(analysis);
  const space = network.inputSize === 1 ? 'ℝ' : `ℝ${superscript(network.inputSize)}`;
  const series = (bound: BoundResult) =>
    seriesOf(bound, bound.kind === 'mean' ? meanDomain(network.inputSize, bound) : space);
  const named = (bound: BoundResult | undefined) =>
    bound
      ? {
          ...series(bound),
          label: sourceOf(analysis, bound).citation.label,
          url: sourceOf(analysis, bound).citation.url,
        }
      : null;
  return {
    key: `${document.uri}#${network.name}#${position}`,
    fingerprint: fingerprint(document, analysis),
    name: network.name,
    architecture: architecture(network),
    neurons: totalNeurons(network.layers),
    parameters: networkParameters(network, analysis.definition),
    inputSize: network.inputSize,
    initialization: describePanelInitialization(network.initialization),
    layers: network.layers.map((layer) => panelLayer(analysis, layer)),
    atMost: named(atMost),
    canReach: named(canReach),
    expected: expected ? series(expected) : null,
    atMostOnSlice: expected?.domainDimension ? sliceSeries(analysis, expected.domainDimension) : null,
    series: analysis.bounds.filter((bound) => bound.applies && isPlotted(bound)).map(series),
    refused: analysis.bounds
      .filter((bound) => !bound.applies)
      .map(({ id, kind, citation, reason }) => ({ id, kind, label: citation.label, reason: reason ?? '' })),
    counting: {
      box: chooseMethod(network, DEFAULT_BOX),
      all: chooseMethod(network, { kind: 'all' }),
      cells: network.inputSize <= MAX_PROGRAM_DIMENSIONS,
    },
    isLongCount: isLongCount(analysis),
    countRefused: whyNotCounted(network),
    hasWeights: hasWeights(analysis),
    weightsFile: null,
    run: analysis.definition.run ?? null,
    kernel: network.initialization.kernel,
    biasStddev: network.initialization.biasStddev,
    remarks: remarks(document, analysis),
  };
}

/** Multiply-adds of one pass times regions, above which a count is not a matter of seconds: a rough measure. */
const LONG_WORK = 1e8;
/** Of units that bend on the diagonal of a box, where no mean says how many do: an order of magnitude. */
const BENDING_SHARE = 0.05;

function isLongCount({ network, mean }: NetworkAnalysis): boolean {
  const work = totalMultiplyAdds(network.layers);
  if (work === null) return false;
  const regions = mean?.value ? 10 ** mean.value.log10 : BENDING_SHARE * totalNeurons(network.layers);
  return work * Math.max(1, regions) > LONG_WORK;
}

function isPlotted(bound: BoundResult): boolean {
  return bound.kind !== 'scale' && bound.perLayer !== null;
}

function sizesOf(definition: LayerDefinition): PanelLayer['sizes'] {
  return sweepFields(definition).flatMap((field) => {
    const value = sizeOfField(definition, field);
    return value === null ? [] : [{ field, value }];
  });
}

function hasWeights(analysis: NetworkAnalysis): boolean {
  return analysis.definition.layers.some((layer) => layer.fields.weights !== undefined);
}

/** Of everything a count depends on: the layers as they were understood, and the text itself where it holds weights. */
function fingerprint(document: AnalyzedDocument, analysis: NetworkAnalysis): string {
  const { network } = analysis;
  const layers = network.layers.map(({ name: _name, weights: _weights, ...layer }) => layer);
  const weights = hasWeights(analysis) ? document.text : '';
  return hashOf(JSON.stringify([network.inputs, network.outputs, network.initialization, layers]) + weights);
}

/** What a count on a line or plane (of one dimension or two) may at most find, when the input space has more. */
export function sliceSeries(analysis: NetworkAnalysis, dimension: number): PanelSeries | null {
  if (analysis.network.inputSize <= dimension) return null;
  const upper = analysis.boundOnSlice('tightest-upper', dimension);
  return upper.applies ? seriesOf(upper, dimension === 1 ? 'any line' : 'any plane') : null;
}

function panelLayer(analysis: NetworkAnalysis, layer: Layer): PanelLayer {
  const explanation = analysis.explanations[layer.index];
  return {
    index: layer.index,
    name: layer.name,
    type: layer.type,
    activation: layer.activation.name === 'linear' ? '' : describeActivation(layer.activation.name),
    outputShape: formatShape(asWritten(layer.outputShape, layer.channelsFirst)),
    neurons: layer.neurons,
    parameters: layer.parameters,
    dimensionIn: layer.scope === 'beyond' ? null : (explanation?.dimensionIn ?? null),
    note: explanation?.advice ?? null,
    bottleneck: Boolean(explanation?.bottleneck),
    formula: explanation?.formula ? layerFormula(explanation.formula, explanation.numbers) : null,
    sizes: sizesOf(analysis.definition.layers[layer.definition]),
  };
}

/** `2 → 24 → 24 → 1`; layers that leave the shape as it is are passed over. */
function architecture(network: Network): string {
  const stations = network.inputs.map((input) => formatShape(asWritten(input.shape, input.channelsFirst))).join(' + ');
  const shapes = [stations];
  for (const layer of network.layers) {
    const shape = formatShape(asWritten(layer.outputShape, layer.channelsFirst));
    if (layer.neurons > 0 || layer.parameters !== 0 || shape !== shapes[shapes.length - 1]) shapes.push(shape);
  }
  const most = 12;
  const middle = shapes.length > most ? [...shapes.slice(0, most - 2), '…', shapes[shapes.length - 1]] : shapes;
  return middle.join(' → ');
}

export function describePanelInitialization({ kernel, kernelStddev, biasStddev }: Initialization): string {
  const names: Readonly<Record<string, string>> = { he: 'He', glorot: 'Glorot', lecun: 'LeCun' };
  const [family, law] = kernel.split('_');
  const kind =
    kernel === 'normal'
      ? `normal, deviation ${kernelStddev ?? 1}`
      : [names[family] ?? family, law].filter(Boolean).join(' ');
  return `${kind} weights, bias deviation ${biasStddev}`;
}

function remarks(document: AnalyzedDocument, analysis: NetworkAnalysis): string[] {
  const { span } = analysis.definition;
  const own = document.analysis.problems.filter(
    // Errors of grammar are said by the language's own extension.
    (problem) =>
      problem.severity !== 'hint' &&
      problem.code !== 'syntax' &&
      problem.span.start >= span.start &&
      problem.span.end <= span.end,
  );
  const { complete, layers } = analysis.network;
  const incomplete = complete ? [] : [t('Some layers could not be read: the figures are for the rest.')];
  return [
    ...incomplete,
    ...own.map(({ message }) => sentence(message)),
    ...(complete ? whereNothingBends(layers) : []),
  ];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? '' : '.');
}

function whereNothingBends(layers: readonly Layer[]): string[] {
  if (totalNeurons(layers) > 0) return [];
  const isWhole = layers.every(({ scope }) => scope !== 'beyond');
  return [
    isWhole
      ? t('No layer has units that bend: the network is one affine map, one region.')
      : t('No layer before that has units that bend: up to there the network is one affine map.'),
  ];
}

export function layerRange(document: AnalyzedDocument, network: number, layer: number) {
  const analysis = document.analysis.networks[network];
  const found = analysis?.network.layers[layer];
  return found ? document.lines.rangeOf(analysis.definition.layers[found.definition].span) : null;
}
