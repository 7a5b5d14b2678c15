import { analyze as analyzeText } from '../../../src/analysis/analyze.ts';

export * from '../../../src/analysis/analyze.ts';

/**
 * The analysis, for tests of what stands around it: a text that says so throws, never ends, or uses up the memory. No
 * text is known that makes the real analysis do that; one that did would be mended there.
 */
export const analyze: typeof analyzeText = (content, ...others) => {
  const text = typeof content === 'string' ? content : '';
  if (text.includes('"throws"')) throw new RangeError('the analysis was to throw');
  if (text.includes('"never ends"')) for (;;);
  if (text.includes('"uses up memory"')) {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(1000).fill(kept.length));
  }
  const analysis = analyzeText(content, ...others);
  if (text.includes('"throws when viewed"') && analysis) {
    Object.defineProperty(analysis, 'problems', {
      get() {
        throw new RangeError('the analysis was to throw late');
      },
    });
  }
  return analysis;
};
