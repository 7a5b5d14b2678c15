import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../../src/analysis/lineIndex.ts';
import { sizeEdit } from '../../../../src/server/panel/sizeEdits.ts';
import { sweepOptions, sweptRow } from '../../../../src/server/panel/sizes.ts';
import type { SweepSubject } from '../../../../src/protocol/runs.ts';
import type { AnalyzedDocument } from '../../../../src/server/documentAnalysis.ts';

const NO_FILES = {};

function documentOf(
  text: string,
  fileName: string,
  files: Readonly<Record<string, string>> = NO_FILES,
): AnalyzedDocument {
  const analysis = analyze(text, fileName, {}, null, { text: (path) => files[path] })!;
  const source = { uri: `file:///${fileName}`, version: 1, fileName };
  return { ...source, text, analysis, lines: new LineIndex(text), shown: [], source };
}

/** The text after the edits, or the sentence why there are none. */
function applied(
  document: AnalyzedDocument,
  subject: SweepSubject,
  value: number,
  files: Readonly<Record<string, string>> = NO_FILES,
): string {
  const { edits, refused } = sizeEdit(document, 0, subject, value, (path) => files[path]);
  if (refused !== null) return refused;
  const offset = ({ line, character }: { line: number; character: number }): number =>
    document.text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (text, { range, newText }) => text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end)),
      document.text,
    );
}

function edited(
  document: AnalyzedDocument,
  layer: number,
  field: string,
  value: number,
  files: Readonly<Record<string, string>> = NO_FILES,
): string {
  return applied(document, { kind: 'size', layer, field }, value, files);
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
      'a constant in a source that nothing else uses',
      sourceOf(dense('w', ', inputShape: [2]') + dense('9'), 'const w = 8;\n'),
      'a.ts',
      0,
      'units',
      'const w = 8',
      'const w = 12',
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
  });
});

describe('a size that cannot be changed alone', () => {
  it('is left as it is where one text writes several layers, and they are named', () => {
    const text = sourceOf(`${dense('4', ', inputShape: [2]')}\nfor (let i = 0; i < 3; i++) ${dense('8')}`);
    const document = documentOf(text, 'a.ts');
    const names = document.analysis.networks[0].network.layers.slice(1).map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(edited(document, 2, 'units', 12)).toBe(
      `The text of this size also sets ${names.filter((_, i) => i !== 1).join(', ')}: change it by hand.`,
    );
  });

  it('is left as it is where the file does not say it', () => {
    expect(edited(documentOf(native, 'a.network.json'), 9, 'units', 12)).toBe('The network has no such size.');
    expect(edited(documentOf(native, 'a.network.json'), 0, 'color', 12)).toBe('The network has no such size.');
  });
});

const residual = `{ "params": { "width": 8, "unused": 3 }, "input": [2], "layers": [
  { "type": "dense", "name": "embed", "units": "width", "activation": "relu" },
  { "type": "dense", "name": "branch", "units": "width", "activation": "relu" },
  { "type": "add", "inputs": ["embed", "branch"] },
  { "type": "dense", "units": 1 } ] }`;

const model = `import * as tf from '@tensorflow/tfjs';
const width = 16;
// The other = 5 is a comment.
function build(depth = 2) {
  const m = tf.sequential();
  m.add(tf.layers.dense({ units: width, inputShape: [2], activation: 'relu' }));
  for (let i = 0; i < depth; i++) m.add(tf.layers.dense({ units: width, activation: 'relu' }));
  m.add(tf.layers.dense({ units: 1 }));
  return m;
}
`;

describe('what can be varied', () => {
  const options = (text: string, file: string) =>
    sweepOptions(documentOf(text, file), 0, () => undefined).map(({ subject, layers, now }) => ({
      ...subject,
      layers: layers.join('+'),
      now,
    }));

  it('is a param that the network depends on, and layers that must be equal together', () => {
    const found = options(residual, 'a.network.json');
    expect(found[0]).toEqual({ kind: 'variable', name: 'width', ordinal: 0, layers: '', now: 8 });
    expect(found.filter(({ kind }) => kind === 'variable')).toHaveLength(1);
    expect(found.find((one) => one.kind === 'size' && one.field === 'units')).toMatchObject({ layers: 'embed+branch' });
  });

  it('is a constant and a parameter’s default of a source', () => {
    const variables = options(model, 'a.ts').filter(({ kind }) => kind === 'variable');
    expect(variables.map((one) => [one.kind === 'variable' && one.name, one.now])).toEqual([
      ['width', 16],
      ['depth', 2],
    ]);
  });

  it('changes the whole network with the variable, as an edit of the text would', () => {
    const row = (subject: SweepSubject, value: number) =>
      sweptRow(documentOf(model, 'a.ts'), 0, subject, value, () => undefined)!;
    const wide = row({ kind: 'variable', name: 'width', ordinal: 0 }, 32);
    expect(wide.parameters).toBe(32 * 3 + 2 * 32 * 33 + 33);
    expect(row({ kind: 'variable', name: 'depth', ordinal: 0 }, 3).parameters).toBe(16 * 3 + 3 * 16 * 17 + 17);
    expect(row({ kind: 'widths' }, 50).parameters).toBe(8 * 3 + 2 * 8 * 9 + 9);
  });

  it('fits a sum whose terms must be equal, and says in a sentence what does not fit', () => {
    const document = documentOf(residual, 'a.network.json');
    const size = { kind: 'size', layer: 0, field: 'units' } as const;
    expect(sweptRow(document, 0, size, 12, () => undefined)?.problem).toBeNull();
    const broken = documentOf(
      residual.replace(
        '"units": "width", "activation": "relu" },\n  { "type": "add"',
        '"units": 8, "activation": "relu" },\n  { "type": "add"',
      ),
      'a.network.json',
    );
    const row = sweptRow(broken, 0, { kind: 'variable', name: 'width', ordinal: 0 }, 12, () => undefined)!;
    expect([row.atMost, row.problem]).toEqual([null, expect.stringContaining('add')]);
  });
});

describe('an edit of what a variable sets', () => {
  it('changes the number of the variable, never its uses', () => {
    const param = applied(documentOf(residual, 'a.network.json'), { kind: 'variable', name: 'width', ordinal: 0 }, 12);
    expect(param).toBe(residual.replace('"width": 8', '"width": 12'));
    const constant = applied(documentOf(model, 'a.ts'), { kind: 'variable', name: 'width', ordinal: 0 }, 12);
    expect(constant).toBe(model.replace('width = 16', 'width = 12'));
    const value = applied(documentOf(model, 'a.ts'), { kind: 'variable', name: 'depth', ordinal: 0 }, 4);
    expect(value).toBe(model.replace('depth = 2', 'depth = 4'));
  });

  it('of a group is made where the variable sets just the group', () => {
    const document = documentOf(residual, 'a.network.json');
    expect(edited(document, 0, 'units', 12)).toBe(residual.replace('"width": 8', '"width": 12'));
  });

  it('of one size among several that it sets is refused, and the variable is named', () => {
    expect(edited(documentOf(model, 'a.ts'), 0, 'units', 24)).toMatch(/also sets .*change it by hand/);
    expect(edited(documentOf(native, 'a.network.json'), 1, 'units', 24)).toMatch(
      /is written as "2 \* width". Vary width/,
    );
  });

  it('of all widths writes each where it stands', () => {
    const document = documentOf(native.replace('"2 * width"', '16'), 'a.network.json');
    expect(applied(document, { kind: 'widths' }, 50)).toBe(
      native.replace('"2 * width"', '8').replace('"units": 8, "activation"', '"units": 4, "activation"'),
    );
    expect(applied(document, { kind: 'design', widths: [11, 7] }, 1)).toMatch(/"units": 11,[^]*"units": 7,/);
  });
});

describe('the depth', () => {
  it('is written into a JSON file as copies of the layer', () => {
    const document = documentOf(native, 'a.network.json');
    const text = applied(document, { kind: 'size', layer: 0, field: 'copies' }, 3);
    const { layers } = documentOf(text, 'a.network.json').analysis.networks[0].network;
    expect(layers.map(({ neurons }) => neurons)).toEqual([8, 8, 8, 16, 0]);
    expect(text).toContain('"2 * width"');
  });

  it('is left to the user where the file has another form, or names its layers', () => {
    const byHand = 'Add the layers to the file yourself: its form does not tell how.';
    expect(applied(documentOf(model, 'a.ts'), { kind: 'size', layer: 0, field: 'copies' }, 3)).toBe(byHand);
    const subject = { kind: 'size', layer: 1, field: 'copies' } as const;
    expect(applied(documentOf(residual, 'a.network.json'), subject, 2)).toBe(byHand);
  });
});

it('of a configuration of Darknet changes the option, named like a variable', () => {
  const options = 'filters=2\nsize=3\npad=1\nactivation=relu\n';
  const text = `[net]\nwidth=8\nheight=8\nchannels=1\n\n[convolutional]\n${options}\n[convolutional]\n${options}`;
  const document = documentOf(text, 'small.cfg');
  const second = text.lastIndexOf('filters=2');
  expect(applied(document, { kind: 'variable', name: 'filters', ordinal: 1 }, 5)).toBe(
    `${text.slice(0, second)}filters=5${text.slice(second + 9)}`,
  );
  expect(edited(document, 0, 'filters', 5)).toBe('The file does not say filters where convolutional_0 is defined.');
});
