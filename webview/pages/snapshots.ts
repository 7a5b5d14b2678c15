import { formatCount, significant } from '../../src/common/formatFigures.ts';
import type { CountSettings, PanelPicture } from '../../src/protocol/runs.ts';
import type { PanelSnapshot, PanelTraining } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { capital, formatDomain, plural } from '../format.ts';
import { axisName } from '../plots/steps/trainingFigures.ts';

/** Which snapshot of a run is in view, and its words: plain functions, without a page. */

export function snapshotsOfRun(snapshots: readonly PanelSnapshot[], run: number): PanelSnapshot[] {
  return snapshots.filter((snapshot) => snapshot.run === run);
}

/** Null where there is none. */
export function nearestSnapshot(snapshots: readonly PanelSnapshot[], step: number): PanelSnapshot | null {
  return snapshots.reduce<PanelSnapshot | null>(
    (best, one) => (best !== null && Math.abs(one.at - step) >= Math.abs(best.at - step) ? best : one),
    null,
  );
}

/** A snapshot among those that the player goes through. */
export interface Marked {
  readonly snapshot: PanelSnapshot;
  readonly position: number;
  /** One, at least. */
  readonly of: number;
}

/** The snapshot that is marked where it is still there; at the end, the newest of its run. `snapshots`: not none. */
export function settledMark(
  snapshots: readonly PanelSnapshot[],
  before: PanelSnapshot | null,
  isAtEnd: boolean,
): Marked {
  const all = snapshotsOfRun(snapshots, before?.run ?? 0);
  const same = all.find(({ file }) => file === before?.file);
  const snapshot = isAtEnd || same === undefined ? (all.at(-1) ?? snapshots[0]) : same;
  const position = all.findIndex(({ file }) => file === snapshot.file);
  return { snapshot, position: Math.max(0, position), of: Math.max(1, all.length) };
}

/** Settings of the panel; a snapshot is one network. */
export function snapshotSettings({ settings }: View): CountSettings {
  return { ...settings, seeds: 1, firstSeed: 1, fileWeights: false, workers: 0 };
}

/** Regions of the counted place can be drawn. */
export function hasPlane({ network, training }: View): boolean {
  return training?.value?.method === 'plane' && network.countRefused === null;
}

/** The picture is one with the weights of this snapshot. */
export function isPictureOf(picture: PanelPicture | null, snapshot: PanelSnapshot | null): boolean {
  return picture?.source.kind === 'snapshot' && picture.source.name === snapshot?.file;
}

/** For example `Step 1,000 — 240 regions`. */
export function snapshotTitle(training: PanelTraining, { at, exact, regions }: PanelSnapshot): string {
  const counted = `${exact ? '' : '≥ '}${plural(regions, t('region'), t('regions'))}`;
  return `${capital(axisName(training))} ${formatCount(at)} — ${counted}`;
}

/** The snapshot's name, what its log says, and where it was counted. */
export function snapshotCaption({ domain }: PanelTraining, { name, log }: PanelSnapshot): string {
  const figures = Object.entries(log)
    .filter(([figure]) => !/step|epoch|iter|time/i.test(figure))
    .map(([figure, value]) => `${figure} ${significant(value, 4)}`);
  return [name, ...figures, formatDomain(domain)].join(' · ');
}
