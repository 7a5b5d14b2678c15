import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, DocumentHighlight, Location, Range, WorkspaceEdit } from 'vscode-languageserver-protocol';
import { ServerProcess } from './serverProcess.ts';

const text = `{
  "input": { "left": [2], "right": [3] },
  "layers": [
    { "type": "dense", "name": "a", "units": 3, "inputs": ["left"] },
    { "type": "dense", "name": "b", "units": 3, "inputs": ["right"] },
    { "type": "add", "inputs": ["a", "b"] },
    { "type": "dense", "name": "c", "units": 3, "inputs": ["add_1"], "shared_with": "b" }
  ],
  "outputs": ["c", "a"]
}
`;

describe('names in native files', () => {
  let server: ServerProcess;
  let documents = 0;
  const open = async (content = text, ending = 'network.json') => {
    const uri = `file:///names/n${++documents}.${ending}`;
    await server.open(uri, ending === 'ts' ? 'typescript' : 'jsonc', content);
    return uri;
  };
  /** The place just after the `n`th occurrence of some characters. */
  const after = (characters: string, n = 1, content = text) => {
    let at = -1;
    for (let k = 0; k < n; k++) at = content.indexOf(characters, at + 1);
    const before = content.slice(0, at + characters.length).split('\n');
    return { line: before.length - 1, character: before[before.length - 1].length };
  };
  const cut = ({ start, end }: Range, content = text) =>
    `${start.line}:${content.split('\n')[start.line].slice(start.character, end.line === start.line ? end.character : undefined)}`;
  const ask = async <T>(method: string, uri: string, position: object, more: object = {}): Promise<T> =>
    server.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position, ...more });

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.stop());

  it('lead from where they are used to where they are given', async () => {
    const uri = await open();
    const definition = async (characters: string, n = 1) =>
      cut((await ask<Location>('definition', uri, after(characters, n))).range);
    expect(await definition('["a')).toBe('3:a');
    expect(await definition('"shared_with": "b')).toBe('4:b');
    expect(await definition('["right')).toBe('1:right');
    // A made-up name stands for the whole layer.
    expect(await definition('["add_1')).toBe('5:{ "type": "add", "inputs": ["a", "b"] }');
    expect(await ask('definition', uri, after('"units"'))).toBeNull();
  });

  it('are found wherever they are used', async () => {
    const uri = await open();
    const places = await ask<Location[]>('references', uri, after('"name": "a'), {
      context: { includeDeclaration: true },
    });
    expect(places.map(({ range }) => cut(range))).toEqual(['3:a', '5:a', '8:a']);
    const uses = await ask<Location[]>('references', uri, after('["left'), { context: { includeDeclaration: false } });
    expect(uses.map(({ range }) => cut(range))).toEqual(['3:left']);
    const marks = await ask<DocumentHighlight[]>('documentHighlight', uri, after('"shared_with": "b'));
    expect(marks.map(({ range, kind }) => [cut(range), kind])).toEqual([
      ['4:b', 3],
      ['5:b', 2],
      ['6:b', 2],
    ]);
  });

  it('are changed everywhere at once', async () => {
    const uri = await open();
    expect(cut(await ask<Range>('prepareRename', uri, after('"b')))).toBe('4:b');
    const { changes } = await ask<WorkspaceEdit>('rename', uri, after('["a", "b'), { newName: 'say "b"' });
    const lines = text.split('\n');
    for (const { range, newText } of [...changes![uri]].reverse()) {
      const line = lines[range.start.line];
      lines[range.start.line] = line.slice(0, range.start.character) + newText + line.slice(range.end.character);
    }
    expect(lines.join('\n')).toBe(text.replaceAll('"b"', String.raw`"say \"b\""`));
    await server.change(uri, 2, lines.join('\n'));
    expect((await server.analyzed(uri, 2)).diagnostics.filter(({ severity }) => severity === 1)).toEqual([]);
  });

  it('of params lead, are found and are changed in expressions', async () => {
    const content = `{
  "params": { "width": 4, "e1": "width + 1", "min": 2 },
  "input": ["width"],
  "layers": [
    { "type": "dense", "name": "width", "units": "2 * width + 1e1 * e1", "activation": "relu" },
    { "type": "dense", "units": "min(width, min)", "inputs": ["width"] }
  ]
}
`;
    const uri = await open(content);
    const place = (characters: string, n = 1) => after(characters, n, content);
    const shown = (range: Range) => cut(range, content);
    expect(shown((await ask<Location>('definition', uri, place('2 * wi'))).range)).toBe('1:width');
    expect(shown((await ask<Location>('definition', uri, place('"inputs": ["wi'))).range)).toBe('4:width');
    const found = async (position: object) => {
      const locations = await ask<Location[]>('references', uri, position, { context: { includeDeclaration: true } });
      return locations.map(({ range }) => `${range.start.line}:${range.start.character}`);
    };
    expect(await found(place('min(wi'))).toEqual(['1:15', '1:33', '2:13', '4:54', '5:37']);
    expect(await found(place(', min'))).toEqual(['1:46', '5:44']);
    expect(await found(place('+ 1e1 * e'))).toEqual(['1:27', '4:68']);
    const { changes } = await ask<WorkspaceEdit>('rename', uri, place('"wid'), { newName: 'n' });
    expect(changes![uri].map(({ newText }) => newText)).toEqual(['n', 'n', 'n', 'n', 'n']);
    await expect(ask('rename', uri, place('"wid'), { newName: '2n' })).rejects.toThrow(
      '2n cannot be named in an expression.',
    );
    await expect(ask('rename', uri, place('"wid'), { newName: 'e1' })).rejects.toThrow(
      'There is already something named e1.',
    );
    const offered = await ask<CompletionItem[]>('completion', uri, place('2 * wi'));
    expect(offered.map(({ label }) => label)).toEqual(['width', 'e1', 'min']);
  });

  it('are not changed into ones that are taken or empty, nor where they are made up', async () => {
    const uri = await open();
    await expect(ask('rename', uri, after('["a'), { newName: 'left' })).rejects.toThrow(
      'There is already something named left.',
    );
    await expect(ask('rename', uri, after('["a'), { newName: ' ' })).rejects.toThrow('must not be empty');
    expect(await ask('prepareRename', uri, after('["add_1'))).toBeNull();
  });

  it('are offered where one may be written, the nearest first', async () => {
    const labels = async (content: string, position: object) => {
      const items = await ask<CompletionItem[] | null>('completion', await open(content), position);
      return items?.map(({ label, detail }) => `${label} ${detail}`) ?? null;
    };
    expect(await labels(text, after('"inputs": ["a'))).toEqual([
      'b dense → 3',
      'a dense → 3',
      'right input → 3',
      'left input → 2',
    ]);
    const half = text.slice(0, text.indexOf('"a", "b"')) + '"';
    expect(await labels(half, after('"inputs": ["', 3, half))).toContain('b dense → 3');
    const empty = text.replace('["a", "b"]', '[]');
    const [first] = await ask<CompletionItem[]>('completion', await open(empty), after('"inputs": [', 3, empty));
    expect(first.textEdit).toMatchObject({ newText: '"b"' });
    expect(await labels(text, after('"units": 3'))).toBeNull();
  });

  it('of other formats are left to their own tools', async () => {
    const source = `import * as tf from '@tensorflow/tfjs';\nconst m = tf.sequential({ layers: [tf.layers.dense({ name: 'a', inputShape: [2], units: 3 })] });\n`;
    const uri = await open(source, 'ts');
    expect(await ask('definition', uri, after("name: 'a", 1, source))).toBeNull();
  });
});
