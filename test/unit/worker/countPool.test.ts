import { fileWeights } from '../../../src/common/weightsSource.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CountChoice } from '../../../src/analysis/counts/countPlan.ts';
import type { Tensor } from '../../../src/network/operation.ts';
import type { CountOutcome, CountTask } from '../../../src/protocol/pool.ts';
import { CountPool } from '../../../src/worker/countPool.ts';
import { threadsOf } from '../../../src/host/node/processes/threads.ts';
import type { JobProgress } from '../../../src/worker/job.ts';
import { cellsAlone } from '../counting/lines/cellsAlone.ts';
import { toTheLastBit } from '../counting/toTheLastBit.ts';
import { bundleForNode } from '../bundle.ts';
import { npz } from '../formats/weights/files.ts';

const patience = 60_000;

function networkText(widths: readonly number[]): string {
  const [inputs, ...units] = widths;
  const layers = units.map((n) => ({ type: 'dense', units: n, activation: 'relu' }));
  return JSON.stringify({ name: 'n', input: [inputs], layers });
}

function task(widths: readonly number[], choice: Partial<CountChoice> = {}, runs = 1): CountTask {
  return {
    text: networkText(widths),
    fileName: 'n.network.json',
    network: 0,
    choice: { method: 'plane', source: fileWeights(1), linear: true, keepRegions: false, limits: {}, ...choice },
    runs,
  };
}

/** Counted in a moment, and not before help could come. */
const small = task([2, 40, 40, 3]);
const large = task([2, 128, 128, 128, 4]);
/** More than anyone waits for. */
const endless = task([3, 300, 300, 300, 300], { method: 'cells' });

function figures({ result }: CountOutcome) {
  const { activationRegions, linearRegions, perLayer, exact, stoppedBy } = result;
  return { activationRegions, linearRegions, perLayer, exact, stoppedBy };
}

describe('a pool of counting threads', () => {
  let folder: string;
  let file: string;
  const pools: CountPool[] = [];
  const open = (size: number, memoryMb?: number) => {
    const pool = new CountPool(threadsOf(file, memoryMb), size);
    pools.push(pool);
    return pool;
  };
  /** Every thread that the pools start. */
  const workers = new Set<Worker>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-pool-'));
    await bundleForNode({ worker: 'src/host/node/workerMain.ts' }, folder);
    file = join(folder, 'worker.js');
    const watched = vi.spyOn(Worker.prototype, 'unref');
    watched.mockImplementation(function (this: Worker) {
      workers.add(this);
    });
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
    workers.clear();
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  /** Resolves once a count that has begun is heard of, and once its first thread has found a region. */
  function underway(pool: CountPool, what: CountTask, signal?: AbortSignal) {
    let heard!: (progress: JobProgress) => void;
    let found!: () => void;
    const progress = new Promise<JobProgress>((resolve) => (heard = resolve));
    const firstRegion = new Promise<void>((resolve) => (found = resolve));
    const listen = (report: JobProgress) => {
      heard(report);
      if (report.perLayer?.at(-1)) found();
    };
    const outcome = pool.run(what, { signal, progress: listen });
    outcome.catch(() => undefined);
    return { progress, firstRegion, outcome };
  }

  it('finds the same for any number of threads', { timeout: patience }, async () => {
    const expected = figures(await open(1).run(large));
    expect(expected).toMatchObject({ exact: true, linearRegions: expect.any(Number) as number });
    for (const size of [2, 3]) {
      workers.clear();
      const pool = open(size);
      // All threads are there when the second count begins, and take part from its start.
      expect(figures(await pool.run(large))).toEqual(expected);
      expect(figures(await pool.run(large))).toEqual(expected);
      expect(workers.size).toBe(size);
    }
  });

  it('finds the same along a line for any number of threads', { timeout: patience }, async () => {
    const from = [-3, -2, -3, 1];
    const place = { kind: 'segment', from, to: from.map((x, i) => 2 - x + i) } as const;
    const line = task([4, 1000, 300, 200, 2], { method: 'line', place, keepRegions: true, units: true });
    const everything = ({ result }: CountOutcome) => ({ ...result, seconds: 0 });
    const expected = everything(await open(1).run(line));
    expect(expected).toMatchObject({ exact: true, linearRegions: expect.any(Number) as number });
    expect(expected.line!.knots).toHaveLength(expected.activationRegions + 1);
    for (const size of [2, 3]) {
      const pool = open(size);
      // A second thread comes where the count is long; all are there when the second count begins.
      expect(everything(await pool.run(line))).toEqual(expected);
      await Promise.all(Array.from({ length: size }, () => pool.run(small)));
      expect(everything(await pool.run(line))).toEqual(expected);
    }
  });

  it('keeps the same regions and draws the same points on any number of threads', { timeout: patience }, async () => {
    const kept = task([2, 40, 40, 3], { keepRegions: true, listRegions: true });
    const sample = task([6, 100, 100, 3], { method: 'sample', samples: 1500 });
    const [one, several] = [open(1), open(3)];
    await Promise.all([small, small, small].map((other) => several.run(other)));
    for (const what of [kept, sample]) {
      const { result } = await one.run(what);
      expect(result.activationRegions).toBeGreaterThan(1000);
      for (let k = 0; k < 2; k++) {
        const again = await several.run(what);
        expect(toTheLastBit(again.result) === toTheLastBit(result)).toBe(true);
      }
    }
  });

  it('counts a line alone that several threads cannot count together', { timeout: patience }, async () => {
    const place = { kind: 'segment', from: [-1], to: [1] } as const;
    const line = { ...task([1, 1], { method: 'line', place, keepRegions: true }), text: cellsAlone };
    const expected = figures(await open(1).run(line));
    expect(expected).toMatchObject({ exact: true, activationRegions: 5 });
    const pool = open(2);
    await Promise.all([pool.run(small), pool.run(small)]);
    for (let k = 0; k < 3; k++) expect(figures(await pool.run(line))).toEqual(expected);
  });

  it('stops all threads of a line when it is cancelled, and counts on', { timeout: patience }, async () => {
    const from = [-30, -20, -30, 10];
    const place = { kind: 'segment', from, to: from.map((x, i) => 2 - x + i) } as const;
    const line = task([4, 2500, 1200, 1200, 2], { method: 'line', place });
    const pool = open(2);
    await Promise.all([pool.run(small), pool.run(small)]);
    const stop = new AbortController();
    const { progress, outcome } = underway(pool, line, stop.signal);
    await progress;
    stop.abort();
    expect((await outcome).result).toMatchObject({ method: 'line', exact: false, stoppedBy: 'request' });
    expect((await pool.run(small)).result.exact).toBe(true);
  });

  it('starts no second thread for a small count, and one for each of several', { timeout: patience }, async () => {
    let pool = open(2);
    let alone = figures(await pool.run(task([2, 6, 6])));
    // A small count may seem long on a machine that does much else: the quickest of a few attempts is meant.
    for (let attempt = 1; attempt < 5 && workers.size > 1; attempt++) {
      await pool.dispose();
      workers.clear();
      pool = open(2);
      alone = figures(await pool.run(task([2, 6, 6])));
    }
    expect(workers.size).toBe(1);
    const both = await Promise.all([pool.run(small), pool.run(task([2, 6, 6]))]);
    expect(workers.size).toBe(2);
    expect(figures(both[1])).toEqual(alone);
  });

  it('reports how far it is and how long it will take', { timeout: patience }, async () => {
    const told: JobProgress[] = [];
    const { result } = await open(1).run(task([2, 200, 200, 200]), { progress: (progress) => told.push(progress) });
    expect(told.length).toBeGreaterThan(1);
    told.forEach(({ regions, fraction, secondsLeft, perLayer }, k) => {
      expect(regions).toBeGreaterThanOrEqual(k > 0 ? told[k - 1].regions : 0);
      expect(regions).toBeLessThanOrEqual(result.activationRegions);
      expect(perLayer).toHaveLength(3);
      expect(fraction).toBeGreaterThanOrEqual(k > 0 ? told[k - 1].fraction : 0);
      expect(fraction).toBeLessThanOrEqual(1);
      expect(secondsLeft === null || secondsLeft >= 0).toBe(true);
    });
    expect(told.at(-1)!.secondsLeft).not.toBeNull();
  });

  describe('where there is no shared memory', () => {
    let unsharedFile: string;

    beforeAll(async () => {
      unsharedFile = join(folder, 'unshared.js');
      await writeFile(unsharedFile, "delete globalThis.SharedArrayBuffer;\nrequire('./worker.js');\n");
    });
    afterEach(() => vi.unstubAllGlobals());

    const openUnshared = () => {
      vi.stubGlobal('SharedArrayBuffer', undefined);
      const pool = new CountPool(threadsOf(unsharedFile), 2);
      pools.push(pool);
      return pool;
    };

    it('counts each network on one thread, and several at once', { timeout: patience }, async () => {
      const expected = figures(await open(1).run(small));
      workers.clear();
      const pool = openUnshared();
      const counts = await Promise.all([pool.run(small), pool.run(small)]);
      expect(counts.map(figures)).toEqual([expected, expected]);
      expect(workers.size).toBe(2);
    });

    it('is cancelled by a message, and the thread counts on', { timeout: patience }, async () => {
      const pool = openUnshared();
      const stop = new AbortController();
      const { progress, outcome } = underway(pool, endless, stop.signal);
      await progress;
      stop.abort();
      expect((await outcome).result).toMatchObject({ exact: false, stoppedBy: 'request' });
      expect((await pool.run(small)).result.exact).toBe(true);
      expect(workers.size).toBe(1);
    });
  });

  it('reports the fastest of several runs', { timeout: patience }, async () => {
    const { result } = await open(1).run({ ...small, runs: 3 });
    expect(result.exact).toBe(true);
    expect(figures(await open(2).run({ ...small, runs: 2 })).activationRegions).toBe(result.activationRegions);
  });

  for (const size of [1, 2]) {
    const threads = `${size} thread${size > 1 ? 's' : ''}`;

    it(`answers at once when cancelled, with what ${threads} found, and counts on`, { timeout: patience }, async () => {
      const pool = open(size);
      const stop = new AbortController();
      const { firstRegion, outcome } = underway(pool, endless, stop.signal);
      await firstRegion;
      stop.abort();
      const { result, domain, source } = await outcome;
      expect(result).toMatchObject({ method: 'cells', exact: false, stoppedBy: 'request', linearRegions: null });
      expect(result.activationRegions).toBeGreaterThan(0);
      expect(result.perLayer.at(-1)).toBe(result.activationRegions);
      expect(domain).toEqual({ kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] });
      expect(source).toEqual(fileWeights(1));
      expect((await pool.run(small)).result.exact).toBe(true);
    });

    it(`fails when one of ${threads} is killed, and counts on`, { timeout: patience }, async () => {
      const pool = open(size);
      const { progress, outcome } = underway(pool, endless);
      const { secondsLeft } = await progress;
      expect(secondsLeft === null || secondsLeft > 1).toBe(true);
      while (workers.size < size) await new Promise((resolve) => setTimeout(resolve, 20));
      await [...workers][size - 1].terminate();
      await expect(outcome).rejects.toThrow('The counting worker ended.');
      expect((await pool.run(small)).result.exact).toBe(true);
    });

    it(`ends with what was found when ${threads} run out of memory, and counts on`, { timeout: patience }, async () => {
      const pool = open(size, 16);
      // Patterns met at the walls between orthants are kept.
      const hungry = task([4, 40, 40, 40], { method: 'cells', place: { kind: 'all' }, linear: false });
      const { result } = await pool.run(hungry);
      expect(result).toMatchObject({ exact: false, stoppedBy: 'memory', linearRegions: null });
      expect(result.activationRegions).toBeGreaterThan(0);
      expect((await pool.run(task([2, 8, 8]))).result.exact).toBe(true);
    });

    it(`ends ${threads} at limits of regions, time and memory`, { timeout: patience }, async () => {
      const pool = open(size);
      const regions = await pool.run({ ...endless, choice: { ...endless.choice, limits: { regions: 2000 } } });
      expect(regions.result).toMatchObject({ exact: false, stoppedBy: 'regions' });
      expect(regions.result.activationRegions).toBeGreaterThanOrEqual(2000);
      const seconds = await pool.run({ ...endless, choice: { ...endless.choice, limits: { seconds: 0.2 } } });
      expect(seconds.result).toMatchObject({ exact: false, stoppedBy: 'seconds' });
      const bytes = await pool.run({ ...endless, choice: { ...endless.choice, limits: { bytes: 1 << 16 } } });
      expect(bytes.result).toMatchObject({ exact: false, stoppedBy: 'memory' });
      expect((await pool.run(small)).result.exact).toBe(true);
    });
  }

  it('says why it cannot count, and counts on', { timeout: patience }, async () => {
    const pool = open(2);
    await expect(pool.run({ ...small, network: 'other' })).rejects.toThrow('there is no network other');
    await expect(pool.run(task([1, 4], { method: 'plane' }))).rejects.toThrow('at least 2 inputs');
    expect((await pool.run(small)).result.exact).toBe(true);
  });

  it('says which weights of a file fit no layer', { timeout: patience }, async () => {
    const weights = { file: join(folder, 'w.npz') };
    const tensor = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) });
    const layer = { 'd/kernel': tensor(2, 3), 'd/bias': tensor(3) };
    const text = JSON.stringify({ input: [2], layers: [{ type: 'dense', name: 'd', units: 3 }] });
    const remarks = async (tensors: Record<string, Tensor>) => {
      await writeFile(weights.file, npz(tensors));
      const network = { text, fileName: 'n.network.json', network: 0, weights };
      return (await open(1).run({ kind: 'weights', ...network })).remarks;
    };
    expect(await remarks(layer)).toEqual([]);
    expect(await remarks({ ...layer, 'e/bias': tensor(4) })).toEqual(['Not used of w.npz: e/bias.']);
    expect(await remarks({ 'd/bias': tensor(3) })).toEqual(['d has no kernel in w.npz.']);
  });

  it('rejects what is under way and what waits when it is disposed of', { timeout: patience }, async () => {
    const pool = open(1);
    const { progress, outcome } = underway(pool, endless);
    const waiting = pool.run(small);
    waiting.catch(() => undefined);
    await progress;
    await pool.dispose();
    await expect(outcome).rejects.toThrow('cancelled');
    await expect(waiting).rejects.toThrow('cancelled');
  });

  it(
    'keeps the process alive until its threads have ended, whatever they still say',
    { timeout: patience },
    async () => {
      const pool = open(1);
      const { progress } = underway(pool, endless);
      await progress;
      const [worker] = workers;
      workers.clear();
      const closing = pool.dispose();
      worker.emit('message', { type: 'failed', id: 1, message: 'said too late', outOfMemory: false });
      await closing;
      expect(workers.size).toBe(0);
    },
  );
});
