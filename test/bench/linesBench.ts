import { fileWeights } from '../../src/common/weightsSource.ts';
import { networkToCount } from '../../src/analysis/counts/countPlan.ts';
import type { Segment } from '../../src/common/place.ts';
import { count } from '../../src/counting/countRegions.ts';
import { uniforms } from '../../src/common/random.ts';
import type { Network } from '../../src/network/network.ts';
import { open, type NativeFile, type NativeLayer } from '../property/hunt/nativeFile.ts';

type Layer = Omit<NativeLayer, 'name' | 'inputs'>;

const dense = (units: number): Layer => ({ type: 'dense', units, activation: 'relu' });
const conv = (filters: number, kernel: number, padding = 'same'): Layer => ({
  type: 'conv2d',
  filters,
  kernel_size: kernel,
  padding,
  activation: 'relu',
});
const maxPool: Layer = { type: 'max_pooling2d', pool_size: 2 };
const averagePool: Layer = { type: 'average_pooling2d', pool_size: 2 };
const flatten: Layer = { type: 'flatten' };
const logits: Layer = { type: 'dense', units: 10 };

function lenet(pool: Layer): Layer[] {
  return [conv(6, 5), pool, conv(16, 5, 'valid'), pool, flatten, dense(120), dense(84), logits];
}

function blocks(...filters: number[]): Layer[] {
  return filters.flatMap((count) => [conv(count, 3), conv(count, 3), maxPool]);
}

interface Line {
  readonly input: number[];
  readonly layers: readonly Layer[];
  /** Share of the line between two random images, or of that from black to white. */
  readonly share: number;
  readonly kind: 'chord' | 'diagonal';
  /** Cell by cell it would take hours. */
  readonly byLayersAlone?: true;
}

const IMAGE = [28, 28, 1];
const CIFAR = { input: [32, 32, 3], layers: [...blocks(16, 32, 64), flatten, dense(128), logits] };
const LINES: Readonly<Record<string, Line>> = {
  '784-512-512-512-10, black to white': {
    input: [784],
    layers: [dense(512), dense(512), dense(512), logits],
    share: 1,
    kind: 'diagonal',
  },
  '784-512-512-512-10': { input: [784], layers: [dense(512), dense(512), dense(512), logits], share: 1, kind: 'chord' },
  'LeNet, average pooling': { input: IMAGE, layers: lenet(averagePool), share: 1, kind: 'chord' },
  'LeNet, max pooling': { input: IMAGE, layers: lenet(maxPool), share: 1, kind: 'chord' },
  'CIFAR CNN, a hundredth': { ...CIFAR, share: 0.01, kind: 'chord' },
  'CIFAR CNN, black to white': { ...CIFAR, share: 1, kind: 'diagonal', byLayersAlone: true },
  'CIFAR CNN': { ...CIFAR, share: 1, kind: 'chord', byLayersAlone: true },
};

/** Prints for each line its regions, and the processor time of both methods in this process, best of several runs. */
export function main(): void {
  console.log(row('network', 'regions', 'layers, s', 'cells, s', 'ratio'));
  for (const [name, line] of Object.entries(LINES)) {
    const network = networkOf(name, line);
    const segment = segmentOf(line);
    const byLayers = () => regions(network, segment, undefined);
    if (line.byLayersAlone) {
      console.log(row(name, byLayers(), processorTime(byLayers, 1).toFixed(3), '', ''));
      continue;
    }
    const byCells = () => regions(network, segment, 'vertices');
    const found = byLayers();
    if (byCells() !== found) throw new Error(`${name}: the two methods disagree`);
    const [layers, cells] = [processorTime(byLayers, 5), processorTime(byCells, 1)];
    console.log(row(name, found, layers.toFixed(3), cells.toFixed(3), (cells / layers).toFixed(1)));
  }
}

function networkOf(name: string, { input, layers }: Line): Network {
  const named = layers.map((layer, k): NativeLayer => {
    const before = k === 0 ? 'input' : `t${k}`;
    return { ...layer, type: layer.type as string, name: `t${k + 1}`, inputs: [before] };
  });
  const file: NativeFile = { name, input, layers: named, init: { kernel: 'he_normal', bias_stddev: 0.1, seed: 1 } };
  return networkToCount(open(file, false).network, { source: fileWeights(1) });
}

function segmentOf({ input, share, kind }: Line): Segment {
  const uniform = uniforms(7);
  const inputs = input.reduce((product, extent) => product * extent, 1);
  const image = () => Array.from({ length: inputs }, uniform);
  const [from, to] = kind === 'chord' ? [image(), image()] : [0, 1].map((x) => Array<number>(inputs).fill(x));
  return { from, to: from.map((x, i) => x + share * (to[i] - x)) };
}

function regions(network: Network, segment: Segment, cellsBy: 'vertices' | undefined): number {
  const domain = { kind: 'segment', ...segment } as const;
  return count({ network, method: 'line', domain, cellsBy, linear: false, keepRegions: false, limits: {} })
    .activationRegions;
}

/** Least processor time of a run, in seconds. */
function processorTime(work: () => void, runs: number): number {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(12))).join('');
}
