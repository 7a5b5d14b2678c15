import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver-protocol';
import { panelModelRequest } from '../../../src/protocol/server.ts';
import { ServerProcess } from './serverProcess.ts';

const text = JSON.stringify({
  input: [2],
  layers: [
    { type: 'dense', units: 24, activation: 'relu' },
    { type: 'dense', units: 1 },
  ],
});

/** Its bounds take many seconds together. */
const slow = JSON.stringify({
  input: [64, 64, 3],
  layers: Array.from({ length: 40 }, () => ({
    type: 'conv2d',
    filters: 16,
    kernel_size: 3,
    padding: 'same',
    activation: 'relu',
  })),
});

describe('requests to the language server', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.stop());

  it('are answered with the settings of the folder of the document', async () => {
    server.folderSettings = [['file:///quiet/', { inlayHints: { show: 'off' } }]];
    const [quiet, usual] = ['file:///quiet/a.network.json', 'file:///usual/a.network.json'];
    await server.open(quiet, 'jsonc', text);
    await server.open(usual, 'jsonc', text);
    expect([await server.hints(quiet), await server.hints(usual)]).toMatchObject([[], [{}]]);
  });

  it('ask for settings again when one has changed', async () => {
    const uri = 'file:///changed/a.network.json';
    await server.open(uri, 'jsonc', text);
    expect(await server.hints(uri)).toHaveLength(1);
    server.folderSettings = [['file:///changed/', { inlayHints: { show: 'off' } }]];
    expect(await server.hints(uri)).toHaveLength(1);
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    expect(await server.hints(uri)).toEqual([]);
  });

  it('are refused soon after they are cancelled', { timeout: 60_000 }, async () => {
    const uri = 'file:///models/slow.network.json';
    await server.open(uri, 'jsonc', slow);
    const source = new CancellationTokenSource();
    const model = server.connection.sendRequest(panelModelRequest.method, { uri }, source.token);
    model.catch(() => undefined);
    setTimeout(() => source.cancel(), 50);
    await expect(model).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  it.each([
    ['file:///c%3A/my%20models/a%26b.network.json', 'a&b.network.json'],
    ['file://server/share/net.network.json', 'net.network.json'],
    ['vscode-vfs://github/owner/name/net.network.json', 'net.network.json'],
    ['untitled:net.network.json', 'net.network.json'],
  ])('of a document at %s name the file %s', async (uri, name) => {
    await server.open(uri, 'jsonc', text);
    const table = await server.connection.sendRequest<string>('regionLens/report', { uri, kind: 'table' });
    expect(table).toContain(name);
  });
});
