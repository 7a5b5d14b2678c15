import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AssistantProcesses } from '../../../../../src/host/node/processes/assistantProcess.ts';

describe('calls of assistants', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-calls-'));
    file = join(folder, 'assistant.js');
    // Answers with the tool's name, and never where that is "wait".
    await writeFile(
      file,
      `process.on('message', ({ name }) => name === 'wait' || process.send({ text: name, isError: false }));
       process.on('disconnect', () => process.exit());`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('wait for a place, and end at once when they are cancelled before they have one', async () => {
    const processes = new AssistantProcesses(file);
    const busy = new AbortController();
    const running = [1, 2].map(() => processes.call({ name: 'wait', input: {} }, busy.signal));
    const ended = Promise.allSettled(running);
    const cancelled = new AbortController();
    const waiting = processes.call({ name: 'cancelled', input: {} }, cancelled.signal);
    const next = processes.call({ name: 'next', input: {} });
    cancelled.abort(new Error('no longer needed'));
    await expect(waiting).rejects.toThrow('no longer needed');
    busy.abort();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await next).toEqual({ text: 'next', isError: false });
  });

  it('are not begun once they are cancelled', async () => {
    const processes = new AssistantProcesses(file);
    await expect(processes.call({ name: 'late', input: {} }, AbortSignal.abort(new Error('late')))).rejects.toThrow(
      'late',
    );
  });
});
