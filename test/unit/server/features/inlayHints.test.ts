import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../../src/analysis/lineIndex.ts';
import { inlayHints } from '../../../../src/server/features/inlayHints.ts';
import { defaultSettings } from '../../../../src/server/settings.ts';
import { shownAsWritten } from '../../../../src/server/shownNetworks.ts';

function labelsOf(fileName: string): unknown[] {
  const text = readFileSync(`examples/${fileName}`, 'utf8');
  const analysis = analyze(text, fileName)!;
  const source = { uri: `file:///${fileName}`, version: 1, fileName };
  const shown = shownAsWritten(analysis);
  const document = { ...source, text, analysis, lines: new LineIndex(text), shown, source };
  const everything = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
  return inlayHints(document, everything, defaultSettings).map(({ label }) => label);
}

it('hints of large layers give the share of all combinations, and 100 % only for all of them', () => {
  expect(labelsOf('lenet.network.json')).toEqual([
    '≤×10^918.75 (64 % of 2^4,704) ≈×142',
    '≤×10^480.99 (99 % of 2^1,600) ≈×1.94',
    '≤×10^36.12 (100 % of 2^120) ≈×1.4',
    '≤×10^25.28 (99 % of 2^84) ≈×1.2',
  ]);
});

it('hints of small layers are factors of the upper bound and of the mean', () => {
  expect(labelsOf('deep-mlp.network.json')).toEqual(['≤×301 ≈×276', '≤×301 ≈×3.8', '≤×301 ≈×2.2']);
});

it('hints of a configuration of Darknet stand in the section of each layer', () => {
  const text = [
    '[net]\nwidth=8\nheight=8\nchannels=1\n',
    '[convolutional]\nfilters=2\nsize=3\npad=1\nactivation=relu\n',
    '[maxpool]\nsize=2\nstride=2\n',
    '[connected]\noutput=4\nactivation=leaky\n',
  ].join('\n');
  const fileName = 'small.cfg';
  const analysis = analyze(text, fileName)!;
  const source = { uri: `file:///${fileName}`, version: 1, fileName };
  const lines = new LineIndex(text);
  const document = { ...source, text, analysis, lines, shown: shownAsWritten(analysis), source };
  const everything = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
  const hints = inlayHints(document, everything, defaultSettings);
  const textLines = text.split('\n');
  const sections = hints.map(({ position }) =>
    textLines.slice(0, position.line + 1).findLast((line) => line.startsWith('[')),
  );
  expect(sections).toEqual(['[convolutional]', '[maxpool]', '[connected]']);
  expect(hints.at(-1)!.label).toBe('≤×16');
});
