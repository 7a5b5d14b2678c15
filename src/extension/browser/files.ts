import * as vscode from 'vscode';
import type { FoundFile, WantedFile } from '../../host/browser/threadMessages.ts';
import type { WorkerFiles } from '../host.ts';
import { nameOf } from '../networkFiles.ts';

/** Files cannot be read in parts here, and two copies are in memory for a moment. */
const MAX_FILE_BYTES = 2 ** 29;

/** Files of any file system that the editor has, by their addresses. */
export const editorFiles: WorkerFiles = {
  canRead: ({ scheme }) => vscode.workspace.fs.isWritableFileSystem(scheme) !== undefined,
  nameOf: (file) => file.toString(),
  fileOf: (name) => vscode.Uri.parse(name),
  readable: (file) => Promise.resolve(file),
  readableFolder: (folder) => Promise.resolve(folder),
};

/** Files that a counting worker wants. */
export function findFiles(wanted: readonly WantedFile[]): Promise<FoundFile[]> {
  return Promise.all(wanted.map(find));
}

async function find({ address, stamp: known }: WantedFile): Promise<FoundFile> {
  const file = vscode.Uri.parse(address);
  const name = nameOf(file);
  const { t } = vscode.l10n;
  try {
    const { type, size, mtime } = await vscode.workspace.fs.stat(file);
    const stamp = [size, mtime].join(' ');
    if (stamp === known) return { address, stamp };
    if (type & vscode.FileType.Directory) return { address, fault: t('{0} is a folder', name) };
    if (size > MAX_FILE_BYTES) {
      return { address, fault: t('{0} is larger than 512 MiB, which is the most that is read in a browser', name) };
    }
    // Its memory moves to the worker, and may be part of something larger here.
    return { address, stamp, bytes: (await vscode.workspace.fs.readFile(file)).slice() };
  } catch (error) {
    const isMissing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
    const why = isMissing ? t('there is no file {0}', name) : t('{0} cannot be read: {1}', name, String(error));
    return { address, fault: why };
  }
}

/** A file for the language server; see `readFileRequest`. */
export async function readForServer({
  uri,
  maxBytes,
}: {
  readonly uri: string;
  readonly maxBytes: number;
}): Promise<Uint8Array | null> {
  const file = vscode.Uri.parse(uri);
  try {
    const { type, size } = await vscode.workspace.fs.stat(file);
    if (type !== vscode.FileType.File || size > maxBytes) return null;
    const bytes = await vscode.workspace.fs.readFile(file);
    return bytes.length > maxBytes ? null : bytes;
  } catch {
    // Most of what is asked for are guesses at an ending: there is no such file.
    return null;
  }
}
