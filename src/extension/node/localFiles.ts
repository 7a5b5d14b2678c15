import { createHash } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { WorkerFiles } from '../host.ts';

/** Files on this machine, by their paths. Those of other file systems are copied into `storage` where need be. */
export function localFiles(storage: vscode.Uri): WorkerFiles {
  return {
    canRead: ({ scheme }) => scheme === 'file',
    nameOf: ({ fsPath }) => fsPath,
    fileOf: (name) => vscode.Uri.file(name),
    readable: (file) => localCopyOf(file, vscode.Uri.joinPath(storage, 'models')),
  };
}

async function localCopyOf(file: vscode.Uri, copies: vscode.Uri): Promise<vscode.Uri> {
  if (file.scheme === 'file') return file;
  const bytes = await vscode.workspace.fs.readFile(file);
  const name = createHash('sha256').update(file.toString()).digest('hex').slice(0, 32);
  const copy = vscode.Uri.joinPath(copies, `${name}${path.posix.extname(file.path)}`);
  await vscode.workspace.fs.writeFile(copy, bytes);
  return copy;
}
