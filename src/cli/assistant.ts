import { answerOneCall } from '../host/node/processes/assistantCall.ts';
import { mergeCommand } from './commands/mergeCommand.ts';
import { statusCommand } from './commands/statusCommand.ts';
import { processOutput } from './terminal.ts';

/**
 * Entry of `assistant.js`. The editor follows a count in parts by the commands `status` and `merge`, which need what
 * answers assistants anyway: started with one of them, the process runs it. Else it answers one call of an assistant.
 */
async function main([command, ...words]: readonly string[]): Promise<void> {
  if (command === 'status') process.exitCode = statusCommand(words, processOutput(process));
  else if (command === 'merge') process.exitCode = await mergeCommand(words, processOutput(process));
  else answerOneCall();
}

void main(process.argv.slice(2));
