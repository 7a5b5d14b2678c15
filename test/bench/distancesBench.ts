import { fileWeights } from '../../src/common/weightsSource.ts';
import { uniforms } from '../../src/common/random.ts';
import { networkToCount } from '../../src/analysis/counts/countPlan.ts';
import { NearestBoundaries } from '../../src/counting/experiments/nearestBoundary.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { open, type NativeLayer } from '../property/hunt/nativeFile.ts';

const POINTS = 300;
const relu = { activation: 'relu' };

const NETWORKS: Readonly<Record<string, { readonly input: number[]; readonly layers: readonly object[] }>> = {
  'LeNet, average pooling': { input: [28, 28, 1], layers: lenet('average_pooling2d') },
  'LeNet, max pooling': { input: [28, 28, 1], layers: lenet('max_pooling2d') },
  '784-128-64-10': { input: [784], layers: denseOf(128, 64) },
  '784-512-512-512-10': { input: [784], layers: denseOf(512, 512, 512) },
};

function lenet(pool: string): object[] {
  const convolution = { type: 'conv2d', kernel_size: 5, ...relu };
  const pooled = { type: pool, pool_size: 2 };
  return [
    { ...convolution, filters: 6, padding: 'same' },
    pooled,
    { ...convolution, filters: 16, padding: 'valid' },
    pooled,
    { type: 'flatten' },
    ...denseOf(120, 84),
  ];
}

function denseOf(...widths: number[]): object[] {
  return [...widths.map((units) => ({ type: 'dense', units, ...relu })), { type: 'dense', units: 10 }];
}

/** Prints for each network how many distances to the nearest boundary are found a second, in processor time. */
export function main(): void {
  console.log(row('network', 'points', 'ready, ms', 'ms a point', 'a second'));
  for (const [name, { input, layers }] of Object.entries(NETWORKS)) {
    const named = layers.map((layer, k): NativeLayer => ({
      type: '',
      ...layer,
      name: `t${k + 1}`,
      inputs: [k === 0 ? 'input' : `t${k}`],
    }));
    const file = { name, input, layers: named, init: { kernel: 'he_normal', bias_stddev: 0.1, seed: 1 } };
    const program = compile(networkToCount(open(file, false).network, { source: fileWeights(1) }));
    const uniform = uniforms(7);
    let boundaries: NearestBoundaries | null = null;
    const ready = processorTime(() => (boundaries = new NearestBoundaries(program)));
    const time = processorTime(() => {
      for (let k = 0; k < POINTS; k++) boundaries?.of(Array.from({ length: program.inputSize }, uniform));
    });
    console.log(row(name, POINTS, ready.toFixed(0), (time / POINTS).toFixed(2), Math.round((1000 * POINTS) / time)));
  }
}

/** Processor time in milliseconds. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(28) : String(cell).padStart(12))).join('');
}
