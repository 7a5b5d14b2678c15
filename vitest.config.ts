import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Patience for a machine under load; no test says anything about time.
    testTimeout: 30_000,
    include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
  },
});
