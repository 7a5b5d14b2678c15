import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installSlurm, startSlurm } from '../../scripts/slurm.mjs';
import { run, runOrThrow } from '../../scripts/process.mjs';

/** Something that runs the batch files of a count. */
export interface Engine {
  readonly name: string;
  /** Runs the parts of an array expression, or all, and the merge after them; resolves when all have ended. */
  submit(folder: string, parts: readonly number[], array?: string): Promise<void>;
  /** Kills the task of a part that runs. */
  kill(part: number): Promise<void>;
  stop(): void;
}

/** SLURM where it is installed or can be, else processes of this one. */
export async function findEngine(): Promise<Engine> {
  return (await installSlurm()) ? slurm() : processes();
}

async function slurm(): Promise<Engine> {
  const home = mkdtempSync(join(tmpdir(), 'region-lens-slurm-'));
  const cluster = await startSlurm(home);
  const options = { quiet: true, env: cluster.env };
  let array = '';
  return {
    name: 'SLURM',
    async submit(folder, _, expression) {
      const words = expression === undefined ? [] : [expression];
      const said = await runOrThrow(join(folder, 'submit.sh'), words, options);
      const [, count, merge] = /count: job (\d+), merge: job (\d+)/.exec(said) ?? [];
      array = count;
      for (;;) {
        const { output } = await run('squeue', ['--noheader', '--jobs', merge], options);
        if (!output.includes(merge)) return;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    },
    async kill(part) {
      await runOrThrow('scancel', ['--signal=KILL', '--full', `${array}_${part}`], options);
    },
    stop() {
      cluster.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function processes(): Engine {
  const running = new Map<number, ChildProcess>();
  const bash = (file: string, task?: number) =>
    spawn('bash', [file], { env: { ...process.env, SLURM_ARRAY_TASK_ID: String(task) }, stdio: 'ignore' });
  return {
    name: 'processes',
    async submit(folder, parts) {
      for (const part of parts) {
        const task = bash(join(folder, 'count.sbatch'), part);
        running.set(part, task);
        await once(task, 'close');
        running.delete(part);
      }
      await once(bash(join(folder, 'merge.sbatch')), 'close');
    },
    kill(part) {
      running.get(part)?.kill('SIGKILL');
      return Promise.resolve();
    },
    stop: () => running.forEach((task) => task.kill('SIGKILL')),
  };
}
