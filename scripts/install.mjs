import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, root } from './process.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/**
 * The packages of a lock file, null where there is none to read.
 * @param {string} file
 * @returns {Packages | null}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return null;
  return /** @type {{ packages: Packages }} */ (JSON.parse(readFileSync(file, 'utf8'))).packages;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes its own lock file into node_modules as the
 * last thing of an install, so one that was broken off, or is older than the project's lock file, is seen.
 */
export function dependenciesAreInstalled() {
  const wanted = lockedPackages(path.join(root, 'package-lock.json'));
  const present = lockedPackages(path.join(root, 'node_modules/.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === '' || optional || present[name]?.version === version,
  );
}

/** Installs the dependencies from the lock file, where they are absent or not those of the lock file. */
export async function installDependencies() {
  if (dependenciesAreInstalled()) return;
  console.log('Installing dependencies ...');
  // No package needs its install script here (esbuild and rollup bring their programs in packages of their own).
  await npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installDependencies();
