import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, CodeLens, DocumentSymbol, Hover, InlayHint } from 'vscode-languageserver-protocol';
import {
  layerAtRequest,
  layerRangeRequest,
  nativeTextRequest,
  panelModelRequest,
  reportRequest,
} from '../../../src/protocol/server.ts';
import { ServerProcess, splice } from './serverProcess.ts';

const mlp = `{
  "name": "deep-mlp",
  "input": [2],
  "layers": [
    { "type": "dense", "name": "d1", "units": 24, "activation": "relu" },
    { "type": "dense", "name": "d2", "units": 24, "activation": "relu" },
    { "type": "dense", "name": "d3", "units": 1 }
  ]
}
`;

describe('the language server', () => {
  let server: ServerProcess;
  let documents = 0;
  const open = async (text: string, languageId = 'jsonc', ending = 'network.json') => {
    const uri = `file:///models/m${++documents}.${ending}`;
    await server.open(uri, languageId, text);
    return uri;
  };

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.stop());

  it('hints at each layer that bends, behind all code of its line', async () => {
    const uri = await open(mlp);
    expect(splice(mlp, await server.hints(uri))).toBe(`{
  "name": "deep-mlp",
  "input": [2],
  "layers": [
    { "type": "dense", "name": "d1", "units": 24, "activation": "relu" }, «≤×301 ≈×276»
    { "type": "dense", "name": "d2", "units": 24, "activation": "relu" }, «≤×301 ≈×3.8»
    { "type": "dense", "name": "d3", "units": 1 }
  ]
}
`);
  });

  it('answers an edit with new hints, and keeps the last ones while the file is half-typed', async () => {
    const uri = await open(mlp);
    await server.hints(uri);
    const wider = mlp.replace('"units": 24', '"units": 48');
    await server.change(uri, 2, wider);
    expect((await server.hints(uri)).map(({ label }) => label)).toEqual(['≤×1,177 ≈×1,076', '≤×301 ≈×2.2']);
    const half = wider.slice(0, wider.indexOf('"d2"') + 4);
    await server.change(uri, 3, half);
    expect((await server.hints(uri)).map(({ label }) => label)).toEqual(['(≤×1,177 ≈×1,076)']);
  });

  it('says in the hover what the layer is, does and costs, with sources and commands', async () => {
    const uri = await open(mlp);
    const line = mlp.split('\n').findIndex((text) => text.includes('"d2"'));
    const hover = await server.connection.sendRequest<Hover>('textDocument/hover', {
      textDocument: { uri },
      position: { line, character: 20 },
    });
    const text = (hover.contents as { value: string }).value;
    expect(text).toContain('**d2** · dense, ReLU · 24 → 24 · 24 neurons · 600 parameters · 576 multiply-adds');
    expect(text).toContain('Multiplies the upper bound on linear regions by **301**');
    expect(text).toContain('Factor = Σ<sub>j≤2</sub> C(24, j) = 1 + 24 + 276 = 301');
    expect(text).toContain('After this layer: at most **90,601**');
    expect(text).toContain('can reach **50,869**');
    expect(text).toMatch(/\[Plot\]\(command:regionLens\.showPlot\?/);
    const explanation = /\[What is this\?\]\(.*\/(docs\/[\w-]+\.md)\)/.exec(text)?.[1];
    expect(readFileSync(explanation ?? '', 'utf8')).toMatch(/^# What is a linear region\?/);
    expect(hover.range?.start.line).toBe(line);
  });

  it('makes the tooltip of a hint when it is asked for', async () => {
    const uri = await open(mlp);
    const [hint] = await server.hints(uri);
    expect(hint.tooltip).toBeUndefined();
    const resolved = await server.connection.sendRequest<InlayHint>('inlayHint/resolve', hint);
    expect(JSON.stringify(resolved.tooltip)).toContain('Multiplies the upper bound on linear regions by');
  });

  it('shows one lens a network', async () => {
    const uri = await open(mlp);
    const lenses = await server.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lenses.map(({ command }) => command?.title)).toEqual([
      'deep-mlp: ≤ 90,601 regions',
      // In view also where little of the line is.
      'Plot',
      'Count',
      expect.stringMatching(/^proven reachable: 50,869 · ≈ 1,05\d at initialization on \[−1, 1\]² · 697 parameters$/),
    ]);
  });

  it('outlines networks and layers', async () => {
    const uri = await open(mlp);
    const symbols = await server.connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri },
    });
    expect(symbols.map(({ name, children }) => [name, children?.map((child) => child.name)])).toEqual([
      ['deep-mlp', ['d1', 'd2', 'd3']],
    ]);
  });

  it('underlines what is wrong at its place, and nothing once it is mended', async () => {
    const wrong = mlp.replace('"type": "dense", "name": "d2"', '"type": "dens", "name": "d2"');
    const uri = await open(wrong);
    const { status, diagnostics } = await server.analyzed(uri, 1);
    expect(status.status?.hasErrors).toBe(true);
    const [first] = diagnostics.filter(({ severity }) => severity === 1);
    expect(
      wrong.split('\n')[first.range.start.line].slice(first.range.start.character, first.range.end.character),
    ).toBe('"dens"');
    await server.change(uri, 2, mlp);
    expect((await server.analyzed(uri, 2)).diagnostics).toEqual([]);
  });

  it('names a bottleneck', async () => {
    const narrow = mlp.replace('[2]', '[8]').replace('"units": 24', '"units": 2');
    const uri = await open(narrow);
    const { diagnostics } = await server.analyzed(uri, 1);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        'bottleneck',
        expect.stringMatching(/^'d1' reduces 8 dimensions to 2\. One more unit would raise .* \d[\d.]*-fold\.$/),
      ],
    ]);
  });

  it('names no bottleneck where a comment on the line above says so, or the settings do', async () => {
    const narrow = mlp.replace('[2]', '[8]').replace('"units": 24', '"units": 2');
    const commented = narrow.replace('{ "type": "dense"', '// @region-lens ignore bottleneck\n    { "type": "dense"');
    const uri = await open(commented);
    expect((await server.analyzed(uri, 1)).diagnostics).toEqual([]);
    server.settings = { diagnostics: { bottlenecks: false } };
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    const other = await open(narrow);
    await expect.poll(async () => (await server.analyzed(other, 1)).diagnostics).toEqual([]);
    server.settings = {};
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  });

  it('changes a mistyped word to the one that was meant', async () => {
    const wrong = mlp.replace('"type": "dense", "name": "d2"', '"type": "dens", "name": "d2"');
    const uri = await open(wrong);
    const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } },
      context: { diagnostics: [] },
    });
    expect(actions.map(({ title }) => title)).toEqual(["Change to 'dense'"]);
    const [edit] = actions[0].edit?.changes?.[uri] ?? [];
    expect(edit.newText).toBe('"dense"');
  });

  it('says in lens and status how far the figures of a network go', async () => {
    const gelu = mlp.replace(
      '"name": "d2", "units": 24, "activation": "relu"',
      '"name": "d2", "units": 24, "activation": "gelu"',
    );
    const uri = await open(gelu);
    const { status } = (await server.analyzed(uri, 1)).status;
    expect(status?.networks[0].text).toBe("≤ 301 regions · only up to d2: 'gelu' is not piecewise linear");
    const [lens] = await server.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lens.command?.title).toContain("only up to d2: 'gelu' is not piecewise linear");
  });

  it('reads PyTorch in Python, and supplies the shape of the input in a comment of that language', async () => {
    const text = `import torch
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.conv(x))
`;
    const uri = await open(text, 'python', 'py');
    expect(await server.hints(uri)).toEqual([]);
    const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } },
      context: { diagnostics: [] },
    });
    const [edit] = actions[0].edit?.changes?.[uri] ?? [];
    expect(edit.newText).toBe('# @region-lens input = (3, 32, 32)\n');
    const lines = text.split('\n');
    lines.splice(edit.range.start.line, 0, edit.newText.trimEnd());
    await server.change(uri, 2, lines.join('\n'));
    const [hint] = await server.hints(uri);
    expect(hint.label).toMatch(/^≤×10\^\d/);
    expect(lines[hint.position.line]).toContain('self.relu');
    const lenses = await server.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    const [lens] = lenses;
    expect(lens.command?.title).toMatch(/^Net: ≤ .* regions$/);
    expect(lenses.at(-1)?.command?.title).toMatch(/ · 112 parameters$/);
    expect(lines[lens.range.start.line]).toContain('class Net');
  });

  it('leaves the outline of a program to the language of the program', async () => {
    const layers = [
      'tf.layers.dense({ inputShape: [2], units: 8, activation: "relu" })',
      'tf.layers.dense({ units: 1 })',
    ];
    const text = `import * as tf from '@tensorflow/tfjs';\nexport const net = tf.sequential({ layers: [${layers.join()}] });\n`;
    const uri = await open(text, 'typescript', 'ts');
    expect(await server.hints(uri)).toHaveLength(1);
    const params = { textDocument: { uri } };
    expect(await server.connection.sendRequest('textDocument/documentSymbol', params)).toEqual([]);
  });

  it('leaves other JSON and TypeScript alone', async () => {
    const json = await open('{ "name": "app", "dependencies": { "left-pad": "1.0.0" } }', 'json', 'json');
    const source = await open('export const layers = [1, 2, 3];\n', 'typescript', 'ts');
    for (const uri of [json, source]) {
      expect(await server.hints(uri)).toEqual([]);
      expect((await server.analyzed(uri, 1)).status.status).toBeNull();
    }
  });

  it('applies changed settings at once', async () => {
    const uri = await open(mlp);
    server.settings = { inlayHints: { show: 'cumulative' }, notation: 'decimal', codeLens: { enabled: false } };
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await expect
      .poll(async () => (await server.hints(uri)).map(({ label }) => label))
      .toEqual(['≤ 301 ≈ 276', '≤ 90,601 ≈ 1,055']);
    expect(await server.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } })).toEqual([]);
    server.settings = { inlayHints: { show: 17 }, notation: null };
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await expect
      .poll(async () => (await server.hints(uri)).map(({ label }) => label))
      .toEqual(['≤×301 ≈×276', '≤×301 ≈×3.8']);
  });

  it('gives the panel its model, and both ways between layer and source', async () => {
    const uri = await open(mlp);
    const model = await server.ask(panelModelRequest, { uri, line: 5, character: 10 });
    expect(model?.networks[0]).toMatchObject({
      name: 'deep-mlp',
      architecture: '2 → 24 → 24 → 1',
      counting: { box: { method: 'plane' }, all: { method: 'cells' }, cells: true },
      countRefused: null,
      atMost: { total: { text: '90,601', exact: '90,601' } },
    });
    expect(await server.ask(layerAtRequest, { uri, line: 5, character: 10 })).toEqual({ network: 0, layer: 1 });
    expect((await server.ask(layerRangeRequest, { uri, network: 0, layer: 1 }))?.start.line).toBe(5);
    expect(await server.ask(layerRangeRequest, { uri, network: 3, layer: 1 })).toBeNull();
  });

  it('keeps the figures of the panel while a layer is typed key by key, and counts nothing meanwhile', async () => {
    const uri = await open(mlp);
    const before = (await server.ask(panelModelRequest, { uri }))!.networks;
    const at = mlp.indexOf('    { "type": "dense", "name": "d2"');
    const typed = '    { "type": "dense", "name": "new", "units": 7, "activation": "relu" },\n';
    for (let length = 5; length < typed.length - 2; length += 6) {
      await server.change(uri, 1 + length, mlp.slice(0, at) + typed.slice(0, length) + '\n' + mlp.slice(at));
      const networks = (await server.ask(panelModelRequest, { uri }))!.networks;
      const { remarks: _, countRefused: __, ...kept } = before[0];
      expect(networks).toMatchObject([kept]);
      expect(networks[0].remarks).toEqual(['The text cannot be read at the moment: figures of its last version.']);
      expect(networks[0].countRefused).toContain('nothing to count');
    }
    await server.change(uri, 200, mlp.slice(0, at) + typed + mlp.slice(at));
    const [after] = (await server.ask(panelModelRequest, { uri }))!.networks;
    expect(after).toMatchObject({ architecture: '2 → 24 → 7 → 24 → 1', countRefused: null, remarks: [] });
  });

  it('writes a network in the native format', async () => {
    const uri = await open('{ "params": { "w": 3 }, "input": [2], "layers": [{ "type": "dense", "units": "2 * w" }] }');
    expect(await server.ask(nativeTextRequest, { uri, network: 0 })).toContain(
      '{ "type": "dense", "name": "dense_1", "units": 6 }',
    );
    expect(await server.ask(nativeTextRequest, { uri, network: 1 })).toBeNull();
  });

  it('reports the analysis as JSON and as a table', async () => {
    const uri = await open(mlp);
    const json: unknown = JSON.parse((await server.ask(reportRequest, { uri, kind: 'json' }))!);
    expect(json).toMatchObject({
      schemaVersion: 1,
      format: 'native',
      networks: [{ name: 'deep-mlp', parameters: 697 }],
    });
    expect(await server.ask(reportRequest, { uri, kind: 'table' })).toMatch(/d1 +dense +24/);
  });
});
