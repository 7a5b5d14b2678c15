import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import type { CountMethod, CountRequest } from '../../../src/counting/count.ts';
import { expectedCounts, fixture } from './networks.ts';

const methods: Record<number, CountMethod> = { 1: 'line', 2: 'plane' };

describe('networks whose counts are known from exact integer arithmetic', () => {
  for (const [name, { domain, activationRegions, linearRegions }] of expectedCounts()) {
    const method = methods[domain.lower.length] ?? 'cells';
    it(`${name} by ${method}`, () => {
      const request: CountRequest = {
        network: fixture(name),
        method,
        domain: { kind: 'box', ...domain },
        linear: true,
        keepRegions: false,
        limits: {},
      };
      const result = count(request);
      expect(result).toMatchObject({ exact: true, activationRegions, linearRegions });
      expect(count({ ...request, linear: false }).activationRegions).toBe(activationRegions);
    });
  }
});
