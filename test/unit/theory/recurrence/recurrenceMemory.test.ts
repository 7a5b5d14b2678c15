import { describe, expect, it } from 'vitest';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { recurrenceMemory } from '../../../../src/theory/recurrence/recurrenceMemory.ts';
import { denseRelu } from '../networks.ts';

describe('the memory of recurrences', () => {
  it('is one for a network, its slices and its variations', () => {
    const theory = TheoryContext.of(denseRelu(3, [4, 4]));
    const memory = recurrenceMemory(theory);
    expect(recurrenceMemory(theory.onSlice(1))).toBe(memory);
    expect(recurrenceMemory(theory.variation(denseRelu(3, [5, 4])))).toBe(memory);
  });

  it('is given up for the next network, so that a file of many networks holds one at a time', () => {
    const [first, second] = [TheoryContext.of(denseRelu(3, [4])), TheoryContext.of(denseRelu(3, [4]))];
    const before = recurrenceMemory(first);
    const other = recurrenceMemory(second);
    expect(recurrenceMemory(second)).toBe(other);
    expect(recurrenceMemory(first)).not.toBe(before);
    expect(recurrenceMemory(second)).not.toBe(other);
  });
});
