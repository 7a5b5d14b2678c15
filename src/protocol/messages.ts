import { isBoolean, isNatural, isNumber, isString, nullOr, oneOf, shape, tagged } from './guards.ts';
import { isModel } from './modelGuards.ts';
import type { PanelModel } from './panel.ts';
import { isAnswer, isAsk, type Answer, type Ask } from './questions.ts';
import { isCount, isRun } from './runGuards.ts';
import type { CountSettings, PanelCount, PanelRun, RunProgress, SweepSubject } from './runs.ts';
import { isCountSettings, isHttps, isPositive, isSubject } from './validate.ts';

/**
 * What the extension tells the panel. The panel sends `ready` first and gets `home` and a full `show`. Every later
 * `show` replaces the whole model, and the runs of its networks follow. Counts arrive one network (seed) at a time.
 */
export type HostMessage =
  /** Where the panel stands, what its exports are made by, and how many networks a count draws by default. */
  | {
      readonly type: 'home';
      readonly home: 'tab' | 'view';
      readonly pinned: boolean;
      readonly versions: string;
      readonly seeds: number;
      /** Seconds that a count of one network takes at most. */
      readonly timeLimit: number;
    }
  | { readonly type: 'show'; readonly model: PanelModel }
  /** The active file holds no network (or none that can be read); `message` says what to do. */
  | { readonly type: 'empty'; readonly message: string }
  /** Null: there is none for this network. */
  | { readonly type: 'run'; readonly key: string; readonly run: PanelRun | null }
  | { readonly type: 'counted'; readonly key: string; readonly count: PanelCount }
  | { readonly type: 'countProgress'; readonly key: string; readonly progress: RunProgress }
  /** A command asks for this page. */
  | { readonly type: 'page'; readonly page: 'training' }
  /** The layer under the cursor in the source, to highlight; null for none. */
  | { readonly type: 'highlight'; readonly key: string; readonly layer: number | null }
  | Answer;

export type PanelCommand = 'openExample' | 'newNetwork' | 'openNetwork' | 'learnMore';

/** What the panel tells the extension. */
export type PanelMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'reveal'; readonly key: string; readonly layer: number }
  /** The layer pointed at, to be marked in the source; null for none. */
  | { readonly type: 'point'; readonly key: string; readonly layer: number | null }
  | { readonly type: 'select'; readonly key: string }
  /** Stay with this file, or follow the active editor again. */
  | { readonly type: 'pin'; readonly pinned: boolean }
  | { readonly type: 'openTab' }
  | { readonly type: 'count'; readonly key: string; readonly settings: CountSettings }
  | { readonly type: 'cancel'; readonly key: string }
  /** Write this size into the file. */
  | { readonly type: 'apply'; readonly key: string; readonly subject: SweepSubject; readonly value: number }
  | { readonly type: 'copy'; readonly text: string }
  /** `base64`: the bytes of a picture. */
  | {
      readonly type: 'save';
      readonly suggestedName: string;
      readonly text: string;
      readonly encoding: 'text' | 'base64';
    }
  /** An export failed. */
  | { readonly type: 'exportFailed'; readonly reason: string }
  | { readonly type: 'open'; readonly url: string }
  /** A command of the extension, for a panel that has nothing to show. */
  | { readonly type: 'command'; readonly command: PanelCommand }
  | Ask;

type HostMessageOf<K extends HostMessage['type']> = Extract<HostMessage, { readonly type: K }>;
type PanelMessageOf<K extends PanelMessage['type']> = Extract<PanelMessage, { readonly type: K }>;
const type = <K extends string>(name: K) => oneOf(name);

export const isHostMessage = tagged<HostMessage>({
  home: shape<HostMessageOf<'home'>>({
    type: type('home'),
    home: oneOf('tab', 'view'),
    pinned: isBoolean,
    versions: isString,
    seeds: isNatural,
    timeLimit: isNumber,
  }),
  show: shape<HostMessageOf<'show'>>({ type: type('show'), model: isModel }),
  empty: shape<HostMessageOf<'empty'>>({ type: type('empty'), message: isString }),
  run: shape<HostMessageOf<'run'>>({ type: type('run'), key: isString, run: nullOr(isRun) }),
  counted: shape<HostMessageOf<'counted'>>({ type: type('counted'), key: isString, count: isCount }),
  countProgress: shape<HostMessageOf<'countProgress'>>({
    type: type('countProgress'),
    key: isString,
    progress: shape<RunProgress>({
      done: isNatural,
      of: isNatural,
      regions: isNumber,
      share: isNumber,
      secondsLeft: nullOr(isNumber),
      parts: nullOr(shape<NonNullable<RunProgress['parts']>>({ done: isNatural, of: isNatural })),
    }),
  }),
  page: shape<HostMessageOf<'page'>>({ type: type('page'), page: oneOf('training') }),
  highlight: shape<HostMessageOf<'highlight'>>({ type: type('highlight'), key: isString, layer: nullOr(isNatural) }),
  answer: isAnswer,
});

export const isPanelMessage = tagged<PanelMessage>({
  ready: shape<PanelMessageOf<'ready'>>({ type: type('ready') }),
  reveal: shape<PanelMessageOf<'reveal'>>({ type: type('reveal'), key: isString, layer: isNatural }),
  point: shape<PanelMessageOf<'point'>>({ type: type('point'), key: isString, layer: nullOr(isNatural) }),
  select: shape<PanelMessageOf<'select'>>({ type: type('select'), key: isString }),
  pin: shape<PanelMessageOf<'pin'>>({ type: type('pin'), pinned: isBoolean }),
  openTab: shape<PanelMessageOf<'openTab'>>({ type: type('openTab') }),
  count: shape<PanelMessageOf<'count'>>({ type: type('count'), key: isString, settings: isCountSettings }),
  cancel: shape<PanelMessageOf<'cancel'>>({ type: type('cancel'), key: isString }),
  apply: shape<PanelMessageOf<'apply'>>({ type: type('apply'), key: isString, subject: isSubject, value: isPositive }),
  copy: shape<PanelMessageOf<'copy'>>({ type: type('copy'), text: isString }),
  save: shape<PanelMessageOf<'save'>>({
    type: type('save'),
    text: isString,
    suggestedName: isString,
    encoding: oneOf('text', 'base64'),
  }),
  exportFailed: shape<PanelMessageOf<'exportFailed'>>({ type: type('exportFailed'), reason: isString }),
  open: shape<PanelMessageOf<'open'>>({ type: type('open'), url: isHttps }),
  command: shape<PanelMessageOf<'command'>>({
    type: type('command'),
    command: oneOf('openExample', 'newNetwork', 'openNetwork', 'learnMore'),
  }),
  ask: isAsk,
});
