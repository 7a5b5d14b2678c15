import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, root, runOrThrow } from './process.mjs';

/**
 * The VS Code web server that runs here without a display, as the npm package code-server carries it. It is not among
 * the dependencies: its install script wants a compiler and system headers, which nothing that is used here needs.
 */
const editor = {
  name: 'code-server',
  version: '4.100.3',
  integrity: 'sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==',
};
const ripgrepVersion = '1.18.0';

/** The version of VS Code in it. */
export const vscodeVersion = '1.100.3';

const cache = path.join(root, '.cache/vscode-web');
const home = path.join(cache, editor.version);

/** The server's own folder, once it is installed. */
export const editorFolder = path.join(home, 'lib/vscode');

const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];

/** @param {string} folder */
async function unpack(folder) {
  const output = await npm(['pack', `${editor.name}@${editor.version}`, '--json', ...quietly], {
    cwd: folder,
    quiet: true,
  });
  const packed = /** @type {{ filename: string, integrity: string }[]} */ (
    JSON.parse(output.slice(output.search(/^\[/m)))
  )[0];
  if (packed.integrity !== editor.integrity) throw new Error(`${packed.filename} is not the file that was expected`);
  await runOrThrow('tar', ['-xzf', packed.filename, '--strip-components=1'], { cwd: folder, quiet: true });
  rmSync(path.join(folder, packed.filename));
}

/**
 * The search program: the version that the server asks for downloads it from outside npm when installed, this one
 * brings it in a package for each platform.
 * @param {string} server
 */
async function addRipgrep(server) {
  const name = `@vscode/ripgrep-${process.platform}-${process.arch}`;
  const folder = path.join(server, 'ripgrep');
  mkdirSync(folder);
  await npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', ...quietly, `${name}@${ripgrepVersion}`], {
    cwd: folder,
    quiet: true,
  });
  cpSync(path.join(folder, 'node_modules', name, 'bin'), path.join(server, 'node_modules/@vscode/ripgrep/bin'), {
    recursive: true,
  });
  rmSync(folder, { recursive: true });
}

/**
 * Puts plain JavaScript in the place of native modules that would have to be compiled.
 * @param {string} server
 */
function addStandIns(server) {
  const standIns = { '@vscode/spdlog': 'spdlog', 'native-watchdog': 'watchdog', '@vscode/native-watchdog': 'watchdog' };
  for (const [name, source] of Object.entries(standIns)) {
    const target = path.join(server, 'node_modules', name);
    if (existsSync(target)) cpSync(path.join(root, 'scripts/standIns', `${source}.cjs`), path.join(target, 'index.js'));
  }
}

/** @param {string} folder */
function removeSourceMaps(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.map')) rmSync(path.join(folder, file));
}

/**
 * Installs the server into .cache, once. It is made in a folder beside its place and moved there whole, so that an
 * install that was broken off is never taken for one.
 */
export async function installEditor() {
  if (existsSync(home)) return;
  console.log(`Installing the VS Code web server ${vscodeVersion} into .cache ...`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'install-'));
  try {
    await unpack(folder);
    const server = path.join(folder, 'lib/vscode');
    const install = ['ci', '--omit=dev', '--legacy-peer-deps', '--ignore-scripts', ...quietly];
    await npm(install, { cwd: server, quiet: true });
    await npm(install, { cwd: path.join(server, 'extensions'), quiet: true });
    symlinkSync('node_modules', path.join(server, 'node_modules.asar'), 'junction');
    await addRipgrep(server);
    addStandIns(server);
    removeSourceMaps(path.join(server, 'out'));
    await runOrThrow(process.execPath, [path.join(server, 'out/server-main.js'), '--version'], { quiet: true });
    renameSync(folder, home);
  } catch (error) {
    // Someone else may have been faster.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installEditor();
