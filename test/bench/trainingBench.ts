import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseDataPoints } from '../../src/analysis/places/points.ts';
import type { TrainingChoice } from '../../src/analysis/training/trainingPlaces.ts';
import { DEFAULT_BOX } from '../../src/common/place.ts';
import { snapshotWeights } from '../../src/common/weightsSource.ts';
import { CountProcess } from '../../src/host/node/processes/countProcess.ts';
import { countSnapshot } from '../../src/worker/snapshotCount.ts';
import { lookAt, type Used } from './processUse.ts';
import { definition, makeRun } from './trainedRun.ts';

/**
 * A run of a network on images, from its first snapshot to its last: with `region-lens train`, and by the process that
 * counts for the panel. Processor time, peak memory, and how soon a cancelled snapshot leaves that process free. Needs
 * `npm run build`, and Linux, whose `/proc` says what processes use.
 */
const PLACES = 50;
const CANCELLED = 20;

interface Measured {
  readonly way: string;
  readonly snapshots: number;
  readonly seconds: number;
  readonly longestGap: number;
  readonly processes: readonly Used[];
  readonly load: number;
}

interface Bench {
  readonly folder: string;
  readonly worker: string;
  readonly root: string;
}

export async function main(
  words: readonly string[],
  { root, worker }: { readonly root: string; readonly worker: string },
): Promise<void> {
  const snapshots = Number(words.find((word) => /^\d+$/.test(word)) ?? 200);
  const folder = await mkdtemp(path.join(tmpdir(), 'region-lens-run-'));
  const bench = { folder, root, worker };
  try {
    await makeRun(folder, snapshots);
    const tables = {
      'training-run': [
        ['counted by', 'snapshots', 's on the clock', 'longest, s', 'processor s a snapshot', 'MB at most', 'load'],
        ...[await byCommand(bench), await byPanel(bench)].map(rowOf),
      ],
      'training-cancelled': [
        ['after the request', 'half of the times within, ms', 'longest, ms', 'load'],
        ...(await cancelled(bench)),
      ],
    };
    for (const [name, rows] of Object.entries(tables)) await show(name, rows, words.includes('--write') ? root : null);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf({ way, snapshots, seconds, longestGap, processes, load }: Measured): string[] {
  const used = processes.reduce((sum, each) => sum + each.seconds, 0);
  const most = Math.max(...processes.map(({ megabytes }) => megabytes));
  return [
    way,
    String(snapshots),
    seconds.toFixed(0),
    longestGap.toFixed(1),
    (used / snapshots).toFixed(2),
    most.toFixed(0),
    load.toFixed(1),
  ];
}

/** Prints a table, and puts it into its place in docs/performance.md. */
async function show(name: string, rows: readonly (readonly string[])[], root: string | null): Promise<void> {
  const lines = [rows[0], rows[0].map((_, k) => (k === 0 ? '---' : '--:')), ...rows.slice(1)];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  console.log(`\n${name}\n${table}`);
  if (root === null) return;
  const file = path.join(root, 'docs/performance.md');
  const text = await readFile(file, 'utf8');
  const place = new RegExp(`(<!-- figure: ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!place.test(text)) throw new Error(`docs/performance.md has no place for ${name}`);
  await writeFile(
    file,
    text.replace(place, (_, before: string, after: string) => `${before}\n${table}\n\n${after}`),
  );
}

async function byCommand({ folder, root }: Bench): Promise<Measured> {
  const places = ['--lines', String(PLACES), '--samples', String(PLACES)];
  const words = ['train', 'net.network.json', '--run', 'run', '--points', 'data.csv', ...places, '--json'];
  const child = spawn(process.execPath, [path.join(root, 'dist/cli.js'), ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return measured('`region-lens train`', child.pid!, async (told) => {
    createInterface({ input: child.stdout }).on('line', told);
    await new Promise((resolve) => child.once('close', resolve));
  });
}

async function byPanel(bench: Bench): Promise<Measured> {
  const counting = new CountProcess(bench.worker, 1);
  const count = await counterOf(bench, counting);
  const files = await snapshotsIn(bench.folder);
  // The first one starts the process, whose number is then known.
  await count(files[0]);
  const found = await measured("the panel's counting process", childOf(counting), async (told) => {
    for (const file of files) {
      await count(file);
      told();
    }
  });
  await counting.dispose();
  return found;
}

/** As the page about training asks for each snapshot, but on as many lines as the command. */
async function counterOf({ folder }: Bench, counting: CountProcess) {
  const data = parseDataPoints(await readFile(path.join(folder, 'data.csv'), 'utf8'), 784);
  const training: TrainingChoice = {
    data,
    lines: PLACES,
    planes: 1,
    points: PLACES,
    box: DEFAULT_BOX,
    seed: 1,
  };
  const network = { text: definition, fileName: 'net.network.json', network: 0 };
  return (file: string, signal?: AbortSignal) =>
    countSnapshot(
      counting,
      { ...network, weights: { file } },
      {
        count: { method: 'auto', source: snapshotWeights(file, 1), linear: false, keepRegions: false, limits: {} },
        training,
      },
      { signal },
    );
}

async function snapshotsIn(folder: string): Promise<string[]> {
  const names = await readdir(path.join(folder, 'run'));
  return names.sort().map((name) => path.join(folder, 'run', name));
}

/** The number of the process that counts. */
function childOf(counting: CountProcess): number {
  return (counting as unknown as { child: { pid: number } }).child.pid;
}

/**
 * Cancels snapshots at other moments each, on the one thread that the panel has on two processors. Free is when the
 * next question is answered: one that takes a millisecond.
 */
async function cancelled(bench: Bench): Promise<string[][]> {
  const counting = new CountProcess(bench.worker, 1);
  const count = await counterOf(bench, counting);
  const files = await snapshotsIn(bench.folder);
  const small = {
    text: JSON.stringify({ input: [1], layers: [{ type: 'dense', units: 1, activation: 'relu' }] }),
    fileName: 'small.network.json',
    network: 0,
    choice: { method: 'line', source: snapshotWeights('', 1), linear: false, keepRegions: false, limits: {} },
    runs: 1,
  } as const;
  const [answered, free]: number[][] = [[], []];
  await count(files[0]);
  for (let k = 0; k < CANCELLED; k++) {
    const stop = new AbortController();
    const outcome = count(files[(k + 1) % files.length], stop.signal).then(
      () => false,
      () => true,
    );
    await new Promise((resolve) => setTimeout(resolve, 40 + 90 * k));
    const start = performance.now();
    stop.abort();
    const wasCancelled = await outcome;
    if (!wasCancelled) continue;
    answered.push(performance.now() - start);
    await counting.run(small);
    free.push(performance.now() - start);
  }
  await counting.dispose();
  const row = (name: string, times: readonly number[]) => {
    const sorted = [...times].sort((a, b) => a - b);
    const [half, most] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
    return [name, half.toFixed(0), most.toFixed(0), loadavg()[0].toFixed(1)];
  };
  return [row('answered', answered), row('free for the next question', free)];
}

/** What a process and those that it starts use during this work, which tells of each snapshot. */
async function measured(way: string, pid: number, work: (told: () => void) => Promise<void>): Promise<Measured> {
  const began = performance.now();
  const used = new Map<number, Used>();
  const loads: number[] = [];
  const look = () => {
    loads.push(loadavg()[0]);
    void lookAt(pid, 'process', used);
  };
  look();
  const timer = setInterval(look, 250);
  let [snapshots, last, longestGap] = [0, began, 0];
  await work(() => {
    const now = performance.now();
    if (snapshots++ > 0) longestGap = Math.max(longestGap, (now - last) / 1000);
    last = now;
  });
  clearInterval(timer);
  const load = loads.reduce((sum, each) => sum + each, 0) / loads.length;
  const seconds = (performance.now() - began) / 1000;
  return { way, snapshots, seconds, longestGap, processes: [...used.values()], load };
}
