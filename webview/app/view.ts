import type { PanelLayer, PanelModel, PanelNetwork, PanelSeries } from '../../src/protocol/panel.ts';
import { describePlace } from '../../src/common/describePlace.ts';
import { givenMethod } from '../../src/common/givenMethod.ts';
import { boxOf, type Place } from '../../src/common/place.ts';
import type {
  CountMethod,
  CountSettings,
  PanelComparison,
  PanelCount,
  PanelCost,
  PanelDistances,
  PanelFit,
  PanelLine,
  PanelPicture,
  PanelProbe,
  PanelRun,
  RunProgress,
  SweepOption,
  SweptRow,
} from '../../src/protocol/runs.ts';
import type { ChosenData, PanelTraining } from '../../src/protocol/training.ts';
import type { TrialFrame } from '../../src/protocol/trial.ts';
import { spreadOf, type Spread } from '../tables/statistics.ts';
import {
  NO_COMPARISON,
  selectedNetwork,
  settingsFor,
  type Answered,
  type AnsweredState,
  type ComparedCounts,
  type CompareChoice,
  type Page,
  type PanelState,
} from './store.ts';
import { t } from './strings.ts';

/** One network as every part of the panel shows it: the model and the counts, brought together once for each update. */
export interface View {
  readonly model: PanelModel;
  readonly network: PanelNetwork;
  readonly home: 'tab' | 'view';
  readonly page: Page;
  readonly pinned: boolean;
  readonly versions: string;
  /** Seconds that a count of one network takes at most. */
  readonly timeLimit: number;
  /** Layers with units that bend, in order: rows of the table, columns of the plot. */
  readonly layers: readonly PanelLayer[];
  readonly settings: CountSettings;
  readonly run: PanelRun | null;
  /** The last run was for the network as it was before an edit: its counts are not shown. */
  readonly outdated: boolean;
  readonly counts: readonly PanelCount[];
  /** By layer index. */
  readonly counted: readonly (Spread | null)[];
  readonly countedTotal: Spread | null;
  /** How and where `counts` were counted; before that, how and where they would be. */
  readonly method: CountMethod;
  readonly countDomain: string;
  /** Whether what is counted are samples, and so lower bounds. */
  readonly sampled: boolean;
  readonly initialization: string;
  /** What `expected` and `slice` are for. */
  readonly theoryDomain: string;
  readonly expected: PanelSeries | null;
  /** Why there is no mean for what was counted. */
  readonly noMean: string | null;
  readonly slice: PanelSeries | null;
  /** Named bounds that are drawn on demand. */
  readonly named: readonly PanelSeries[];
  readonly drawn: ReadonlySet<string>;
  /** Answers to what was asked for this network. */
  readonly picture: Answered<PanelPicture> | null;
  readonly line: Answered<PanelLine> | null;
  readonly distances: Answered<PanelDistances> | null;
  readonly cost: Answered<PanelCost> | null;
  readonly linePlace: Place;
  readonly probe: PanelProbe | null;
  readonly compare: CompareChoice;
  readonly comparison: Answered<PanelComparison> | null;
  /** Changes with what is compared. */
  readonly comparisonId: string;
  readonly comparedCounts: ComparedCounts | null;
  readonly sweepOptions: Answered<readonly SweepOption[]> | null;
  readonly fit: Answered<PanelFit> | null;
  readonly swept: Answered<readonly SweptRow[]> | null;
  readonly training: Answered<PanelTraining> | null;
  /** Null until it was asked for. */
  readonly data: Answered<ChosenData> | null;
  readonly snapshotPicture: Answered<PanelPicture> | null;
  readonly trial: Answered<TrialFrame> | null;
  readonly progress: RunProgress | null;
  readonly highlight: number | null;
}

export function viewOf(state: PanelState): View | null {
  const network = selectedNetwork(state);
  if (state.model === null || network === null) return null;
  const { key } = network;
  const run = state.runs[key] ?? null;
  const outdated = run !== null && run.fingerprint !== network.fingerprint;
  const counts = run === null || outdated ? [] : run.counts;
  const settings = settingsFor(state, network);
  const compare = state.compare[key] ?? NO_COMPARISON;
  const comparisonId = idOfComparison(state.model, key, compare);
  const drawn = new Set(state.drawn);
  return {
    model: state.model,
    network,
    home: state.home,
    page: state.page,
    pinned: state.pinned,
    versions: state.versions,
    timeLimit: state.timeLimit,
    layers: network.layers.filter((layer) => layer.neurons > 0),
    settings,
    run,
    outdated,
    counts,
    ...spreadsOf(network, counts),
    ...theoryOf(network, settings, counts.length > 0 ? run : null),
    named: network.series.filter((series) => drawn.has(series.id)),
    drawn,
    ...answersFor(state, key),
    linePlace: state.lines[key] ?? boxOf(settings.place),
    compare,
    comparedCounts: state.comparedCounts?.comparison === comparisonId ? state.comparedCounts : null,
    comparisonId,
    progress: state.progress[key] ?? null,
    highlight: state.highlight?.key === key ? state.highlight.layer : null,
  };
}

function spreadsOf({ layers }: PanelNetwork, counts: readonly PanelCount[]): Pick<View, 'counted' | 'countedTotal'> {
  const exact = counts.every((count) => count.exact);
  return {
    counted: layers.map(({ index }) =>
      spreadOf(
        counts.map(({ perLayer }) => perLayer[index]).filter((value) => value !== undefined),
        exact,
      ),
    ),
    countedTotal: spreadOf(
      counts.map(({ activationRegions }) => activationRegions),
      exact,
    ),
  };
}

/** Answers about another network are left out. */
function answersFor(state: AnsweredState, key: string): Pick<View, keyof AnsweredState> {
  const forThis = <T>(answer: Answered<T> | null): Answered<T> | null => (answer?.key === key ? answer : null);
  return {
    picture: forThis(state.picture),
    line: forThis(state.line),
    distances: forThis(state.distances),
    cost: forThis(state.cost),
    probe: forThis(state.probe)?.value ?? null,
    comparison: forThis(state.comparison),
    sweepOptions: forThis(state.sweepOptions),
    fit: forThis(state.fit),
    swept: forThis(state.swept),
    training: forThis(state.training),
    data: forThis(state.data),
    snapshotPicture: forThis(state.snapshotPicture),
    trial: forThis(state.trial),
  };
}

function idOfComparison(
  { networks }: PanelModel,
  key: string,
  { uris, counterparts, siblings }: CompareChoice,
): string {
  return JSON.stringify([key, networks.map(({ fingerprint }) => fingerprint), uris, counterparts, siblings]);
}

type Theory = Pick<
  View,
  'method' | 'countDomain' | 'sampled' | 'initialization' | 'theoryDomain' | 'expected' | 'noMean' | 'slice'
>;

/** A count on a line is never set beside a mean for a plane: the theory that belongs to what was counted. */
function theoryOf(network: PanelNetwork, settings: CountSettings, run: PanelRun | null): Theory {
  if (run !== null) {
    const { method, domain, initialization, expected, noMean, slice } = run.theory;
    return {
      method,
      countDomain: domain,
      sampled: method === 'sample',
      initialization,
      theoryDomain: domain,
      expected,
      noMean,
      slice,
    };
  }
  const { method } = chosenMethod(network, settings);
  const countDomain = describePlace(network.inputSize, method, settings.place, t);
  const { expected, initialization, atMostOnSlice: slice } = network;
  const refused = network.refused.find(({ kind }) => kind === 'mean');
  const noMean = expected === null ? (refused?.reason ?? t('no mean applies')) : null;
  return {
    method,
    countDomain,
    sampled: method === 'sample',
    initialization,
    theoryDomain: expected?.domain ?? countDomain,
    expected,
    noMean,
    slice,
  };
}

/** Regions can be drawn where they are those of a plane. */
export function hasPicture({ method, network }: View): boolean {
  return method === 'plane' && network.countRefused === null;
}

/** The method that settings come to, and why where it was chosen for the user. */
export function chosenMethod(
  { counting }: PanelNetwork,
  { method, place }: CountSettings,
): { readonly method: CountMethod; readonly why: string | null } {
  if (method !== 'auto') return { method, why: null };
  return givenMethod(place, t) ?? (place.kind === 'all' ? counting.all : counting.box);
}

/** The figures say something of the layer: nothing before it ends the piecewise-linear part. */
export function isCovered({ dimensionIn }: PanelLayer): boolean {
  return dimensionIn !== null;
}

/** log10 of what each bending layer multiplies, from log10 after each layer (by layer index); null where unknown. */
export function contributions(
  layers: readonly PanelLayer[],
  log10After: (layer: PanelLayer) => number | null,
): (number | null)[] {
  return layers.map((layer, i) => {
    const before = i === 0 ? 0 : log10After(layers[i - 1]);
    const after = log10After(layer);
    return before === null || after === null ? null : after - before;
  });
}

export function seriesAfter(series: PanelSeries | null): (layer: PanelLayer) => number | null {
  return (layer) => series?.perLayer[layer.index]?.log10 ?? null;
}

export function countedAfter(view: View): (layer: PanelLayer) => number | null {
  return (layer) => {
    const spread = view.counted[layer.index];
    return spread === null || spread.mean <= 0 ? null : Math.log10(spread.mean);
  };
}

/** The weights that a count uses in place of drawn ones, by the file they are in. */
export function describeFileWeights({ weightsFile }: PanelNetwork): string {
  return weightsFile === null ? t('weights of the file') : t('weights of {0}', weightsFile);
}
