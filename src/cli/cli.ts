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
import { endWhenOutputFails, processOutput } from './terminal.ts';
import { HELP, UsageError } from './usage.ts';

const output = processOutput(process);

async function main([command, ...words]: string[]): Promise<number> {
  const stop = new AbortController();
  // Commands that wait for workers stop with what they have. The others compute in this thread, where a handler would
  // run only after the work: for them a signal ends the process, as it does by default.
  const has = (option: string) => words.some((word) => word === option || word.startsWith(`${option}=`));
  const waits =
    (['count', 'measure', 'sweep', 'fit', 'train'].includes(command) && !has('--part')) ||
    words.some((word) => word.startsWith('--simulate'));
  if (waits) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  if (words.includes('--help')) {
    output.line(HELP);
    return 0;
  }
  switch (command) {
    case 'analyze':
      return analyzeCommand(words, output, stop.signal);
    case 'count':
      return countCommand(words, output, stop.signal);
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
      return measureCommand(words, output, stop.signal);
    case 'convert':
      return convertCommand(words, output);
    case 'compare':
      return compareCommand(words, output, stop.signal);
    case 'fit':
      return fitCommand(words, output, stop.signal);
    case 'train':
      return trainCommand(words, output, stop.signal);
    case 'sweep':
      return sweepCommand(words, output, stop.signal);
    case '--help':
    case '-h':
    case 'help':
      output.line(HELP);
      return 0;
    default:
      throw new UsageError(command === undefined ? 'a command is missing' : `there is no command ${command}`);
  }
}

endWhenOutputFails(output, process);
main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    output.error(`region-lens: ${message}`);
    if (error instanceof UsageError) output.error('Try region-lens --help.');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
