import { spawn } from 'node:child_process';
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

interface RunOptions {
  /** Milliseconds until the signal of Ctrl-C. */
  readonly interruptAfter?: number;
  /** Is called with all of standard output so far, and can send that signal too. */
  readonly onOutput?: (out: string, interrupt: () => void) => void;
  /** A file in place of the pipe of standard output. */
  readonly outputTo?: string;
  /** Standard output is a pipe that nobody reads. */
  readonly closeOutput?: boolean;
}

/** The command line as users have it, bundled into a folder of its own, with files to work on beside it. */
export class CommandLine {
  private constructor(private readonly folder: string) {}

  static async build(): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'region-lens-cli-'));
    await bundleForNode({ cli: 'src/cli/cli.ts', worker: 'src/host/node/workerMain.ts' }, folder);
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

  run(words: readonly string[], { interruptAfter, onOutput, outputTo, closeOutput }: RunOptions = {}): Promise<Ran> {
    const file = outputTo === undefined ? undefined : openSync(outputTo, 'w');
    const child = spawn(process.execPath, ['cli.js', ...words], {
      cwd: this.folder,
      stdio: ['pipe', file ?? 'pipe', 'pipe'],
    });
    if (file !== undefined) closeSync(file);
    if (closeOutput) child.stdout?.destroy();
    if (interruptAfter !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfter);
    let [out, err] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      onOutput?.(out, () => child.kill('SIGINT'));
    });
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
