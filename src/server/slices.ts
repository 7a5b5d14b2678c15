import type { CancellationToken } from 'vscode-languageserver';

/** A request that is cancelled is answered about this much later. */
const SLICE_MS = 20;

/**
 * Runs steps in slices of time. Other messages are handled between slices, in `nextTurn`, and a cancelled token ends
 * the work. `run` runs one slice; it returns false to end the work.
 */
export async function inSlices(
  steps: readonly (() => unknown)[],
  run: (slice: () => void) => boolean,
  token: CancellationToken,
  nextTurn: () => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const slice = () => {
    const end = performance.now() + SLICE_MS;
    do steps[next++]();
    while (next < steps.length && performance.now() < end);
  };
  while (next < steps.length) {
    await nextTurn();
    if (token.isCancellationRequested || !run(slice)) return;
  }
}
