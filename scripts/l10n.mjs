/**
 * `npm run l10n [-- --check]`: collects every text of the panel and of the extension that can be translated into
 * l10n/bundle.l10n.json, from which translations (`bundle.l10n.de.json`) are made. With `--check` it compares, and
 * looks for texts that cannot be translated: sentences outside of `t(…)`, and words of package.json that are not in
 * package.nls.json; and for translations that lack a text, or the place of a value in it.
 * `--root FOLDER` does so for another project of this make.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { root as project } from './process.mjs';

const { root = project, check = false } = parseArgs({
  options: { check: { type: 'boolean' }, root: { type: 'string' } },
}).values;

const bundle = path.join(root, 'l10n/bundle.l10n.json');
/** Names are the same in every language. */
const NAMES = /^(Region Lens:?|Hanin, Rolnick 2019)$/;
/** Properties and functions whose texts no one reads. */
const UNREAD = /^(class|className|querySelector(All)?|select(All)?|matches|closest|attr|warn|error|setContext)$/;

/** @type {Set<string>} */
const texts = new Set();
/** @type {string[]} */
const faults = [];

/** Words in a row as people read them: a capital and what follows, or three small words. @param {string} text */
function isSentence(text) {
  return !NAMES.test(text.trim()) && /^[A-Z][\p{L}’]*[ ,:]+\p{L}|\p{L}{2,} \p{L}{2,} \p{L}{2,}/u.test(text.trim());
}

/** @param {ts.SourceFile} source @param {ts.Node} node @param {string} fault */
function complain(source, node, fault) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  faults.push(`${path.relative(root, source.fileName)}:${line + 1}: ${fault}: ${node.getText().slice(0, 100)}`);
}

/** @param {ts.Node} node */
const isTranslation = (node) => ts.isCallExpression(node) && /^(?:.*\.)?t$/.test(node.expression.getText());

/** @param {ts.Node} node */
function isUnread(node) {
  for (let at = node.parent; at !== undefined && !ts.isBlock(at); at = at.parent) {
    if (ts.isImportDeclaration(at) || ts.isLiteralTypeNode(at)) return true;
    if (ts.isPropertyAssignment(at)) return UNREAD.test(at.name.getText());
    if (ts.isCallExpression(at)) return UNREAD.test(at.expression.getText().split('.').pop() ?? '');
  }
  return false;
}

/** @param {ts.SourceFile} source @param {ts.Node} node */
function visit(source, node) {
  if (isTranslation(node)) {
    const [text, ...values] = /** @type {ts.CallExpression} */ (node).arguments;
    if (text !== undefined && ts.isStringLiteralLike(text)) texts.add(text.text);
    else complain(source, node, 'the text of t(…) is written out, to be found');
    for (const value of values) visit(source, value);
    return;
  }
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  if (isText && isSentence(node.text) && !node.text.includes('<') && !isUnread(node)) {
    complain(source, node, 'a text that cannot be translated');
  }
  ts.forEachChild(node, (child) => visit(source, child));
}

for (const folder of ['webview', 'src/extension', 'src/protocol', 'src/common', 'src/server']) {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((file) => file.endsWith('.ts')).sort()) {
    const file = path.join(root, folder, name);
    visitFile(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  }
}

/** @param {ts.SourceFile} source */
function visitFile(source) {
  visit(source, source);
}

/** Properties of package.json that people read. */
const READ = /^(title|category|description|contextualTitle|displayName|altText|markdownDescription|userDescription)$/;

/** The texts of package.json that people read; the schemas of tools are read by models. @returns {string[]} */
function manifestTexts(/** @type {unknown} */ value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'inputSchema') return [];
    return typeof inner === 'string' ? (READ.test(key) ? [inner] : []) : manifestTexts(inner);
  });
}

/** Every word of package.json that people read is a key of package.nls.json, and every key is used. */
function compareManifest() {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const known = Object.keys(JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')));
  for (const text of manifestTexts(JSON.parse(manifest))) {
    if (!/^%[^%]+%$/.test(text)) faults.push(`package.json: a text that is not in package.nls.json: ${text}`);
  }
  const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
  for (const key of used) if (!known.includes(key)) faults.push(`package.nls.json: ${key} is missing`);
  for (const key of known) if (!used.has(key)) faults.push(`package.nls.json: ${key} is not used`);
}

/** Each translation has a text for each text of the original, with the same values in it, and no others. */
function compareTranslations(/** @type {string} */ original) {
  const folder = path.dirname(original);
  const [name, ending] = [path.basename(original, '.json'), '.json'];
  const read = (/** @type {string} */ file) =>
    /** @type {Record<string, string>} */ (JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
  const texts = read(name + ending);
  for (const file of readdirSync(folder).filter((each) => each.startsWith(`${name}.`) && each !== name + ending)) {
    const translated = read(file);
    for (const key of Object.keys(texts)) {
      if (translated[key] === undefined) faults.push(`${file}: ${key} is not translated`);
      else if (valuesIn(translated[key]) !== valuesIn(texts[key])) faults.push(`${file}: ${key} has other values`);
    }
    for (const key of Object.keys(translated)) if (texts[key] === undefined) faults.push(`${file}: ${key} is not used`);
  }
}

/** `{0}` and addresses of commands, each as often as it is there. @param {string} text */
function valuesIn(text) {
  return [...text.matchAll(/\{\d+\}|\(command:[\w.]+\)/g)].map(String).sort().join(' ');
}

compareManifest();
compareTranslations(path.join(root, 'package.nls.json'));
const json = `${JSON.stringify(Object.fromEntries([...texts].sort().map((text) => [text, text])), null, 2)}\n`;
if (check) {
  if (readFileSync(bundle, 'utf8') !== json) faults.push('l10n/bundle.l10n.json is not up to date: run npm run l10n.');
} else {
  mkdirSync(path.dirname(bundle), { recursive: true });
  writeFileSync(bundle, json);
  console.log(`${texts.size} texts`);
}
compareTranslations(bundle);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
