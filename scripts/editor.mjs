import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { editorFolder, installEditor } from './editorInstall.mjs';
import { root, run } from './process.mjs';

const program = path.join(editorFolder, 'out/server-main.js');

/** Settings for an editor that nobody has configured: no network access, no tips, nothing that moves by itself. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.fetchOnlinePackageInfo': false,
  'typescript.disableAutomaticTypeAcquisition': true,
  'remote.autoForwardPorts': false,
};

/** The environment for the server: what an editor or a test runner around us has set is not meant for it. */
const cleanEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|VITEST|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
  );

/**
 * @typedef {object} Editor
 * @property {string} address `http://127.0.0.1:PORT`
 * @property {string} home folder of its state, gone after `stop`
 * @property {() => Promise<void>} stop ends the server and everything it started
 */

/**
 * Installs the VS Code web server if need be and starts it, with a profile of its own, on a free loopback port.
 * @param {object} [options]
 * @param {string} [options.vsix] an extension to install in it
 * @param {Record<string, unknown>} [options.settings] over the quiet ones
 * @param {readonly string[]} [options.args] for the server
 * @param {NodeJS.ProcessEnv} [options.env] added to its environment
 * @returns {Promise<Editor>}
 */
export async function startEditor({ vsix, settings = {}, args = [], env = {} } = {}) {
  await installEditor();
  const home = mkdtempSync(path.join(tmpdir(), 'region-lens-'));
  const folders = { 'server-data-dir': 'server', 'user-data-dir': 'user', 'extensions-dir': 'extensions' };
  const profile = Object.entries(folders).flatMap(([option, name]) => [`--${option}`, path.join(home, name)]);
  const settingsFile = path.join(home, 'user/User/settings.json');
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...settings }, null, 2));

  if (vsix) {
    const { code, output } = await run(
      process.execPath,
      [program, '--accept-server-license-terms', ...profile, '--install-extension', vsix, '--force'],
      { quiet: true, env: cleanEnvironment() },
    );
    if (code !== 0 || !output.includes('successfully installed')) {
      rmSync(home, { recursive: true });
      throw new Error(`${path.basename(vsix)} could not be installed\n${output}`);
    }
  }

  const logFile = path.join(home, 'server.log');
  const log = openSync(logFile, 'w');
  const guard = spawn(
    process.execPath,
    [
      path.join(root, 'scripts/editorGuard.mjs'),
      home,
      program,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--telemetry-level', 'off', '--disable-telemetry', '--disable-getting-started-override'],
      ...profile,
      ...args,
    ],
    {
      stdio: ['pipe', log, log],
      // A group of its own, so that ending it reaches the extension hosts and language servers too.
      detached: process.platform !== 'win32',
      windowsHide: true,
      // Its sockets go to XDG_RUNTIME_DIR and would be left in /tmp.
      env: { ...cleanEnvironment(), XDG_RUNTIME_DIR: home, ...env },
    },
  );
  closeSync(log);
  const end = once(guard, 'exit');
  const stop = async () => {
    guard.stdin?.end();
    await end;
  };

  let said = '';
  for (
    const limit = Date.now() + 60_000;
    guard.signalCode === null && guard.exitCode === null && Date.now() < limit;
    await sleep(50)
  ) {
    if (existsSync(logFile)) said = readFileSync(logFile, 'utf8');
    const port = /Extension host agent listening on (\d+)/.exec(said)?.[1];
    if (port) return { address: `http://127.0.0.1:${port}`, home, stop };
  }
  await stop();
  throw new Error(`The VS Code web server did not start\n${said}`);
}
