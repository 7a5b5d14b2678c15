import { describe, expect, it } from 'vitest';
import type { PanelMessage } from '../../../../src/protocol/messages.ts';
import type { Ask } from '../../../../src/protocol/questions.ts';
import { Questions, Superseded } from '../../../../webview/app/questions.ts';

function setUp() {
  const posted: PanelMessage[] = [];
  const questions = new Questions((message) => posted.push(message));
  const reply = (n: number, answer: unknown, error: string | null = null): void => {
    const { id, name } = posted[n] as Ask;
    questions.receive({ type: 'answer', id, name, answer, error });
  };
  return { posted, questions, reply };
}

describe('a question of the panel', () => {
  it('is sent once, and its promise resolves with the answer', async () => {
    const { posted, questions, reply } = setUp();
    const answer = questions.ask('points', 'a', { needed: 2 });
    expect(posted).toEqual([{ type: 'ask', id: 1, key: 'a', name: 'points', params: { needed: 2 } }]);
    reply(0, null);
    await expect(answer).resolves.toBeNull();
  });

  it('rejects with the reason why there is no answer', async () => {
    const { questions, reply } = setUp();
    const answer = questions.ask('points', 'a', { needed: 2 });
    reply(0, null, 'The network is not there any more.');
    await expect(answer).rejects.toThrow('The network is not there any more.');
  });

  it('is superseded by a newer question of its name, and its late answer is dropped', async () => {
    const { questions, reply } = setUp();
    const first = questions.ask('files', 'a', { uris: [] });
    const second = questions.ask('files', 'a', { uris: ['x'] });
    await expect(first).rejects.toBeInstanceOf(Superseded);
    reply(0, ['late']);
    reply(1, ['y']);
    await expect(second).resolves.toEqual(['y']);
  });

  it('does not disturb a question of another name', async () => {
    const { questions, reply } = setUp();
    const files = questions.ask('files', 'a', { uris: [] });
    const points = questions.ask('points', 'a', { needed: 3 });
    reply(0, ['y']);
    reply(1, null);
    await expect(Promise.all([files, points])).resolves.toEqual([['y'], null]);
  });

  it('rejects when the page goes away', async () => {
    const { questions } = setUp();
    const answer = questions.ask('files', 'a', { uris: [] });
    questions.dispose();
    await expect(answer).rejects.toBeInstanceOf(Superseded);
  });
});
