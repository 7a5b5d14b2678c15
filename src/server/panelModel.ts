import type { NetworkAnalysis } from '../analysis/analyze.ts';
import { whyNotCounted } from '../analysis/countPlan.ts';
import { formatMagnitude, groupDigits } from '../analysis/quantities.ts';
import { totalNeurons } from '../analysis/reportJson.ts';
import { totalParameters } from '../network/parameters.ts';
import type { Initialization } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import { formatShape } from '../network/shape.ts';
import type { PanelLayer, PanelModel, PanelNetwork, PanelSeries, Quantity } from '../protocol/panel.ts';
import type { BoundResult } from '../theory/bound.ts';
import type { Magnitude } from '../theory/magnitude.ts';
import { layersAt, type AnalysedDocument } from './documentAnalysis.ts';
import { activationWords, mainBounds, meanDomain, sourceOf, superscript } from './words.ts';

/** Integers of more digits than this are plotted, not spelt out. */
const MOST_DIGITS = 400;

/** The whole model of the panel for one document, with the network at `offset` selected. */
export function panelModel(document: AnalysedDocument, offset: number | undefined): PanelModel {
  const { analysis, uri, version, fileName } = document;
  const at = offset === undefined ? null : layersAt(analysis, offset);
  return {
    file: fileName,
    uri,
    version,
    networks: analysis.networks.map((network, i) => panelNetwork(document, network, i)),
    selected: at?.networkIndex ?? 0,
  };
}

function panelNetwork(document: AnalysedDocument, analysis: NetworkAnalysis, position: number): PanelNetwork {
  const { network } = analysis;
  const { atMost, canReach, expected } = mainBounds(analysis);
  const space = network.inputSize === 1 ? 'ℝ' : `ℝ${superscript(network.inputSize)}`;
  const series = (bound: BoundResult) =>
    seriesOf(bound, bound.kind === 'mean' ? meanDomain(network.inputSize, bound.id) : space);
  const named = (bound: BoundResult | undefined) =>
    bound ? { ...series(bound), label: sourceOf(analysis, bound).citation.label, url: sourceOf(analysis, bound).citation.url } : null; // prettier-ignore
  const countMethod = network.inputSize === 2 ? 'plane' : 'line';
  return {
    key: `${document.uri}#${network.name}#${position}`,
    name: network.name,
    architecture: architecture(network),
    neurons: totalNeurons(network.layers),
    parameters: totalParameters(network.layers),
    inputSize: network.inputSize,
    initialization: initializationWords(network.initialization),
    layers: network.layers.map((layer) => panelLayer(analysis, layer)),
    atMost: named(atMost),
    canReach: named(canReach),
    expected: expected ? series(expected) : null,
    atMostOnSlice: sliceSeries(analysis, countMethod),
    series: analysis.bounds.filter((bound) => bound.applies && isPlotted(bound)).map(series),
    refused: analysis.bounds
      .filter((bound) => !bound.applies)
      .map((bound) => ({ id: bound.id, label: bound.citation.label, reason: bound.reason ?? '' })),
    countDomain: countMethod === 'plane' ? '[−1, 1]²' : meanDomain(network.inputSize, 'kac-rice-line'),
    countMethod,
    countRefused: whyNotCounted(network),
    hasWeights: analysis.definition.layers.some((layer) => layer.fields.weights !== undefined),
    remarks: remarks(document, analysis),
  };
}

function isPlotted(bound: BoundResult): boolean {
  return bound.kind !== 'scale' && bound.perLayer !== null;
}

function seriesOf(bound: BoundResult, domain: string): PanelSeries {
  return {
    id: bound.id,
    kind: bound.kind === 'scale' ? 'mean' : bound.kind,
    label: bound.citation.label,
    url: bound.citation.url,
    domain,
    note: bound.note,
    perLayer: (bound.perLayer ?? []).map((magnitude) => (magnitude ? quantity(magnitude) : null)),
    total: bound.value ? quantity(bound.value) : null,
  };
}

function quantity(magnitude: Magnitude): Quantity {
  const { exact, log10 } = magnitude;
  return {
    log10,
    text: formatMagnitude(magnitude),
    exact: exact !== null && log10 < MOST_DIGITS ? groupDigits(exact.toString()) : null,
  };
}

/** What a count on a line (or plane) may at most find, when the input space has more dimensions than that. */
function sliceSeries(analysis: NetworkAnalysis, method: 'line' | 'plane'): PanelSeries | null {
  const dimension = method === 'line' ? 1 : 2;
  if (analysis.network.inputSize <= dimension) return null;
  const upper = analysis.boundOnSlice('tightest-upper', dimension);
  return upper?.applies ? seriesOf(upper, dimension === 1 ? 'any line' : 'any plane') : null;
}

function panelLayer(analysis: NetworkAnalysis, layer: Layer): PanelLayer {
  const explanation = analysis.explanations[layer.index];
  return {
    index: layer.index,
    name: layer.name,
    type: layer.type,
    activation: layer.activation.name === 'linear' ? '' : activationWords(layer.activation.name),
    outputShape: formatShape(layer.outputShape),
    neurons: layer.neurons,
    parameters: layer.parameters,
    dimensionIn: layer.reach === 'beyond' ? null : (explanation?.dimensionIn ?? null),
    note: explanation?.advice ?? null,
    bottleneck: Boolean(explanation?.bottleneck),
  };
}

/** `2 → 24 → 24 → 1`; layers that leave the shape as it is are passed over. */
function architecture(network: Network): string {
  const stations = network.inputs.map((input) => formatShape(input.shape)).join(' + ');
  const shapes = [stations];
  for (const layer of network.layers) {
    const shape = formatShape(layer.outputShape);
    if (layer.neurons > 0 || layer.parameters !== 0 || shape !== shapes[shapes.length - 1]) shapes.push(shape);
  }
  const most = 12;
  const middle = shapes.length > most ? [...shapes.slice(0, most - 2), '…', shapes[shapes.length - 1]] : shapes;
  return middle.join(' → ');
}

function initializationWords({ kernel, kernelStddev, biasStddev }: Initialization): string {
  const names: Readonly<Record<string, string>> = { he: 'He', glorot: 'Glorot', lecun: 'LeCun' };
  const [family, law] = kernel.split('_');
  const kind = kernel === 'normal' ? `normal, deviation ${kernelStddev ?? 0.05}` : [names[family] ?? family, law].filter(Boolean).join(' '); // prettier-ignore
  return `${kind} weights, bias deviation ${biasStddev}`;
}

function remarks(document: AnalysedDocument, analysis: NetworkAnalysis): string[] {
  const { span } = analysis.definition;
  const own = document.analysis.problems.filter(
    (problem) => problem.severity !== 'hint' && problem.span.start >= span.start && problem.span.end <= span.end,
  );
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const incomplete = analysis.network.complete ? [] : ['Some layers could not be read: the figures are for the rest.'];
  return [...incomplete, ...own.map(({ message }) => `${capital(message)}.`)];
}

export function layerRange(document: AnalysedDocument, network: number, layer: number) {
  const analysis = document.analysis.networks[network];
  const found = analysis?.network.layers[layer];
  return found ? document.lines.rangeOf(analysis.definition.layers[found.definition].span) : null;
}
