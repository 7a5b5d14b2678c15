import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import type { CountMethod } from '../../../src/counting/count.ts';
import { expectedCounts, fixture } from './networks.ts';

const methods: Record<number, CountMethod> = { 1: 'line', 2: 'plane' };

describe('networks whose counts are known from exact integer arithmetic', () => {
  for (const [name, { domain, activationRegions }] of expectedCounts()) {
    const method = methods[domain.lower.length];
    if (!method) continue;
    it(`${name} by ${method}`, () => {
      const result = count({
        network: fixture(name),
        method,
        domain: { kind: 'box', ...domain },
        linear: false,
        keepRegions: false,
        limits: {},
      });
      expect(result.activationRegions).toBe(activationRegions);
    });
  }
});
