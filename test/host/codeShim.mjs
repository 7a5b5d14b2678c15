#!/usr/bin/env node
/**
 * Stands in for the `code` program in @vscode/test-electron: takes the same command line and runs the suite in the real
 * extension host of the VS Code web server, with the workbench in a headless Chromium.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startEditor } from '../../scripts/editor.mjs';
import { vscodeVersion } from '../../scripts/editorInstall.mjs';

/** What the workbench itself says on every start, offline or on. */
const noise =
  /^(Resolving connection token|Resolved connection token|Creating a socket|Updating additional builtin|ChatSessionStore|\[Service Worker\]|getaddrinfo ENOTFOUND)/;

/** A suite that has not ended by then hangs. */
const limitMilliseconds = 300_000;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
  },
});

/** @param {string} file */
const remote = (file) => `vscode-remote://remote${path.resolve(file)}`;

/** The workbench's address: which folder it opens, which extension it tests, which suite runs. */
function query() {
  const developed = /** @type {string[]} */ (values.extensionDevelopmentPath ?? []);
  const payload = developed.map((file) => ['extensionDevelopmentPath', remote(file)]);
  payload.push(['extensionTestsPath', remote(String(values.extensionTestsPath))]);
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (positionals.length > 0) query.set('folder', path.resolve(positionals[0]));
  else query.set('ew', 'true');
  return query.toString();
}

/** Runs the suite; its exit code, 124 when it does not come to an end. */
async function runSuite() {
  // As in the desktop's test instance, where the command line and the defaults say so.
  const editor = await startEditor({
    args: ['--enable-smoke-test-driver', '--disable-workspace-trust'],
    settings: { 'files.autoSave': 'off' },
  });
  const stop = [() => editor.stop()];
  const stopAll = async () => {
    for (const step of stop.splice(0).reverse()) await step();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stopAll().then(() => process.exit(130)));
  try {
    const browser = await launchChromium();
    stop.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
      if (noise.test(String(args[0]))) return;
      (type === 'warn' || type === 'error' ? console.error : console.log)(...args);
    });
    /** @type {(code: number) => void} */
    let end = () => {};
    /** @type {Promise<number>} */
    const ended = new Promise((resolve) => (end = resolve));
    await page.exposeFunction('codeAutomationExit', end);
    await page.goto(`${editor.address}/?${query()}`);
    return await Promise.race([ended, sleep(limitMilliseconds, 124, { ref: false })]);
  } finally {
    await stopAll();
  }
}

if (values.version) console.log(vscodeVersion);
else process.exitCode = await runSuite();
