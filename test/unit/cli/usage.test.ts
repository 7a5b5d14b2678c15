import { describe, expect, it } from 'vitest';
import { analyzeCommand } from '../../../src/cli/commands/analyzeCommand.ts';
import { compareCommand } from '../../../src/cli/commands/compareCommand.ts';
import { countCommand } from '../../../src/cli/commands/countCommand.ts';
import type { Output } from '../../../src/cli/io.ts';
import { measureCommand } from '../../../src/cli/commands/measureCommand.ts';
import { sweepCommand } from '../../../src/cli/commands/sweepCommand.ts';
import { UsageError } from '../../../src/cli/usage.ts';

const commands = {
  analyze: analyzeCommand,
  compare: compareCommand,
  count: countCommand,
  measure: measureCommand,
  sweep: sweepCommand,
};
const silent: Output = { line: () => undefined, error: () => undefined };

describe('a number in an option', () => {
  it.each([
    ['count --method line', 'workers', ['1e9', 'NaN', '0', '1.5', '', 'Infinity', '129', '0x', '1e400']],
    ['count --method line', 'runs', ['1e10', '0', '-1', 'two']],
    ['count --method line', 'seed', ['1e16', '-1', '0.5']],
    ['count --method line', 'max-regions', ['0', '1.5', '1e20']],
    ['count --method line', 'max-seconds', ['Infinity', '-1', 'NaN', ' ']],
    ['count --method line', 'max-memory', ['1e30', '0']],
    ['count --method line', 'bias-stddev', ['1e300', '-1', 'NaN']],
    ['count --method line', 'kernel-stddev', ['1e300', '-1', '1e999']],
    ['count --method line', 'domain', ['-1e308,1e308', '0,NaN', '1', '1,1', '0,1,2', ',1', '0,Infinity']],
    [
      'count --method line --to=[1,0]',
      'from',
      ['[-1e308,0]', '[null,0]', '["1",0]', '[[1],0]', 'x', '{}', '[1e999,0]'],
    ],
    ['count --method plane --u=[1,0] --v=[0,1]', 'origin', ['[1e200,0]', '1']],
    ['count --method sample', 'samples', ['1e15', '0']],
    ['measure', 'lines', ['1e9', '0', 'NaN']],
    ['measure', 'points', ['1e9', '-1']],
    ['measure', 'workers', ['1e9']],
    ['measure', 'seed', ['1e300']],
    ['analyze', 'budget', ['1e300', '0', 'NaN']],
    ['analyze', 'slice-dim', ['1e300', '0', '1.5', 'two']],
    ['analyze --simulate 2', 'workers', ['1e9']],
    ['compare', 'budget', ['1e300']],
    ['compare', 'slice-dim', ['-1']],
    ['sweep --layer a --from 1 --to 2', 'steps', ['1e9', '1', 'NaN']],
    ['sweep --layer a --from 1 --to 2', 'factor', ['1', '-2', 'Infinity']],
    ['sweep --layer a --to 2', 'from', ['0', '1e300', 'NaN']],
  ] as const)('%s --%s is refused outside its limits: %j', async (command, option, values) => {
    const [name, ...words] = command.split(' ');
    for (const value of values) {
      const run = commands[name as keyof typeof commands](
        ['none.json', ...words, `--${option}=${value}`],
        silent,
        new AbortController().signal,
      );
      await expect(run, value).rejects.toThrow(UsageError);
      await expect(run, value).rejects.toThrow(new RegExp(`^--${option} takes `));
    }
  });
});
