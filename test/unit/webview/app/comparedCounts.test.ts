import { describe, expect, it } from 'vitest';
import type { ComparedCount } from '../../../../src/protocol/runs.ts';
import { comparableSettings, countAll, countedSpread, type AskCount } from '../../../../webview/app/comparedCounts.ts';
import { INITIAL_STATE, type ComparedCounts, type PanelState } from '../../../../webview/app/store.ts';
import { comparison } from '../../../ui/panelHarness/scenes.ts';
import { mlpNetwork, settingsOf } from '../../../ui/panelHarness/samples.ts';

const settings = settingsOf(mlpNetwork(), { seeds: 2, firstSeed: 4 });
const start: ComparedCounts = { comparison: 'these', settings, rows: {}, refused: {}, isRunning: true };

function holder() {
  let now: PanelState = INITIAL_STATE;
  return { state: () => now, change: (next: PanelState) => void (now = next) };
}

const counted = (seed: number, exact = true): ComparedCount => ({ seed, exact, regions: 10 * seed, perLayer: [seed] });

describe('counts of all networks of a comparison', () => {
  it('are made seed after seed, with the same seeds for each', async () => {
    const asked: string[] = [];
    const ask: AskCount = ({ row, seed }) => {
      asked.push(`${row} ${seed}`);
      return Promise.resolve(counted(seed));
    };
    const held = holder();
    await countAll(start, ['a', 'b'], ask, held);
    expect(asked).toEqual(['a 4', 'b 4', 'a 5', 'b 5']);
    const { comparedCounts } = held.state();
    expect(comparedCounts?.isRunning).toBe(false);
    expect(comparedCounts?.rows.a.map(({ seed }) => seed)).toEqual([4, 5]);
  });

  it('end when they are stopped', async () => {
    const held = holder();
    let asked = 0;
    const ask: AskCount = ({ seed }) => {
      asked += 1;
      held.change({ ...held.state(), comparedCounts: { ...held.state().comparedCounts!, isRunning: false } });
      return Promise.resolve(counted(seed));
    };
    await countAll(start, ['a', 'b'], ask, held);
    expect(asked).toBe(1);
  });

  it('go on with the others where one cannot be counted, and ask for it once', async () => {
    const held = holder();
    const asked: string[] = [];
    const ask: AskCount = ({ row, seed }) => {
      asked.push(row);
      return row === 'a' ? Promise.reject(new Error('too large')) : Promise.resolve(counted(seed));
    };
    await countAll(start, ['a', 'b'], ask, held);
    expect(asked).toEqual(['a', 'b', 'b']);
    expect(held.state().comparedCounts?.refused).toEqual({ a: 'too large' });
  });

  it('are a lower bound where one ended early', () => {
    expect(countedSpread([counted(1), counted(2, false)])).toMatchObject({ counts: 2, mean: 15, exact: false });
    expect(countedSpread(undefined)).toBeNull();
  });
});

describe('the settings for all networks', () => {
  it('draw weights, by one method', () => {
    const { rows } = comparison();
    expect(comparableSettings({ ...settings, fileWeights: true }, rows)).toMatchObject({
      method: 'plane',
      fileWeights: false,
    });
    const images = rows.map((row) => ({ ...row, figures: row.figures && { ...row.figures, inputSize: 784 } }));
    expect(comparableSettings(settings, [...rows, ...images]).method).toBe('line');
  });
});
