import { defineConfig } from 'vitest/config';
import { panelTests } from './panelTests.ts';

/** The panel's page alone, in a browser without an editor: its files do not disturb each other. */
export default defineConfig({
  test: {
    include: panelTests,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On a busy machine a page may take seconds to draw what it was sent.
    expect: { poll: { timeout: 20_000 } },
    // What fails once on a busy machine is tried again: a fault of the panel fails twice.
    retry: 1,
    maxWorkers: 2,
    pool: 'threads',
  },
});
