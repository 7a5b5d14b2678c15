import { createHash } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { WorkerFiles } from '../host.ts';
import { nameOf } from '../networkFiles.ts';

/** A copy is made again whenever the file changes. */
const MAX_COPIED_BYTES = 2 ** 29;

/** Files on this machine, by their paths. Those of other file systems are copied into `storage` where need be. */
export function localFiles(storage: vscode.Uri): WorkerFiles {
  const copies = new Copies(vscode.Uri.joinPath(storage, 'models'));
  return {
    canRead: ({ scheme }) => scheme === 'file' || vscode.workspace.fs.isWritableFileSystem(scheme) !== undefined,
    nameOf: (file) => (file.scheme === 'file' ? file.fsPath : file.toString()),
    fileOf: (name) => (/^[a-z][a-z\d+.-]+:\/\//i.test(name) ? vscode.Uri.parse(name) : vscode.Uri.file(name)),
    readable: async (file) => (file.scheme === 'file' ? file : copies.of(file)),
    readableFolder: async (folder, paths) => (folder.scheme === 'file' ? folder : copies.ofFolder(folder, paths)),
  };
}

/** Copies of files that are not on this machine. */
class Copies {
  /** By the address of a copy, what the file was like when it was copied. */
  private readonly stamps = new Map<string, string>();

  constructor(private readonly root: vscode.Uri) {}

  of(file: vscode.Uri): Promise<vscode.Uri> {
    const name = path.posix.basename(file.path).replace(/[<>:"\\|?*]/g, '_');
    return this.copied(file, vscode.Uri.joinPath(this.root, hashed(file), name));
  }

  async ofFolder(folder: vscode.Uri, paths: readonly string[]): Promise<vscode.Uri> {
    const copy = vscode.Uri.joinPath(this.root, hashed(folder));
    for (const each of paths) {
      const target = vscode.Uri.joinPath(copy, each);
      if (!target.path.startsWith(`${copy.path}/`))
        throw new Error(vscode.l10n.t('{0} is outside of its folder', each));
      await this.copied(vscode.Uri.joinPath(folder, each), target);
    }
    return copy;
  }

  private async copied(file: vscode.Uri, copy: vscode.Uri): Promise<vscode.Uri> {
    const { size, mtime } = await vscode.workspace.fs.stat(file);
    const stamp = [size, mtime].join(' ');
    if (this.stamps.get(copy.toString()) === stamp) return copy;
    if (size > MAX_COPIED_BYTES) {
      throw new Error(
        vscode.l10n.t('{0} is larger than 512 MiB, which is the most that is read from this file system', nameOf(file)),
      );
    }
    await vscode.workspace.fs.writeFile(copy, await vscode.workspace.fs.readFile(file));
    this.stamps.set(copy.toString(), stamp);
    return copy;
  }
}

function hashed(file: vscode.Uri): string {
  return createHash('sha256').update(file.toString()).digest('hex').slice(0, 32);
}
