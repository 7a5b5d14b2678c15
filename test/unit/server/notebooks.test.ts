import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, CodeLens, Hover } from 'vscode-languageserver-protocol';
import { networkWithWeights } from '../../../src/analysis/counts/networkWeights.ts';
import {
  panelModelRequest,
  sizeEditRequest,
  sourceRequest,
  sweepOptionsRequest,
  sweepRequest,
} from '../../../src/protocol/server.ts';
import { ServerProcess, splice } from './serverProcess.ts';

const notebook = 'file:///models/net.ipynb';
const cell = (name: string) => `vscode-notebook-cell:/models/net.ipynb#${name}`;

const first = `%matplotlib inline
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(2, width), nn.ReLU())
        self.last = nn.Linear(width, 1)

    def forward(self, x):
        return self.last(self.hidden(x))
`;
const second = `!ls
net = Net()
wide = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 1))
wrong = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(6, 1))
`;

const documents = [
  { uri: cell('a'), languageId: 'python', version: 1, text: first },
  { uri: cell('note'), languageId: 'markdown', version: 1, text: '# import torch' },
  { uri: cell('b'), languageId: 'python', version: 1, text: second },
];

describe('a notebook in the language server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
    await server.connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: {
        uri: notebook,
        notebookType: 'jupyter-notebook',
        version: 1,
        cells: documents.map(({ uri, languageId }) => ({ kind: languageId === 'markdown' ? 1 : 2, document: uri })),
      },
      cellTextDocuments: documents,
    });
  });
  afterAll(() => server.stop());

  it('has hints in each cell, of networks that other cells define too', async () => {
    expect(splice(first, await server.hints(cell('a')))).toContain(
      'self.hidden = nn.Sequential(nn.Linear(2, width), nn.ReLU()) «≤×37',
    );
    const hints = await server.hints(cell('b'));
    expect(hints.map(({ position }) => position.line)).toEqual([2, 3]);
    expect(splice(second, hints)).toContain('nn.Linear(24, 1)) «≤×301');
  });

  it('has hovers in the second cell as in the first', async () => {
    const line = second.split('\n').findIndex((text) => text.startsWith('wide'));
    const hover = await server.connection.sendRequest<Hover>('textDocument/hover', {
      textDocument: { uri: cell('b') },
      position: { line, character: second.split('\n')[line].indexOf('ReLU') },
    });
    expect((hover.contents as { value: string }).value).toContain('24 neurons');
    expect(hover.range?.start.line).toBe(line);
  });

  it('shows and counts the networks of the whole notebook, from either cell', async () => {
    for (const name of ['a', 'b']) {
      const uri = cell(name);
      const model = await server.ask(panelModelRequest, { uri });
      expect(model?.file).toBe('net.ipynb');
      expect(model?.networks.map((network) => network.neurons)).toEqual([8, 24, 5]);
      const source = await server.ask(sourceRequest, { uri });
      expect(source).toMatchObject({ fileName: 'net.ipynb.py', imports: {} });
      const read = networkWithWeights(source!.text, source!.fileName, 1, null);
      expect(read?.network.layers.map(({ neurons }) => neurons)).toContain(24);
    }
  });

  it('varies sizes of the whole notebook, and edits only what stands in the cell', async () => {
    const uri = cell('b');
    const options = await server.ask(sweepOptionsRequest, { uri, network: 0 });
    const width = options?.find(({ subject }) => subject.kind === 'variable' && subject.name === 'width');
    expect(width?.now).toBe(8);
    const { subject } = width!;
    const row = await server.ask(sweepRequest, { uri, network: 0, subject, value: 16 });
    expect(row).toMatchObject({ parameters: 65, problem: null });
    const elsewhere = await server.ask(sizeEditRequest, { uri, network: 0, subject, value: 16 });
    expect(elsewhere).toMatchObject({ edits: [], refused: expect.stringContaining('another cell') as string });
    const here = await server.ask(sizeEditRequest, { uri: cell('a'), network: 0, subject, value: 16 });
    const line = first.split('\n').findIndex((text) => text.includes('width=8'));
    expect(here?.edits).toMatchObject([{ newText: '16', range: { start: { line } } }]);
  });

  it('has lenses at the class of a network and where others are named', async () => {
    const lenses = await Promise.all(
      ['a', 'b'].map((name) =>
        server.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: cell(name) } }),
      ),
    );
    const lines = lenses.map((each) => [...new Set(each.map(({ range }) => range.start.line))]);
    expect(lines).toEqual([[4], [2, 3]]);
  });

  it('has diagnostics in the cell that they are about, and follows edits of other cells', async () => {
    const { diagnostics } = await server.analyzed(cell('b'), 1);
    expect(diagnostics).toMatchObject([{ range: { start: { line: 3 } }, message: expect.stringContaining('6') }]);
    expect((await server.analyzed(cell('a'), 1)).diagnostics).toEqual([]);
    await server.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version: 2 },
      change: {
        cells: {
          textContent: [
            {
              document: { uri: cell('a'), version: 2 },
              changes: [{ text: `\n\n${first.replace('width=8', 'width=4')}` }],
            },
          ],
        },
      },
    });
    const hints = await server.hints(cell('a'));
    expect(hints.map(({ position, label }) => [position.line, label])).toEqual([[9, expect.stringContaining('≤×11')]]);
    expect((await server.hints(cell('b'))).map(({ position }) => position.line)).toEqual([2, 3]);
  });

  it('has quick fixes that write comments of Python into the cell that they are about', async () => {
    const uris = ['fix-a', 'fix-b'].map(cell);
    const texts = [
      `import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.f = nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1)
    def forward(self, x): return self.f(self.c(x).relu())
`,
      '# The network\nnet = Net()\nrow = nn.Sequential(nn.Linear(2, width), nn.ReLU())\n',
    ];
    await server.connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: {
        uri: 'file:///models/fix.ipynb',
        notebookType: 'jupyter-notebook',
        version: 1,
        cells: uris.map((document) => ({ kind: 2, document })),
      },
      cellTextDocuments: uris.map((uri, i) => ({ uri, languageId: 'python', version: 1, text: texts[i] })),
    });
    const fixes = async (uri: string, line: number) => {
      const range = { start: { line, character: 0 }, end: { line, character: 0 } };
      const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri },
        range,
        context: { diagnostics: [] },
      });
      return actions.map(({ edit }) => edit?.changes);
    };
    const insertion = (line: number, newText: string) => {
      const place = { line, character: 0 };
      return { [uris[1]]: [{ range: { start: place, end: place }, newText }] };
    };
    expect(await fixes(uris[1], 1)).toEqual([insertion(1, '# @region-lens input = (3, 32, 32)\n')]);
    expect(await fixes(uris[1], 2)).toContainEqual(insertion(2, '# @region-lens out_features = 64\n'));
    for (const line of [0, 1, 2, 4, 5]) expect(await fixes(uris[0], line)).toEqual([]);
    await server.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: 'file:///models/fix.ipynb', version: 2 },
      change: {
        cells: {
          textContent: [
            {
              document: { uri: uris[1], version: 2 },
              changes: [
                {
                  text: '# The network\n# @region-lens input = (3, 32, 32)\nnet = Net()\n# @region-lens width = 64\nrow = nn.Sequential(nn.Linear(2, width), nn.ReLU())\n',
                },
              ],
            },
          ],
        },
      },
    });
    expect(await fixes(uris[1], 2)).toEqual([]);
    expect((await server.hints(uris[1])).map(({ position }) => position.line)).toEqual([4]);
    expect((await server.hints(uris[0])).map(({ position }) => position.line)).toEqual([5]);
  });
});
