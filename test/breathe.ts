import { afterEach } from 'vitest';

// Tests that never wait keep the process from hearing what Vitest answers, which it takes for silence after a minute.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));
