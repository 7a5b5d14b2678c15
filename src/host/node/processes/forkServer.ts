import type { ChildProcess } from 'node:child_process';
import { forkNode } from './forkNode.ts';

/** A document that needs more than this ends the server, not the machine. */
const MEMORY_MB = 2048;

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Ends the process, whatever it is doing. */
  kill(): void;
  /** A signal from outside has ended it. */
  isEndedFromOutside(): boolean;
}

/** Starts the language server in a process of its own. What it prints goes to `log`. */
export function forkServer(file: string, log: (text: string) => void, memoryMb = MEMORY_MB): ServerProcess {
  const execArgv = [`--max-old-space-size=${memoryMb}`];
  const child = forkNode(file, ['--node-ipc', `--clientProcessId=${process.pid}`], { execArgv });
  const print = (text: Buffer) => log(text.toString().trimEnd());
  child.stdout?.on('data', print);
  child.stderr?.on('data', print);
  return {
    child,
    kill: () => void child.kill('SIGKILL'),
    isEndedFromOutside: () => ['SIGKILL', 'SIGTERM'].includes(child.signalCode ?? ''),
  };
}
