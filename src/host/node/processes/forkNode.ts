import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';

/**
 * Starts a file in a Node process of its own, in VS Code too, where the running program is not Node. What it prints is
 * piped.
 */
export function forkNode(file: string, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' };
  return fork(file, [...args], { execArgv: [], silent: true, ...options, env });
}
