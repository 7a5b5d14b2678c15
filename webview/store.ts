import type {
  CountSettings,
  HostMessage,
  PanelCount,
  PanelModel,
  PanelNetwork,
  PanelPicture,
} from '../src/protocol/panel.ts';
import { isCount, isModel, isSettings, isString, listOf, nullOr, oneOf, shape } from './messages.ts';

/** The counts of one network: those of its last run. */
export interface Run {
  readonly settings: CountSettings;
  /** `fingerprint` of the network they were counted for: after an edit that changes it they say nothing any more. */
  readonly fingerprint: string;
  readonly counts: readonly PanelCount[];
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  readonly message: string | null;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly regions: number;
  readonly fraction: number;
}

/** What the panel remembers when VS Code throws its page away. */
interface Kept {
  readonly model: PanelModel | null;
  readonly selectedKey: string | null;
  readonly runs: Readonly<Record<string, Run>>;
  readonly settings: Readonly<Record<string, CountSettings>>;
  /** Ids of named bounds drawn beside the main lines. */
  readonly drawn: readonly string[];
}

export interface PanelState extends Kept {
  /** Set while there is no network to show: what to do about it. */
  readonly emptyMessage: string | null;
  readonly progress: Readonly<Record<string, Progress>>;
  /** By network key, then seed; too large to be remembered. */
  readonly pictures: Readonly<Record<string, readonly PanelPicture[]>>;
  readonly highlight: { readonly key: string; readonly layer: number | null } | null;
}

export const INITIAL_STATE: PanelState = {
  model: null,
  selectedKey: null,
  runs: {},
  settings: {},
  drawn: [],
  emptyMessage: null,
  progress: {},
  pictures: {},
  highlight: null,
};

/** Pictures kept for one network, in polygon corners: about 100 MB at most. */
const PICTURE_CORNERS = 4_000_000;
/** Networks whose counts are remembered. */
const KEPT_RUNS = 12;

/** Changes when an edit changes what a count would find, as far as the panel can see it. */
export function fingerprint(network: PanelNetwork, version: number, settings: CountSettings): string {
  const layers = network.layers.map((l) => [
    l.type,
    l.activation,
    l.outputShape,
    l.neurons,
    l.parameters,
    l.dimensionIn,
  ]);
  const totals = network.series.map((series) => [series.id, series.total?.log10 ?? null]);
  // Weights in the file are not part of the model: any edit may have changed them.
  const weights = settings.fileWeights ? version : network.initialization;
  return JSON.stringify([network.architecture, network.countDomain, layers, totals, weights]);
}

export function selectedNetwork(state: PanelState): PanelNetwork | null {
  const networks = state.model?.networks ?? [];
  return networks.find((network) => network.key === state.selectedKey) ?? networks[0] ?? null;
}

export function settingsFor(state: PanelState, network: PanelNetwork): CountSettings {
  return (
    state.settings[network.key] ?? {
      method: network.countMethod,
      firstSeed: 1,
      seeds: 8,
      fileWeights: network.hasWeights,
    }
  );
}

/** The state after a message of the extension. */
export function receive(state: PanelState, message: HostMessage): PanelState {
  switch (message.type) {
    case 'show':
      return show(state, message.model);
    case 'empty':
      return { ...state, model: null, emptyMessage: message.message, highlight: null };
    case 'countStarted':
      return startRun(state, message.key, message.settings);
    case 'counted':
      return addCount(state, message.key, message.count, message.picture);
    case 'countProgress': {
      const { done, of, regions, fraction } = message;
      return { ...state, progress: { ...state.progress, [message.key]: { done, of, regions, fraction } } };
    }
    case 'countEnded':
      return endRun(state, message.key, message.outcome, message.message);
    case 'highlight':
      return { ...state, highlight: { key: message.key, layer: message.layer } };
  }
}

function show(state: PanelState, model: PanelModel): PanelState {
  const hostKey = model.networks[model.selected]?.key ?? null;
  const hostKeyBefore = state.model?.networks[state.model.selected]?.key ?? null;
  const stillThere = model.networks.some((network) => network.key === state.selectedKey);
  // The cursor has moved to another network: follow it. Otherwise an edit keeps what was chosen here.
  const selectedKey = hostKey !== hostKeyBefore || !stillThere ? hostKey : state.selectedKey;
  return { ...state, model, selectedKey, emptyMessage: null };
}

function networkByKey(state: PanelState, key: string): PanelNetwork | null {
  return state.model?.networks.find((network) => network.key === key) ?? null;
}

function startRun(state: PanelState, key: string, settings: CountSettings): PanelState {
  const network = networkByKey(state, key);
  if (network === null || state.model === null) return state;
  const print = fingerprint(network, state.model.version, settings);
  const run: Run = { settings, fingerprint: print, counts: [], status: 'running', message: null };
  return {
    ...state,
    runs: { ...state.runs, [key]: run },
    settings: { ...state.settings, [key]: settings },
    pictures: without(state.pictures, key),
    progress: without(state.progress, key),
  };
}

function addCount(state: PanelState, key: string, count: PanelCount, picture: PanelPicture | null): PanelState {
  const run = state.runs[key];
  if (run === undefined || run.status !== 'running') return state;
  const counts = [...run.counts.filter((other) => other.seed !== count.seed), count].sort((a, b) => a.seed - b.seed);
  const pictures =
    picture === null ? state.pictures : { ...state.pictures, [key]: addPicture(state.pictures[key] ?? [], picture) };
  return { ...state, runs: { ...state.runs, [key]: { ...run, counts } }, pictures };
}

/** Keeps as many as fit the memory limit, the first ones: the picture that is looked at does not go away. */
function addPicture(pictures: readonly PanelPicture[], picture: PanelPicture): readonly PanelPicture[] {
  const corners = pictures.reduce((sum, other) => sum + other.edgeLayers.length, 0);
  if (pictures.length > 0 && corners + picture.edgeLayers.length > PICTURE_CORNERS) return pictures;
  return [...pictures.filter((other) => other.seed !== picture.seed), picture].sort((a, b) => a.seed - b.seed);
}

function endRun(
  state: PanelState,
  key: string,
  outcome: Exclude<Run['status'], 'running'>,
  message: string | null,
): PanelState {
  const run = state.runs[key];
  const progress = without(state.progress, key);
  if (run === undefined) return { ...state, progress };
  return { ...state, progress, runs: { ...state.runs, [key]: { ...run, status: outcome, message } } };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}

const isRun = shape<Run>({
  settings: isSettings,
  fingerprint: isString,
  counts: listOf(isCount),
  status: oneOf('running', 'done', 'cancelled', 'failed'),
  message: nullOr(isString),
});

/** What `setState` gets: all that is worth keeping, and not much of it. */
export function toKept(state: PanelState): Kept {
  const { model, selectedKey, settings, drawn } = state;
  return {
    model,
    selectedKey,
    settings,
    drawn,
    runs: Object.fromEntries(Object.entries(state.runs).slice(-KEPT_RUNS)),
  };
}

/** The state from what `getState` gave back; parts that are not understood are left out. */
export function restore(kept: unknown): PanelState {
  if (typeof kept !== 'object' || kept === null) return INITIAL_STATE;
  const parts = kept as Record<string, unknown>;
  return {
    ...INITIAL_STATE,
    model: isModel(parts.model) ? parts.model : null,
    selectedKey: isString(parts.selectedKey) ? parts.selectedKey : null,
    drawn: listOf(isString)(parts.drawn) ? parts.drawn : [],
    settings: entriesThat(parts.settings, isSettings),
    runs: mapValues(entriesThat(parts.runs, isRun), interrupted),
  };
}

function entriesThat<T>(value: unknown, guard: (item: unknown) => item is T): Record<string, T> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, T] => guard(entry[1])));
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** A run that was going on when the page went away; the extension says `countStarted` again if it still goes on. */
function interrupted(run: Run): Run {
  return run.status === 'running' ? { ...run, status: 'cancelled', message: null } : run;
}
