/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `status` or `merge` of `region-lens` in a process of its own. Rejects with `signal.reason` when that is aborted,
 * and with an Error when the process cannot be started.
 */
export type CommandLine = (words: readonly string[], signal: AbortSignal) => Promise<Printed>;
