import type { Analysis, NetworkAnalysis } from '../analysis/analyze.ts';
import { endOfTheory } from '../analysis/networkDiagnostics.ts';
import { formatMagnitude } from '../common/formatFigures.ts';
import { networkParameters } from '../network/openSizes.ts';
import type { BoundResult } from '../theory/bound.ts';
import type { AnalyzedDocument } from './documentAnalysis.ts';
import type { Settings } from './settings.ts';
import type { ShownNetwork } from './shownNetworks.ts';
import { describeParameters, formatMean, mainBounds, meanDomain } from './words.ts';
import { t } from './translation.ts';

type Notation = Pick<Settings, 'notation'>;

/**
 * In two parts, so that commands can stand between them where there is little room: `spiral: ≤ 18,769 regions`, also
 * with which part of the network the figures are of, if they are not of all of it; and
 * `proven reachable: 5,329 · ≈ 475 at initialization on [−1, 1]² · 354 parameters`.
 */
export function networkTitle(
  network: ShownNetwork,
  document: AnalyzedDocument,
  settings: Notation,
): { readonly title: string; readonly details: string } {
  const { analysis, isStale } = network;
  const [, ...details] = figures(analysis, settings);
  const name = `${analysis.network.name}${isStale ? t(' (last version that could be read)') : ''}`;
  return { title: `${name}: ${shortTitle(network, document, settings)}`, details: details.join(' · ') };
}

/** The first of these figures with its caveat, for the status bar. */
export function shortTitle(network: ShownNetwork, document: AnalyzedDocument, settings: Notation): string {
  const [figure] = figures(network.analysis, settings);
  return [figure, ...limits(network, document)].join(' · ');
}

function figures(analysis: NetworkAnalysis, { notation }: Notation): string[] {
  const { atMost, canReach, expected } = mainBounds(analysis);
  const write = (bound: BoundResult | undefined) => (bound?.value ? formatMagnitude(bound.value, notation) : null);
  const [most, reached] = [atMost, canReach].map(write);
  const { inputSize } = analysis.network;
  const parameters = networkParameters(analysis.network, analysis.definition);
  const bends = analysis.network.layers.some((layer) => layer.neurons > 0 && layer.scope !== 'beyond');
  if (!bends)
    return [analysis.network.complete ? t('no piecewise-linear units') : t('no figures'), ...sizeOf(parameters)];
  return [
    ...(most === null ? [] : [t('≤ {0} regions', most)]),
    ...(reached === null
      ? []
      : [most === null ? t('≥ {0} regions reachable', reached) : t('proven reachable: {0}', reached)]),
    ...(expected
      ? [t('≈ {0} at initialization on {1}', formatMean(expected, notation), meanDomain(inputSize, expected))]
      : []),
    ...sizeOf(parameters),
  ];
}

function sizeOf(parameters: number | null): string[] {
  return parameters === null ? [] : [describeParameters(parameters)];
}

/** What the figures leave out. */
function limits({ analysis: network, isStale }: ShownNetwork, { lines, analysis }: AnalyzedDocument): string[] {
  const parts: string[] = [];
  const [end] = endOfTheory(network.network);
  if (end) parts.push(t("only up to {0}: '{1}' is not piecewise linear", end.layer.name, end.what));
  if (network.network.complete || isStale) return parts;
  const unknown = unknownSizes(network, analysis);
  if (unknown.length > 0) return [...parts, t('sizes unknown: {0}', unknown.slice(0, MAX_UNKNOWNS).join(', '))];
  const read = new Set(network.network.layers.map((layer) => layer.definition));
  const first = network.definition.layers.find((_, index) => !read.has(index));
  return [
    ...parts,
    first ? t('incomplete: stops before line {0}', lines.positionAt(first.span.start).line + 1) : t('incomplete'),
  ];
}

const MAX_UNKNOWNS = 4;

/** The expressions in a network whose values the source does not say. */
function unknownSizes({ definition: { span } }: NetworkAnalysis, analysis: Analysis): string[] {
  const names = analysis.readingProblems.flatMap(({ unknown, span: place }) =>
    unknown !== undefined && span.start <= place.start && place.end <= span.end ? [unknown] : [],
  );
  return [...new Set(names)];
}
