/**
 * `npm test [-- STAGE...]`: installs what is missing, runs the stages in order, and ends with `N passed, N failed`.
 * A check such as the linter counts as one test, a suite as many as it holds.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { installEditor } from './editorInstall.mjs';
import { installDependencies } from './install.mjs';
import { root, run } from './process.mjs';

/** @typedef {{ passed: number, failed: number, output?: string }} Outcome */
/** @typedef {{ name: string, needs?: string, run: () => Promise<Outcome> }} Stage */

const reports = path.join(root, 'test-output');

/**
 * A program of node_modules/.bin, by the file that holds it (so that no shell is needed on Windows either).
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options]
 */
const tool = (file, args, options) =>
  run(process.execPath, [path.join(root, 'node_modules', file), ...args], { quiet: true, ...options });

/**
 * @param {string} name
 * @param {() => Promise<{ code: number, output: string }>} start
 * @returns {Stage}
 */
const check = (name, start) => ({
  name,
  async run() {
    const { code, output } = await start();
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
  },
});

/**
 * Runs a suite that writes its counts to a file: a run that wrote none, or that ended badly though no test failed,
 * is one failure more.
 * @param {string} report
 * @param {(report: string) => Promise<{ code: number, output: string }>} start
 * @param {(report: Record<string, number>) => Outcome} read
 * @returns {Promise<Outcome>}
 */
async function suite(report, start, read) {
  const file = path.join(reports, report);
  rmSync(file, { force: true });
  const { code, output } = await start(file);
  /** @type {Outcome} */
  let counts = { passed: 0, failed: 0 };
  try {
    counts = read(/** @type {Record<string, number>} */ (JSON.parse(readFileSync(file, 'utf8'))));
  } catch {
    return { passed: 0, failed: 1, output: `${output}\nThe suite wrote no report.` };
  }
  const failed = counts.failed === 0 && (code !== 0 || counts.passed === 0) ? 1 : counts.failed;
  return { passed: counts.passed, failed, output: failuresIn(output) };
}

/**
 * Of what Vitest printed, the part about failures: a record that keeps the end of a long output shows them all.
 * @param {string} output
 */
function failuresIn(output) {
  const start = output.search(/^⎯+ (Failed Suites|Failed Tests|Unhandled Errors) /m);
  return start < 0 ? output : output.slice(start);
}

/**
 * @param {string} report
 * @param {readonly string[]} args
 */
const vitest = (report, ...args) =>
  suite(
    report,
    (file) =>
      tool('vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args]),
    // A test that was not run, say because what it needs could not be set up, has not passed.
    ({ numTotalTests, numPassedTests }) => ({ passed: numPassedTests, failed: numTotalTests - numPassedTests }),
  );

// Stages of one phase run side by side, as one core each is enough for them; others have the machine to themselves.
/** What only reads the sources; the longest first. */
const reading = ['lint', 'types', 'format', 'figures', 'site types', 'layers', 'unused'];
/** What waits for a browser or an editor most of the time; the longest first. */
const inWindows = ['ui', 'panel', 'web', 'site', 'packed', 'pages'];

/** @type {Stage[]} */
const stages = [
  check('lint', () => tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0'])),
  check('types', () => tool('typescript/bin/tsc', ['--noEmit', '-p', '.'])),
  check('site types', () => tool('typescript/bin/tsc', ['--noEmit', '-p', 'docs/.vitepress'])),
  check('format', () => tool('prettier/bin/prettier.cjs', ['--check', '.'])),
  check('layers', () =>
    tool('dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.mjs', 'src', 'webview']),
  ),
  check('unused', () => tool('knip/bin/knip.js', [])),
  { name: 'unit', run: () => vitest('unit.json') },
  { name: 'cluster', run: () => vitest('cluster.json', '--config', 'test/cluster/vitest.config.ts') },
  check('figures', () => run(process.execPath, ['scripts/theoryFigures.mjs', '--check'], { quiet: true })),
  check('package', () => run(process.execPath, ['scripts/package.mjs'], { quiet: true })),
  {
    name: 'host',
    needs: 'package',
    run: () =>
      suite(
        'host.json',
        (file) =>
          run(process.execPath, ['test/host/run.mjs'], { quiet: true, env: { ...process.env, TEST_REPORT: file } }),
        ({ passed, failed }) => ({ passed, failed }),
      ),
  },
  { name: 'packed', needs: 'package', run: () => vitest('packed.json', '--config', 'test/package/vitest.config.ts') },
  { name: 'web', needs: 'package', run: () => vitest('web.json', '--config', 'test/web/vitest.config.ts') },
  { name: 'panel', needs: 'package', run: () => vitest('panel.json', '--config', 'test/ui/panel.config.ts') },
  check('site', () => tool('vitepress/bin/vitepress.js', ['build', 'docs'])),
  { name: 'pages', needs: 'site', run: () => vitest('pages.json', '--config', 'test/site/vitest.config.ts') },
  { name: 'ui', needs: 'package', run: () => vitest('ui.json', '--config', 'test/ui/vitest.config.ts') },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`Unknown stage: ${unknown.join(', ')}. The stages: ${stages.map((stage) => stage.name).join(', ')}.`);
  process.exit(2);
}
/** @param {string} name */
const isWanted = (name) =>
  wanted.length === 0 || wanted.includes(name) || stages.some((s) => s.needs === name && wanted.includes(s.name));

await installDependencies();
mkdirSync(reports, { recursive: true });
const total = { passed: 0, failed: 0 };
/** @type {Set<string>} */
const broken = new Set();
/**
 * The stages that have begun, each until its end.
 * @type {Map<string, Promise<void>>}
 */
const begun = new Map();
/** @param {Stage} stage */
function runStage(stage) {
  const end = endOf(stage);
  begun.set(stage.name, end);
  return end;
}

/** @param {Stage} stage */
async function endOf({ name, needs, run: start }) {
  // It stands before this one, but may still run beside it.
  if (needs) await begun.get(needs);
  const began = Date.now();
  const { passed, failed, output } =
    needs && broken.has(needs)
      ? { passed: 0, failed: 1, output: `Not run: the stage "${needs}" failed.` }
      : await start();
  total.passed += passed;
  total.failed += failed;
  if (failed > 0) broken.add(name);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `${failed > 0 ? 'FAILED' : 'ok    '}  ${name.padEnd(11)}${passed} passed, ${failed} failed  (${seconds} s)`,
  );
  if (failed > 0 && output) console.log(output.trimEnd().replace(/^/gm, '    '));
}

const waiting = stages.filter((stage) => isWanted(stage.name));

/**
 * Runs those of the wanted stages that have one of these names, in this order, two at a time.
 * @param {readonly string[]} names
 */
async function runTogether(names) {
  const queue = names.flatMap((name) => waiting.filter((stage) => stage.name === name));
  const runNext = async () => {
    for (let stage = queue.shift(); stage; stage = queue.shift()) await runStage(stage);
  };
  await Promise.all([runNext(), runNext()]);
}

await runTogether(reading);
for (const stage of waiting) if (![...reading, ...inWindows].includes(stage.name)) await runStage(stage);
if (waiting.some(({ name }) => inWindows.includes(name))) {
  // Installed once, before two stages look for them, which say so where that fails.
  await Promise.allSettled([findChromium(), installEditor()]);
}
await runTogether(inWindows);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
