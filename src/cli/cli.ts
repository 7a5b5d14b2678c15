import { endsWithWhatItHas, runCommandLine } from './commandLine.ts';
import { endWhenOutputFails, processOutput } from './terminal.ts';

const words = process.argv.slice(2);
const output = processOutput(process);
const stop = new AbortController();

endWhenOutputFails(output, process);
if (endsWithWhatItHas(words))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
void runCommandLine(words, output, stop.signal).then((code) => (process.exitCode = code));
