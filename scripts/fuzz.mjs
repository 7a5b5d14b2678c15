// `npm run fuzz -- [--documents N] [--seed S] [--first K] [--threads T] [--out FILE]`: makes N documents out of the
// project's examples and fixtures by damaging them, and checks each: nothing is thrown, nothing lies outside the text,
// no lower bound is above an upper one, reports are sound, none takes long or much memory. Every document follows from
// the seed and its number.
// `--binaries N`: damages N copies of a file of each binary kind and reads them in this process.
// `--document K`: writes that one out instead and checks it in this process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/**
 * A process may grow by this much beside what it is before the first document (the command line alone takes 60 MB, and
 * may take 500 in all); one that works for this long on a document is ended.
 */
const [mostMegabytes, hangSeconds] = [440, 60];

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    out: { type: 'string', default: 'fuzz.json' },
    document: { type: 'string' },
    binaries: { type: 'string' },
  },
});
const [documents, seed, first, threads] = [values.documents, values.seed, values.first, values.threads].map(Number);
const end = first + documents;

/** @param {string} folder */
async function bundle(folder) {
  await build({
    entryPoints: {
      child: join(root, 'test/fuzz/child.ts'),
      one: join(root, 'test/fuzz/one.ts'),
      binaries: join(root, 'test/fuzz/binaries.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}

/** @type {{ index: number, fault: string }[]} */
const faults = [];
/** @type {Map<string, number>} */
const exercised = new Map();
let done = 0;

function save() {
  const features = Object.fromEntries([...exercised].sort(([a], [b]) => a.localeCompare(b)));
  return writeFile(values.out, JSON.stringify({ seed, first, documents: done, faults, features }, null, 2) + '\n');
}

/** @param {number} index @param {string} fault */
async function report(index, fault) {
  faults.push({ index, fault });
  console.log(`${index}: ${fault}`);
  await save();
}

/**
 * What a process has used of the processor so far, which the load of the machine does not change; where the system has
 * no such files, the time that passes.
 * @param {number | undefined} pid
 */
function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return performance.now() / 1000;
  }
}

/**
 * Runs one process over documents. Where it ends or grows too large at one that is not its first, that one may not be
 * the cause: it is given back to be checked alone.
 * @param {string} script @param {number} from @param {number} behind @param {number} step
 * @returns {Promise<{ next: number, suspect: number | null }>}
 */
async function run(script, from, behind, step) {
  const words = [root, ...[seed, from, behind, step, mostMegabytes].map(String)];
  const flags = [
    '--enable-source-maps',
    '--max-old-space-size=500',
    '--max-semi-space-size=32',
    '--single-threaded-gc',
  ];
  const child = spawn(process.execPath, [...flags, script, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  let [at, next] = [from, -1];
  /** @type {string | null} */
  let cause = null;
  let seen = { at, seconds: 0 };
  const watch = setInterval(() => {
    const seconds = processorSeconds(child.pid);
    if (at !== seen.at) seen = { at, seconds };
    if (seconds - seen.seconds < hangSeconds) return;
    cause = `no end within ${hangSeconds} s`;
    child.kill('SIGKILL');
  }, 5000);
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if ('at' in message) {
      at = message.at;
      done++;
    } else if ('fault' in message) {
      await report(message.index, message.fault);
    } else if ('megabytes' in message) {
      cause = `memory grew to ${message.megabytes} MB`;
    } else {
      next = message.next ?? next;
      for (let k = 0; k < message.exercised.length; k += 2) {
        const [feature, count] = message.exercised.slice(k, k + 2);
        exercised.set(feature, (exercised.get(feature) ?? 0) + Number(count));
      }
    }
  }
  clearInterval(watch);
  const [code, signal] = await exit;
  if (next < 0) cause ??= `the process ended with ${code ?? signal}`;
  if (cause !== null && at === from) await report(at, cause);
  return { next: next < 0 ? at + step : next, suspect: cause !== null && at > from ? at : null };
}

/** Every `threads`-th document from a number on. @param {string} script @param {number} start */
async function runAll(script, start) {
  for (let from = start; from < end;) {
    const { next, suspect } = await run(script, from, end, threads);
    from = next;
    if (suspect === null) continue;
    done--;
    await run(script, suspect, suspect + 1, 1);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'region-lens-fuzz-'));
try {
  await bundle(folder);
  if (values.binaries !== undefined) {
    const { main } = await import(pathToFileURL(join(folder, 'binaries.cjs')).href);
    main(root, Number(values.binaries), seed);
  } else if (values.document !== undefined) {
    const { main } = await import(pathToFileURL(join(folder, 'one.cjs')).href);
    await main(root, seed, Number(values.document), values.out);
  } else {
    const start = Date.now();
    const state = () => `${done} documents, ${faults.length} faults, ${((Date.now() - start) / 1000).toFixed(0)} s`;
    const timer = setInterval(() => {
      console.log(state());
      void save();
    }, 60_000);
    const script = join(folder, 'child.cjs');
    await Promise.all(Array.from({ length: threads }, (_, thread) => runAll(script, first + thread)));
    clearInterval(timer);
    await save();
    console.log(`${state()}: ${values.out}`);
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
