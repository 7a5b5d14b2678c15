import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { joinCells } from '../../../../../src/formats/source/notebook/cells.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';

type Cell = readonly [kind: 'code' | 'markdown', source: string];

/** A notebook as Jupyter writes it: each line of a cell is a string. */
function file(cells: readonly Cell[], isWhole = false): string {
  const written = cells.map(([kind, source]) => ({
    cell_type: kind,
    source: isWhole ? source : source.split(/(?<=\n)/),
    ...(kind === 'code' && { outputs: [{ data: { 'image/png': 'AAAA' }, output_type: 'display_data' }] }),
  }));
  return JSON.stringify({ cells: written, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1);
}

const cells: readonly Cell[] = [
  ['markdown', '# A network\nimport nothing'],
  ['code', '%matplotlib inline\n!pip install torch\nimport torch\nfrom torch import nn'],
  [
    'code',
    'class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(2, 8)\n        self.b = nn.Linear(8, 1)\n    def forward(self, x):\n        return self.b(torch.relu(self.a(x)))',
  ],
  ['code', '%%time\nname = "a \\"net\\""\nnet = Net()\nfiles = !ls\nnet(torch.randn(4, 2))\nnet?'],
  ['code', '%%bash\nnet = what'],
];

describe('notebooks', () => {
  it.each([false, true])('are one source, whose places are those of the file', (isWhole) => {
    const text = file(cells, isWhole);
    const result = read(text, 'net.ipynb', { weights: false });
    expect(result?.format).toBe('notebook');
    expect(result?.problems).toEqual([]);
    expect(result?.hasSyntaxErrors).toBe(false);
    const [definition] = result?.networks ?? [];
    const { network } = buildNetwork(definition);
    expect(network.complete).toBe(true);
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(definition.layers.map(({ name, span }) => [name, at(span)])).toEqual([
      ['a', 'nn.Linear(2, 8)'],
      ['relu', 'torch.relu(self.a(x))'],
      ['b', 'nn.Linear(8, 1)'],
    ]);
    expect(at(definition.layers[0].fields.units)).toBe('8');
    expect(at(definition.nameSpan)).toBe('Net');
    expect(definition.inputs).toMatchObject([{ shape: [2], source: 'from `torch.randn` in line 5 of cell 3' }]);
  });

  it('are read wherever they end', () => {
    const text = file(cells);
    for (let end = 0; end < text.length; end += 7) {
      const { networks = [] } = read(text.slice(0, end), 'net.ipynb', { weights: false }) ?? {};
      for (const { span } of networks.flatMap((network) => network.layers)) expect(span.end).toBeLessThanOrEqual(end);
    }
  });

  it('without networks are none', () => {
    expect(read(file([['code', 'import numpy']]), 'data.ipynb', { weights: false })).toBeNull();
    expect(read(file([['markdown', 'import torch']]), 'data.ipynb', { weights: false })?.networks ?? []).toEqual([]);
    expect(read(file(cells), 'net.json', { weights: false })).toBeNull();
  });

  it('have commands that become comments of the same length', () => {
    const source = [
      '  %timeit x',
      '!ls | grep = y',
      'x = !ls',
      'y = %time 3',
      'a %= b',
      's = "%d" % 3',
      'net?',
      "t = '!x'",
    ];
    expect(joinCells([source.join('\n'), '%%html\n<b>']).text.split('\n')).toEqual([
      '  #timeit x',
      '#ls | grep = y',
      'x = 0  ',
      'y = 0     3'.replace('3', ' '),
      'a %= b',
      's = "%d" % 3',
      '#et?',
      "t = '!x'",
      '      ',
      '   ',
    ]);
  });
});
