import { forkNode } from './forkNode.ts';

/** What the process printed, and its exit code. */
interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command in a process of its own; `file` is the bundle that has it. The promise rejects with `signal.reason`
 * when that is aborted, and with an Error when the process cannot be started.
 */
export function commandLineOf(file: string): (words: readonly string[], signal: AbortSignal) => Promise<Printed> {
  return (words, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const child = forkNode(file, words, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      let [out, err] = ['', ''];
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
      const end = () => {
        child.kill('SIGKILL');
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', end, { once: true });
      child.once('error', reject);
      child.once('close', (code) => {
        signal.removeEventListener('abort', end);
        resolve({ code: code ?? 1, out, err });
      });
    });
}
