import { defineConfig } from 'vitest/config';
import { panelTests } from './panelTests.ts';

/** The panel's page alone, in a browser without an editor: its files do not disturb each other. */
export default defineConfig({
  test: {
    include: panelTests,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'threads',
  },
});
