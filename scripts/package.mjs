import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, runOrThrow } from './process.mjs';

const { name, version } = /** @type {{ name: string, version: string }} */ (
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
);

/** Where the packed extension is written. */
export const vsixFile = path.join(root, `${name}-${version}.vsix`);

/** Packs what `npm run build` made, with the notices of the packages in it, into a .vsix. */
export async function packExtension() {
  if (!existsSync(path.join(root, 'dist/ThirdPartyNotices.txt')))
    throw new Error('There are no notices: run npm run build first.');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await runOrThrow(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsixFile], { quiet: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runOrThrow(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  await packExtension();
  console.log(vsixFile);
}
