import { fork, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleForNode } from '../bundle.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface StartOptions {
  /** Milliseconds until the signal of Ctrl-C, from when the program heeds it: a busy machine starts it late. */
  readonly interruptAfter?: number;
  /** Is asked again and again, and sends that signal when it says so. */
  readonly interruptWhen?: () => boolean;
  /** Is called with all of standard output so far, and can send that signal too. */
  readonly onOutput?: (out: string, interrupt: () => void) => void;
  /** A file in place of the pipe of standard output. */
  readonly outputTo?: string;
  /** Standard output is a pipe that nobody reads. */
  readonly closeOutput?: boolean;
}

/** Runs in the program first: writes to a pipe of its own when the program starts to heed Ctrl-C. */
const LISTENING = `process.on('newListener', (name) => name === 'SIGINT' && require('node:fs').writeSync(3, '.'));`;
const LISTENING_FILE = 'listening.cjs';

/** The command line as users have it, bundled into a folder of its own, with files to work on beside it. */
export class CommandLine {
  private server?: ChildProcess;
  private readonly waiting = new Map<number, { resolve: (ran: Ran) => void; reject: (error: Error) => void }>();
  private asked = 0;

  private constructor(private readonly folder: string) {}

  static async build(): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'region-lens-cli-'));
    const server = 'test/unit/cli/commandServer.ts';
    await bundleForNode({ cli: 'src/cli/cli.ts', server, worker: 'src/host/node/workerMain.ts' }, folder);
    await writeFile(join(folder, LISTENING_FILE), LISTENING);
    return new CommandLine(folder);
  }

  /** `content` is written as it is when it is text or bytes, else as JSON. */
  async file(name: string, content: unknown): Promise<string> {
    const written = typeof content === 'string' || content instanceof Uint8Array;
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), written ? content : JSON.stringify(content));
    return name;
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  delete(name: string): Promise<void> {
    return rm(this.path(name));
  }

  /** Of a file beside it. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** One process runs all of these and answers with what each wrote: for what is not about the process itself. */
  run(words: readonly string[]): Promise<Ran> {
    this.server ??= this.startServer();
    const id = this.asked++;
    this.server.send({ id, words });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private startServer(): ChildProcess {
    const server = fork('server.js', { cwd: this.folder });
    server.on('message', ({ id, ran }: { readonly id: number; readonly ran: Ran }) => {
      this.waiting.get(id)?.resolve(ran);
      this.waiting.delete(id);
    });
    server.once('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The process ended with ${code ?? signal}.`));
    });
    return server;
  }

  /** In a process of its own, as users run it: batch files name the program that wrote them. */
  start(words: readonly string[], options: StartOptions = {}): Promise<Ran> {
    const { interruptAfter, interruptWhen, onOutput, outputTo, closeOutput } = options;
    const file = outputTo === undefined ? undefined : openSync(outputTo, 'w');
    const child = spawn(process.execPath, ['--require', `./${LISTENING_FILE}`, 'cli.js', ...words], {
      cwd: this.folder,
      stdio: ['pipe', file ?? 'pipe', 'pipe', 'pipe'],
    });
    if (file !== undefined) closeSync(file);
    if (closeOutput) child.stdout?.destroy();
    const interrupt = () => child.kill('SIGINT');
    child.stdio[3]?.once('data', () => interruptAfter !== undefined && setTimeout(interrupt, interruptAfter));
    const asking = interruptWhen && setInterval(() => interruptWhen() && interrupt(), 100);
    let [out, err] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      onOutput?.(out, interrupt);
    });
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => {
      child.on('close', (code) => {
        clearInterval(asking);
        resolve({ code, out, err });
      });
    });
  }

  async remove(): Promise<void> {
    this.server?.kill();
    await rm(this.folder, { recursive: true });
  }
}
