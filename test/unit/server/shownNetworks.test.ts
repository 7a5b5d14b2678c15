import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../src/analysis/lineIndex.ts';
import type { AnalyzedDocument } from '../../../src/server/documentAnalysis.ts';
import { inlayHints } from '../../../src/server/features/inlayHints.ts';
import { defaultSettings } from '../../../src/server/settings.ts';
import { ShownNetworks } from '../../../src/server/shownNetworks.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

/** The text after each key, with the hints that stand at its lines. */
class Editor {
  private readonly shown = new ShownNetworks();
  private analysis: Analysis | null = null;

  constructor(private readonly fileName: string) {}

  /** The hints by the code of their line, without spaces. */
  type(text: string): Map<string, string> {
    this.analysis = analyze(text, this.fileName, {}, this.analysis);
    this.shown.update(text, this.analysis);
    const lines = new LineIndex(text);
    const source = { uri: 'file:///x', version: 1, fileName: this.fileName };
    const document = { ...source, text, lines, shown: this.shown.networks, source };
    const analyzed = { ...document, analysis: this.analysis ?? analyze('{"input":[1],"layers":[]}', 'x.json')! };
    const hints = inlayHints(analyzed satisfies AnalyzedDocument, everything, defaultSettings);
    const codeOf = (line: number) => text.split('\n')[line].replace(/[\s,]/g, '');
    for (const { position } of hints) expect(position).toEqual(lines.endOf(position.line));
    return new Map(hints.map(({ position, label }) => [codeOf(position.line), label as string]));
  }
}

const json = (middle: string) => `{
  "name": "typed",
  "input": [2],
  "layers": [
    { "type": "dense", "units": 16, "activation": "relu" },${middle}
    { "type": "dense", "units": 12, "activation": "relu" },
    { "type": "dense", "units": 1 }
  ]
}
`;

const source = (middle: string) => `import * as tf from '@tensorflow/tfjs';
export const net = tf.sequential({ layers: [
  tf.layers.dense({ units: 16, activation: 'relu', inputShape: [2] }),${middle}
  tf.layers.dense({ units: 12, activation: 'relu' }),
  tf.layers.dense({ units: 1 }),
] });
`;

const cases = [
  ['JSON', 'x.network.json', json, '\n    { "type": "dense", "units": 24, "activation": "relu" },'],
  ['JSON over several lines', 'x.network.json', json, '\n    {\n      "type": "conv2d",\n      "units": 3\n    },'],
  ['TypeScript', 'x.ts', source, "\n  tf.layers.dense({ units: 24, activation: 'relu' }),"],
  ['TypeScript over several lines', 'x.ts', source, '\n  tf.layers.batchNormalization({\n    axis: -1,\n  }),'],
] as const;

describe('hints while someone types', () => {
  it.each(cases)('never leave the lines of the other layers in %s', (_, fileName, textWith, layer) => {
    const editor = new Editor(fileName);
    const before = [...editor.type(textWith('')).keys()];
    expect(before).toHaveLength(2);
    for (let length = 1; length <= layer.length; length++) {
      const text = textWith(layer.slice(0, length));
      const keys = [...editor.type(text).keys()];
      for (const line of before) expect(keys, JSON.stringify(layer.slice(0, length))).toContain(line);
    }
    // And backwards, key by key.
    for (let length = layer.length - 1; length >= 0; length--) {
      const keys = [...editor.type(textWith(layer.slice(0, length))).keys()];
      for (const line of before) expect(keys).toContain(line);
    }
  });

  it('are marked as old while the text cannot be read, and are those of the text once it can', () => {
    const editor = new Editor('x.network.json');
    const text = json('');
    const fresh = [...editor.type(text).values()];
    const emptied = [...editor.type(text.replace('16', '')).values()];
    expect(emptied).toEqual(fresh.map((label) => `(${label})`));
    const mended = [...editor.type(text.replace('16', '3')).values()];
    expect(mended[0]).toMatch(/^≤×7 /);
    expect(mended.join()).not.toContain('(');
  });

  it('vanish with the lines that are deleted', () => {
    const editor = new Editor('x.network.json');
    editor.type(json(''));
    const line = '\n    { "type": "dense", "units": 12, "activation": "relu" },';
    const broken = json('').replace(line, '').replace('"name": "typed"', '"name": "typed');
    expect([...editor.type(broken).keys()]).toHaveLength(1);
    expect(editor.type('').size).toBe(0);
  });

  it('are those of a faulty file where it was never any better', () => {
    const editor = new Editor('x.network.json');
    expect([...editor.type(json('\n    { "type": "dens" },')).values()]).toEqual(['≤×137 ≈×126']);
  });

  it('follow a valid edit in one network although another one has an error', () => {
    const two = (units: number) => `import * as tf from '@tensorflow/tfjs';
export const bad = tf.sequential({ layers: [
  tf.layers.conv2d({ filters: 3, kernelSize: 2, activation: 'relu', inputShape: [2] }),
] });
export const good = tf.sequential({ layers: [
  tf.layers.dense({ units: ${units}, activation: 'relu', inputShape: [2] }),
] });
`;
    const editor = new Editor('x.ts');
    editor.type(two(3));
    expect([...editor.type(two(2)).values()].at(-1)).toMatch(/^≤×4 /);
  });
});
