import { readFileSync } from 'node:fs';
import { analyze } from '../../src/analysis/analyze.ts';
import { mobileNet, resNet50, vgg16 } from '../unit/analysis/realNetworks.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly file: string;
}

/** Rounds before the median is taken: the first ones also pay for compiling the program. */
const warmUp = 8;
const rounds = 15;

/**
 * How long everything takes that is said of one text: reading, shapes, all bounds, explanations and remarks. The first
 * time for this network and the median when warm, and the median of processor time, which other threads of the engine
 * (garbage collection, compiling) add to; all in ms.
 */
export function main(): void {
  console.log('network                             neurons    first ms     then ms  processor ms');
  for (const [title, cases] of groups()) {
    console.log(title);
    for (const { name, text, file } of cases) {
      const times: number[] = [];
      const processor: number[] = [];
      let neurons = 0;
      for (let i = 0; i < warmUp + rounds; i++) {
        const began = performance.now();
        const used = process.cpuUsage();
        neurons = complete(text, file);
        const { user, system } = process.cpuUsage(used);
        times.push(performance.now() - began);
        processor.push((user + system) / 1000);
      }
      console.log(
        `  ${name.padEnd(26)} ${String(neurons).padStart(14)} ${times[0].toFixed(1).padStart(11)} ${median(times).toFixed(2).padStart(11)} ${median(processor).toFixed(2).padStart(13)}`,
      );
    }
  }
}

function median(times: readonly number[]): number {
  return times.slice(warmUp).sort((a, b) => a - b)[rounds >> 1];
}

function complete(text: string, file: string): number {
  const analysis = analyze(text, file);
  if (analysis?.networks.length !== 1) throw new Error(`${file} holds no network`);
  const [{ network, bounds, explanations }] = analysis.networks;
  const errors = analysis.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  if (bounds.length === 0 || explanations.length !== network.layers.length) throw new Error(`${file} is not complete`);
  return network.layers.reduce((sum, layer) => sum + layer.neurons, 0);
}

function groups(): [string, Case[]][] {
  const file = 'examples/lenet.network.json';
  return [
    [
      'real networks',
      [
        { name: 'LeNet-5', text: readFileSync(file, 'utf8'), file },
        { name: 'VGG16', text: vgg16(), file: 'vgg16.json' },
        { name: 'ResNet-50', text: resNet50(), file: 'resnet50.json' },
        { name: 'MobileNet', text: mobileNet(), file: 'mobilenet.json' },
      ],
    ],
    ['width: n inputs, 10 layers', [16, 32, 64, 128, 256, 512, 1024].map((n) => mlp(16, n, 10))],
    ['depth: 16 inputs, layers of 32', [10, 30, 100, 300, 1000, 3000].map((depth) => mlp(16, 32, depth))],
    ['input: n inputs, 10 layers of 64', [2, 8, 32, 128, 512, 2048].map((n) => mlp(n, 64, 10))],
    ['images: n x n, 4 convolutions', [16, 32, 64, 128, 256].map(images)],
  ];
}

function mlp(inputs: number, width: number, depth: number): Case {
  const layers = Array.from({ length: depth }, () => ({ type: 'dense', units: width, activation: 'relu' }));
  return native(`${inputs} -> ${depth} x ${width}`, [inputs], layers);
}

function images(size: number): Case {
  const layers = [16, 32, 32, 64].map((filters) => ({
    type: 'conv2d',
    filters,
    kernel_size: 3,
    padding: 'same',
    activation: 'relu',
  }));
  return native(`${size} x ${size}`, [size, size, 3], layers);
}

function native(name: string, input: readonly number[], layers: readonly object[]): Case {
  return { name, text: JSON.stringify({ name: 'bench', input, layers }), file: 'bench.network.json' };
}
