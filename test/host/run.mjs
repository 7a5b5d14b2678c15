/**
 * Runs the suite of this folder inside the extension host of VS Code: of the desktop VS Code that @vscode/test-electron
 * downloads where it can, else of the VS Code web server. VSCODE_EXE names a VS Code to take in place of both.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { root } from '../../scripts/process.mjs';

/** Whether a desktop VS Code could be downloaded here, and shown. */
async function desktopIsPossible() {
  if (process.platform === 'linux' && !process.env.DISPLAY) return false;
  try {
    const signal = AbortSignal.timeout(3000);
    return (await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal })).ok;
  } catch {
    return false;
  }
}

/** The VS Code to run; undefined for one to be downloaded. */
async function executable() {
  if (process.env.VSCODE_EXE) return path.resolve(process.env.VSCODE_EXE);
  if (await desktopIsPossible()) return undefined;
  return path.join(root, 'test/host/codeShim.mjs');
}

/** Compiles the suite, which VS Code loads by `require`; the folder it is in. */
async function compileSuite() {
  const source = path.join(root, 'test/host');
  const outdir = path.join(root, 'test-output/host');
  await build({
    entryPoints: readdirSync(source)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(source, name)),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outdir;
}

const suite = await compileSuite();
const scratch = mkdtempSync(path.join(tmpdir(), 'region-lens-host-'));
try {
  const workspace = path.join(scratch, 'workspace');
  cpSync(path.join(root, 'examples'), workspace, { recursive: true });
  cpSync(path.join(root, 'test/host/workspace'), workspace, { recursive: true });
  process.exitCode = await runTests({
    vscodeExecutablePath: await executable(),
    cachePath: path.join(root, '.cache/vscode-desktop'),
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [
      workspace,
      '--disable-extensions',
      `--user-data-dir=${path.join(scratch, 'user')}`,
      `--extensions-dir=${path.join(scratch, 'extensions')}`,
    ],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
