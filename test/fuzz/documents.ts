import { checkDocument, type Depth, type Exercised } from './checks.ts';
import { enlarged, mutated } from './mutations.ts';
import { Random } from './random.ts';
import { nativeLayers, seedFiles, type Seed } from './seeds.ts';

/** One document of a run: it depends on the run's seed and its own number alone. */
export interface FuzzDocument {
  readonly document: Seed;
  readonly depth: Depth;
  readonly random: Random;
}

/**
 * How rare documents of one layer with a large number are, and how rare full checks are among them. The first is a
 * prime, so that every process of a run gets some.
 */
const [largeEvery, allOfLarge] = [199, 32];
/** Of the others, these are source code and native layers, the rest files. */
const [shareOfSources, shareOfLayers] = [0.05, 0.3];
/** Of the others, all is checked of these, bounds of those; every document is read and built. */
const [shareOfAll, shareOfBounds] = [0.006, 0.03];

export interface Corpus {
  /** Native networks, one for each type of layer and shape of the input that fit. */
  readonly layers: readonly Seed[];
  /** Files of every format. */
  readonly files: readonly Seed[];
  /** Source code, which takes much longer to evaluate than a file to read. */
  readonly sources: readonly Seed[];
  /** Native layers with one large number each. A run goes through them in turn. */
  readonly large: readonly Seed[];
}

export function corpus(root: string): Corpus {
  const layers = nativeLayers();
  const seeds = seedFiles(root);
  const [files, sources] = [true, false].map((isData) => seeds.filter(({ name }) => name.endsWith('.json') === isData));
  return { layers, files, sources, large: layers.flatMap(enlarged) };
}

export function documentOf({ layers, files, sources, large }: Corpus, seed: number, index: number): FuzzDocument {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  if (index % largeEvery === 0) {
    const turn = index / largeEvery;
    return { document: large[turn % large.length], depth: turn % allOfLarge === 0 ? 'all' : 'bounds', random };
  }
  const kind = random.next();
  const seeds = kind < shareOfSources ? sources : kind < shareOfSources + shareOfLayers ? layers : files;
  const document = mutated(random.pick(seeds), seeds, random);
  const chance = random.next();
  const depth = chance < shareOfAll ? 'all' : chance < shareOfAll + shareOfBounds ? 'bounds' : 'read';
  return { document, depth, random };
}

export type { Exercised };

export function checkNumber(all: Corpus, seed: number, index: number): Promise<Exercised> {
  const { document, depth, random } = documentOf(all, seed, index);
  return checkDocument(document, depth, random);
}
