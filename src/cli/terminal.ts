import { getSystemErrorMap } from 'node:util';
import { visibleLine, visibleText } from '../report/visibleText.ts';
import type { Output } from './io.ts';

const CLEAR_LINE = '\r\x1b[K';

/**
 * The process's own streams. Everything that is written passes through here, and nothing in it acts on a terminal; what
 * is written to a file or a pipe is the same.
 */
export function processOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output {
  let hasStatus = false;
  const clearStatus = () => {
    if (hasStatus) stderr.write(CLEAR_LINE);
    hasStatus = false;
  };
  return {
    line: (text) => {
      clearStatus();
      stdout.write(visibleText(text.endsWith('\n') ? text : `${text}\n`));
    },
    error: (sentence) => {
      clearStatus();
      stderr.write(`${visibleLine(sentence)}\n`);
    },
    ...(stderr.isTTY && {
      status: (sentence) => {
        stderr.write(`${CLEAR_LINE}${visibleLine(sentence)}`);
        hasStatus = true;
      },
    }),
  };
}

/** Ends the process when its output cannot be written: nothing that follows would reach anyone. */
export function endWhenOutputFails(output: Output, { stdout, stderr }: NodeJS.Process): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes the pipe early (`| head`) has what it wanted.
    if (error.code === 'EPIPE') process.exit(0);
    output.error(`region-lens: standard output cannot be written: ${systemMessage(error)}`);
    process.exit(1);
  });
  stderr.on('error', () => process.exit(1));
}

/** What the system says of an error: `no space left on device`. */
export function systemMessage(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return (errno !== undefined && getSystemErrorMap().get(errno)?.[1]) || message;
}
