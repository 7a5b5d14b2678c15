// Computes every table of docs/theory.md with the project's own engine and writes them between their markers.
// `--check` changes nothing and fails when a table is not what the engine says.
import { build } from 'esbuild';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const document = join(root, 'docs/theory.md');

const entry = `
  export { analyze } from './src/analysis/analyze.ts';
  export { planCount } from './src/analysis/counts/countPlan.ts';
  export { networkWithWeights } from './src/analysis/counts/networkWeights.ts';
  export { compareNetworks } from './src/analysis/designs/compare.ts';
  export { regionsPerParameter } from './src/analysis/designs/figures.ts';
  export { formatMagnitude, formatNumber, groupDigits } from './src/common/formatFigures.ts';
  export { count } from './src/counting/countRegions.ts';
`;

async function loadEngine() {
  const folder = await mkdtemp(join(tmpdir(), 'region-lens-figures-'));
  try {
    const outfile = join(folder, 'engine.mjs');
    await build({
      stdin: { contents: entry, resolveDir: root, loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const engine = await loadEngine();
const FILE = 'figure.network.json';

/** @typedef {Record<string, unknown>} LayerText */

/** @param {number} units @param {LayerText} [more] */
const dense = (units, more) => ({ type: 'dense', units, activation: 'relu', ...more });
/** @param {number} units @param {LayerText} [more] */
const affine = (units, more) => ({ type: 'dense', units, ...more });
/** @param {number} filters @param {number[]} kernel @param {LayerText} [more] */
const conv2d = (filters, kernel, more) => ({
  type: 'conv2d',
  filters,
  kernel_size: kernel,
  activation: 'relu',
  ...more,
});

/**
 * @param {readonly number[]} input
 * @param {readonly LayerText[]} layers
 */
const text = (input, layers) => JSON.stringify({ name: 'figure', input, layers });

/**
 * The analysis of a network; what is wrong in it is a mistake here.
 * @param {readonly number[]} input
 * @param {readonly LayerText[]} layers
 * @param {object} [options]
 */
function analyzed(input, layers, options) {
  const { networks, problems } = engine.analyze(text(input, layers), FILE, options);
  const error = problems.find((/** @type {{ severity: string }} */ { severity }) => severity === 'error');
  if (error) throw new Error(error.message);
  return networks[0];
}

/**
 * @param {ReturnType<typeof analyzed>} analysis
 * @param {string} id
 */
function boundOf(analysis, id) {
  const found = analysis.bounds.find((/** @type {{ id: string }} */ bound) => bound.id === id);
  if (!found) throw new Error(`no bound ${id}`);
  return found;
}

/**
 * A bound as text, or a dash where it does not apply.
 * @param {ReturnType<typeof analyzed>} analysis
 * @param {string} id
 * @returns {string}
 */
function shown(analysis, id) {
  const bound = boundOf(analysis, id);
  return bound.applies ? engine.formatMagnitude(bound.value, 'decimal') : '–';
}

/** @param {readonly number[]} widths */
const name = (widths) => widths.join('-');

/**
 * @param {readonly number[]} widths first the number of inputs
 * @param {object} [options]
 */
const mlp = ([n0, ...widths], options) =>
  analyzed(
    [n0],
    widths.map((width) => dense(width)),
    options,
  );

/** @typedef {readonly (readonly string[])[]} Rows */

/** @type {Record<string, () => Rows>} */
const figures = {
  'dense-upper': () => [
    ['network', 'naive', 'Montúfar 2017', 'Serra et al. 2018', 'Hinz 2021', 'recurrence'],
    ...[
      [2, 4, 4],
      [2, 16, 16],
      [3, 5, 5, 5],
      [8, 8, 8, 8],
      [8, 32, 4, 32],
      [16, 64, 64, 64],
    ].map((widths) => {
      const ids = ['naive-upper', 'montufar2017-upper', 'serra2018-upper', 'hinz2021-upper', 'recurrence-upper'];
      return [name(widths), ...ids.map((id) => shown(mlp(widths), id))];
    }),
  ],
  'dense-lower': () => [
    ['network', 'Pascanu et al.', 'Montúfar et al.', 'Serra et al.', 'Arora et al.', 'Serra et al., size', 'can reach'],
    ...[
      [1, 4, 4, 4],
      [2, 6, 6],
      [2, 16, 16, 16],
      [3, 9, 9, 9],
      [8, 32, 32],
    ].map((widths) => {
      const ids = [
        'pascanu2013-lower',
        'montufar2014-lower',
        'serra2018-lower',
        'arora2018-lower',
        'serra2018-size-lower',
        'best-lower',
      ];
      return [name(widths), ...ids.map((id) => shown(mlp(widths), id))];
    }),
  ],
  homogeneous: () => [
    ['network', 'at most, with biases', 'at most, without', 'can reach, without'],
    ...[
      [1, 5],
      [3, 4],
      [2, 6, 6],
      [3, 9, 9],
      [3, 9, 9, 9],
      [8, 32, 32],
    ].map(([n0, ...widths]) => {
      const biased = mlp([n0, ...widths]);
      const unbiased = analyzed(
        [n0],
        widths.map((width) => dense(width, { use_bias: false })),
      );
      return [
        name([n0, ...widths]),
        shown(biased, 'tightest-upper'),
        shown(unbiased, 'tightest-upper'),
        shown(unbiased, 'best-lower'),
      ];
    }),
  ],
  'one-convolution': () => [
    ['input', 'kernel', 'filters', 'padding', 'Theorem 2', 'shared weights', 'equality'],
    ...oneConvolutions.map(({ input, kernel, filters, padding }) => {
      const analysis = analyzed(input, [conv2d(filters, kernel, { padding })], { budget: 1e9 });
      const { note } = boundOf(analysis, 'xiong2020-one-layer');
      const standing = note === 'exact' ? 'proven' : note.includes('known to be loose') ? 'known to fail' : 'open';
      const sizes = [
        input.join('×'),
        kernel.join('×'),
        String(filters),
        typeof padding === 'string' ? 'none' : '1 all round',
      ];
      return [...sizes, shown(analysis, 'xiong2020-one-layer'), shown(analysis, 'conv-generic-exact'), standing];
    }),
  ],
  'two-convolutions': () => [
    ['filters', 'Theorem 5, upper', 'Serra et al., as dense', 'recurrence', 'Theorem 5, lower', 'can reach'],
    ...[1, 2, 3, 5, 7].map((filters) => {
      const analysis = analyzed([1, 4, 1], [conv2d(2, [1, 2]), conv2d(filters, [1, 2])]);
      const ids = ['xiong2020-upper', 'serra2018-upper', 'recurrence-upper', 'xiong2020-lower', 'best-lower'];
      return [`2, ${filters}`, ...ids.map((id) => shown(analysis, id))];
    }),
  ],
  pointwise: () => [
    ['network', 'can reach', 'at most'],
    ...pointwiseNetworks.map(({ label, input, layers }) => {
      const analysis = analyzed(input, layers);
      return [label, shown(analysis, 'pointwise-lower'), shown(analysis, 'tightest-upper')];
    }),
  ],
  residual: () => [
    ['inputs', 'block widths', 'Serra’s formula', 'recurrence', 'reached'],
    ...[2, 3].map((n) => {
      const chain = shown(mlp([n, n, n]), 'serra2018-upper');
      const layers = residualBlocks(n);
      const reached = engine.groupDigits(String(countOf([n], layers, { method: 'cells', place: { kind: 'all' } })));
      return [String(n), `${n}, ${n}`, chain, shown(analyzed([n], layers), 'recurrence-upper'), reached];
    }),
  ],
  maxout: () => [
    ['inputs', 'widths', 'rank', 'Montúfar et al. 2014', 'Serra et al. 2018', 'Montúfar, Ren, Zhang', 'can reach'],
    ...[
      { n: 1, widths: [2], rank: 3 },
      { n: 2, widths: [4], rank: 3 },
      { n: 3, widths: [3], rank: 3 },
      { n: 2, widths: [4, 4], rank: 3 },
    ].map(({ n, widths, rank }) => {
      const analysis = analyzed(
        [n],
        widths.map((units) => ({ type: 'maxout', units, rank })),
      );
      const ids = ['maxout-montufar2014-upper', 'maxout-serra2018-upper', 'maxout-mrz2022-upper', 'best-lower'];
      return [String(n), widths.join(', '), String(rank), ...ids.map((id) => shown(analysis, id))];
    }),
  ],
  tropical: () => [
    ['layer', 'load vectors', 'maxout of that rank', 'most of 20 seeds'],
    ...tropicalLayers.map(({ label, input, layer, maxout }) => {
      const counts = Array.from({ length: 20 }, (_, seed) =>
        countOf(input, [layer], { method: 'cells', place: { kind: 'all' }, seed: seed + 1 }),
      );
      const free = analyzed([maxout.inputs], [{ type: 'maxout', units: maxout.units, rank: maxout.rank }]);
      const bound = shown(analyzed(input, [layer]), 'tightest-upper');
      return [label, bound, shown(free, 'maxout-mrz2022-upper'), engine.groupDigits(String(Math.max(...counts)))];
    }),
  ],
  graph: () => [
    ['graph', 'features', 'formula', 'exact', 'counted'],
    ...graphs.map(({ label, adjacency, features, units }) => {
      const layers = [{ type: 'graph_conv', units, adjacency, activation: 'relu' }];
      const analysis = analyzed([adjacency.length, features], layers);
      const formula = shown(analysis, 'recurrence-upper');
      const counted = countOf([adjacency.length, features], layers, { method: 'cells', place: { kind: 'all' } });
      return [label, `${features} → ${units}`, formula, shown(analysis, 'gcn-one-layer-exact'), String(counted)];
    }),
  ],
  fused: () => [
    ['network', 'activation regions at most', 'linear regions at most'],
    ...[
      [8, 8, 1],
      [12, 12, 1],
    ].map((input) => {
      const layers = [conv2d(2, [3, 3]), { type: 'max_pooling2d', pool_size: 2 }];
      const analysis = analyzed(input, layers);
      return [
        `${input.join('×')}, 2 filters 3×3, max pooling 2×2`,
        shown(analysis, 'tightest-upper'),
        shown(analysis, 'tightest-upper-linear'),
      ];
    }),
  ],
  means: () => [
    ['network', 'domain', 'networks', 'mean', 'simulated', 'at most'],
    ...meanCases.map(({ label, input, layers, method, seeds }) => {
      const analysis = analyzed(input, layers, method === 'line' ? { sliceDimension: 1 } : {});
      const { value } = boundOf(analysis, `kac-rice-${method}`);
      const { mean, error } = simulated(input, layers, method, seeds);
      const counted = `${mean.toFixed(1)} ± ${error.toFixed(1)}`;
      const domain = method === 'line' ? 'the diagonal of [−1, 1]ⁿ' : '[−1, 1]²';
      return [label, domain, String(seeds), (10 ** value.log10).toFixed(1), counted, shown(analysis, 'tightest-upper')];
    }),
  ],
  comparison: () => {
    const files = [
      {
        label: 'convolutions on 12×12×1, 8 and 8 filters 3×3, 10 outputs',
        input: [12, 12, 1],
        layers: [conv2d(8, [3, 3]), conv2d(8, [3, 3]), { type: 'flatten' }, affine(10)],
      },
      { label: '2-32-32-32-1', input: [2], layers: [dense(32), dense(32), dense(32), affine(1)] },
    ];
    const roles = {
      network: '',
      'dense-same-parameters': ' – dense, same parameters',
      'shallow-same-neurons': ' – shallow, same neurons',
    };
    return [
      ['network', 'neurons', 'parameters', 'at most', 'can reach', 'at most, a parameter', 'can reach, a parameter'],
      ...files.flatMap(({ label, input, layers }) => {
        const { network } = analyzed(input, layers);
        return engine
          .compareNetworks([{ file: FILE, network }], {}, true)
          .rows.map((/** @type {{ role: keyof typeof roles, measures: any }} */ { role, measures }) => {
            const { neurons, parameters, upper, lower } = measures;
            const ratio = (/** @type {unknown} */ bound) =>
              engine.formatMagnitude(engine.regionsPerParameter(bound, parameters));
            const figures = [upper.value, lower.value].map((value) => engine.formatMagnitude(value));
            const counts = [neurons, parameters].map((n) => engine.groupDigits(String(n)));
            return [label + roles[role], ...counts, ...figures, ratio(upper), ratio(lower)];
          });
      }),
    ];
  },
};

const border = [
  [1, 1],
  [1, 1],
];
/** @type {readonly { input: number[], kernel: number[], filters: number, padding?: unknown }[]} */
const oneConvolutions = [
  { input: [1, 6, 1], kernel: [1, 3], filters: 2, padding: 'valid' },
  { input: [3, 3, 1], kernel: [2, 2], filters: 1, padding: 'valid' },
  { input: [3, 3, 1], kernel: [2, 2], filters: 2, padding: 'valid' },
  { input: [3, 3, 1], kernel: [2, 2], filters: 3, padding: 'valid' },
  { input: [3, 3, 1], kernel: [2, 2], filters: 4, padding: 'valid' },
  { input: [3, 3, 2], kernel: [2, 2], filters: 3, padding: 'valid' },
  { input: [3, 3, 1], kernel: [2, 2], filters: 1, padding: border },
];

const pointwiseNetworks = [
  {
    label: '28×28×1, 6 filters 5×5, same padding',
    input: [28, 28, 1],
    layers: [conv2d(6, [5, 5], { padding: 'same' })],
  },
  { label: '8×8×3, 8 filters 3×3, no padding', input: [8, 8, 3], layers: [conv2d(8, [3, 3])] },
  {
    label: '8×8×1, 4 and 4 filters 3×3, same padding',
    input: [8, 8, 1],
    layers: [conv2d(4, [3, 3], { padding: 'same' }), conv2d(4, [3, 3], { padding: 'same' })],
  },
];

const tropicalLayers = [
  {
    label: 'dense, 4 inputs, 3 units',
    input: [4],
    layer: { type: 'tropical_dense', units: 3 },
    maxout: { inputs: 4, units: 3, rank: 4 },
  },
  {
    label: 'windows of 3 on 5 values',
    input: [5, 1],
    layer: { type: 'tropical_conv1d', filters: 1, kernel_size: 3 },
    maxout: { inputs: 5, units: 3, rank: 3 },
  },
  {
    label: 'the same, 2 filters',
    input: [5, 1],
    layer: { type: 'tropical_conv1d', filters: 2, kernel_size: 3 },
    maxout: { inputs: 5, units: 6, rank: 3 },
  },
  {
    label: 'windows of 2 on 3 values of 2 channels, added up',
    input: [3, 2],
    layer: { type: 'tropical_conv1d', filters: 1, kernel_size: 2, reduce: 'sum' },
    maxout: { inputs: 6, units: 4, rank: 2 },
  },
  {
    label: 'windows of 2×2 on 3×3 values',
    input: [3, 3, 1],
    layer: { type: 'tropical_conv2d', filters: 1, kernel_size: 2 },
    maxout: { inputs: 9, units: 4, rank: 4 },
  },
];

const graphs = [
  {
    label: 'path on 3 nodes with self-loops, invertible',
    adjacency: [
      [1, 1, 0],
      [1, 1, 1],
      [0, 1, 1],
    ],
    features: 1,
    units: 2,
  },
  {
    label: 'path on 2 nodes with self-loops, singular',
    adjacency: [
      [1, 1],
      [1, 1],
    ],
    features: 1,
    units: 2,
  },
];

/**
 * Units, a branch of units and of an affine layer, and units on the sum.
 * @param {LayerText} units @param {LayerText} last
 */
const postActivation = (units, last) => [
  { ...units, name: 's' },
  units,
  { ...last, name: 'b' },
  { type: 'add', inputs: ['s', 'b'] },
  { type: 'activation', activation: 'relu' },
];

/**
 * @type {readonly { label: string, input: number[], layers: LayerText[], method: 'line' | 'plane', seeds: number }[]}
 */
const meanCases = [
  { label: '2-32', input: [2], layers: [dense(32)], method: 'plane', seeds: 100 },
  { label: '2-16-16', input: [2], layers: [dense(16), dense(16)], method: 'plane', seeds: 100 },
  { label: '10-64-64-64', input: [10], layers: [dense(64), dense(64), dense(64)], method: 'line', seeds: 200 },
  {
    label: 'convolutions on 20×1: 24 filters of 5, 24 of 3',
    input: [20, 1],
    layers: [
      { type: 'conv1d', filters: 24, kernel_size: 5, activation: 'relu' },
      { type: 'conv1d', filters: 24, kernel_size: 3, strides: 2, activation: 'relu' },
    ],
    method: 'line',
    seeds: 60,
  },
  {
    label: 'two pre-activation residual blocks of 32 on 16',
    input: [16],
    layers: [
      affine(16, { name: 's' }),
      dense(32, { name: 'a' }),
      affine(16, { name: 'b' }),
      { type: 'add', name: 't', inputs: ['s', 'b'] },
      dense(32, { name: 'c' }),
    ],
    method: 'line',
    seeds: 200,
  },
  {
    label: 'a post-activation residual block of 64 on 10, then 64',
    input: [10],
    layers: [...postActivation(dense(64), affine(64)), dense(64)],
    method: 'line',
    seeds: 200,
  },
  {
    label: 'a post-activation residual block of 24 filters of 3 on 12×1',
    input: [12, 1],
    layers: postActivation(
      { type: 'conv1d', filters: 24, kernel_size: 3, padding: 'same', activation: 'relu' },
      { type: 'conv1d', filters: 24, kernel_size: 3, padding: 'same' },
    ),
    method: 'line',
    seeds: 100,
  },
];

/**
 * Two blocks y = x + V relu(W x + b). The first is |x| in every coordinate; the second one's hyperplanes all cross in
 * the point (1, ..., 1), so that they cut the positive orthant into 2^n cells, and with it all 2^n orthants.
 * @param {number} n
 */
function residualBlocks(n) {
  /** @param {(i: number, j: number) => number} entry */
  const matrix = (entry) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)));
  const zero = Array(n).fill(0);
  const identity = (/** @type {number} */ scale) => matrix((i, j) => (i === j ? scale : 0));
  return [
    dense(n, { name: 'a', weights: { kernel: identity(-1), bias: zero } }),
    affine(n, { name: 'b', weights: { kernel: identity(2), bias: zero } }),
    { type: 'add', name: 'folded', inputs: ['input', 'b'] },
    dense(n, { name: 'c', weights: { kernel: matrix((i, j) => (i === j ? 2 : 1)), bias: Array(n).fill(-n - 1) } }),
    affine(n, { name: 'd', weights: { kernel: identity(1), bias: zero } }),
    { type: 'add', inputs: ['folded', 'd'] },
  ];
}

/**
 * @param {readonly number[]} input
 * @param {readonly LayerText[]} layers
 * @param {{ readonly seed?: number, readonly [option: string]: unknown }} choice
 * @returns {number}
 */
function countOf(input, layers, { seed = 1, ...choice }) {
  const { network } = engine.networkWithWeights(text(input, layers), FILE, undefined, null);
  const source = { kind: 'file', seed };
  const settled = { source, linear: false, keepRegions: false, limits: {}, ...choice };
  const result = engine.count(engine.planCount(network, settled));
  if (!result.exact) throw new Error('a count was not finished');
  return result.activationRegions;
}

/**
 * Mean of exact counts over networks drawn from seeds 1, 2, ..., and its standard error.
 * @param {readonly number[]} input
 * @param {readonly LayerText[]} layers
 * @param {'line' | 'plane'} method
 * @param {number} seeds
 */
function simulated(input, layers, method, seeds) {
  const counts = Array.from({ length: seeds }, (_, i) => countOf(input, layers, { method, seed: i + 1 }));
  const mean = counts.reduce((sum, n) => sum + n, 0) / seeds;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (seeds - 1);
  return { mean, error: Math.sqrt(variance / seeds) };
}

/**
 * A Markdown table with padded columns; those of numbers are flush right.
 * @param {Rows} rows
 */
function table([head, ...rows]) {
  const widths = head.map((title, i) => Math.max(...[head, ...rows].map((row) => row[i].length), title.length, 3));
  const isNumber = head.map((_, i) => i > 0 && rows.every((row) => /^[–\d,.^ ±]+$/.test(row[i])));
  const cells = (/** @type {readonly string[]} */ row) =>
    row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
  const rule = widths.map((width, i) => (isNumber[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [cells(head), rule, ...rows.map(cells)].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const before = await readFile(document, 'utf8');
const known = new Set();
const after = before.replace(
  /(<!-- figure: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
  (_whole, start, /** @type {string} */ id, end) => {
    const figure = figures[id];
    if (!figure) throw new Error(`docs/theory.md asks for a figure ${id}, which nobody computes`);
    known.add(id);
    return `${start}\n${table(figure())}\n\n${end}`;
  },
);
const unused = Object.keys(figures).filter((id) => !known.has(id));
if (unused.length > 0) throw new Error(`docs/theory.md has no place for ${unused.join(', ')}`);

if (!process.argv.includes('--check')) await writeFile(document, after);
else if (after !== before) {
  const lines = after.split('\n');
  const old = before.split('\n');
  for (const [i, line] of lines.entries()) {
    if (line !== old[i]) console.error(`docs/theory.md:${i + 1} should be\n  ${line}\nand is\n  ${old[i] ?? ''}`);
  }
  process.exitCode = 1;
}
