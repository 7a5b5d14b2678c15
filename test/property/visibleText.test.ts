import { fileWeights } from '../../src/common/weightsSource.ts';
import { comparisonTable } from '../../src/report/comparisonReport.ts';
import { sweepTable } from '../../src/report/sweepReport.ts';
import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { analyze } from '../../src/analysis/analyze.ts';
import { compareNetworks } from '../../src/analysis/designs/compare.ts';
import { LineIndex } from '../../src/analysis/lineIndex.ts';
import { planExperiment, summarize } from '../../src/analysis/counts/experiment.ts';
import { experimentTable } from '../../src/report/experimentReport.ts';
import { reportTable } from '../../src/report/reportTable.ts';
import { sweepAt } from '../../src/analysis/designs/sweep.ts';
import { visibleLine, visibleText } from '../../src/report/visibleText.ts';
import { runExperiment } from '../../src/counting/experiments/measure.ts';
import { actsOnTerminals, textsOfAllKinds } from '../hostileText.ts';

const lineCount = (text: string) => text.split('\n').length;
const actsSomewhere = (text: string) => [...text.replaceAll('\n', '')].some(actsOnTerminals);

describe('text made visible', () => {
  it('holds no character that acts, and every other character unchanged', () => {
    fc.assert(
      fc.property(textsOfAllKinds, (text) => {
        const line = visibleLine(text);
        expect([...line].filter(actsOnTerminals)).toEqual([]);
        const kept = [...text].filter((character) => !actsOnTerminals(character)).join('');
        expect(line.replace(/\\u[0-9a-f]{4}|\\[nrt]/g, '')).toBe(kept.replace(/\\u[0-9a-f]{4}|\\[nrt]/g, ''));
        expect(visibleLine(line)).toBe(line);
        expect(visibleText(text)).toBe(text.split('\n').map(visibleLine).join('\n'));
      }),
    );
  });

  it('says which characters were there', () => {
    expect(visibleLine('\u001b]0;title\u0007\r\n\t\u009b31m\u007f\u202e\u2028\ud800 π😀')).toBe(
      '\\u001b]0;title\\u0007\\r\\n\\t\\u009b31m\\u007f\\u202e\\u2028\\ud800 π😀',
    );
  });

  it('leaves the meaning of JSON as it is', () => {
    fc.assert(
      fc.property(fc.dictionary(textsOfAllKinds, textsOfAllKinds, { noNullPrototype: true }), (value) => {
        for (const space of [undefined, 2]) {
          const written = visibleText(JSON.stringify(value, null, space));
          expect(actsSomewhere(written)).toBe(false);
          expect(JSON.parse(written)).toEqual(value);
        }
      }),
    );
  });
});

/** Every table, of a network with these names. */
function tablesOf(file: string, names: readonly [string, string, string]): string[] {
  const dense = (name: string, units: number) => ({ type: 'dense', name, units, activation: 'relu' });
  const layers = [dense(names[1], 4), dense(names[2], 1), { type: 'maxout', units: 2 }, { type: names[0] }];
  const text = JSON.stringify({ name: names[0], input: [2], layers });
  const analysis = analyze(text, 'x.network.json')!;
  const [{ network, definition }] = analysis.networks;
  const subject = { layers: [definition.layers[0].name], field: 'units' } as const;
  const seeds = { source: fileWeights(1), placesSeed: 1, chords: 2, points: 1 };
  const summary = summarize(network, seeds, [runExperiment(planExperiment(network, seeds), {})]);
  return [
    reportTable(file, analysis, new LineIndex(text)),
    comparisonTable(
      compareNetworks(
        [file, 'other'].map((each) => ({ file: each, network })),
        {},
        true,
      ),
    ),
    sweepTable(subject, [sweepAt(definition, subject, 3, {})]),
    experimentTable({ file, network, hasWeights: false, choice: seeds, seeds: [1], summary, complete: true }),
  ];
}

describe('tables', () => {
  it('have the same lines whatever stands in names, and nothing in them acts', () => {
    const plain = tablesOf('file', ['net', 'a', 'b']).map(lineCount);
    const hostile = (prefix: string) => textsOfAllKinds.map((text) => `${prefix}${text}`);
    fc.assert(
      fc.property(hostile('f'), hostile('n'), hostile('a'), hostile('b'), (file, ...names) => {
        const tables = tablesOf(file, names);
        expect(tables.map(lineCount)).toEqual(plain);
        expect(tables.filter(actsSomewhere)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
