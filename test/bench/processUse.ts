import { readFile } from 'node:fs/promises';

/** What a process used so far. Linux alone says it. */
export interface Used {
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
}

const CLOCK_TICKS = 100;

/** Looks at a process and those that it started, and keeps what is found by their numbers. */
export async function lookAt(pid: number, name: string, used: Map<number, Used>): Promise<void> {
  const [stat, status, children] = await Promise.all(
    ['stat', 'status', `task/${pid}/children`].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = /VmHWM:\s*(\d+)/.exec(status)?.[1];
  if (peak === undefined) return;
  const seconds = (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  used.set(pid, { name, seconds, megabytes: Number(peak) / 1024 });
  for (const own of children.split(' ').filter(Boolean)) await lookAt(Number(own), 'counting process', used);
}
