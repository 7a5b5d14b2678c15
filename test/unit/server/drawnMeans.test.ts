import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../../src/analysis/analyze.ts';
import { drawMean, drawnFigure } from '../../../src/analysis/expectation/drawnMean.ts';
import { LineIndex } from '../../../src/analysis/lineIndex.ts';
import type { MeanOutcome, MeanTask } from '../../../src/protocol/pool.ts';
import type { AnalyzedDocument } from '../../../src/server/documentAnalysis.ts';
import { DrawnMeans } from '../../../src/server/drawnMeans.ts';
import { ServerProcess } from './serverProcess.ts';

const uri = 'file:///models/pooling.network.json';

function pooling(filters: number): string {
  return JSON.stringify({
    input: [8, 1],
    layers: [
      { type: 'conv1d', filters, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling1d', pool_size: 2 },
      { type: 'conv1d', filters: 4, kernel_size: 2, activation: 'relu' },
    ],
  });
}

function documentOf(text: string, earlier: Analysis | null = null): AnalyzedDocument {
  const analysis = analyze(text, 'pooling.network.json', {}, earlier)!;
  const source = { uri, version: 1, fileName: 'pooling.network.json' };
  return { ...source, text, analysis, lines: new LineIndex(text), shown: [], source };
}

/** Draws wait until the test lets them go on. */
class Draws {
  readonly tasks: { task: MeanTask; signal: AbortSignal; finish: () => void }[] = [];
  readonly shown: string[] = [];
  readonly means = new DrawnMeans(
    (task, signal) =>
      new Promise<MeanOutcome>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cancelled')));
        const finish = () => {
          const { network } = analyze(task.text, task.fileName)!.networks[Number(task.network)];
          resolve({ figure: drawnFigure(network, drawMean(network, { work: { all: 1e5, fewest: 2e5 } }), {}) });
        };
        this.tasks.push({ task, signal, finish });
      }),
    (shown) => this.shown.push(shown),
    () => this.pause,
  );

  constructor(private readonly pause = Promise.resolve()) {}
}

describe('means that no formula gives', () => {
  it('are drawn once, and stay with the network through edits that leave it alone', async () => {
    const { means, tasks, shown } = new Draws();
    const first = documentOf(pooling(4));
    expect(first.analysis.networks[0].mean).toBeUndefined();
    means.update(uri, first, {});
    const again = documentOf(` ${pooling(4)}`, first.analysis);
    means.update(uri, again, {});
    await expect.poll(() => tasks).toHaveLength(1);
    tasks[0].finish();
    await expect.poll(() => shown).toEqual([uri]);
    const [network] = again.analysis.networks;
    expect(network.mean).toMatchObject({ id: 'kac-rice-simulated', kind: 'mean', applies: true, domainDimension: 1 });
    expect(network.mean?.note).toMatch(/standard error/);
    expect(network.bounds.at(-1)).toBe(network.mean);
    means.update(uri, again, {});
    expect(tasks).toHaveLength(1);
  });

  it('are given up when the network changes or the document is closed', async () => {
    const { means, tasks, shown } = new Draws();
    means.update(uri, documentOf(pooling(4)), {});
    await expect.poll(() => tasks).toHaveLength(1);
    means.update(uri, documentOf(pooling(5)), {});
    await expect.poll(() => tasks).toHaveLength(2);
    expect(tasks.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    means.forget(uri);
    expect(tasks.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(shown).toEqual([]);
  });

  it('are not begun for a network that changes again before typing stops', async () => {
    let stop = () => {};
    const { means, tasks } = new Draws(new Promise((resolve) => (stop = resolve)));
    means.update(uri, documentOf(pooling(4)), {});
    means.update(uri, documentOf(pooling(5)), {});
    expect(tasks).toEqual([]);
    stop();
    await expect.poll(() => tasks.map(({ task }) => task.text)).toEqual([pooling(5)]);
  });

  it('are not drawn where a formula has one', async () => {
    const { means, tasks } = new Draws();
    means.update(
      uri,
      documentOf(JSON.stringify({ input: [2], layers: [{ type: 'dense', units: 4, activation: 'relu' }] })),
      {},
    );
    await Promise.resolve();
    expect(tasks).toEqual([]);
  });
});

describe('the language server', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.stop());

  it('shows an expected figure of a network with max pooling a little later', { timeout: 60_000 }, async () => {
    await server.open(uri, 'jsonc', pooling(4));
    const labels = async () => JSON.stringify((await server.hints(uri))?.map(({ label }) => label));
    expect(await labels()).toContain('≤×');
    await expect.poll(labels, { timeout: 50_000, interval: 300 }).toContain('≈×');
    const ask = async (method: string, more: object = {}) =>
      JSON.stringify(await server.connection.sendRequest(method, { textDocument: { uri }, ...more }));
    expect(await ask('textDocument/codeLens')).toMatch(/≈ [\d.]+ ± [\d.]+ % at initialization on the diagonal/);
    const position = { line: 0, character: pooling(4).indexOf('max_pooling') };
    expect(await ask('textDocument/hover', { position })).toMatch(/\(standard error [\d.]+ %\)/);
  });
});
