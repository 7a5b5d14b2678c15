import { afterEach, describe, expect, it } from 'vitest';
import { layerTypes } from '../../../src/formats/layers/table.ts';
import { check, type Tally } from './check.ts';
import { generate, wide, wider } from './generate.ts';
import { checkDrawnMean } from './drawnMeans.ts';
import { checkMeans } from './means.ts';
import { textOf } from './nativeFile.ts';

/** These seeds in every run; `npm run hunt` goes on with others. */
const SEEDS = 120;
const PART = 40;
/** A single graph convolution with an invertible adjacency: the only kind with an exact count of its own. */
const GRAPH_SEED = 869;
const WIDE_SEEDS = 12;
/** Of which about a third have a mean from draws. */
const DRAWN_SEEDS = 24;
/** So long that nothing but a hang takes it. */
const PATIENCE = 300_000;

function add(into: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, times] of Object.entries(more)) into[name] = (into[name] ?? 0) + times;
}

describe('what is said of random networks of every kind', () => {
  // Minutes of tests that never wait would keep the runner's answers from being read, which it takes for a failure.
  afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

  const types = new Set<string>();
  const tally: Tally = { counts: {}, comparisons: {} };

  for (let first = 1; first <= SEEDS; first += PART) {
    it(
      `agrees with what is counted, seeds ${first} to ${first + PART - 1}`,
      () => {
        const seeds = Array.from({ length: PART }, (_, k) => first + k);
        for (const seed of first === 1 ? [...seeds, GRAPH_SEED] : seeds) {
          const file = generate(seed);
          file.layers.forEach(({ type }) => types.add(type));
          const { finds, tally: more } = check(file, seed);
          expect(finds, `seed ${seed}\n${textOf(file)}`).toEqual([]);
          add(tally.counts, more.counts);
          add(tally.comparisons, more.comparisons);
        }
      },
      PATIENCE,
    );
  }

  it(
    'is the mean of what is counted, where it is a mean',
    () => {
      for (let seed = 1; seed <= WIDE_SEEDS; seed++) {
        const file = generate(seed, wide);
        expect(checkMeans(file).finds, `seed ${seed}\n${textOf(file)}`).toEqual([]);
      }
    },
    PATIENCE,
  );

  it('draws networks again with more channels, which may be all that is missing', () => {
    const separable = {
      name: 'separable',
      input: [12, 2],
      layers: [
        { type: 'conv1d', name: 'c', filters: 24, kernel_size: 3, activation: 'relu' },
        { type: 'separable_conv1d', name: 's', filters: 24, kernel_size: 3, activation: 'relu' },
      ],
    };
    expect(wider(separable)?.layers.map(({ filters }) => filters)).toEqual([96, 96]);
    expect(wider({ ...separable, layers: [{ type: 'residual', name: 'r' }] })).toBeNull();
  });

  it(
    'is the mean of what is counted at these widths, where it comes from draws',
    () => {
      let compared = 0;
      for (let seed = 1; seed <= DRAWN_SEEDS; seed++) {
        const file = generate(seed);
        const { finds, tally: more } = checkDrawnMean(file, seed);
        expect(finds, `seed ${seed}\n${textOf(file)}`).toEqual([]);
        compared += more.comparisons['kac-rice-simulated'] ?? 0;
      }
      expect(compared).toBeGreaterThan(DRAWN_SEEDS / 5);
    },
    PATIENCE,
  );

  it('was asked of every type of layer, and of every bound and method', () => {
    // Of an unknown layer nothing can be said.
    expect(layerTypes().filter((type) => type !== 'unknown' && !types.has(type))).toEqual([]);
    const bounds = [
      'naive-upper',
      'serra2018-upper',
      'recurrence-upper',
      'tightest-upper',
      'tightest-upper-linear',
      'best-lower',
      'pointwise-lower',
      'folding-lower',
      'maxout-folding-lower',
      'gcn-folding-lower',
      'xiong2020-upper',
      'maxout-mrz2022-upper',
      'gcn-one-layer-exact',
      'tropical-one-layer-exact',
    ];
    expect(bounds.filter((id) => !tally.comparisons[id])).toEqual([]);
    expect(['line', 'plane', 'box', 'all', 'edge'].filter((name) => !tally.counts[name])).toEqual([]);
  });
});
