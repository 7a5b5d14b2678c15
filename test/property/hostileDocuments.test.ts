import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkNumber, corpus, type Exercised } from '../fuzz/documents.ts';

/** A share of what `npm run fuzz` makes: see test/fuzz. A failure names the number to look at with `--document`. */
const documents = corpus(fileURLToPath(new URL('../..', import.meta.url)));

async function check(indices: readonly number[]): Promise<Exercised> {
  const all = new Set<string>();
  for (const index of indices) {
    try {
      for (const feature of await checkNumber(documents, 1, index)) all.add(feature);
    } catch (error) {
      throw new Error(`document ${index}`, { cause: error });
    }
  }
  return all;
}

const numbers = (from: number, count: number, step = 1) => Array.from({ length: count }, (_, k) => from + k * step);

describe('damaged documents', () => {
  it('are read, built, bounded and shown without a throw, a range outside the text or bounds out of order', async () => {
    const exercised = await check(numbers(1, 600));
    for (const format of ['native', 'keras', 'onnx-json', 'typescript'])
      expect(exercised).toContain(`format ${format}`);
    for (const what of ['bounds', 'report', 'comparison', 'incremental analysis', 'server features', 'panel'])
      expect(exercised).toContain(what);
  }, 300_000);

  it('are analyzed in little time and memory with one large number in any field of any layer', async () => {
    const exercised = await check(numbers(0, 12, 199 * Math.floor(documents.large.length / 12)));
    expect(exercised).toContain('report');
  }, 300_000);
});
