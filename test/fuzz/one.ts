import { writeFileSync } from 'node:fs';
import { checkDocument } from './checks.ts';
import { corpus, documentOf } from './documents.ts';

/** Writes one document of a run out and checks it. */
export async function main(root: string, seed: number, index: number, out: string): Promise<void> {
  const { document, depth, random } = documentOf(corpus(root), seed, index);
  writeFileSync(out, document.text);
  console.log(`${document.name}, checked for ${depth}, ${document.text.length} characters: ${out}`);
  const start = performance.now();
  try {
    console.log([...(await checkDocument(document, depth, random))].join(', '));
  } finally {
    console.log(`${Math.round(performance.now() - start)} ms`);
  }
}
