import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../../src/analysis/lineIndex.ts';
import { sizeEdit } from '../../../../src/server/panel/sizes.ts';
import type { AnalysedDocument } from '../../../../src/server/documentAnalysis.ts';

const NO_FILES = {};

function documentOf(
  text: string,
  fileName: string,
  files: Readonly<Record<string, string>> = NO_FILES,
): AnalysedDocument {
  const analysis = analyze(text, fileName, {}, null, { text: (path) => files[path] })!;
  return { uri: `file:///${fileName}`, version: 1, text, fileName, analysis, lines: new LineIndex(text), shown: [] };
}

/** The text after the edit, or the sentence why there is none. */
function edited(
  document: AnalysedDocument,
  layer: number,
  field: string,
  value: number,
  files: Readonly<Record<string, string>> = NO_FILES,
) {
  const { edit, refused } = sizeEdit(document, 0, { layer, field }, value, (path) => files[path]);
  if (edit === null) return refused!;
  const lines = document.text.split('\n');
  const { start, end } = edit.range;
  expect(start.line).toBe(end.line);
  lines[start.line] =
    lines[start.line].slice(0, start.character) + edit.newText + lines[start.line].slice(end.character);
  return lines.join('\n');
}

const native = `{ "params": { "width": 8 }, "input": [2], "layers": [
  { "type": "dense", "units": 8, "activation": "relu" },
  { "type": "dense", "units": "2 * width", "activation": "relu" },
  { "type": "dense", "units": 1 } ] }`;

const image = `{ "input": [8, 8, 1], "layers": [
  { "type": "conv2d", "filters": 4, "kernel_size": 3, "activation": "relu" },
  { "type": "flatten" }, { "type": "dense", "units": 1 } ] }`;

const sourceOf = (layers: string, head = ''): string =>
  `import * as tf from '@tensorflow/tfjs';\n${head}const m = tf.sequential();\n${layers}\n`;
const dense = (units: string, more = ''): string =>
  `m.add(tf.layers.dense({ units: ${units}${more}, activation: 'relu' }));`;

describe('a size that is written in the file', () => {
  it.each([
    ['a number', native, 'a.network.json', 0, 'units', '"units": 8,', '"units": 12,'],
    ['an expression', native, 'a.network.json', 1, 'units', '"units": "2 * width"', '"units": 12'],
    ['a convolution’s filters', image, 'a.network.json', 0, 'filters', '"filters": 4', '"filters": 12'],
    [
      'a number in a source',
      sourceOf(dense('8', ', inputShape: [2]') + dense('9')),
      'a.ts',
      1,
      'units',
      'units: 9',
      'units: 12',
    ],
    [
      'a constant in a source, where this layer uses it',
      sourceOf(dense('w', ', inputShape: [2]') + dense('w + 1'), 'const w = 8;\n'),
      'a.ts',
      1,
      'units',
      'units: w + 1',
      'units: 12',
    ],
  ])('becomes another: %s', (_, text, file, layer, field, before, after) => {
    expect(text.split(before)).toHaveLength(2);
    expect(edited(documentOf(text, file), layer, field, 12)).toBe(text.replace(before, after));
  });

  it('becomes another where other sizes come from another file', () => {
    const files = { 'sizes.ts': 'export const width = 24;\n' };
    const text = sourceOf(
      dense('width', ', inputShape: [2]') + dense('9') + dense('width * 2'),
      "import { width } from './sizes';\n",
    );
    const document = documentOf(text, 'a.ts', files);
    expect(document.analysis.networks[0].network.layers.map(({ neurons }) => neurons)).toEqual([24, 9, 48]);
    expect(edited(document, 1, 'units', 12, files)).toBe(text.replace('units: 9', 'units: 12'));
    expect(edited(document, 2, 'units', 12, files)).toBe(text.replace('units: width * 2', 'units: 12'));
  });
});

describe('a size that cannot be changed alone', () => {
  it('is left as it is where one text writes several layers, and they are named', () => {
    const text = sourceOf(`${dense('4', ', inputShape: [2]')}\nfor (let i = 0; i < 3; i++) ${dense('8')}`);
    const document = documentOf(text, 'a.ts');
    const names = document.analysis.networks[0].network.layers.slice(1).map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(edited(document, 2, 'units', 12)).toBe(`This text is the size of ${names.join(', ')}: change it by hand.`);
  });

  it('is left as it is where the file does not say it', () => {
    expect(edited(documentOf(native, 'a.network.json'), 0, 'filters', 12)).toBe(
      'The file does not say filters where this layer is defined.',
    );
    expect(edited(documentOf(native, 'a.network.json'), 9, 'units', 12)).toContain('does not say units');
    expect(edited(documentOf(native, 'a.network.json'), 0, 'colour', 12)).toContain('does not say colour');
  });
});
