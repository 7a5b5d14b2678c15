import { distanceFrom, DISTANCES } from '../../src/common/distanceHistogram.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import { axisName, loggedNames } from '../plots/steps/trainingFigures.ts';
import { boldMarkdown, escapeMarkdown } from '../../src/protocol/markdown.ts';
import { describePlace } from '../../src/common/describePlace.ts';
import type { PanelLayer, PanelSeries } from '../../src/protocol/panel.ts';
import type { CountSettings } from '../../src/protocol/runs.ts';
import { countedSpread } from '../app/comparedCounts.ts';
import { csv, type CsvValue } from './csv.ts';
import { countedHow } from '../tables/figures.ts';
import { formatDomain } from '../format.ts';
import { numberColumns } from '../tables/numbersTable.ts';
import { samplesOf, type Spread } from '../tables/statistics.ts';
import { t } from '../app/strings.ts';
import { describeFileWeights, type View } from '../app/view.ts';

/** The numbers as a Markdown table, with what is needed to read it elsewhere. */
export function numbersAsMarkdown(view: View): string {
  const columns = numberColumns(view);
  const cells = (values: readonly string[]): string => `| ${values.map(escapeMarkdown).join(' | ')} |`;
  return [
    `${boldMarkdown(view.network.name)} (${escapeMarkdown(view.network.architecture)})`.trimStart(),
    '',
    cells(['layer', ...columns.map((column) => column.title)]),
    `| --- |${columns.map(() => ' ---: |').join('')}`,
    ...view.layers.map((layer) => cells([layer.name, ...columns.map((column) => column.text(layer))])),
    '',
    escapeMarkdown(provenance(view)),
    '',
  ].join('\n');
}

/** Where the figures are for, how they were counted, and how the counted networks were drawn. */
export function provenance(view: View): string {
  const { network, run, counts } = view;
  const whole = network.atMost ?? network.canReach;
  const parts = whole ? [t('At most, can reach: on {0}.', formatDomain(whole.domain))] : [];
  if (view.expected) parts.push(t('Expected: on {0}; {1}.', formatDomain(view.theoryDomain), view.initialization));
  if (run !== null && counts.length > 0) {
    parts.push(t('{0}: on {1}; {2}.', countedHow(view), formatDomain(view.countDomain), view.initialization));
    const seeds = counts.map(({ source }) => source.seed);
    parts.push(
      run.settings.fileWeights
        ? t('Weights of the file.')
        : t('Seeds {0} to {1}.', Math.min(...seeds), Math.max(...seeds)),
    );
    if (view.sampled) parts.push(t('{0} points a network.', formatCount(samplesOf(counts)?.points ?? 0)));
  }
  if (view.versions !== '') parts.push(`${view.versions}.`);
  return parts.join(' ').replaceAll('\u00a0', ' ');
}

/** What the plots of the page in view are of. */
export function captionOf(view: View): string {
  const versions = view.versions === '' ? '' : ` ${view.versions}.`;
  if (view.page === 'line') {
    const { settings, line, linePlace, network, initialization } = view;
    const place = describePlace(network.inputSize, 'line', linePlace, t);
    const weights = settings.fileWeights ? describeFileWeights(network) : initialization;
    return t('Line: {0}; {1}; seed {2}.', formatDomain(place), weights, line?.value?.source.seed ?? 1) + versions;
  }
  if (view.page === 'compare') {
    const mean = view.comparison?.value?.mean ?? null;
    return (
      (mean === null
        ? t('Bounds on the whole input space.')
        : t('Bounds on the whole input space; expected on {0}.', formatDomain(mean))) + versions
    );
  }
  if (view.page === 'training') return trainingCaption(view) + versions;
  return provenance(view);
}

function trainingCaption({ training }: View): string {
  const value = training?.value ?? null;
  if (value === null || value.runs.length === 0) return t('Trained in the editor.');
  const runs = value.runs.map(({ place }) => place).join(', ');
  const data = value.data === null ? '' : t('; data: {0}', value.data.label);
  const where = t('; counted on {0}', formatDomain(value.domain));
  return `${t('Snapshots of {0}', runs)}${data}${where}.`;
}

/** Means over lines and points, each with its standard error. */
const MEAN_FIELDS = [
  'regionsPerNeuron',
  'regionsInPlanes',
  'neuronsTimesDistance',
  'breakpointsNearData',
  'breakpointsNearTestData',
  'breakpointsElsewhere',
];

/** Of neurons on lines: of all together, and of each layer. */
const UNIT_FIELDS = ['neurons without a breakpoint', 'median breakpoints', 'most breakpoints'];

/** A row for each snapshot of every run. */
export function trainingAsCsv({ training, network }: View): string {
  const value = training?.value ?? null;
  if (value === null) return '';
  const logged = loggedNames(value.snapshots);
  const layers = network.layers.filter(({ neurons }) => neurons > 0);
  const bins = Array.from({ length: DISTANCES.bins }, (_, bin) => bin).filter((bin) =>
    value.snapshots.some(({ histogram }) => histogram[bin] > 0),
  );
  const figures = ['perNeuron', 'inPlanes', 'distance', 'nearData', 'nearTest', 'nearUniform'] as const;
  const header = [
    'run',
    'file',
    axisName(value),
    'regions',
    'exact',
    'counted on',
    ...layers.map(({ name }) => `regions after ${name}`),
    ...MEAN_FIELDS.flatMap((name) => [name, `${name} (error)`]),
    'regionsInPlanes (exact)',
    'dead',
    'always active',
    ...UNIT_FIELDS.flatMap((field) => [field, ...layers.map(({ name }) => `${field} of ${name}`)]),
    ...bins.map((bin) => `distances from ${Number(distanceFrom(bin).toPrecision(3))}`),
    ...logged,
  ];
  const rows = value.snapshots.map((snapshot) => [
    value.runs[snapshot.run]?.place ?? '',
    snapshot.name,
    snapshot.at,
    snapshot.regions,
    String(snapshot.exact),
    value.domain,
    ...layers.map(({ index }) => snapshot.perLayer[index] ?? null),
    ...figures.flatMap((name) => [snapshot[name]?.mean ?? null, snapshot[name]?.error ?? null]),
    snapshot.inPlanes && String(snapshot.inPlanes.exact),
    snapshot.dead,
    snapshot.alwaysActive,
    ...(['none', 'median', 'most'] as const).flatMap((figure) => [
      snapshot.unitBreakpoints?.all[figure] ?? null,
      ...layers.map(({ index }) => snapshot.unitBreakpoints?.perLayer[index]?.[figure] ?? null),
    ]),
    ...bins.map((bin) => snapshot.histogram[bin] ?? null),
    ...logged.map((name) => snapshot.log[name] ?? null),
  ]);
  return csv([header, ...rows]);
}

/** A row for each knot of the line: where it is, the layer that bends there (none at the ends), and the outputs. */
export function lineAsCsv({ line, network }: View): string {
  const shown = line?.value ?? null;
  if (shown === null) return '';
  const { knots, layers, outputs, outputCount } = shown;
  const names = new Map(network.layers.map(({ index, name }) => [index, name]));
  const header = ['at', 'layer', ...Array.from({ length: outputCount }, (_, o) => `output ${o + 1}`)];
  const rows = Array.from(knots, (knot, k) => [
    knot,
    names.get(layers[k]) ?? '',
    ...outputs.subarray(k * outputCount, (k + 1) * outputCount),
  ]);
  return csv([header, ...rows]);
}

/** A row for each network that is compared. */
export function comparisonAsCsv({ comparison, comparedCounts }: View): string {
  const { rows, mean } = comparison?.value ?? { rows: [], mean: null };
  const header = [
    'network',
    'role',
    'file',
    'inputs',
    'neurons',
    'parameters',
    'log10 at most',
    'log10 can reach',
    'log10 expected',
    'expected on',
    ...(comparedCounts ? COUNTED_FIELDS : []),
  ];
  return csv([
    header,
    ...rows.map(({ key, name, role, file, figures }) => [
      name,
      role,
      file,
      figures?.inputSize ?? null,
      figures?.neurons ?? null,
      figures?.parameters ?? null,
      figures?.atMost?.total.log10 ?? null,
      figures?.canReach?.total.log10 ?? null,
      figures?.expected?.total.log10 ?? null,
      mean,
      ...(comparedCounts ? countedFields(countedSpread(comparedCounts.rows[key]), comparedCounts.settings) : []),
    ]),
  ]);
}

const COUNTED_FIELDS = ['log10 counted', 'networks counted', 'exact', 'method', 'first seed'];

function countedFields(spread: Spread | null, { method, firstSeed }: CountSettings): CsvValue[] {
  if (spread === null) return [null, 0, null, method, firstSeed];
  return [Math.log10(spread.mean), spread.counts, String(spread.exact), method, firstSeed];
}

/**
 * A row for each layer: log10 of every series; mean and deviation of the counts, their method and domain; each seed's
 * count.
 */
export function numbersAsCsv(view: View): string {
  const { network, counts } = view;
  const series = [network.atMost, network.canReach, view.slice, view.expected].filter((one) => one !== null);
  const titles = series.map((one) => `log10 ${one.id}${one === view.slice ? ' (slice)' : ''}`);
  const header = [
    'layer',
    'type',
    'neurons',
    'dimensionIn',
    ...titles,
    'counted mean',
    'counted deviation',
    'counted by',
    'counted on',
    ...counts.map(({ source }) => (source.kind === 'file' ? t('weights of the file') : `seed ${source.seed}`)),
  ];
  const isCounted = counts.length > 0;
  const rows = view.layers.map((layer) => {
    const spread = view.counted[layer.index];
    return [
      layer.name,
      layer.type,
      layer.neurons,
      layer.dimensionIn,
      ...series.map((one) => one.perLayer[layer.index]?.log10 ?? null),
      spread?.mean ?? null,
      spread?.deviation ?? null,
      isCounted ? view.method : null,
      isCounted ? view.countDomain : null,
      ...counts.map((count) => count.perLayer[layer.index] ?? null),
    ];
  });
  return csv([header, ...rows]);
}

/** Everything that is needed to get these figures again: what was asked, of which network, by which versions. */
export function numbersAsJson(view: View): string {
  const { network, model, versions } = view;
  const document = {
    // The command line's documents have a `schemaVersion`; this is another document.
    panelExport: 1,
    versions,
    file: model.file,
    network: network.name,
    fingerprint: network.fingerprint,
    architecture: network.architecture,
    inputSize: network.inputSize,
    neurons: network.neurons,
    parameters: network.parameters,
    layers: network.layers.map(layerAsJson),
    atMost: boundAsJson(network.atMost),
    canReach: boundAsJson(network.canReach),
    expected: boundAsJson(view.expected),
    atMostOnSlice: boundAsJson(view.slice),
    bounds: network.series.map(boundAsJson),
    refused: network.refused,
    counted: countsAsJson(view),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function layerAsJson(layer: PanelLayer) {
  const { index, name, type, activation, outputShape, neurons, parameters, dimensionIn } = layer;
  return { index, name, type, activation, outputShape, neurons, parameters, dimensionIn };
}

function boundAsJson(series: PanelSeries | null) {
  if (series === null) return null;
  const { id, kind, label, url, domain, note, total, perLayer } = series;
  return {
    id,
    kind,
    source: label,
    url,
    domain,
    note,
    value: total?.exact?.replaceAll(',', '') ?? null,
    log10: total?.log10 ?? null,
    perLayerLog10: perLayer.map((value) => value?.log10 ?? null),
  };
}

/** Null before anything is counted. */
function countsAsJson({ run, counts, countedTotal }: View) {
  if (run === null || counts.length === 0) return null;
  const { method, why, domain, initialization } = run.theory;
  return {
    method,
    chosenBecause: why,
    exact: counts.every(({ exact }) => exact),
    domain,
    initialization,
    settings: run.settings,
    seeds: counts.map(({ source }) => source.seed),
    networks: counts.map(({ source, ...figures }) => ({ seed: source.seed, weights: source.kind, ...figures })),
    mean: countedTotal?.mean ?? null,
    standardDeviation: countedTotal?.deviation ?? null,
  };
}
