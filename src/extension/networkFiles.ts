import * as vscode from 'vscode';
import { isNetworkText } from '../formats/sniff.ts';
import { holdsNetwork } from './documentFilter.ts';

const NAMED = '**/*.network.json';
const OTHERS = '**/*.{json,ts,tsx,mts,js,jsx,mjs,py,cfg}';
const NOT_OF_THE_USER = '**/{node_modules,.git,.venv,venv,site-packages,dist,out,build}/**';
const MAX_NAMED = 200;
/** The most files that are read when the user asks for a list. */
const MAX_OTHERS = 400;
const MAX_BYTES = 1 << 18;
/** Of folders whose files are a read away; those of repositories on the web are not. */
const NEAR = new Set(['file', 'vscode-remote']);

/** Networks that are open, and those of the workspace that their names or texts tell, by name. */
export async function networkFiles(): Promise<vscode.Uri[]> {
  const named = await vscode.workspace.findFiles(NAMED, NOT_OF_THE_USER, MAX_NAMED);
  const open = vscode.workspace.textDocuments.filter(holdsNetwork).map(({ uri }) => uri);
  const known = new Map([...open, ...named, ...(await sourcesWithNetworks())].map((uri) => [uri.toString(), uri]));
  return [...known.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.path.localeCompare(b.path));
}

async function sourcesWithNetworks(): Promise<vscode.Uri[]> {
  const isNear = vscode.workspace.workspaceFolders?.every(({ uri }) => NEAR.has(uri.scheme));
  if (isNear !== true) return [];
  const files = await vscode.workspace.findFiles(OTHERS, NOT_OF_THE_USER, MAX_OTHERS);
  const found = await Promise.all(files.map(async (uri) => ((await readsAsNetwork(uri)) ? [uri] : [])));
  return found.flat();
}

async function readsAsNetwork(uri: vscode.Uri): Promise<boolean> {
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_BYTES || (type & vscode.FileType.File) === 0) return false;
    const bytes = await vscode.workspace.fs.readFile(uri);
    return isNetworkText(new TextDecoder().decode(bytes), nameOf(uri));
  } catch {
    return false;
  }
}

/** A network in a list: its name, and where it is. */
export function pickItem(uri: vscode.Uri): vscode.QuickPickItem & { readonly uri: vscode.Uri } {
  return { label: nameOf(uri), description: folderOf(uri), uri };
}

export function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Where a file is, for people: nothing for the workspace's own folder. */
function folderOf(uri: vscode.Uri): string {
  const folder = vscode.Uri.joinPath(uri, '..');
  const isRoot = vscode.workspace.workspaceFolders?.some(({ uri: root }) => root.toString() === folder.toString());
  return isRoot === true ? '' : vscode.workspace.asRelativePath(folder);
}
