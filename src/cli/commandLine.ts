import { analyzeCommand } from './commands/analyzeCommand.ts';
import { checkCommand } from './commands/checkCommand.ts';
import { compareCommand } from './commands/compareCommand.ts';
import { convertCommand } from './commands/convertCommand.ts';
import { countCommand } from './commands/countCommand.ts';
import { fitCommand } from './commands/fitCommand.ts';
import { mcpCommand } from './commands/mcpCommand.ts';
import { measureCommand } from './commands/measureCommand.ts';
import { mergeCommand } from './commands/mergeCommand.ts';
import { slurmCommand } from './commands/slurmCommand.ts';
import { statusCommand } from './commands/statusCommand.ts';
import { sweepCommand } from './commands/sweepCommand.ts';
import { trainCommand } from './commands/trainCommand.ts';
import type { Output } from './io.ts';
import { HELP, UsageError } from './usage.ts';

/** What stands behind the program's name: a command and its words. Returns the exit code, also after an error. */
export async function runCommandLine(words: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  try {
    return await runCommand(words, output, stop);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    output.error(`region-lens: ${message}`);
    if (error instanceof UsageError) output.error('Try region-lens --help.');
    return error instanceof UsageError ? 2 : 1;
  }
}

/**
 * Commands that wait for workers stop with what they have. The others compute in this thread, where a handler would run
 * only after the work: for them a signal ends the process, as it does by default.
 */
export function endsWithWhatItHas([command, ...words]: readonly string[]): boolean {
  const has = (option: string) => words.some((word) => word === option || word.startsWith(`${option}=`));
  return (
    (['count', 'measure', 'sweep', 'fit', 'train'].includes(command) && !has('--part')) ||
    words.some((word) => word.startsWith('--simulate'))
  );
}

async function runCommand([command, ...words]: readonly string[], output: Output, stop: AbortSignal): Promise<number> {
  if (words.includes('--help')) {
    output.line(HELP);
    return 0;
  }
  switch (command) {
    case 'analyze':
      return analyzeCommand(words, output, stop);
    case 'count':
      return countCommand(words, output, stop);
    case 'check':
      return checkCommand(words, output);
    case 'merge':
      return mergeCommand(words, output);
    case 'status':
      return statusCommand(words, output);
    case 'slurm':
      return slurmCommand(words, output);
    case 'mcp':
      return mcpCommand(words);
    case 'measure':
      return measureCommand(words, output, stop);
    case 'convert':
      return convertCommand(words, output);
    case 'compare':
      return compareCommand(words, output, stop);
    case 'fit':
      return fitCommand(words, output, stop);
    case 'train':
      return trainCommand(words, output, stop);
    case 'sweep':
      return sweepCommand(words, output, stop);
    case '--help':
    case '-h':
    case 'help':
      output.line(HELP);
      return 0;
    default:
      throw new UsageError(command === undefined ? 'a command is missing' : `there is no command ${command}`);
  }
}
