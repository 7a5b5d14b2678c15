import type { PanelModel } from './panel.ts';
import type {
  CountSettings,
  PanelComparison,
  PanelCount,
  PanelDistances,
  PanelLine,
  PanelPicture,
  PanelProbe,
  PanelRun,
  PictureWindow,
  PointSet,
  PointUse,
  RunProgress,
  SweepSubject,
  SweptRow,
} from './runs.ts';

/**
 * What the extension and the panel say to each other. The panel says `ready` first and gets `home` and a full `show`; every
 * later `show` replaces the whole model, and the runs of its networks follow. Counting results arrive one network (seed)
 * at a time. Answers bear the `id` of what they answer: one that is not the last of its kind is dropped.
 */
export type HostMessage =
  /** Where the panel stands, what its exports are made by, and how many networks a count draws unless told. */
  | { readonly type: 'home'; readonly home: 'tab' | 'view'; readonly pinned: boolean; readonly versions: string; readonly seeds: number }
  | { readonly type: 'show'; readonly model: PanelModel }
  /** The active file holds no network (or none that can be read); `message` says what to do. */
  | { readonly type: 'empty'; readonly message: string }
  /** Null: there is none for this network. */
  | { readonly type: 'run'; readonly key: string; readonly run: PanelRun | null }
  | { readonly type: 'counted'; readonly key: string; readonly count: PanelCount }
  | { readonly type: 'countProgress'; readonly key: string; readonly progress: RunProgress }
  /** `message` says why there is none. */
  | { readonly type: 'picture'; readonly key: string; readonly id: number; readonly picture: PanelPicture | null; readonly message: string | null }
  | { readonly type: 'line'; readonly key: string; readonly id: number; readonly line: PanelLine | null; readonly message: string | null }
  | { readonly type: 'distances'; readonly key: string; readonly id: number; readonly distances: PanelDistances | null; readonly message: string | null }
  | { readonly type: 'probe'; readonly key: string; readonly id: number; readonly probe: PanelProbe | null }
  | { readonly type: 'points'; readonly key: string; readonly use: PointUse; readonly points: PointSet }
  /** Files chosen to compare with. */
  | { readonly type: 'picked'; readonly key: string; readonly uris: readonly string[] }
  | { readonly type: 'compared'; readonly key: string; readonly id: number; readonly comparison: PanelComparison }
  | { readonly type: 'swept'; readonly key: string; readonly id: number; readonly row: SweptRow }
  /** The layer under the cursor in the source, to highlight; null for none. */
  | { readonly type: 'highlight'; readonly key: string; readonly layer: number | null }; // prettier-ignore

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
  | { readonly type: 'choosePoints'; readonly key: string; readonly use: PointUse; readonly needed: number }
  | { readonly type: 'picture'; readonly key: string; readonly id: number; readonly seed: number; readonly settings: CountSettings; readonly window: PictureWindow }
  | { readonly type: 'line'; readonly key: string; readonly id: number; readonly seed: number; readonly settings: CountSettings }
  | { readonly type: 'distances'; readonly key: string; readonly id: number; readonly seed: number; readonly settings: CountSettings; readonly seconds: number }
  | { readonly type: 'probe'; readonly key: string; readonly id: number; readonly seed: number; readonly settings: CountSettings; readonly x: number; readonly y: number }
  | { readonly type: 'pick'; readonly key: string; readonly uris: readonly string[] }
  | { readonly type: 'compare'; readonly key: string; readonly id: number; readonly uris: readonly string[]; readonly counterparts: boolean }
  | { readonly type: 'sweep'; readonly key: string; readonly id: number; readonly subject: SweepSubject; readonly values: readonly number[] }
  | { readonly type: 'apply'; readonly key: string; readonly subject: SweepSubject; readonly value: number }
  | { readonly type: 'copy'; readonly text: string }
  /** `base64`: the bytes of a picture. */
  | { readonly type: 'save'; readonly suggestedName: string; readonly text: string; readonly encoding: 'text' | 'base64' }
  /** Nothing came of an export. */
  | { readonly type: 'exportFailed'; readonly reason: string }
  | { readonly type: 'open'; readonly url: string }; // prettier-ignore
