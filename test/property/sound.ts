import { expect } from 'vitest';
import type { ReadResult } from '../../src/formats/format.ts';
import { buildNetwork } from '../../src/network/build.ts';
import type { Span } from '../../src/network/definition.ts';

function allSpans({ networks, problems }: ReadResult): Span[] {
  const ofNetworks = networks.flatMap(({ span, nameSpan, inputs, layers }) => [
    span,
    nameSpan,
    ...inputs.map((input) => input.span),
    ...layers.flatMap((layer) => [layer.span, ...Object.values(layer.fields)]),
  ]);
  return [...ofNetworks, ...problems.map((problem) => problem.span)];
}

/** What holds of every text that was read, whatever it says: nothing lies outside of it, and names are different. */
export function expectSoundResult(text: string, result: ReadResult): ReadResult {
  for (const { start, end } of allSpans(result)) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
  }
  const names = result.networks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const network of result.networks) buildNetwork(network);
  return result;
}
