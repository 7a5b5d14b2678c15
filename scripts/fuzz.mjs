// `npm run fuzz -- [--documents N] [--seed S] [--first K] [--threads T] [--out FILE]`: makes N documents out of the
// project's examples and fixtures by damaging them, and checks each: nothing is thrown, nothing lies outside the text,
// no lower bound is above an upper one, reports are sound, none takes long or much memory. Every document follows from
// the seed and its number.
// `--binaries N`: damages N copies of a file of each binary kind and reads them in this process.
// `--document K`: writes that one out instead and checks it in this process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A process may grow so large; one that says nothing for so long is ended. */
const [mostMegabytes, hangSeconds] = [700, 120];

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

/** Runs one process from a number on; gives the number to go on with. @param {string} script @param {number} from */
async function runFrom(script, from) {
  const limits = [seed, from, end, threads, mostMegabytes].map(String);
  const flags = ['--enable-source-maps', '--max-old-space-size=500', '--max-semi-space-size=16'];
  const child = spawn(process.execPath, [...flags, script, root, ...limits], { stdio: ['ignore', 'pipe', 'ignore'] });
  let [at, next] = [from, from];
  /** @type {string | null} */
  let ending = null;
  const hang = () => {
    ending = `no end within ${hangSeconds} s`;
    child.kill('SIGKILL');
  };
  let watchdog = setTimeout(hang, 2 * hangSeconds * 1000);
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, hangSeconds * 1000);
    const message = JSON.parse(line);
    if ('at' in message) {
      at = message.at;
      if (at > from) done++;
    } else if ('fault' in message) {
      faults.push({ index: message.index, fault: message.fault });
      console.log(`${message.index}: ${message.fault}`);
      await save();
    } else {
      next = message.index === end ? end : message.index + threads;
      for (let k = 0; k < message.exercised.length; k += 2) {
        const [feature, count] = message.exercised.slice(k, k + 2);
        exercised.set(feature, (exercised.get(feature) ?? 0) + Number(count));
      }
    }
  }
  clearTimeout(watchdog);
  const [code, signal] = await exit;
  done++;
  if (next > from) return next;
  faults.push({ index: at, fault: ending ?? `the process ended with ${code ?? signal}` });
  console.log(`${at}: ${faults[faults.length - 1].fault}`);
  await save();
  return at + threads;
}

const folder = await mkdtemp(join(tmpdir(), 'region-lens-fuzz-'));
try {
  await bundle(folder);
  if (values.binaries !== undefined) {
    const { main } = await import(pathToFileURL(join(folder, 'binaries.cjs')).href);
    main(root, Number(values.binaries), seed);
  } else if (values.document !== undefined) {
    const { main } = await import(pathToFileURL(join(folder, 'one.cjs')).href);
    main(root, seed, Number(values.document), values.out);
  } else {
    const start = Date.now();
    const report = setInterval(() => {
      const rate = done / ((Date.now() - start) / 1000);
      console.log(`${done} documents, ${faults.length} faults, ${rate.toFixed(0)} a second`);
      void save();
    }, 60_000);
    const script = join(folder, 'child.cjs');
    await Promise.all(
      Array.from({ length: threads }, async (_, thread) => {
        for (let from = first + thread; from < end;) from = await runFrom(script, from);
      }),
    );
    clearInterval(report);
    await save();
    console.log(
      `${done} documents, ${faults.length} faults, ${((Date.now() - start) / 1000).toFixed(0)} s: ${values.out}`,
    );
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
