import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

/** Licences that allow the package to be part of the extension under the terms that its notice repeats. */
const ALLOWED = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']);

/**
 * Packages that do not say enough themselves, by name: their licence where package.json names none of the above, and
 * files (from the project's folder) with what has to be repeated.
 * @type {Readonly<Record<string, { licence?: string, files: readonly string[] }>>}
 */
const COMPLETED = {
  // Its style sheet names licence and holder.
  '@docsearch/css': { files: ['scripts/licences/docsearch.txt'] },
  // FAST is published without its licence file; its holder and terms are those of the toolkit built on it.
  '@microsoft/fast-element': { files: ['node_modules/@vscode/webview-ui-toolkit/LICENSE'] },
  '@microsoft/fast-foundation': { files: ['node_modules/@vscode/webview-ui-toolkit/LICENSE'] },
  '@microsoft/fast-web-utilities': { files: ['node_modules/@vscode/webview-ui-toolkit/LICENSE'] },
  '@tensorflow/tfjs-backend-cpu': { files: ['scripts/licences/tensorflowjs.txt'] },
  '@tensorflow/tfjs-core': { files: ['scripts/licences/tensorflowjs.txt'] },
  seedrandom: { files: ['scripts/licences/seedrandom.txt'] },
  jsfive: { licence: 'public domain, in part BSD-3-Clause', files: ['scripts/licences/pyfive.txt'] },
};

const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notices?|third-?party-?notices?)/i;

/**
 * Folders, from the project's, of the packages that something in a bundle comes from; what is left out of it needs no
 * notice.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 */
export function bundledPackages(metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  );
  const folders = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input) ?? []);
  return [...new Set(folders)].sort();
}

/**
 * The text of ThirdPartyNotices.txt. Errors: all packages whose licence is not known, or not among those allowed, or
 * has no text.
 * @param {readonly string[]} folders of packages, from `base`
 * @param {string} [base]
 */
export function noticesOf(folders, base = root) {
  /** @type {string[]} */
  const faults = [];
  const sections = folders.map((folder) => {
    const section = noticeOf(path.join(base, folder));
    if (section.fault !== null) faults.push(`${folder}: ${section.fault}`);
    return section.text;
  });
  if (faults.length > 0) throw new Error(`Packages that cannot be packed as they are:\n${faults.join('\n')}`);
  const head = 'Region Lens contains parts of the packages below, under these licences.\n';
  return [head, ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

/** @param {string} folder */
function noticeOf(folder) {
  const manifest = /** @type {{ name: string, version: string, license?: unknown, homepage?: string }} */ (
    JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  );
  const { name, version, license } = manifest;
  const completed = COMPLETED[name];
  const licence = completed?.licence ?? (typeof license === 'string' ? license : 'none named');
  const own = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file) && !file.endsWith('.js'))
    .sort();
  const files = [
    ...own.map((file) => path.join(folder, file)),
    ...(completed?.files ?? []).map((file) => path.join(root, file)),
  ];
  const texts = files.map((file) => readFileSync(file, 'utf8').trim()).filter((text) => text !== '');
  const isAllowed = completed?.licence !== undefined || ALLOWED.has(licence);
  const fault = !isAllowed
    ? `its licence (${licence}) is not among those allowed`
    : texts.length === 0
      ? 'it has no text of its licence'
      : null;
  return { fault, text: [`${name} ${version} (${licence})`, ...texts].join('\n\n') + '\n' };
}
