import { configDefaults, defineConfig } from 'vitest/config';
import { panelTests } from './panelTests.ts';

export default defineConfig({
  test: {
    include: ['test/ui/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...panelTests],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Counting and drawing behind a panel take seconds on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // What fails once on a busy machine is tried again: a fault of the product fails twice.
    retry: 1,
    // One editor at a time: two would fight for the processor, and what appears late looks like what is missing.
    fileParallelism: false,
    // Threads end with their process, also when it is interrupted; and with it the editor and the browser.
    pool: 'threads',
  },
});
