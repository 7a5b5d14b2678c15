import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { count } from '../../src/counting/countRegions.ts';
import type { Domain } from '../../src/common/place.ts';
import type { Network } from '../../src/network/network.ts';

export interface Milestone {
  readonly regions: number;
  /** Of processor time since the count began. */
  readonly seconds: number;
  /** Held by the count, its network included, once what is not needed any more is swept away; null when it is over. */
  readonly megabytes: number | null;
}

/** One count in the plane to its end: what it took for each of these many regions, and at the end. */
export function milestones(network: Network, domain: Domain, at: readonly number[]): Milestone[] {
  const held = memoryGauge();
  const before = held();
  const found: Milestone[] = [];
  const left = [...at];
  const start = processorTime();
  let swept = 0;
  const progress = ({ regions }: { regions: number }) => {
    if (left.length === 0 || regions < left[0]) return;
    left.shift();
    // Sweeping is not part of the count.
    const now = processorTime();
    found.push({ regions, seconds: now - start - swept, megabytes: (held() - before) / 1e6 });
    swept += processorTime() - now;
  };
  const request = { network, method: 'plane', domain, linear: false, keepRegions: false, limits: {} } as const;
  const { activationRegions } = count(request, { progress });
  return [...found, { regions: activationRegions, seconds: processorTime() - start - swept, megabytes: null }];
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Bytes in use, after a sweep. */
function memoryGauge(): () => number {
  setFlagsFromString('--expose-gc');
  const sweep = runInNewContext('gc') as () => void;
  return () => {
    sweep();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
}
