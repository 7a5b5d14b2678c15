import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { binaryKinds, readDamaged, type BinaryKind } from '../fuzz/binaries.ts';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** `npm run fuzz -- --binaries 40000` reads more of them. */
const COPIES = 400;

describe('a binary file that is damaged', () => {
  it.each(Object.keys(binaryKinds) as BinaryKind[])('is read or refused with a sentence: %s', (kind) => {
    const { read, refused, slowestMs, mostBytes } = readDamaged(fixtures, kind, COPIES, 7);
    expect(read + refused).toBe(COPIES);
    // Some damage is in names or in numbers, and some is fatal.
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(COPIES / 4);
    // None goes around in circles or makes room for what is not there.
    expect(slowestMs).toBeLessThan(5000);
    expect(mostBytes).toBeLessThan(400 * 2 ** 20);
  });
});
