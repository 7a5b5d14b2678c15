import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForNode } from '../bundle.ts';

const LENET = resolve('examples/lenet.network.json');
/** Some millions of regions in a plane, each of which takes a while: no machine counts them in seconds. */
const ENDLESS = {
  input: [20],
  layers: [
    { type: 'dense', units: 1000, activation: 'relu' },
    { type: 'dense', units: 1000, activation: 'relu' },
    { type: 'dense', units: 1000, activation: 'relu' },
    { type: 'dense', units: 1 },
  ],
};

describe('region-lens mcp', () => {
  let folder: string;
  let client: Client;
  let transport: StdioClientTransport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-mcp-'));
    const entries = { cli: 'cli/cli.ts', mcp: 'host/node/mcpMain.ts', assistant: 'cli/assistant.ts' };
    const sources = Object.entries({ ...entries, worker: 'host/node/workerMain.ts' });
    await bundleForNode(Object.fromEntries(sources.map(([name, file]) => [name, `src/${file}`])), folder);
    transport = new StdioClientTransport({ command: process.execPath, args: [join(folder, 'cli.js'), 'mcp'] });
    client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
  });
  afterAll(async () => {
    await client.close();
    await rm(folder, { recursive: true });
  });

  /** The text of an answer. */
  async function call(name: string, input: Record<string, unknown>): Promise<{ text: string; isError: boolean }> {
    const { content, isError } = await client.callTool({ name, arguments: input });
    const [part] = content;
    return { text: part.type === 'text' ? part.text : '', isError: isError === true };
  }

  it('offers three tools that only read, with schemas and descriptions', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['analyze_network', 'fit_network', 'count_regions']);
    for (const { description, inputSchema, annotations } of tools) {
      expect(description).toMatch(/\. /);
      expect(inputSchema).toMatchObject({ type: 'object', properties: { file_path: { type: 'string' } } });
      expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    }
    expect(client.getServerVersion()?.name).toBe('region-lens');
  });

  it('sums a file up in less than 2 KB, and gives the whole analysis on request', async () => {
    const { text, isError } = await call('analyze_network', { file_path: LENET });
    expect(isError).toBe(false);
    expect(Buffer.byteLength(text)).toBeLessThan(2048);
    expect(text).toContain('61,706 parameters');
    expect(text).toMatch(/- dense_1: dense relu 400 → 120, 48,120 parameters, 48,000 MACs, ×10\^36\.12/);
    const json = await call('analyze_network', { file_path: LENET, format: 'json' });
    const { schemaVersion, networks } = JSON.parse(json.text) as {
      schemaVersion: number;
      networks: { name: string }[];
    };
    expect([schemaVersion, networks[0].name]).toEqual([1, 'lenet']);
  });

  it('takes a definition that is in no file', async () => {
    const hidden = { type: 'dense', units: 3, activation: 'relu' };
    const definition = { input: [2], layers: [hidden, { type: 'dense', units: 1 }] };
    expect((await call('analyze_network', { definition })).text).toContain('at most 7 [');
    const counted = await call('count_regions', { definition, domain: 'all' });
    expect(counted.text).toMatch(/exactly 7, 7 linear regions/);
  });

  it('finds widths under a budget, as edits', async () => {
    const definition = {
      input: [2],
      layers: [
        ...['a', 'b'].map((name) => ({ type: 'dense', name, units: 6, activation: 'relu' })),
        { type: 'dense', units: 1 },
      ],
    };
    const { text } = await call('fit_network', { definition, max_parameters: 150, objective: 'at_most' });
    expect(text).toMatch(/as it is: a\.units 6, b\.units 6, 67 parameters/);
    expect(text).toMatch(/design 1: a\.units 6 → \d+, b\.units 6/);
    expect(text).toContain('not accuracy');
    expect((await call('fit_network', { definition })).text).toContain('max_parameters');
  });

  it('says what is wrong with a call as an error of the tool', async () => {
    const { text, isError } = await call('analyze_network', { file_path: 'net.json' });
    expect(text).toMatch(/absolute path/);
    expect(isError).toBe(true);
  });

  it('labels a count that the time limit stops as partial', async () => {
    const { text } = await call('count_regions', { definition: ENDLESS, method: 'plane', seconds: 5 });
    expect(text).toMatch(/PARTIAL, stopped by the time limit: at least [\d,]+, which is not the count/);
    expect(text).not.toContain('exactly');
  });

  it('answers other requests during a count, and ends the count when it is cancelled', async () => {
    const control = new AbortController();
    const input = { definition: ENDLESS, method: 'plane', seconds: 60 };
    const counts = [1, 2].map((first_seed) =>
      client.callTool({ name: 'count_regions', arguments: { ...input, first_seed } }, { signal: control.signal }),
    );
    const ended = Promise.allSettled(counts);
    expect((await client.listTools()).tools).toHaveLength(3);
    control.abort();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // Both places are free again, long before their limit.
    expect((await call('analyze_network', { file_path: LENET })).isError).toBe(false);
  });

  it('waits for no pipe, and reads no file that is too large', async () => {
    const large = join(folder, 'large.network.json');
    await writeFile(large, '{');
    await truncate(large, 2 ** 29);
    expect((await call('analyze_network', { file_path: large })).text).toMatch(/more than the \d+ that are read/);
    if (process.platform === 'win32') return;
    const pipe = join(folder, 'pipe.network.json');
    execFileSync('mkfifo', [pipe]);
    expect((await call('analyze_network', { file_path: pipe })).text).toContain('is a pipe');
  });
});
