import { fileWeights } from '../../../../../src/common/weightsSource.ts';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CountTask } from '../../../../../src/protocol/pool.ts';
import { CountPool } from '../../../../../src/worker/countPool.ts';
import { threadsOf } from '../../../../../src/host/node/processes/threads.ts';
import { CountProcess } from '../../../../../src/host/node/processes/countProcess.ts';
import { bundleForNode } from '../../../bundle.ts';

const patience = 30_000;

function task(widths: readonly number[], method: 'plane' | 'cells' = 'plane'): CountTask {
  const [inputs, ...units] = widths;
  const layers = units.map((n, i) => ({ type: 'dense', name: `d${i}`, units: n, activation: 'relu' }));
  return {
    text: JSON.stringify({ name: 'n', input: [inputs], layers }),
    fileName: 'n.network.json',
    network: 0,
    choice: { method, source: fileWeights(1), linear: true, keepRegions: true, limits: {} },
    runs: 1,
  };
}

const small = task([2, 16, 16]);
/** More than anyone waits for. */
const endless = task([3, 300, 300, 300, 300], 'cells');

/** Processes that the one with this number has started. */
function childrenOf(parent: number): Promise<number[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,args='], (_, out) => {
      const rows = out.split('\n').map((line) => line.trim().split(/\s+/));
      resolve(
        rows
          .filter(([, ppid, ...args]) => Number(ppid) === parent && args.join(' ').includes('worker.js'))
          .map(([pid]) => Number(pid)),
      );
    });
  });
}

describe('counting in a process of its own', () => {
  let folder: string;
  let file: string;
  let counts: CountProcess;
  const open = (threads: number, cancelPatience?: number) => (counts = new CountProcess(file, threads, cancelPatience));
  /** The count's process, once it has begun. */
  const begun = async (signal?: AbortSignal) => {
    let heard!: () => void;
    const progress = new Promise<void>((resolve) => (heard = resolve));
    const outcome = counts.run(endless, { signal, progress: heard });
    outcome.catch(() => undefined);
    await progress;
    const [child] = await childrenOf(process.pid);
    return { outcome, child };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'region-lens-counts-'));
    await bundleForNode({ worker: 'src/host/node/workerMain.ts' }, folder);
    file = join(folder, 'worker.js');
  }, 60_000);
  afterEach(() => counts.dispose());
  afterAll(() => rm(folder, { recursive: true }));

  it('finds what threads of this process find, pictures and all', { timeout: patience }, async () => {
    const pool = new CountPool(threadsOf(file), 1);
    const { result: expected } = await pool.run(small);
    await pool.dispose();
    const { result } = await open(2).run(small);
    expect({ ...result, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
    expect(result.regions?.vertices).toBeInstanceOf(Float64Array);
    const texts = [small, task([2, 5]), task([2, 7]), small];
    const together = await Promise.all(texts.map((each) => counts.run(each)));
    expect(together[0].result.activationRegions).toBe(expected.activationRegions);
    expect(together[3].result.activationRegions).toBe(expected.activationRegions);
    expect(together[1].result.activationRegions).toBeLessThan(together[2].result.activationRegions);
  });

  it('says why it cannot count, and counts on', { timeout: patience }, async () => {
    await expect(open(1).run({ ...small, network: 'other' })).rejects.toThrow('there is no network other');
    expect((await counts.run(small)).result.exact).toBe(true);
  });

  it.each([
    ['line', { kind: 'segment', from: [1, 2], to: [1, 2] }, 'the two ends of the line are the same point'],
    ['plane', { kind: 'parallelogram', origin: [0, 0], u: [1, 2], v: [2, 4] }, 'the two directions of the plane'],
    ['plane', { kind: 'parallelogram', origin: [0, 0], u: [0, 0], v: [0, 1] }, 'a direction of the plane is zero'],
  ] as const)('refuses a %s that has no inside: %j', { timeout: patience }, async (method, place, why) => {
    const choice = { ...small.choice, method, place };
    await expect(open(1).run({ ...small, choice })).rejects.toThrow(`there is nothing to count: ${why}`);
  });

  it('listens once to a signal that many counts share', { timeout: patience }, async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    open(2);
    await Promise.all(Array.from({ length: 20 }, () => counts.run(small, { signal })));
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['SIGABRT', 'The count ran out of memory and was stopped.'],
    ['SIGTRAP', 'The count ran out of memory and was stopped.'],
    ['SIGKILL', 'The counting process ended (SIGKILL), and the count with it.'],
  ] as const)(
    'ends the count with a sentence when its process ends by %s, and counts on',
    { timeout: patience },
    async (signal, sentence) => {
      open(1);
      const { outcome, child } = await begun();
      process.kill(child, signal);
      await expect(outcome).rejects.toThrow(sentence);
      expect((await counts.run(small)).result.exact).toBe(true);
    },
  );

  it('gives what was found when it is cancelled', { timeout: patience }, async () => {
    open(1);
    const stop = new AbortController();
    const { outcome } = await begun(stop.signal);
    stop.abort();
    // A busy machine may not tell in time what was found.
    const { result } = await outcome.catch((error: Error) => ({ result: { exact: false, stoppedBy: error.message } }));
    expect([result.exact, ['request', 'cancelled'].includes(result.stoppedBy ?? '')]).toEqual([false, true]);
    expect((await counts.run(small)).result.exact).toBe(true);
  });

  it('answers a cancelled count though its process does not, and ends that', { timeout: patience }, async () => {
    open(1);
    const stop = new AbortController();
    const { outcome, child } = await begun(stop.signal);
    process.kill(child, 'SIGSTOP');
    stop.abort();
    await expect(outcome).rejects.toThrow('cancelled');
    await expect.poll(() => childrenOf(process.pid), { timeout: 15_000 }).not.toContain(child);
    expect((await counts.run(small)).result.exact).toBe(true);
  });

  it('waits with patience for what a cancelled count has found', { timeout: patience }, async () => {
    open(1, patience);
    const stop = new AbortController();
    const { outcome, child } = await begun(stop.signal);
    process.kill(child, 'SIGSTOP');
    stop.abort();
    setTimeout(() => process.kill(child, 'SIGCONT'), 500);
    expect((await outcome).result).toMatchObject({ exact: false, stoppedBy: 'request' });
  });

  it('rejects what is under way when it is disposed of, and leaves no process', { timeout: patience }, async () => {
    open(1);
    const { outcome } = await begun();
    await counts.dispose();
    await expect(outcome).rejects.toThrow('cancelled');
    expect(await childrenOf(process.pid)).toEqual([]);
  });

  it('ends with the process that started it', { timeout: patience }, async () => {
    open(1);
    await bundleForNode({ counts: 'src/host/node/processes/countProcess.ts' }, folder);
    const parentFile = join(folder, 'parent.js');
    const script = `new (require('./counts.js').CountProcess)('./worker.js', 1).run(${JSON.stringify(endless)})`;
    await writeFile(parentFile, script);
    const parent = execFile(process.execPath, [parentFile], { cwd: folder });
    let child: number | undefined;
    await expect.poll(async () => ([child] = await childrenOf(parent.pid!)), { timeout: 15_000 }).toHaveLength(1);
    parent.kill('SIGKILL');
    const isAlive = () => {
      try {
        return process.kill(child!, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 15_000 }).toBe(false);
  });
});
