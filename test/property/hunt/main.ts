import { fork, type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Checked } from './check.ts';
import type { Answer, Subject, Task } from './child.ts';
import { LIMIT_SECONDS } from './processorLimit.ts';
import { textOf, type NativeFile } from './nativeFile.ts';
import { shrink } from './shrink.ts';

/** A child that the processor-time limit ends, ends with this signal. */
const OVER_TIME = 'SIGXCPU';
/** Even on a busy machine, no network takes this long: what does, waits for something that never comes. */
const STUCK_SECONDS = 1800;
/** Of the same finds only this many are shrunk and shown. */
const SHOWN = 2;
/** One network in this many is a wide one, for its means, and one is checked for its mean from draws. */
const WIDE_EVERY = 12;
const DRAWN_EVERY = 10;

type Outcome = Checked & { readonly network?: NativeFile; readonly seconds: number };

/** A process that checks networks; a new one after each hang or abort. */
class Checker {
  private child: ChildProcess | null = null;

  constructor(private readonly program: string) {}

  check(task: Task): Promise<Outcome> {
    const child = (this.child ??= fork(this.program, [], { execArgv: ['--max-old-space-size=1500'] }));
    return new Promise((resolve) => {
      let network = task.file;
      const end = (outcome: Outcome) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve({ ...outcome, network });
      };
      const lost = (key: string, says: string) => {
        this.end();
        end({ finds: [{ key, says }], tally: { counts: {}, comparisons: {} }, seconds: 0 });
      };
      const timer = setTimeout(() => lost('hangs', `not done in ${STUCK_SECONDS} s`), STUCK_SECONDS * 1000);
      child.on('exit', (code, signal) => {
        if (signal === OVER_TIME) lost('hangs', `not done in ${LIMIT_SECONDS} s of processor time`);
        else lost('aborts', `the process ended with ${signal ?? code}`);
      });
      child.on('message', (answer: Answer) => {
        if (answer.file) network = answer.file;
        else end(answer);
      });
      child.send(task);
    });
  }

  end(): void {
    this.child?.removeAllListeners();
    this.child?.kill('SIGKILL');
    this.child = null;
  }
}

class Hunt {
  private networks = 0;
  private seconds = 0;
  private readonly counts: Record<string, number> = {};
  private readonly comparisons: Record<string, number> = {};
  private readonly types: Record<string, number> = {};
  private readonly found = new Map<string, number[]>();

  constructor(
    private seed: number,
    private deadline: number,
    private readonly only: Subject | null,
  ) {}

  /** Ends the run now: what is being checked does not count, since the signal may have ended its process too. */
  stop(): void {
    this.deadline = -Infinity;
  }

  /** Goes on until the time is over. */
  async run(checker: Checker): Promise<void> {
    try {
      while (performance.now() < this.deadline) {
        const seed = this.seed++;
        const task: Task = { seed, subject: this.only ?? subjectOf(seed) };
        const outcome = await checker.check(task);
        if (this.deadline === -Infinity) break;
        this.add(outcome);
        for (const { key, says } of outcome.finds) await this.report(checker, key, says, task, outcome.network);
      }
    } finally {
      checker.end();
    }
  }

  private add({ tally, network, seconds }: Outcome): void {
    this.networks++;
    this.seconds += seconds;
    for (const { type } of network?.layers ?? []) this.types[type] = (this.types[type] ?? 0) + 1;
    for (const [name, times] of Object.entries(tally.counts)) this.counts[name] = (this.counts[name] ?? 0) + times;
    for (const [id, times] of Object.entries(tally.comparisons))
      this.comparisons[id] = (this.comparisons[id] ?? 0) + times;
  }

  private async report(checker: Checker, key: string, says: string, task: Task, file?: NativeFile): Promise<void> {
    const seeds = this.found.get(key) ?? [];
    this.found.set(key, [...seeds, task.seed]);
    console.log(`seed ${task.seed}${task.subject === 'bounds' ? '' : ` (${task.subject})`}: ${key}: ${says}`);
    if (!file || seeds.length >= SHOWN) return;
    let last = says;
    const holds = async (candidate: NativeFile) => {
      if (performance.now() > this.deadline) return false;
      const find = (await checker.check({ ...task, file: candidate })).finds.find((other) => other.key === key);
      last = find?.says ?? last;
      return find !== undefined;
    };
    // A fault of the shrinking costs the find its smallest form, and ends no run.
    const smallest = await shrink(file, holds).catch((error: unknown) => {
      console.log(`  not made smaller: ${String(error)}`);
      return file;
    });
    console.log(`  smallest: ${last}\n${textOf(smallest)}`);
  }

  /** What was looked at, and what was found; true when nothing was. */
  close(): boolean {
    console.log(
      `${this.networks} networks, ${sum(this.counts)} counts, ${sum(this.comparisons)} comparisons with bounds ` +
        `in ${(this.seconds / 3600).toFixed(2)} hours of processor time`,
    );
    console.log(`layers: ${listed(this.types)}\ncounts: ${listed(this.counts)}\nbounds: ${listed(this.comparisons)}`);
    for (const [key, seeds] of this.found)
      console.log(`found ${seeds.length} times, first with seed ${seeds[0]}: ${key}`);
    if (this.found.size === 0) console.log('nothing was found');
    return this.found.size === 0;
  }
}

function subjectOf(seed: number): Subject {
  if (seed % WIDE_EVERY === 0) return 'means';
  return seed % DRAWN_EVERY === 0 ? 'drawn' : 'bounds';
}

function sum(tally: Readonly<Record<string, number>>): number {
  return Object.values(tally).reduce((total, times) => total + times, 0);
}

function listed(tally: Readonly<Record<string, number>>): string {
  return Object.entries(tally)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}

/**
 * `npm run hunt -- [--minutes N] [--seed S] [--threads K] [--means | --drawn]`, with the bundled `child.ts`; true when
 * nothing was found.
 */
export async function main(words: readonly string[], child: string): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...words],
    options: { minutes: text, seed: text, threads: text, means: { type: 'boolean' }, drawn: { type: 'boolean' } },
  });
  const number = (name: 'minutes' | 'seed' | 'threads', fallback: number) => {
    const value = Number(values[name] ?? fallback);
    if (!(value > 0)) throw new Error(`--${name} takes a positive number`);
    return value;
  };
  const deadline = performance.now() + number('minutes', 1) * 60_000;
  const first = Math.floor(number('seed', 1 + Math.floor(Date.now() / 1000)));
  console.log(`seeds from ${first}`);
  const hunt = new Hunt(first, deadline, values.means ? 'means' : values.drawn ? 'drawn' : null);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => hunt.stop());
  await Promise.all(Array.from({ length: Math.floor(number('threads', 1)) }, () => hunt.run(new Checker(child))));
  return hunt.close();
}
