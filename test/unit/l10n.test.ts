import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the texts that can be translated are those of the sources', () => {
  expect(() => execFileSync(process.execPath, ['scripts/l10n.mjs', '--check'], { stdio: 'pipe' })).not.toThrow();
});
