import type { Span } from '../../network/definition.ts';

/** What can be checked, by name as in the file of expectations. */
export const CHECKS = {
  readable: 'The file is read without errors',
  matched: 'An expectation is for some network',
  atMost: 'The proven upper bound on linear regions',
  canReach: 'The proven lower bound on linear regions for some weights',
  expected: 'The mean number of linear regions of random weights',
  parameters: 'The number of parameters',
  multiplyAdds: 'The number of multiply-adds for one input',
  bottlenecks: 'The number of layers that cap the dimension of what follows',
  shapes: 'The shapes of tensors',
  baseline: 'The number of linear regions has not fallen since the baseline',
} as const;
export type CheckId = keyof typeof CHECKS;

/** The result of one check of one network, or of a whole file. */
export interface CheckResult {
  readonly check: CheckId;
  readonly file: string;
  readonly network: string | null;
  readonly passed: boolean;
  /** A sentence with the figure that was found and the one that was expected. */
  readonly message: string;
  /** In the file. */
  readonly span: Span;
}
