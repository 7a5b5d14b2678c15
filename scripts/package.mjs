import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, runOrThrow } from './process.mjs';

const { name, version } = /** @type {{ name: string, version: string }} */ (
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
);

/** Where the packed extension is written. */
export const vsixFile = path.join(root, `${name}-${version}.vsix`);

/**
 * The Marketplace has no suffixes such as -beta: versions with an odd minor number are pre-releases.
 * @param {string} version
 */
const isPreRelease = (version) => Number(version.split('.')[1]) % 2 === 1;

/**
 * Packs what `npm run build` made, with the notices of the packages in it, into a .vsix.
 * @param {readonly string[]} [options] of vsce
 */
export async function packExtension(options = []) {
  if (!existsSync(path.join(root, 'dist/ThirdPartyNotices.txt')))
    throw new Error('There are no notices: run npm run build first.');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await runOrThrow(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsixFile, ...options], {
    quiet: true,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = process.argv.slice(2);
  if (options.includes('--pre-release') && !isPreRelease(version))
    throw new Error(`${version} is not a version of a pre-release: its minor number is even.`);
  await runOrThrow(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  await packExtension(options);
  console.log(vsixFile);
}
