import { describe, expect, it } from 'vitest';
import { exactText, formatDomain, shorten, shortNames, tickParts } from '../../../webview/format.ts';

describe('numbers', () => {
  it('have exact digits where those add something', () => {
    expect(exactText({ log10: 2, text: '121', exact: '121' })).toBe('121');
    expect(exactText({ log10: 7.4, text: '10^7.44', exact: '27,270,901' })).toBe('10^7.44 = 27,270,901');
    expect(exactText({ log10: 60, text: '10^60.00', exact: '1'.repeat(61) })).toBe('10^60.00');
  });

  it('on an axis raise their exponents', () => {
    expect(tickParts(0)).toEqual({ base: '1', exponent: null });
    expect(tickParts(1000000)).toEqual({ base: '10', exponent: '1000000' });
  });
});

describe('names', () => {
  it('keep both ends when cut', () => {
    expect(shorten('average_pooling2d', 10)).toBe('avera…ng2d');
    expect(shorten('dense', 10)).toBe('dense');
  });

  it('lose what all of them share before what tells them apart', () => {
    expect(shortNames(['residual_block_1_dense', 'residual_block_12_dense'], 14)).toEqual(['…1_dense', '…12_dense']);
    expect(shortNames(['encoder_1_very_long_projection', 'encoder_2_very_long_projection'], 14)).toEqual([
      '…1…',
      '…2…',
    ]);
    expect(shortNames(['dense_1', 'dense_2'], 14)).toEqual(['dense_1', 'dense_2']);
  });
});

it('domains are written with raised exponents', () => {
  expect(formatDomain('[−1, 1]^784')).toBe('[−1,\u00a01]⁷⁸⁴');
});
