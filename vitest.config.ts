import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Patience for a machine under load; no test says anything about time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // All cores: left alone, one of two would idle.
    maxWorkers: '100%',
    // Modules are read once in each process: anew for every file, they take a fifth of the time. What they keep makes
    // no difference to what they answer.
    poolOptions: { forks: { isolate: false } },
    setupFiles: ['test/breathe.ts'],
    include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
  },
});
