/**
 * `npm start [-- FILE] [--no-editor]`: installs what is missing, builds, prints the analysis of FILE as a table, and
 * opens it in a real VS Code with the extension: in `code` where it is on PATH, else in the VS Code web server, which
 * runs until Ctrl-C.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { onPath } from './chromium.mjs';
import { startEditor } from './editor.mjs';
import { installDependencies } from './install.mjs';
import { packExtension, vsixFile } from './package.mjs';
import { root, run, runOrThrow } from './process.mjs';

const parent = process.ppid;
const examples = path.join(root, 'examples');

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'no-editor': { type: 'boolean', default: false } },
    });
    if (positionals.length <= 1) return { file: positionals.at(0), withEditor: !values['no-editor'] };
    console.error('One file at a time.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  console.error('Usage: npm start [-- FILE] [--no-editor]');
  return process.exit(2);
}

/**
 * Opens the desktop VS Code, where there is one that can show itself.
 * @param {string} file
 * @returns {Promise<boolean>} false where there is none
 */
async function openDesktop(file) {
  const code = onPath('code');
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  // In a terminal of a remote VS Code, `code` speaks to the window far away, which takes no extension from here.
  if (!code || !hasDisplay || process.env.VSCODE_IPC_HOOK_CLI) return false;
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, examples, file];
  const { code: exitCode } = await run(code, args, { quiet: true, shell: process.platform === 'win32' });
  return exitCode === 0;
}

/** Waits for a signal, or for the end of the process that started this one: killing npm does not reach its scripts. */
async function stopRequested() {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal));
  const orphaned = async () => {
    while (process.ppid === parent) await sleep(500);
  };
  await Promise.race([...signals, orphaned()]);
}

/** @param {string} file */
async function serveWorkbench(file) {
  // From here on: an editor that has been started must also be stopped.
  const stop = stopRequested();
  await packExtension();
  const editor = await startEditor({ vsix: vsixFile, args: ['--disable-workspace-trust'] });
  const uri = `vscode-remote://${new URL(editor.address).host}${encodeURI(file)}`;
  const query = new URLSearchParams({ folder: examples, payload: JSON.stringify([['openFile', uri]]) });
  const address = `${editor.address}/?${query.toString().replaceAll('%2F', '/')}`;
  console.log(`\nVS Code with Region Lens: ${address}\nCtrl-C stops it.`);
  await stop;
  await editor.stop();
  process.exit(0);
}

const { file: given, withEditor } = readArguments();
// npm runs scripts in the project's folder, but the file is named from where the user is.
const file = given ? path.resolve(process.env.INIT_CWD ?? '.', given) : path.join(examples, 'lenet.network.json');

await installDependencies();
await runOrThrow(process.execPath, [path.join(root, 'scripts/build.mjs')]);
const { code } = await run(process.execPath, [path.join(root, 'dist/cli.js'), 'analyze', file]);
if (!withEditor || !existsSync(file)) process.exitCode = code;
else if (await openDesktop(file)) console.log('\nVS Code with Region Lens is opening.');
else await serveWorkbench(file);
