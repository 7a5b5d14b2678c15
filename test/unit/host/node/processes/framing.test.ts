import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Framing } from '../../../../../src/host/node/processes/framing.ts';
import { bundleForNode } from '../../../bundle.ts';

const framed = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;

async function through(chunks: readonly string[]): Promise<string> {
  const framing = new Framing();
  let passed = '';
  framing.on('data', (chunk: Buffer) => (passed += chunk.toString()));
  const end = once(framing, 'end');
  for (const chunk of chunks) framing.write(Buffer.from(chunk));
  framing.end();
  await end;
  return passed;
}

describe('the framing of messages', () => {
  it('passes on what is sound, wherever it is cut', async () => {
    const messages = `${framed('{"a":"Content-Length: x"}')}Content-Type: application/json\r\n${framed('{"b":"ü\\r\\n\\r\\n"}')}${framed('')}${framed('{}')}`;
    for (let size = 1; size < 60; size++) {
      const chunks = Array.from({ length: Math.ceil(messages.length / size) }, (_, i) =>
        messages.slice(i * size, (i + 1) * size),
      );
      expect(await through(chunks)).toBe(messages);
    }
  });

  it.each(['Content-Length: abc', 'Content-Length: -5', 'Content-Length: 99999999999999', 'Content-Type: json', 'x'])(
    'fails at the header %s, also behind a sound message',
    async (header) => {
      await expect(through([`${framed('{}')}${header}\r\n\r\n`])).rejects.toThrow();
    },
  );

  it('fails at a header that does not end', async () => {
    await expect(through(Array.from({ length: 100 }, () => 'x'.repeat(100)))).rejects.toThrow('does not end');
  });
});

describe('the server on standard input', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-framing-'));
    await bundleForNode({ server: 'src/host/node/serverMain.ts' }, folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  const started = () =>
    spawn(process.execPath, [join(folder, 'server.js'), '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const initialize = framed(
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { capabilities: {} } }),
  );

  it('answers, and ends at a header that is not understood', async () => {
    const server = started();
    const end = once(server, 'exit');
    server.stdin.write(initialize);
    const [answer] = (await once(server.stdout, 'data')) as [Buffer];
    expect(answer.toString()).toContain('Content-Length');
    server.stdin.write('Content-Length: abc\r\n\r\n');
    expect((await end)[0]).toBe(1);
  });
});
