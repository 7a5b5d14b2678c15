import type { TaskNetwork } from '../../protocol/pool.ts';
import type { CountRunner } from './countRunner.ts';

const MAX_KEPT = 50;

/** What there is to say of weights beside networks, found once for each state of both. */
export class WeightRemarks {
  private readonly known = new Map<string, Promise<readonly string[]>>();

  constructor(private readonly runner: CountRunner) {}

  of(fingerprint: string, network: TaskNetwork): Promise<readonly string[]> {
    const known = this.known.get(fingerprint) ?? this.find(network);
    this.known.set(fingerprint, known);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MAX_KEPT) break;
      this.known.delete(oldest);
    }
    return known;
  }

  private async find(network: TaskNetwork): Promise<readonly string[]> {
    try {
      return await this.runner.weightRemarks(network);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }
}
