import { formatNumber } from '../../../src/common/formatFigures.ts';
import type { PanelLayer, PanelNetwork } from '../../../src/protocol/panel.ts';
import type { MeanFigure, PanelSnapshot, PanelTraining } from '../../../src/protocol/training.ts';
import { t } from '../../app/strings.ts';
import type { StepFigures, StepLevel, StepPoint, StepSeries } from './stepFigures.ts';

/** What plots of a run show, from its snapshots: plain functions, without a page. */

export type LayerView = 'total' | 'separate' | 'stacked';

export interface FigureChoice {
  readonly layers: LayerView;
  /** A figure of the log to show on the right; null for none. */
  readonly logged: string | null;
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  readonly marked: number | null;
}

/** Names of logged figures, those of time left out. */
export function loggedNames(snapshots: readonly PanelSnapshot[]): string[] {
  const names = new Set(snapshots.flatMap(({ log }) => Object.keys(log)));
  return [...names].filter((name) => !/step|epoch|iter|time/i.test(name));
}

export function axisName({ runs }: PanelTraining): string {
  const [first] = runs;
  return first?.axis === 'epoch' ? t('epoch') : first?.axis === 'file' ? t('snapshot') : t('step');
}

/** Where `exact` is false, the mean is a lower bound. */
type Figure = (snapshot: PanelSnapshot) => (MeanFigure & { readonly exact?: boolean }) | number | null | undefined;

interface Named {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
}

/**
 * One figure over steps. Of several runs the mean with the deviation among them, at the steps that all runs have; each
 * run is a faint line beside it.
 */
function seriesOf({ runs, snapshots }: PanelTraining, named: Named, figure: Figure): StepSeries[] {
  const each = runs.map((_, run) => snapshots.filter((one) => one.run === run).flatMap((one) => pointOf(one, figure)));
  const filled = each.filter((points) => points.length > 0);
  if (filled.length === 0) return [];
  if (filled.length === 1) return [{ ...named, points: filled[0] }];
  const faint = filled.map((points, i): StepSeries => ({
    ...named,
    id: `${named.id} ${i}`,
    label: null,
    points: points.map(({ x, y, isAtLeast }) => ({ x, y, isAtLeast })),
  }));
  return [{ ...named, points: meanOf(filled) }, ...faint];
}

function pointOf(snapshot: PanelSnapshot, figure: Figure): StepPoint[] {
  const value = figure(snapshot);
  if (value === null || value === undefined) return [];
  const isAtLeast = !snapshot.exact;
  if (typeof value === 'number') return [{ x: snapshot.at, y: value, isAtLeast }];
  const { mean, error, exact = true } = value;
  return [{ x: snapshot.at, y: mean, ...(error !== null && { spread: error }), ...(!exact && { isAtLeast: true }) }];
}

function meanOf(runs: readonly (readonly StepPoint[])[]): StepPoint[] {
  const [first, ...others] = runs.map((points) => new Map(points.map((point) => [point.x, point])));
  const common = [...first.values()].filter(({ x }) => others.every((run) => run.has(x)));
  return common.map((point) => {
    const all = [point, ...others.map((run) => run.get(point.x)!)];
    const mean = all.reduce((sum, { y }) => sum + y, 0) / all.length;
    const variance = all.reduce((sum, { y }) => sum + (y - mean) ** 2, 0) / (all.length - 1);
    return { x: point.x, y: mean, spread: Math.sqrt(variance), isAtLeast: all.some((one) => one.isAtLeast === true) };
  });
}

/** Regions over steps: after the last layer, after each, or what each adds. */
export function regionFigures(
  training: PanelTraining,
  network: PanelNetwork,
  layers: readonly PanelLayer[],
  choice: FigureChoice,
): StepFigures {
  const { isLogX, isLogY, marked, logged } = choice;
  const total = { id: 'total', label: t('counted'), kind: 'counted' };
  const byLayer = layers.flatMap((layer, depth) =>
    seriesOf(
      training,
      { id: `layer ${layer.index}`, label: layer.name, kind: `series${depth % 6}` },
      ({ perLayer }) => perLayer[layer.index],
    ),
  );
  const series =
    choice.layers === 'total'
      ? seriesOf(training, total, ({ regions }) => regions)
      : choice.layers === 'separate'
        ? byLayer
        : byLayer.filter(({ label }) => label !== null);
  const second =
    logged === null
      ? []
      : seriesOf(training, { id: 'logged', label: logged, kind: 'logged' }, ({ log }) => log[logged]);
  return {
    heading: t('Regions during training'),
    description: describe(training, total.label, ({ regions }) => regions),
    series,
    levels: regionLevels(training, network, isLogY),
    second: second[0] ?? null,
    isLogX,
    isLogY,
    isStacked: choice.layers === 'stacked',
    marked,
    axis: axisName(training),
    vertical: t('regions'),
  };
}

/** The mean at initialization; bounds where the axis has room for them. */
function regionLevels({ expected }: PanelTraining, network: PanelNetwork, isLogY: boolean): StepLevel[] {
  const level = (id: string, label: string, log10: number | undefined): StepLevel[] =>
    log10 === undefined || log10 > 300 ? [] : [{ id, kind: id, label, y: 10 ** log10 }];
  return [
    ...level('expected', t('expected'), expected?.total?.log10),
    ...(isLogY ? level('atMost', t('at most'), network.atMost?.total?.log10) : []),
    ...(isLogY ? level('canReach', t('can reach'), network.canReach?.total?.log10) : []),
  ];
}

/** The bounds in words: they are mostly far beyond what is counted. */
export function describeBounds({ expected, noMean, initialization }: PanelTraining, network: PanelNetwork): string {
  const { atMost, canReach } = network;
  return [
    expected?.total ? t('Expected at initialization: {0} ({1})', expected.total.text, initialization) : noMean,
    atMost?.total ? t('at most {0} ({1})', atMost.total.text, atMost.label) : null,
    canReach?.total ? t('can reach {0} ({1})', canReach.total.text, canReach.label) : null,
  ]
    .filter((text) => text !== null)
    .join(' · ');
}

/** A mean at initialization. */
function expectedLevel(id: string, label: string, y: number | null): StepLevel[] {
  return y === null ? [] : [{ id, kind: 'expected', label, y }];
}

export function complexityFigures(training: PanelTraining, { isLogX, marked }: FigureChoice): StepFigures {
  const near = { id: 'data', label: t('near data'), kind: 'counted' };
  const test = { id: 'test', label: t('near test data'), kind: 'test' };
  const away = { id: 'uniform', label: training.data ? t('elsewhere') : t('in the box'), kind: 'canReach' };
  return {
    heading: t('Breakpoints for each unit of length'),
    description: describe(training, near.label, ({ nearData, nearUniform }) => (nearData ?? nearUniform)?.mean),
    series: [
      ...seriesOf(training, near, ({ nearData }) => nearData),
      ...seriesOf(training, test, ({ nearTest }) => nearTest),
      ...seriesOf(training, away, ({ nearUniform }) => nearUniform),
    ],
    levels: [
      ...expectedLevel('expectedNear', t('expected near'), training.expectedNear.data),
      ...expectedLevel(
        'expectedElsewhere',
        training.data ? t('expected away') : t('expected'),
        training.expectedNear.uniform,
      ),
    ],
    second: null,
    isLogX,
    isLogY: false,
    marked,
    axis: axisName(training),
    vertical: t('breakpoints per unit of length'),
  };
}

export function perNeuronFigures(training: PanelTraining, { isLogX, marked }: FigureChoice): StepFigures {
  const { expectedPerNeuron, data } = training;
  const named = { id: 'perNeuron', label: t('regions'), kind: 'counted' };
  const distance = { id: 'distance', label: t('distance'), kind: 'canReach' };
  return {
    heading: data ? t('On lines through data, for each neuron') : t('On random chords, for each neuron'),
    description: describe(training, named.label, ({ perNeuron }) => perNeuron?.mean),
    series: [
      ...seriesOf(training, named, ({ perNeuron }) => perNeuron),
      ...seriesOf(training, distance, (snapshot) => snapshot.distance),
    ],
    levels: expectedLevel('expected', t('expected'), expectedPerNeuron),
    second: null,
    isLogX,
    isLogY: false,
    marked,
    axis: axisName(training),
    vertical: t('regions per neuron; distance × neurons'),
  };
}

/** What single neurons make on a line: of all together, or the median of each layer. */
export function unitFigures(
  training: PanelTraining,
  layers: readonly PanelLayer[],
  { isLogX, marked, layers: shown }: FigureChoice,
): StepFigures {
  const median = { id: 'unitMedian', label: t('median'), kind: 'counted' };
  const most = { id: 'unitMost', label: t('most'), kind: 'canReach' };
  const none = { id: 'unitsWithout', label: t('neurons without one'), kind: 'logged' };
  const together = [
    ...seriesOf(training, median, ({ unitBreakpoints }) => unitBreakpoints?.all.median),
    ...seriesOf(training, most, ({ unitBreakpoints }) => unitBreakpoints?.all.most),
  ];
  const byLayer = layers.flatMap((layer, depth) =>
    seriesOf(
      training,
      { id: `units ${layer.index}`, label: layer.name, kind: `series${depth % 6}` },
      ({ unitBreakpoints }) => unitBreakpoints?.perLayer[layer.index]?.median,
    ),
  );
  const [without] = seriesOf(training, none, ({ unitBreakpoints }) => unitBreakpoints?.all.none);
  return {
    heading:
      shown === 'total' ? t('Breakpoints of a neuron on a line') : t('Breakpoints of a neuron: median of each layer'),
    description: describe(training, median.label, ({ unitBreakpoints }) => unitBreakpoints?.all.median),
    series: shown === 'total' ? together : byLayer,
    levels: [],
    second: without ?? null,
    isLogX,
    isLogY: false,
    marked,
    axis: axisName(training),
    vertical: t('breakpoints'),
  };
}

export function planeFigures(training: PanelTraining, { isLogX, marked }: FigureChoice): StepFigures {
  const named = { id: 'inPlanes', label: t('counted'), kind: 'counted' };
  return {
    heading: t('In the plane through three samples'),
    description: describe(training, named.label, ({ inPlanes }) => inPlanes?.mean),
    series: seriesOf(training, named, ({ inPlanes }) => inPlanes),
    levels: expectedLevel('expected', t('expected'), training.expectedInPlanes),
    second: null,
    isLogX,
    isLogY: false,
    marked,
    axis: axisName(training),
    vertical: t('regions'),
  };
}

export function constantFigures(training: PanelTraining, { isLogX, marked }: FigureChoice): StepFigures {
  const dead = { id: 'dead', label: t('dead'), kind: 'counted' };
  const active = { id: 'active', label: t('always active'), kind: 'canReach' };
  return {
    heading: training.data ? t('Neurons that do not bend at any sample') : t('Neurons that do not bend at any point'),
    description: describe(training, dead.label, (snapshot) => snapshot.dead),
    series: [
      ...seriesOf(training, dead, (snapshot) => snapshot.dead),
      ...seriesOf(training, active, ({ alwaysActive }) => alwaysActive),
    ],
    levels: [],
    second: null,
    isLogX,
    isLogY: false,
    marked,
    axis: axisName(training),
    vertical: t('neurons'),
  };
}

function describe(
  { snapshots }: PanelTraining,
  label: string,
  figure: (snapshot: PanelSnapshot) => number | null | undefined,
): string {
  const [first, last] = [snapshots[0], snapshots[snapshots.length - 1]];
  if (first === undefined) return '';
  const text = (snapshot: PanelSnapshot): string => {
    const value = figure(snapshot);
    return value === null || value === undefined ? '—' : formatNumber(value);
  };
  return t(
    '{0}: {1} at {2}, {3} at {4}; the table below holds the figures.',
    label,
    text(first),
    first.at,
    text(last),
    last.at,
  );
}
