import { readSync, realpathSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { ByteSource } from '../../../formats/weights/weightsFile.ts';
import { bytesIn, type Files, type TextFiles } from '../../files.ts';
import { readRegularText, withRegularFile } from './regularFile.ts';

export const nodeFiles: Files = { open, folderOf: dirname, within, stampOf, bring: () => Promise.resolve(false) };

/** Of files on this machine alone; what is elsewhere has no text here. */
export const nodeTextFiles: TextFiles = {
  async readText(address, root, mostBytes) {
    if (!isLocal(address)) return null;
    try {
      const path = pathOf(address);
      const isWithin = isInside(await realpath(pathOf(root)), await realpath(path));
      return isWithin ? await readRegularText(path, mostBytes) : null;
    } catch {
      // Most of what is asked for are guesses at an ending: there is no such file.
      return null;
    }
  },
  bytesBeside: (address) => (isLocal(address) ? bytesIn(nodeFiles, dirname(pathOf(address))) : undefined),
  isWaiting: () => false,
  bring: () => Promise.resolve(),
  forget: () => undefined,
};

function isLocal(address: string): boolean {
  return address.startsWith('file:');
}

function pathOf(address: string): string {
  return address.slice('file://'.length).replace(/^\/(?=[a-z]:)/, '');
}

/** Opened for each part: weights are some hundred parts, and nothing stays open. */
function open(file: string): ByteSource {
  const name = basename(file);
  const withFile = <T>(task: (descriptor: number, size: number) => T): T => {
    try {
      return withRegularFile(file, task);
    } catch (error) {
      throw unreadable(error, file);
    }
  };
  const size = withFile((_, bytes) => bytes);
  return {
    name,
    size,
    read: (start, length) =>
      withFile((descriptor) => {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const got = readSync(descriptor, bytes, done, length - done, start + done);
          if (got === 0) throw new Error(`${name} became shorter while it was read`);
          done += got;
        }
        return bytes;
      }),
  };
}

function within(folder: string, path: string): string {
  const file = resolve(folder, path);
  if (!isInside(folder, file)) throw new Error(`${path} lies outside of the model's folder and is not read`);
  const real = realOf(file, path);
  if (!isInside(realOf(folder, folder), real)) {
    throw new Error(`${path} leads out of the model's folder and is not read`);
  }
  return real;
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function realOf(file: string, shown: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    throw unreadable(error, shown);
  }
}

function stampOf(files: readonly string[]): string {
  return files.map((file) => [file, statSync(file).size, statSync(file).mtimeMs].join(' ')).join('\n');
}

function unreadable(error: unknown, file: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Error(`there is no file ${file}`);
  if (code === 'EISDIR') return new Error(`${file} is a folder`);
  return code === undefined ? new Error(message) : new Error(`${file} cannot be read (${code})`);
}
