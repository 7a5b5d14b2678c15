import { describe, expect, it } from 'vitest';
import {
  isPictureOf,
  nearestSnapshot,
  settledMark,
  snapshotCaption,
  snapshotsOfRun,
  snapshotTitle,
} from '../../../../webview/pages/snapshots.ts';
import { snapshotPicture, trainingRuns } from '../../../ui/panelHarness/training.ts';

const training = trainingRuns(2);
const second = snapshotsOfRun(training.snapshots, 1);

describe('the snapshot in view', () => {
  it('is the newest of the first run to begin with', () => {
    const first = snapshotsOfRun(training.snapshots, 0);
    const { snapshot, position, of } = settledMark(training.snapshots, null, true);
    expect(snapshot).toBe(first.at(-1));
    expect([position, of]).toEqual([first.length - 1, first.length]);
  });

  it('stays where it is while others come, and is the newest where the newest was', () => {
    const [before, after] = [second.slice(0, 3), second];
    expect(settledMark(after, before[1], false)).toMatchObject({ snapshot: second[1], position: 1 });
    expect(settledMark(after, before[2], true).snapshot).toBe(second.at(-1));
  });

  it('is found again in a list that was sent again', () => {
    const again = second.map((one) => ({ ...one }));
    expect(settledMark(again, second[2], false).snapshot).toBe(again[2]);
  });

  it('is another one where it is gone, with its run or alone', () => {
    const without = second.filter((one) => one !== second[1]);
    expect(settledMark(without, second[1], false).snapshot).toBe(second.at(-1));
    const others = snapshotsOfRun(training.snapshots, 0);
    expect(settledMark(others, second[1], false)).toEqual({ snapshot: others[0], position: 0, of: 1 });
  });

  it('is the nearest to the step that was clicked on', () => {
    const [one, two] = second;
    expect(nearestSnapshot(second, one.at + 0.4 * (two.at - one.at))).toBe(one);
    expect(nearestSnapshot(second, one.at + 0.6 * (two.at - one.at))).toBe(two);
    expect(nearestSnapshot(second, 1e9)).toBe(second.at(-1));
    expect(nearestSnapshot([], 3)).toBeNull();
  });
});

describe('words of a snapshot', () => {
  const snapshot = { ...second[0], at: 1000, regions: 240, log: { step: 1000, loss: 0.123456, epoch: 3 } };

  it('say where it stands and what was counted', () => {
    expect(snapshotTitle(training, snapshot)).toBe('Step 1,000 — 240 regions');
    expect(snapshotTitle(training, { ...snapshot, exact: false })).toBe('Step 1,000 — ≥ 240 regions');
  });

  it('hold what was logged, without steps and times', () => {
    expect(snapshotCaption(training, snapshot)).toBe(`${snapshot.name} · loss 0.1235 · [−1,\u00a01]²`);
  });

  it('are of one picture with its weights alone', () => {
    expect(isPictureOf(snapshotPicture(snapshot.file), snapshot)).toBe(true);
    expect(isPictureOf(snapshotPicture('another'), snapshot)).toBe(false);
    expect(isPictureOf(null, snapshot)).toBe(false);
    expect(isPictureOf(null, null)).toBe(false);
  });
});
