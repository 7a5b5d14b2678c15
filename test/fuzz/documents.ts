import { checkDocument, type Depth, type Exercised } from './checks.ts';
import { enlarged, mutated } from './mutations.ts';
import { Random } from './random.ts';
import { nativeLayers, seedDocuments, type Seed } from './seeds.ts';

/** One document of a run: it depends on the run's seed and its own number alone. */
export interface FuzzDocument {
  readonly document: Seed;
  readonly depth: Depth;
  readonly random: Random;
}

/** All is checked of one document in this many, bounds of one in this many; every document is read and built. */
const allOf = 20;
const boundsOf = 2;

export interface Corpus {
  readonly seeds: readonly Seed[];
  /** The first documents of every run: native layers with one large number each. */
  readonly large: readonly Seed[];
}

export function corpus(root: string): Corpus {
  const seeds = seedDocuments(root);
  return { seeds, large: nativeLayers().flatMap(enlarged) };
}

export function documentOf({ seeds, large }: Corpus, seed: number, index: number): FuzzDocument {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  if (index < large.length) return { document: large[index], depth: 'all', random };
  const depth = index % allOf === 0 ? 'all' : index % boundsOf === 0 ? 'bounds' : 'read';
  const document = mutated(random.pick(seeds), seeds, random);
  return { document, depth, random };
}

export type { Exercised };

export function checkNumber(all: Corpus, seed: number, index: number): Exercised {
  const { document, depth, random } = documentOf(all, seed, index);
  return checkDocument(document, depth, random);
}
