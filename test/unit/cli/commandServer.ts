import { runCommandLine } from '../../../src/cli/commandLine.ts';
import { processOutput } from '../../../src/cli/terminal.ts';

/**
 * Runs command lines in one process, each with streams of its own, and answers with what it wrote: starting Node and
 * reading the bundle takes longer than most of what tests ask for.
 */
process.on('message', ({ id, words }: { readonly id: number; readonly words: readonly string[] }) => {
  const written = { out: '', err: '' };
  const stream = (name: keyof typeof written) =>
    ({ write: (text: string) => (written[name] += text) }) as unknown as NodeJS.WriteStream & { fd: 1 & 2 };
  const output = processOutput({ stdout: stream('out'), stderr: stream('err') });
  void runCommandLine(words, output, new AbortController().signal).then((code) => {
    process.send!({ id, ran: { code, ...written } });
  });
});
