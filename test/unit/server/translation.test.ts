import { readFileSync } from 'node:fs';
import type { CodeLens, Hover } from 'vscode-languageserver-protocol/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from './serverProcess.ts';

const uri = 'file:///networks/net.network.json';
const text = JSON.stringify({
  name: 'net',
  input: [2],
  layers: [
    { type: 'dense', name: 'a', units: 8, activation: 'relu' },
    { type: 'dense', name: 'b', units: 1 },
  ],
});

describe.each([
  ['translations', JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as unknown],
  ['what is not a table of translations', ['≤ {0} regions']],
])('a server that is sent %s', (what, translations) => {
  let server: ServerProcess;
  const isGerman = what === 'translations';

  beforeAll(async () => {
    server = await ServerProcess.start(undefined, { stopped: [], translations });
    await server.open(uri, 'json', text);
  });
  afterAll(() => server.stop());

  it(`speaks ${isGerman ? 'that language' : 'English'}`, async () => {
    const lenses = await server.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    const titles = lenses.map(({ command }) => command?.title);
    expect(titles[0]).toMatch(isGerman ? /^net: ≤ 37 Gebiete$/ : /^net: ≤ 37 regions$/);
    expect(titles[3]).toMatch(isGerman ? /^bewiesen erreichbar: 37 · / : /^proven reachable: 37 · /);
    expect(titles.slice(1, 3)).toEqual(isGerman ? ['Diagramm', 'Zählen'] : ['Plot', 'Count']);
    const position = { line: 0, character: text.indexOf('"units"') };
    const hover = await server.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri }, position });
    const { value } = hover.contents as { value: string };
    expect(value).toContain(isGerman ? '8 Neuronen · 24 Parameter' : '8 neurons · 24 parameters');
    expect(value).toContain(isGerman ? 'Nach dieser Schicht: höchstens **37**' : 'After this layer: at most **37**');
  });
});
