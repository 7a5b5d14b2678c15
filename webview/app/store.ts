import { bySeed, sourceId } from '../../src/common/weightsSource.ts';
import type { Place, PointSet } from '../../src/common/place.ts';
import { isBoolean, isNatural, isString, listOf, nullOr, oneOf, shape, type Guard } from '../../src/protocol/guards.ts';
import type { HostMessage } from '../../src/protocol/messages.ts';
import type { PanelModel, PanelNetwork } from '../../src/protocol/panel.ts';
import type { Answer } from '../../src/protocol/questions.ts';
import type {
  ComparedCount,
  CountSettings,
  PanelComparison,
  PanelCost,
  PanelDistances,
  PanelFit,
  PanelLine,
  PanelPicture,
  PanelProbe,
  PanelRun,
  PointUse,
  RunProgress,
  SweepOption,
  SweepSubject,
  SweptRow,
} from '../../src/protocol/runs.ts';
import type { ChosenData, PanelTraining } from '../../src/protocol/training.ts';
import type { TrialFrame } from '../../src/protocol/trial.ts';
import { usualSettings } from '../../src/protocol/usualSettings.ts';
import { isRun } from '../../src/protocol/runGuards.ts';
import { isCountSettings, isPlace, isSubject } from '../../src/protocol/validate.ts';
import { isModel } from '../../src/protocol/modelGuards.ts';

export type Page = 'regions' | 'line' | 'compare' | 'training';

/** What the comparison of one network is about. */
export interface CompareChoice {
  readonly uris: readonly string[];
  readonly counterparts: boolean;
  /** The other networks of its file. */
  readonly siblings: boolean;
  readonly sweep: SweepChoice | null;
}

export interface SweepChoice {
  readonly subject: SweepSubject;
  readonly to: number;
  readonly value: number;
}

/** What the panel remembers when VS Code throws its page away. */
interface PersistedState {
  readonly model: PanelModel | null;
  readonly selectedKey: string | null;
  readonly runs: Readonly<Record<string, PanelRun>>;
  readonly settings: Readonly<Record<string, CountSettings>>;
  /** Ids of named bounds drawn beside the main lines. */
  readonly drawn: readonly string[];
  readonly page: Page;
  readonly pinned: boolean;
  readonly compare: Readonly<Record<string, CompareChoice>>;
  /** Where each network's line goes. */
  readonly lines: Readonly<Record<string, Place>>;
}

/** The answer to the last question about the network `key`, or why there is none; both null until it arrives. */
export interface Answered<T> {
  readonly key: string;
  readonly value: T | null;
  readonly message: string | null;
}

/** Null: nothing was asked. */
export interface AnsweredState {
  readonly picture: Answered<PanelPicture> | null;
  readonly line: Answered<PanelLine> | null;
  readonly distances: Answered<PanelDistances> | null;
  readonly cost: Answered<PanelCost> | null;
  readonly probe: Answered<PanelProbe> | null;
  readonly comparison: Answered<PanelComparison> | null;
  readonly sweepOptions: Answered<readonly SweepOption[]> | null;
  readonly fit: Answered<PanelFit> | null;
  readonly swept: Answered<readonly SweptRow[]> | null;
  readonly training: Answered<PanelTraining> | null;
  readonly data: Answered<ChosenData> | null;
  readonly snapshotPicture: Answered<PanelPicture> | null;
  readonly trial: Answered<TrialFrame> | null;
}

/** Counts of the networks of a comparison, all with the same settings. */
export interface ComparedCounts {
  /** What was compared: counts of another comparison say nothing. */
  readonly comparison: string;
  readonly settings: CountSettings;
  /** By row, as they come in. */
  readonly rows: Readonly<Record<string, readonly ComparedCount[]>>;
  /** Why a row was not counted. */
  readonly refused: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
}

export interface PanelState extends PersistedState, AnsweredState {
  /** Set while there is no network to show: what to do about it. */
  readonly emptyMessage: string | null;
  readonly home: 'tab' | 'view';
  readonly versions: string;
  /** Networks that a count draws by default. */
  readonly seeds: number;
  /** Seconds that a count of one network takes at most. */
  readonly timeLimit: number;
  readonly progress: Readonly<Record<string, RunProgress>>;
  readonly comparedCounts: ComparedCounts | null;
  readonly highlight: { readonly key: string; readonly layer: number | null } | null;
}

export const INITIAL_STATE: PanelState = {
  model: null,
  selectedKey: null,
  runs: {},
  settings: {},
  drawn: [],
  page: 'regions',
  pinned: false,
  compare: {},
  lines: {},
  emptyMessage: null,
  home: 'tab',
  versions: '',
  seeds: 8,
  timeLimit: 60,
  progress: {},
  comparedCounts: null,
  picture: null,
  line: null,
  distances: null,
  cost: null,
  probe: null,
  comparison: null,
  sweepOptions: null,
  fit: null,
  swept: null,
  training: null,
  data: null,
  snapshotPicture: null,
  trial: null,
  highlight: null,
};

/** Networks whose counts are remembered here, to be shown before the extension is there again. */
const KEPT_RUNS = 12;

export function selectedNetwork(state: PanelState): PanelNetwork | null {
  const networks = state.model?.networks ?? [];
  return networks.find((network) => network.key === state.selectedKey) ?? networks[0] ?? null;
}

export function settingsFor(state: PanelState, network: PanelNetwork): CountSettings {
  return state.settings[network.key] ?? usualSettings(state.seeds, network.hasWeights);
}

export const NO_COMPARISON: CompareChoice = {
  uris: [],
  counterparts: true,
  siblings: true,
  sweep: null,
};

/** The state after a message of the extension that is not an answer to a question. */
export function receive(state: PanelState, message: Exclude<HostMessage, Answer>): PanelState {
  switch (message.type) {
    case 'home':
      return receiveHome(state, message);
    case 'show':
      return show(state, message.model);
    case 'empty':
      return { ...state, model: null, emptyMessage: message.message, highlight: null };
    case 'run':
      return setRun(state, message.key, message.run);
    case 'counted': {
      const run = state.runs[message.key];
      if (run?.status !== 'running') return state;
      const others = run.counts.filter(({ source }) => sourceId(source) !== sourceId(message.count.source));
      const counts = [...others, message.count].sort(bySeed);
      return { ...state, runs: { ...state.runs, [message.key]: { ...run, counts } } };
    }
    case 'countProgress':
      return { ...state, progress: { ...state.progress, [message.key]: message.progress } };
    case 'page':
      return { ...state, page: message.page };
    case 'highlight':
      return highlighted(state, message.key, message.layer);
  }
}

function receiveHome(state: PanelState, message: Extract<HostMessage, { type: 'home' }>): PanelState {
  const { home, pinned, versions, seeds, timeLimit } = message;
  return { ...state, home, pinned, versions, seeds, timeLimit };
}

/** The cursor's network is the one shown: where it has moved to another, the panel follows. */
function highlighted(state: PanelState, key: string, layer: number | null): PanelState {
  const isOther = key !== state.highlight?.key && networkByKey(state, key) !== null;
  return { ...state, highlight: { key, layer }, selectedKey: isOther ? key : state.selectedKey };
}

/** The state with points of a file as the place of the line, or of the counts. */
export function withPoints(state: PanelState, key: string, use: PointUse, set: PointSet): PanelState {
  const network = networkByKey(state, key);
  if (network === null) return state;
  const place = { kind: 'points', ...set } as const;
  if (use === 'line') return { ...state, lines: { ...state.lines, [key]: place } };
  return { ...state, settings: { ...state.settings, [key]: { ...settingsFor(state, network), place } } };
}

export function withRow(rows: readonly SweptRow[], row: SweptRow): readonly SweptRow[] {
  return [...rows.filter((other) => other.value !== row.value), row].sort((a, b) => a.value - b.value);
}

/** What is known of the runs after another answer about them. */
export function withNews(before: PanelTraining | null, news: PanelTraining): PanelTraining {
  if (news.isWhole || before === null) return news;
  const isNew = new Set(news.snapshots.map(({ run, file }) => `${run} ${file}`));
  const others = before.snapshots.filter(({ run, file }) => !isNew.has(`${run} ${file}`));
  const snapshots = [...others, ...news.snapshots].sort((a, b) => a.run - b.run || a.at - b.at);
  return { ...news, snapshots };
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

function setRun(state: PanelState, key: string, run: PanelRun | null): PanelState {
  const progress = run?.status === 'running' && run.counts.length > 0 ? state.progress : without(state.progress, key);
  if (run === null) return { ...state, progress, runs: without(state.runs, key) };
  const isNew = state.runs[key]?.status !== run.status;
  // The form shows what is being counted.
  const settings = isNew && run.status === 'running' ? { ...state.settings, [key]: run.settings } : state.settings;
  return { ...state, progress, settings, runs: { ...without(state.runs, key), [key]: run } };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}

/** What `setState` gets: all that is worth keeping, and not much of it. */
export function toPersisted(state: PanelState): PersistedState {
  const { model, selectedKey, settings, drawn, page, pinned, compare, lines } = state;
  return {
    model,
    selectedKey,
    settings,
    drawn,
    page,
    pinned,
    compare,
    lines,
    runs: Object.fromEntries(Object.entries(state.runs).slice(-KEPT_RUNS)),
  };
}

const isPage = oneOf('regions', 'line', 'compare', 'training');
const isCompareChoice: Guard<CompareChoice> = shape<CompareChoice>({
  uris: listOf(isString),
  counterparts: isBoolean,
  siblings: isBoolean,
  sweep: nullOr(
    shape<SweepChoice>({
      subject: isSubject,
      to: isNatural,
      value: isNatural,
    }),
  ),
});

/** The state from what `getState` gave back; parts that are not understood are left out. */
export function restore(kept: unknown): PanelState {
  if (typeof kept !== 'object' || kept === null) return INITIAL_STATE;
  const parts = kept as Record<string, unknown>;
  return {
    ...INITIAL_STATE,
    model: isModel(parts.model) ? parts.model : null,
    selectedKey: isString(parts.selectedKey) ? parts.selectedKey : null,
    drawn: listOf(isString)(parts.drawn) ? parts.drawn : [],
    page: isPage(parts.page) ? parts.page : 'regions',
    pinned: parts.pinned === true,
    compare: entriesThat(parts.compare, isCompareChoice),
    lines: entriesThat(parts.lines, isPlace),
    settings: entriesThat(parts.settings, isCountSettings),
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

/** A run that was going on when the page went away; the extension says so again if it still goes on. */
function interrupted(run: PanelRun): PanelRun {
  return run.status === 'running' ? { ...run, status: 'cancelled', message: null } : run;
}
