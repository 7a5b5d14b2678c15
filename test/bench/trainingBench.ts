import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { networkWithWeights } from '../../src/analysis/networkWeights.ts';
import { gaussians, streamSeed, uniforms } from '../../src/common/random.ts';
import { writeSafetensors } from '../../src/formats/weights/writeSafetensors.ts';
import { prepareTraining, Trainer } from '../../src/trainer/trainer.ts';

/**
 * A run of a network on images, from its first snapshot to its last, with `region-lens train`: processor time and peak
 * memory of the command and of the process that counts. Needs `npm run build`, and Linux, whose `/proc` says both.
 */
const INPUTS = 784;
const CLASSES = 10;
const SAMPLES = 1000;
const STEPS_BETWEEN = 2;
const definition = JSON.stringify({
  input: [INPUTS],
  layers: [
    { type: 'dense', units: 128, activation: 'relu' },
    { type: 'dense', units: 64, activation: 'relu' },
    { type: 'dense', units: CLASSES },
  ],
});

export async function main(words: readonly string[], { root }: { readonly root: string }): Promise<void> {
  const snapshots = Number(words[0] ?? 200);
  const folder = await mkdtemp(path.join(tmpdir(), 'region-lens-run-'));
  try {
    await makeRun(folder, snapshots);
    const command = ['train', 'net.network.json', '--run', 'run', '--points', 'data.csv', '--lines', '50'];
    const found = await measured(folder, [path.join(root, 'dist/cli.js'), ...command, '--samples', '50', '--json']);
    const { seconds, processes, reports } = found;
    const used = processes.reduce((sum, each) => sum + each.seconds, 0);
    console.log(`${reports} of ${snapshots} snapshots in ${seconds.toFixed(0)} s on the clock`);
    console.log(`processor time: ${used.toFixed(0)} s, ${(used / reports).toFixed(2)} s a snapshot`);
    console.log(`longest time between two reports: ${found.longestGap.toFixed(1)} s`);
    for (const { name, megabytes } of processes) console.log(`peak memory of the ${name}: ${megabytes.toFixed(0)} MB`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Normal points around ten centers, and a network that learns to tell them apart. */
async function makeRun(folder: string, snapshots: number): Promise<void> {
  await prepareTraining();
  const { network } = networkWithWeights(definition, 'net.network.json', 0, null, { text: () => undefined })!;
  const [gaussian, uniform] = [gaussians(streamSeed(1, 2)), uniforms(streamSeed(1, 3))];
  const centers = Array.from({ length: CLASSES }, () => Array.from({ length: INPUTS }, () => 0.3 * gaussian()));
  const targets = Array.from({ length: SAMPLES }, () => Math.floor(CLASSES * uniform()));
  const points = targets.map((target) => centers[target].map((x) => x + 0.6 * gaussian()));
  const rows = points.map((point, i) => [...point.map((x) => x.toFixed(4)), targets[i]].join(','));
  await mkdir(path.join(folder, 'run'));
  await writeFile(path.join(folder, 'net.network.json'), definition);
  await writeFile(path.join(folder, 'data.csv'), rows.join('\n'));
  const choice = { dataSet: 'file', optimizer: 'adam', rate: 0.001, batch: 32, seed: 1 } as const;
  const trainer = new Trainer(network, { points, targets, classes: CLASSES }, choice);
  for (let i = 0; i < snapshots; i++) {
    trainer.trainTo(STEPS_BETWEEN * i);
    const name = `step-${String(trainer.step).padStart(5, '0')}.safetensors`;
    await writeFile(path.join(folder, 'run', name), writeSafetensors(trainer.network));
  }
  trainer.dispose();
}

interface Used {
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
}

async function measured(cwd: string, words: readonly string[]) {
  const began = performance.now();
  const child = spawn(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const used = new Map<number, Used>();
  const look = setInterval(() => void lookAt(child.pid!, 'command', used), 250);
  let [reports, last, longestGap] = [0, began, 0];
  createInterface({ input: child.stdout }).on('line', () => {
    if (reports++ > 0) longestGap = Math.max(longestGap, (performance.now() - last) / 1000);
    last = performance.now();
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(look);
  return { seconds: (performance.now() - began) / 1000, processes: [...used.values()], reports, longestGap };
}

const CLOCK_TICKS = 100;

/** A process and those that it started. */
async function lookAt(pid: number, name: string, used: Map<number, Used>): Promise<void> {
  const [stat, status, children] = await Promise.all(
    ['stat', 'status', `task/${pid}/children`].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = /VmHWM:\s*(\d+)/.exec(status)?.[1];
  if (peak === undefined) return;
  const seconds = (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  used.set(pid, { name, seconds, megabytes: Number(peak) / 1024 });
  for (const own of children.split(' ').filter(Boolean)) await lookAt(Number(own), 'counting process', used);
}
