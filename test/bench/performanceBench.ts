import { fileWeights } from '../../src/common/weightsSource.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orthonormalPair } from '../../src/counting/geometry/randomPlane.ts';
import type { Domain } from '../../src/common/place.ts';
import type { CountMethod, CountResult } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { read } from '../../src/formats/registry.ts';
import { buildNetwork } from '../../src/network/build.ts';
import type { Network } from '../../src/network/network.ts';
import type { CountTask } from '../../src/protocol/pool.ts';
import { CountPool } from '../../src/worker/countPool.ts';
import { threadsOf } from '../../src/host/node/processes/threads.ts';
import { bestOfEach, timeOf } from './baseline.ts';
import { milestones } from './growth.ts';
import { comparePlane } from './planeBench.ts';

type Row = readonly (string | number)[];
interface Table {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: () => Promise<Row[]> | Row[];
}

const PLANES = ['2-64-64-64', '2-128-128', '2-16-16-16-16-16-16-16-16', '2-64-64-64-64-64', '2-256-256'];
/** Makes more than ten million regions. */
const WIDE = [2, 2400, 2400, 1];
/** The share of its width of a square in a LeNet that is counted to the end. */
const SMALL_SQUARE = 1 / 16;
const WIDTHS = [16, 32, 64, 128, 256];
const DEPTHS = [1, 2, 4, 8, 16];

/** Prints the tables of docs/performance.md, or those named, and with `--write` writes them there. */
export async function main(args: readonly string[], { worker, root }: { worker: string; root: string }): Promise<void> {
  const file = join(root, 'docs/performance.md');
  let text = readFileSync(file, 'utf8');
  const named = args.filter((word) => word !== '--write');
  for (const { name, head, rows } of tables(worker)) {
    if (named.length > 0 && !named.includes(name)) continue;
    const lines = [head, head.map((_, k) => (k === 0 ? '---' : '--:')), ...(await rows())];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    console.log(`\n${name}\n${table}`);
    const place = new RegExp(`(<!-- figure: ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!place.test(text)) throw new Error(`docs/performance.md has no place for ${name}`);
    text = text.replace(place, (_, before: string, after: string) => `${before}\n${table}\n\n${after}`);
    if (args.includes('--write')) writeFileSync(file, text);
  }
}

function tables(worker: string): Table[] {
  const grown = ['network', 'regions', 'ms', 'regions a second'];
  return [
    {
      name: 'plane',
      head: [
        'network',
        'regions',
        'prototype, ms',
        'one thread, ms',
        'times as fast',
        'two threads, ms',
        'times as fast',
      ],
      rows: () => planes(worker),
    },
    { name: 'width', head: grown, rows: () => inTurn(WIDTHS, (width) => timed([2, width, width, 1])) },
    {
      name: 'depth',
      head: grown,
      rows: () => inTurn(DEPTHS, (depth) => timed([2, ...Array<number>(depth).fill(32), 1])),
    },
    {
      name: 'linear',
      head: ['network', 'regions', 'linear regions', 'regions alone, ms', 'both, ms', 'times as long'],
      rows: linearRegions,
    },
    { name: 'regions', head: ['regions so far', 'seconds', 'regions a second', 'MB held'], rows: growth },
    { name: 'methods', head: ['network', 'method', 'regions', 'ms', 'regions a second'], rows: methods },
    { name: 'convolutions', head: ['network', 'method', 'regions', 'ms', 'regions a second'], rows: convolutions },
    {
      name: 'cancelled',
      head: ['network', 'method', 'cancelled after, ms', 'answered after, ms'],
      rows: () => cancelled(worker),
    },
    {
      name: 'threads',
      head: ['network', 'regions', 'linear regions', 'one thread, ms', 'two threads, ms'],
      rows: () => threads(worker),
    },
  ];
}

async function planes(worker: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of PLANES) {
    const { regions, prototype, one, two } = await comparePlane(name.split('-').map(Number), worker);
    const times = (time: number) => (prototype / time).toFixed(1);
    rows.push([name, grouped(regions), prototype.toFixed(1), one.toFixed(1), times(one), two.toFixed(1), times(two)]);
  }
  return rows;
}

/** Counts of activation regions alone and of linear regions as well, in turn. */
async function linearRegions(): Promise<Row[]> {
  const chains = [...PLANES, '2-32-32'].map((name) => ({
    name,
    network: networkFrom(denseText([...name.split('-').map(Number), 1])),
    domain: domainOf('plane', 2),
  }));
  const images = ['average', 'max'].map((pooling) => ({
    name: `LeNet, ${pooling} pooling`,
    network: networkFrom(lenetText(`${pooling}_pooling2d`)),
    domain: domainOf('plane', 28 * 28, SMALL_SQUARE),
  }));
  return inTurn([...chains, ...images], async ({ name, network, domain }) => {
    const of = (linear: boolean) => count({ network, method: 'plane', domain, linear, keepRegions: false, limits: {} });
    const { activationRegions, linearRegions } = of(true);
    const works = [false, true].map((linear) => () => of(linear).activationRegions);
    const [alone, both] = await bestOfEach(works);
    const counts = [activationRegions, linearRegions!].map(grouped);
    return [name, ...counts, alone.toFixed(1), both.toFixed(1), (both / alone).toFixed(2)];
  });
}

function denseText(widths: readonly number[]): string {
  const [inputs, ...units] = widths;
  const layers = units.map((n, k) => ({
    type: 'dense',
    units: n,
    activation: k + 1 < units.length ? 'relu' : 'linear',
  }));
  return JSON.stringify({ name: 'bench', input: [inputs], layers });
}

function networkFrom(text: string): Network {
  const [definition] = read(text, 'bench.network.json', {
    weights: false,
  })!.networks;
  return drawWeights(buildNetwork(definition).network, 1);
}

/**
 * The box [-1, 1]^n, its diagonal, or a square of its width, or of this share of it, in a random plane through its
 * center.
 */
function domainOf(method: CountMethod, inputs: number, share = 1): Domain {
  const corner = Array<number>(inputs).fill(1);
  const opposite = corner.map((one) => -one);
  if (method === 'line') return { kind: 'segment', from: opposite, to: corner };
  if (method === 'cells') return { kind: 'box', lower: opposite, upper: corner };
  const [e, f] =
    inputs === 2
      ? [
          [1, 0],
          [0, 1],
        ]
      : orthonormalPair(inputs, 1);
  const doubled = (vector: readonly number[]) => vector.map((x) => 2 * share * x);
  return {
    kind: 'parallelogram',
    origin: e.map((x, i) => share * (-x - f[i])),
    u: doubled(e),
    v: doubled(f),
  };
}

function counted(network: Network, method: CountMethod, regions?: number): CountResult {
  const domain = domainOf(method, network.inputSize);
  return count({
    network,
    method,
    domain,
    linear: false,
    keepRegions: false,
    limits: { regions },
  });
}

/** The best of several, with the time of the thread in place of that of the clock. */
async function best(network: Network, method: CountMethod, regions?: number): Promise<CountResult> {
  const result = counted(network, method, regions);
  const [time] = await bestOfEach([() => counted(network, method, regions).activationRegions]);
  return { ...result, seconds: time / 1000 };
}

function figures({ activationRegions, exact, seconds }: CountResult): Row {
  const found = exact ? grouped(activationRegions) : `first ${grouped(activationRegions)}`;
  return [found, (1000 * seconds).toFixed(1), grouped(Number((activationRegions / seconds).toPrecision(2)))];
}

async function inTurn<T>(cases: readonly T[], row: (each: T) => Promise<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const each of cases) rows.push(await row(each));
  return rows;
}

async function timed(widths: readonly number[]): Promise<Row> {
  return [widths.slice(0, -1).join('-'), ...figures(await best(networkFrom(denseText(widths)), 'plane'))];
}

/** A single count, on its way to all of its regions. */
function growth(): Row[] {
  const found = milestones(networkFrom(denseText(WIDE)), domainOf('plane', 2), [1e4, 1e5, 1e6, 1e7]);
  return found.map(({ regions, seconds, megabytes }) => [
    grouped(regions),
    seconds.toFixed(2),
    grouped(Number((regions / seconds).toPrecision(2))),
    megabytes?.toFixed(0) ?? '',
  ]);
}

function methods(): Promise<Row[]> {
  const cases: [readonly number[], CountMethod][] = [
    [[2, 64, 64, 1], 'line'],
    [[2, 64, 64, 1], 'plane'],
    [[2, 64, 64, 1], 'cells'],
    [[3, 16, 16, 1], 'line'],
    [[3, 16, 16, 1], 'plane'],
    [[3, 16, 16, 1], 'cells'],
    [[4, 10, 10, 1], 'cells'],
    [[5, 8, 8, 1], 'cells'],
  ];
  return inTurn(cases, async ([widths, method]) => {
    const found = await best(networkFrom(denseText(widths)), method);
    return [widths.slice(0, -1).join('-'), method, ...figures(found)];
  });
}

function lenetText(pooling: string): string {
  const convolution = (filters: number) => ({
    type: 'conv2d',
    filters,
    kernel_size: 5,
    activation: 'relu',
  });
  const pool = { type: pooling, pool_size: 2 };
  const dense = (units: number, activation: string) => ({
    type: 'dense',
    units,
    activation,
  });
  const layers = [
    convolution(6),
    pool,
    convolution(16),
    pool,
    { type: 'flatten' },
    dense(120, 'relu'),
    dense(84, 'relu'),
    dense(10, 'linear'),
  ];
  return JSON.stringify({ name: 'lenet', input: [28, 28, 1], layers });
}

function convolutions(): Promise<Row[]> {
  const cases = ['max_pooling2d', 'average_pooling2d'].flatMap((pooling) =>
    (['line', 'plane'] as const).map((method) => ({ pooling, method })),
  );
  return inTurn(cases, async ({ pooling, method }) => {
    const found = await best(networkFrom(lenetText(pooling)), method, method === 'plane' ? 20_000 : undefined);
    return [`LeNet, ${pooling.startsWith('max') ? 'max' : 'average'} pooling`, method, ...figures(found)];
  });
}

/** As the command line counts: with linear regions, threads started for the count. */
async function threads(worker: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const widths of [
    [2, 128, 128, 128, 3],
    [2, 256, 256, 256, 3],
  ]) {
    const choice = {
      method: 'plane',
      source: fileWeights(1),
      linear: true,
      keepRegions: false,
      limits: {},
    } as const;
    const task = {
      text: denseText(widths),
      fileName: 'bench.network.json',
      network: 0,
      choice,
      runs: 1,
    };
    const found: { result: CountResult; time: number }[] = [];
    for (const size of [1, 2]) {
      const pool = new CountPool(threadsOf(worker), size);
      let result!: CountResult;
      const run = async () => (result = (await pool.run(task)).result);
      await Promise.all(Array.from({ length: size }, run));
      let time = Infinity;
      for (let k = 0; k < 3; k++) time = Math.min(time, await timeOf(run, 1));
      found.push({ result, time });
      await pool.dispose();
    }
    const [one, two] = found.map(({ result }) => result);
    if (one.activationRegions !== two.activationRegions || one.linearRegions !== two.linearRegions)
      throw new Error('the threads disagree');
    const times = found.map(({ time }) => time.toFixed(0));
    rows.push([widths.slice(0, -1).join('-'), grouped(one.activationRegions), grouped(one.linearRegions!), ...times]);
  }
  return rows;
}

/** The longest of five times from a request to stop to the answer: while a count is prepared, and while it goes on. */
async function cancelled(worker: string): Promise<Row[]> {
  const cases = [
    { name: '2-1024-1024-1024', text: denseText([2, 1024, 1024, 1024, 1]), method: 'plane' },
    { name: '4-64-64', text: denseText([4, 64, 64, 1]), method: 'cells' },
    { name: '20-64-64', text: denseText([20, 64, 64, 1]), method: 'cells' },
    { name: 'LeNet, max pooling', text: lenetText('max_pooling2d'), method: 'plane' },
  ] as const;
  const rows: Row[] = [];
  for (const { name, text, method } of cases) {
    const choice = { method, source: fileWeights(1), linear: true, keepRegions: false, limits: {} } as const;
    const task = { text, fileName: 'bench.network.json', network: 0, choice, runs: 1 };
    for (const delay of [50, 1000]) {
      let most = 0;
      for (let k = 0; k < 5; k++)
        most = Math.max(most, await answerTime(new CountPool(threadsOf(worker), 1), task, delay));
      rows.push([name, method, grouped(delay), most.toFixed(0)]);
    }
  }
  return rows;
}

async function answerTime(pool: CountPool, task: CountTask, delay: number): Promise<number> {
  const stop = new AbortController();
  const outcome = pool.run(task, { signal: stop.signal });
  await new Promise((resolve) => setTimeout(resolve, delay));
  const start = performance.now();
  stop.abort();
  const found = await outcome.catch(() => null);
  if (found?.result.exact) throw new Error('the count was done before it could be cancelled');
  const time = performance.now() - start;
  await pool.dispose();
  return time;
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}
