import { fileWeights } from '../../src/common/weightsSource.ts';
import { networkToCount } from '../../src/analysis/counts/countPlan.ts';
import type { Segment } from '../../src/common/place.ts';
import type { CountResult } from '../../src/counting/count.ts';
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

/** Each layer reads the one before it. */
function chain(layers: readonly Layer[]): NativeLayer[] {
  return layers.map((layer, k) => {
    const before = k === 0 ? 'input' : `t${k}`;
    return { ...layer, type: layer.type as string, name: `t${k + 1}`, inputs: [before] };
  });
}

const plainConv = (filters: number, strides = 1): Layer => ({
  type: 'conv2d',
  filters,
  kernel_size: 3,
  strides,
  padding: strides === 1 ? 'same' : 'valid',
  use_bias: false,
});
const normalization: Layer = { type: 'batch_normalization' };
const rectifier: Layer = { type: 'relu' };
const border: Layer = { type: 'zero_padding2d', padding: 1 };

/** Every other position and the channels there are, with as many of zero beside them. */
function widening(channels: number): Layer {
  const row = (c: number) => Array.from({ length: 2 * channels }, (_, k) => Number(k === c));
  const kernel = [[Array.from({ length: channels }, (_, c) => row(c))]];
  return { type: 'conv2d', filters: 2 * channels, kernel_size: 1, strides: 2, use_bias: false, weights: { kernel } };
}

/** ResNet-20 for CIFAR images, with shortcuts that have no parameters (He, Zhang, Ren and Sun 2016, section 4.2). */
function resnet20(): NativeLayer[] {
  const layers: NativeLayer[] = [];
  const add = (inputs: string[], ...added: Layer[]): string => {
    let before = inputs;
    for (const layer of added) {
      const name = `t${layers.length + 1}`;
      layers.push({ ...layer, type: layer.type as string, name, inputs: before });
      before = [name];
    }
    return before[0];
  };
  let last = add(['input'], plainConv(16), normalization, rectifier);
  for (const filters of [16, 32, 64]) {
    for (let block = 0; block < 3; block++) {
      const widens = filters > 16 && block === 0;
      const first = widens ? [border, plainConv(filters, 2)] : [plainConv(filters)];
      const body = add([last], ...first, normalization, rectifier, plainConv(filters), normalization);
      const shortcut = widens ? add([last], widening(filters / 2)) : last;
      last = add([body, shortcut], { type: 'add' }, rectifier);
    }
  }
  add([last], { type: 'global_average_pooling2d' }, logits);
  return layers;
}

interface Line {
  readonly input: readonly number[];
  readonly layers: readonly NativeLayer[];
  /** How weights are drawn; the usual way unless given. */
  readonly init?: NativeFile['init'];
  /** Share of the line between two random images, or of that from black to white. */
  readonly share: number;
  readonly kind: 'chord' | 'diagonal';
  /** Cell by cell it would take hours. */
  readonly byLayersAlone?: true;
}

const HE = { kernel: 'he_normal', bias_stddev: 0.1, seed: 1 };

const MLP = { input: [784], layers: chain([dense(512), dense(512), dense(512), logits]), init: HE };
const IMAGE = { input: [28, 28, 1], init: HE };
const CIFAR = { input: [32, 32, 3], layers: chain([...blocks(16, 32, 64), flatten, dense(128), logits]), init: HE };
const RESNET = { input: [32, 32, 3], layers: resnet20(), kind: 'chord', byLayersAlone: true } as const;
const LINES: Readonly<Record<string, Line>> = {
  '784-512-512-512-10, black to white': { ...MLP, share: 1, kind: 'diagonal' },
  '784-512-512-512-10': { ...MLP, share: 1, kind: 'chord' },
  'LeNet, average pooling': { ...IMAGE, layers: chain(lenet(averagePool)), share: 1, kind: 'chord' },
  'LeNet, max pooling': { ...IMAGE, layers: chain(lenet(maxPool)), share: 1, kind: 'chord' },
  'CIFAR CNN, a hundredth': { ...CIFAR, share: 0.01, kind: 'chord' },
  'CIFAR CNN, black to white': { ...CIFAR, share: 1, kind: 'diagonal', byLayersAlone: true },
  'CIFAR CNN': { ...CIFAR, share: 1, kind: 'chord', byLayersAlone: true },
};

/**
 * Prints for each line its activation and linear regions, and the processor time in this process, best of several runs:
 * layer by layer without and with linear regions, and cell by cell without. Of the line through a ResNet-20 a tenth is
 * counted, or all of it where `words` ask for the `whole`.
 */
export function main(words: readonly string[]): void {
  const share = words.includes('whole') ? 1 : 0.1;
  const lines = { ...LINES, [share === 1 ? 'ResNet-20' : 'ResNet-20, a tenth']: { ...RESNET, share } };
  console.log(row('network', 'regions', 'linear', 'layers, s', 'linear, s', 'cells, s', 'ratio'));
  for (const [name, line] of Object.entries(lines)) console.log(row(name, ...figures(name, line)));
}

function figures(name: string, line: Line): (string | number)[] {
  const network = networkOf(name, line);
  const segment = segmentOf(line);
  const runs = line.byLayersAlone ? 1 : 5;
  const byLayers = timed(() => regions(network, segment, false), runs);
  const withLinear = timed(() => regions(network, segment, true), runs);
  const { activationRegions, linearRegions } = withLinear.result;
  const found = [activationRegions, linearRegions ?? '', byLayers.seconds.toFixed(3), withLinear.seconds.toFixed(3)];
  const same = [byLayers.result.activationRegions];
  if (!line.byLayersAlone) {
    const byCells = timed(() => regions(network, segment, false, 'vertices'), 1);
    same.push(byCells.result.activationRegions);
    found.push(byCells.seconds.toFixed(3), (byCells.seconds / byLayers.seconds).toFixed(1));
  }
  if (same.some((other) => other !== activationRegions)) throw new Error(`${name}: the ways of counting disagree`);
  return found;
}

function networkOf(name: string, { input, layers, init }: Line): Network {
  return networkToCount(open({ name, input, layers, init }).network, { source: fileWeights(1) });
}

function segmentOf({ input, share, kind }: Line): Segment {
  const uniform = uniforms(7);
  const inputs = input.reduce((product, extent) => product * extent, 1);
  const image = () => Array.from({ length: inputs }, uniform);
  const [from, to] = kind === 'chord' ? [image(), image()] : [0, 1].map((x) => Array<number>(inputs).fill(x));
  return { from, to: from.map((x, i) => x + share * (to[i] - x)) };
}

function regions(network: Network, segment: Segment, linear: boolean, cellsBy?: 'vertices'): CountResult {
  const domain = { kind: 'segment', ...segment } as const;
  return count({ network, method: 'line', domain, cellsBy, linear, keepRegions: false, limits: {} });
}

/** What a run gives, and the least processor time of one, in seconds. */
function timed<Result>(work: () => Result, runs: number): { readonly result: Result; readonly seconds: number } {
  let [result, seconds] = [null as Result | null, Infinity];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(before);
    seconds = Math.min(seconds, (user + system) / 1e6);
  }
  return { result: result!, seconds };
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(12))).join('');
}
