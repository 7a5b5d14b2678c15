import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, TextEdit } from 'vscode-languageserver-protocol';
import { ServerProcess } from '../serverProcess.ts';

const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

/** Each source has one value that it does not tell. */
const unknowns: readonly [string, string, string][] = [
  [
    'a field',
    `export function build(units: number) {
  return tf.sequential({ layers: [
    tf.layers.dense({ units: 2 * units, activation: 'relu', inputShape: [2] }),
  ] });
}`,
    `    // @region-lens units = 64
    tf.layers.dense({ units: 2 * units, activation: 'relu', inputShape: [2] }),`,
  ],
  [
    'a field on a line of its own',
    `import { width } from 'elsewhere';
const net = tf.sequential({
  layers: [
    tf.layers.dense({
      inputShape: [2],
      units: width,
    }),
  ],
});`,
    `      // @region-lens units = 64
      units: width,`,
  ],
  [
    'the shape of the input',
    `const net = tf.sequential();
net.add(tf.layers.dense({ units: 3 }));`,
    `// @region-lens inputShape = [2]
net.add(tf.layers.dense({ units: 3 }));`,
  ],
  [
    'a list that a loop goes through',
    `export function build(sizes: number[]) {
  const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  for (const units of sizes) net.add(tf.layers.dense({ units }));
  return net;
}`,
    `  // @region-lens sizes = [64, 64]
  for (const units of sizes) net.add(tf.layers.dense({ units }));`,
  ],
  [
    'a condition',
    `export function build(isDeep: boolean) {
  const net = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
  if (isDeep) net.add(tf.layers.dense({ units: 3 }));
  return net;
}`,
    `  // @region-lens isDeep = true
  if (isDeep) net.add(tf.layers.dense({ units: 3 }));`,
  ],
  [
    'a field of the native form',
    `declare const width: number;
const net: Network = {
  input: [2],
  layers: [{ type: 'dense', units: width }],
};`,
    `  // @region-lens units = 64
  layers: [{ type: 'dense', units: width }],`,
  ],
];

describe('the quick fix for a value that is not known', () => {
  let server: ServerProcess;
  let documents = 0;

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.stop());

  async function open(text: string) {
    const uri = `file:///models/fix${++documents}.ts`;
    await server.open(uri, 'typescript', text);
    const { diagnostics } = await server.analyzed(uri, 1);
    const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: everything,
      context: { diagnostics },
    });
    return { uri, diagnostics, actions };
  }

  function applied(text: string, [{ range, newText }]: TextEdit[]): string {
    const lines = text.split('\n');
    lines[range.start.line] = newText + lines[range.start.line];
    return lines.join('\n');
  }

  it.each(unknowns)(
    'inserts a comment that supplies %s, after which nothing is unknown',
    async (_what, source, expected) => {
      const text = `import * as tf from '@tensorflow/tfjs';\n${source}\n`;
      const { uri, diagnostics, actions } = await open(text);
      const action = actions.at(-1)!;
      expect(action).toMatchObject({ kind: 'quickfix', isPreferred: actions.length === 1 });
      expect(action.diagnostics).toEqual(
        diagnostics.filter(({ code }) => code === 'unknown-value' || code === 'missing-input-shape'),
      );
      const fixed = applied(text, action.edit?.changes?.[uri] ?? []);
      expect(fixed).toContain(expected);
      await server.change(uri, 2, fixed);
      const after = await server.analyzed(uri, 2);
      expect(after.diagnostics.filter(({ severity }) => severity !== 4)).toEqual([]);
    },
  );

  it('supplies each value of a function once, above it', async () => {
    const text = `import * as tf from '@tensorflow/tfjs';
/** Some layers. */
export function build(options: { width: number; depth: number }) {
  const net = tf.sequential();
  net.add(tf.layers.dense({ units: options.width, activation: 'relu', inputShape: [2] }));
  for (let i = 0; i < options.depth; i++) {
    net.add(tf.layers.dense({ units: options.width, activation: 'relu' }));
  }
  return net;
}
`;
    const { uri, actions } = await open(text);
    const action = actions.find(({ title }) => title.startsWith('Supply options.width, options.depth above'));
    expect(action).toMatchObject({ isPreferred: true });
    const fixed = applied(text, action?.edit?.changes?.[uri] ?? []);
    expect(fixed).toContain(
      '/** Some layers. */\n// @region-lens options.width = 64\n// @region-lens options.depth = 2\nexport function build',
    );
    await server.change(uri, 2, fixed);
    expect((await server.analyzed(uri, 2)).diagnostics).toEqual([]);
    const hints = await server.hints(uri);
    expect(hints.map(({ label }) => label)).toEqual(['≤×2,081 ≈×1,900', expect.stringMatching(/\(2 layers\)$/)]);
  });

  it('is not offered where everything is known, and keeps the line endings of the file', async () => {
    const known = `import * as tf from '@tensorflow/tfjs';\ntf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });\n`;
    expect((await open(known)).actions).toEqual([]);
    const { uri, actions } = await open(known.replace('units: 3', 'units: n').replaceAll('\n', '\r\n'));
    expect(actions[0].edit?.changes?.[uri][0].newText).toBe('// @region-lens units = 64\r\n');
  });
});
