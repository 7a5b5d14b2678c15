import { describe, expect, it } from 'vitest';
import { countSentence } from '../../../docs/.vitepress/playground/countSentence.ts';
import { count, type CountReport } from '../../../src/library/index.ts';

const network = { input: [2], layers: [{ type: 'dense', units: 16, activation: 'relu' }] };

function sentence(changes: Partial<CountReport> = {}): string {
  return countSentence({ ...count(network, { seed: 3 }), seconds: 1.23, ...changes }, 2);
}

describe('the sentence about a count', () => {
  it('says where and with which weights', () => {
    const { activationRegions, linearRegions } = count(network, { seed: 3 });
    expect(sentence()).toBe(
      `Exactly ${activationRegions} activation regions and ${linearRegions} linear regions on [−1, 1]², ` +
        'with random weights of seed 3, in 1.2 s.',
    );
    expect(sentence({ drawn: [] })).toContain('with the weights in the definition');
    expect(sentence({ activationRegions: 1, linearRegions: null })).toContain('Exactly 1 activation region on');
  });

  it('calls a count that is not exact a lower bound, and says why', () => {
    const stopped = sentence({ exact: false, stoppedBy: 'seconds', activationRegions: 5000, linearRegions: null });
    expect(stopped).toBe(
      'At least 5,000 activation regions on [−1, 1]², with random weights of seed 3, in 1.2 s: ' +
        'a lower bound. The count was stopped by its limit of time.',
    );
    expect(sentence({ exact: false, doubt: 'Two edges could not be told apart.' })).toMatch(
      /^At least .*: a lower bound\. Two edges could not be told apart\.$/,
    );
  });
});
