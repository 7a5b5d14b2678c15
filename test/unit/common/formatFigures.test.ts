import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatFactor,
  formatLog10,
  formatMagnitude,
  formatNumber,
  formatPower,
  formatSeconds,
  significant,
} from '../../../src/common/formatFigures.ts';

describe('figures', () => {
  it('show every digit of a count', () => {
    expect(formatCount(90_601)).toBe('90,601');
    expect(formatCount(2.6)).toBe('3');
    expect(formatCount(2 ** 70)).toBe('1,180,591,620,717,411,303,424');
  });

  it('are written out while they are short, and as powers beyond', () => {
    expect(formatLog10(Math.log10(2217))).toBe('2,217');
    expect(formatLog10(Math.log10(3.74))).toBe('3.74');
    expect(formatLog10(Math.log10(30.28))).toBe('30.3');
    expect(formatLog10(7.436)).toBe('10^7.44');
    expect(formatLog10(-3.5)).toBe('10^−3.50');
    expect(formatLog10(-5000)).toBe('10^−5000.0');
    expect(formatNumber(0)).toBe('0');
    expect(formatNumber(0.01234)).toBe('0.0123');
    expect(formatNumber(2e-5)).toBe('10^−4.70');
  });

  it('have one form as powers', () => {
    expect(formatPower(150.126)).toBe('10^150.13');
    expect(formatPower(1860.41)).toBe('10^1860.4');
    expect(formatPower(1_204_733)).toBe('10^1,204,733');
  });

  it('as factors keep the digits that matter', () => {
    expect(formatFactor(Math.log10(301))).toBe('301');
    expect(formatFactor(Math.log10(30.28))).toBe('30.3');
    expect(formatFactor(Math.log10(3.75))).toBe('3.8');
    expect(formatFactor(Math.log10(1.053))).toBe('1.05');
    expect(formatFactor(Math.log10(0.953))).toBe('0.953');
    expect(formatFactor(0)).toBe('1');
    expect(formatFactor(11.27)).toBe('10^11.27');
  });

  it('follow the notation that is chosen', () => {
    const million = { log10: 6, exact: 1_000_000n };
    expect(formatMagnitude(million)).toBe('10^6.00');
    expect(formatMagnitude(million, 'decimal')).toBe('1,000,000');
    expect(formatMagnitude(million, 'bits')).toBe('2^19.93');
    expect(formatFactor(Math.log10(8), 'bits')).toBe('2^3.00');
  });

  it('that are measured have a true minus sign and no more digits than asked for', () => {
    expect(significant(-0.25, 3)).toBe('−0.25');
    expect(significant(1234.56, 3)).toBe('1230');
    expect(significant(3.73e-5)).toBe('3.73e−5');
    expect(significant(1.2345e-7, 2)).toBe('1.2e−7');
  });

  it('of time and memory name their unit', () => {
    expect(formatSeconds(0.0031)).toBe('3 ms');
    expect(formatSeconds(1.23)).toBe('1.2 s');
    expect(formatBytes(1434)).toBe('1.4 KB');
  });
});
