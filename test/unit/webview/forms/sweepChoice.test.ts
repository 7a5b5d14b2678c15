import { describe, expect, it } from 'vitest';
import { asItIs, optionsOf, rowText, valuesToAsk, variedAmong } from '../../../../webview/forms/sweepChoice.ts';
import { swept, sweepOptions } from '../../../ui/panelHarness/scenes.ts';

const options = optionsOf({ sweepOptions: { key: 'deep', value: sweepOptions(), message: null } });

describe('what can be varied', () => {
  it('is nothing before it is known', () => {
    expect(optionsOf({ sweepOptions: null })).toEqual([]);
  });

  it('has a name and an id of its own each', () => {
    expect(options.map(({ text }) => text).slice(0, 4)).toEqual([
      'width',
      'all hidden widths, in %',
      'dense_1 · units',
      'dense_1 · repeats of this layer',
    ]);
    expect(new Set(options.map(({ id }) => id)).size).toBe(options.length);
  });

  it('names layers of one size together', () => {
    const [size] = sweepOptions().filter(({ subject }) => subject.kind === 'size');
    const named = (layers: string[]): string =>
      optionsOf({ sweepOptions: { key: '', value: [{ ...size, layers }], message: null } })[0].text;
    expect(named(['a', 'b'])).toBe('a + b · units');
    expect(named(['a', 'b', 'c', 'd'])).toBe('a +3 · units');
  });

  it('is what was chosen, while the file has it', () => {
    const chosen = { ...asItIs(options[2]), value: 40 };
    expect(variedAmong(options, chosen)).toEqual({ option: options[2], choice: chosen });
    expect(variedAmong(options.slice(0, 2), chosen)).toEqual({ option: options[0], choice: asItIs(options[0]) });
    expect(variedAmong(options, null).choice).toEqual({ subject: options[0].subject, to: 96, value: 24 });
  });
});

describe('values that are asked for', () => {
  const varied = { option: options[0], choice: { ...asItIs(options[0]), value: 50 } };

  it('begin with the one that is wanted, and go over the curve once each', () => {
    const values = valuesToAsk(varied, new Set());
    expect(values.slice(0, 3)).toEqual([50, 24, 1]);
    expect(values.at(-1)).toBe(96);
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThan(20);
  });

  it('are those alone that are missing', () => {
    const values = valuesToAsk(varied, new Set());
    expect(valuesToAsk(varied, new Set(values))).toEqual([]);
    expect(valuesToAsk(varied, new Set(values.slice(1)))).toEqual([50]);
  });

  it('of a small range are all of it', () => {
    const few = { ...varied, choice: { ...varied.choice, to: 4, value: 2 }, option: { ...options[0], now: 3 } };
    expect(valuesToAsk(few, new Set()).sort()).toEqual([1, 2, 3, 4]);
  });
});

describe('the figures of a value', () => {
  it('stand with their changes against the file', () => {
    const [row, before] = [swept(48), swept(24)];
    const text = rowText(row, before);
    expect(text).toContain(`at most ${row.atMost!.text} (× `);
    expect(text).toMatch(/2,449 parameters$/);
  });

  it('have no change where they are those of the file, and leave out what is not known', () => {
    expect(rowText(swept(24), swept(24))).not.toContain('×');
    expect(rowText({ ...swept(24), canReach: null, expected: null }, undefined)).toBe(
      `at most ${swept(24).atMost!.text} · 1,273 parameters`,
    );
  });
});
