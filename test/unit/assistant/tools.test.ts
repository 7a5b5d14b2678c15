import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AssistantHost } from '../../../src/assistant/host.ts';
import { callTool } from '../../../src/assistant/tools.ts';
import { readInput } from '../../../src/host/node/files/readInput.ts';
import { weightsHost } from '../../../src/host/node/files/weightsHost.ts';

const LENET = resolve('examples/lenet.network.json');

const host: AssistantHost = {
  readInput,
  isAbsolute,
  weights: weightsHost,
  count: () => Promise.reject(new Error('nothing is counted here')),
  nextTurn,
};

describe('a call of a tool', () => {
  it.each([
    ['a relative path', 'analyze_network', { file_path: 'net.json' }, /absolute path/],
    [
      'a file that is not there',
      'analyze_network',
      { file_path: resolve('no-such.json') },
      /there is no such file\. Check the path/,
    ],
    ['a folder', 'analyze_network', { file_path: resolve('examples') }, /this is a folder/],
    ['no network', 'analyze_network', {}, /Give file_path/],
    ['two networks', 'analyze_network', { file_path: LENET, definition: {} }, /not both/],
    ['a misspelled field', 'analyze_network', { path: LENET }, /"path".*It takes: file_path/],
    ['a name that is not there', 'analyze_network', { file_path: LENET, network: 'vgg' }, /one of: lenet/],
    ['text that is not a network', 'analyze_network', { definition: 'hello' }, /"layers": \[/],
    [
      'a broken layer',
      'count_regions',
      { definition: '{"input": [2],\n"layers": [{"type": "dens"}]}' },
      /line 2: .*'dense'/,
    ],
    ['a place without a part', 'count_regions', { file_path: LENET, from: [0] }, /go together/],
    [
      'a file of several networks',
      'count_regions',
      { file_path: resolve('examples/cnn.ts') },
      /one of: digits, residual/,
    ],
    ['too much time', 'count_regions', { file_path: LENET, seconds: 600 }, /seconds: .*60/],
    ['a tool that is not there', 'train_network', {}, /There are analyze_network/],
  ])('says of %s what to do next', async (_, name, input, sentence) => {
    const { text, isError } = await callTool({ name, input }, host);
    expect(text).toMatch(sentence);
    expect(isError).toBe(true);
  });

  it('may have null for what it leaves out', async () => {
    const input = { file_path: LENET, definition: null, network: null };
    expect((await callTool({ name: 'analyze_network', input }, host)).text).toContain('61,706 parameters');
  });

  it('lists the networks of a file that has several', async () => {
    const { text } = await callTool(
      { name: 'analyze_network', input: { file_path: resolve('examples/cnn.ts') } },
      host,
    );
    expect(text).toMatch(/holds 2 networks:\n- digits: 8 layers, 52,266 parameters, at most .*\n- residualDigits: /);
  });
});

it('package.json offers the tools to VS Code as they are defined', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
});

it('the documentation shows an answer as it is', async () => {
  const input = { file_path: resolve('examples/bottleneck.network.json') };
  const { text } = await callTool({ name: 'analyze_network', input }, host);
  const shown = text.replace(/\(.*bottleneck\.network\.json/, '(/path/to/examples/bottleneck.network.json');
  expect(readFileSync('docs/assistants.md', 'utf8')).toContain(shown);
});
