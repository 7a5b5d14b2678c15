import type { TextDocument } from 'vscode';
import { isNetworkText } from '../formats/sniff.ts';

/** Languages in which networks are written; the server sees no other documents. */
export const LANGUAGES = [
  'json',
  'jsonc',
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'python',
] as const;

/** Of documents that show the network in a binary file. */
export const MODEL_SCHEME = 'region-lens-model';

/** Of the cells of notebooks. */
const CELL_SCHEME = 'vscode-notebook-cell';

const SCHEMES = new Set([
  'file',
  'untitled',
  'vscode-remote',
  'vscode-vfs',
  'vscode-userdata',
  MODEL_SCHEME,
  CELL_SCHEME,
]);

/** True for a document that holds a network definition, by a look at its text that costs microseconds. */
export function holdsNetwork(document: TextDocument): boolean {
  if (!SCHEMES.has(document.uri.scheme) || !LANGUAGES.some((language) => language === document.languageId))
    return false;
  const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
  return isNetworkText(document.getText(), document.uri.scheme === CELL_SCHEME ? 'cell.py' : name);
}
