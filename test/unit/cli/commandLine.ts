import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForNode } from '../bundle.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as users have it, bundled into a folder of its own, with files to work on beside it. */
export class CommandLine {
  private constructor(private readonly folder: string) {}

  static async build(): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'region-lens-cli-'));
    await bundleForNode({ cli: 'src/cli/cli.ts', worker: 'src/worker/worker.ts' }, folder);
    return new CommandLine(folder);
  }

  /** `content` is written as it is when it is text or bytes, else as JSON. */
  async file(name: string, content: unknown): Promise<string> {
    const written = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(join(this.folder, name), written ? content : JSON.stringify(content));
    return name;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  /** `interruptAfter` milliseconds sends the signal of Ctrl-C. */
  run(words: readonly string[], { interruptAfter }: { interruptAfter?: number } = {}): Promise<Ran> {
    const child = spawn(process.execPath, ['cli.js', ...words], { cwd: this.folder });
    if (interruptAfter !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfter);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
