import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../src/analysis/lineIndex.ts';
import { analysisSummary } from '../../../src/report/analysisSummary.ts';
import { fittingLines } from '../../../src/report/shortText.ts';

function summaryOf(definition: object, file = 'net.network.json'): string {
  const text = JSON.stringify(definition, null, 1);
  const analysis = analyze(text, file);
  if (!analysis) throw new Error('no network');
  return analysisSummary(file, analysis, new LineIndex(text));
}

const dense = (name: string, units = 8) => ({ type: 'dense', name, units, activation: 'relu' });

describe('the summary of an analysis', () => {
  it.each([
    ['many layers', { input: [8], layers: Array.from({ length: 300 }, (_, i) => dense(`layer_${i}`)) }],
    ['long names', { input: [8], layers: Array.from({ length: 20 }, (_, i) => dense(`${'n'.repeat(500)}${i}`)) }],
    [
      'names of many bytes',
      { name: '層'.repeat(99), input: [8], layers: Array.from({ length: 40 }, (_, i) => dense('層'.repeat(60) + i)) },
    ],
    [
      'many problems',
      { input: [8], layers: Array.from({ length: 60 }, (_, i) => ({ type: `odd_${'x'.repeat(200)}${i}` })) },
    ],
  ])('stays below 2 KB with %s', (_, definition) => {
    const summary = summaryOf(definition, `/${'folder/'.repeat(60)}net.network.json`);
    expect(new TextEncoder().encode(summary).length).toBeLessThan(2048);
  });

  it('counts the layers that it leaves out, and keeps the bottleneck', () => {
    const names = Array.from({ length: 100 }, (_, i) => `layer_${i}`);
    const layers = names.map((name, i) => dense(name, i === 50 ? 2 : 16));
    const lines = summaryOf({ input: [8], layers }).split('\n');
    const shown = lines.filter((line) => /^- layer_/.test(line));
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.some((line) => line.startsWith('- layer_50: '))).toBe(true);
    expect(lines).toContain(`… ${100 - shown.length} more layers; format "json" has all of them`);
  });

  it('shows characters that act on a terminal, and gives lines of what is wrong', () => {
    const summary = summaryOf({
      name: 'a\u001b[2J\nb',
      input: [2],
      layers: [dense('first'), { type: 'dens', units: 1 }],
    });
    expect(summary).not.toContain('\u001b');
    expect(summary.split('\n')[0]).toContain('a\\u001b[2J\\nb');
    expect(summary).toMatch(/- error, line \d+: Unknown layer type 'dens'/);
  });

  it('says which part of a network its figures are of', () => {
    const summary = summaryOf({ input: [2], layers: [dense('a'), { ...dense('b'), activation: 'tanh' }, dense('c')] });
    expect(summary).toContain("'tanh' in b is not piecewise linear: the figures are for the layers before it.");
    expect(summary).toMatch(/- c: .*not in the figures/);
  });
});

it('lines that do not fit are counted where they are missing', () => {
  const lines = ['one', 'two', 'three', 'four', 'five'];
  expect(fittingLines(lines, 100, String)).toEqual(lines);
  expect(fittingLines(lines, 12, (missing) => `+${missing}`)).toEqual(['one', '+3', 'five']);
  expect(fittingLines(lines, 0, (missing) => `+${missing}`)).toEqual(['+5']);
});
