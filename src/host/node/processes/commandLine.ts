import type { CommandLine } from '../../commandLine.ts';
import { forkNode } from './forkNode.ts';

/** Command lines whose bundle is `file`. */
export function commandLineOf(file: string): CommandLine {
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
