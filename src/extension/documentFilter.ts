import * as vscode from 'vscode';
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
  // What VS Code takes .cfg files for.
  'properties',
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
export function holdsNetwork(document: vscode.TextDocument): boolean {
  if (!LANGUAGES.some((language) => language === document.languageId) || !isForPeople(document.uri)) return false;
  const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
  return isNetworkText(document.getText(), document.uri.scheme === CELL_SCHEME ? 'cell.py' : name);
}

/** Not one of the documents that editors make for themselves, as the old side of a difference. */
function isForPeople(uri: vscode.Uri): boolean {
  return SCHEMES.has(uri.scheme) || vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}
