import { describe, expect, it } from 'vitest';
import { countedOn, countingText, refusals } from '../../../../webview/pages/comparedTexts.ts';
import type { ComparedCounts } from '../../../../webview/app/store.ts';
import { comparedCount, comparison } from '../../../ui/panelHarness/scenes.ts';
import { mlpNetwork, settingsOf } from '../../../ui/panelHarness/samples.ts';

const compared = comparison();
const keys = compared.rows.filter(({ figures }) => figures !== null).map(({ key }) => key);
const settings = { ...settingsOf(mlpNetwork(), { seeds: 3 }), method: 'plane' as const };

/** This many counts of each row. */
function counts(of: number, part: Partial<ComparedCounts> = {}): ComparedCounts {
  const rows = Object.fromEntries(
    keys.map((key) => [key, Array.from({ length: of }, (_, seed) => comparedCount(key, seed + 1)!)]),
  );
  return { comparison: 'this', settings, rows, refused: {}, isRunning: false, ...part };
}

describe('counts of compared networks', () => {
  it('say how far they are', () => {
    expect(countingText(compared, null)).toBe('');
    expect(countingText(compared, counts(1, { isRunning: true }))).toContain(
      `${keys.length} of ${3 * keys.length} random networks`,
    );
  });

  it('say where they were stopped, and nothing where they are complete', () => {
    expect(countingText(compared, counts(2))).toBe('Stopped: 2 of 3 random networks of each are counted.');
    expect(countingText(compared, counts(3))).toBe('');
  });

  it('are not incomplete for rows that are refused, which have a sentence each', () => {
    const [first] = keys;
    const stopped = counts(3, { refused: { [first]: 'too large' } });
    const withoutFirst = { ...stopped, rows: { ...stopped.rows, [first]: [] } };
    expect(countingText(compared, withoutFirst)).toBe('');
    expect(refusals(compared, withoutFirst)).toEqual([expect.stringContaining('was not counted: too large')]);
    expect(refusals(compared, null)).toEqual([]);
  });

  it('say where they were counted, once the method is known', () => {
    expect(countedOn(compared, null)).toBe('');
    expect(countedOn(compared, counts(1, { settings: { ...settings, method: 'auto' } }))).toBe('');
    const sizes = new Set(compared.rows.flatMap(({ figures }) => (figures ? [figures.inputSize] : [])));
    expect(countedOn(compared, counts(1))).toContain(sizes.size > 1 ? 'plane' : '[');
  });
});
