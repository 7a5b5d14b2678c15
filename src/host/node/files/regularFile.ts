import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/**
 * Opening a pipe without a writer waits for one unless opened in non-blocking mode. Windows has no such flag, and no
 * such pipes.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
}

/**
 * Does something with an open file. Pipes, devices and folders are refused: reading them could wait for ever or never
 * end. They are not even opened, since that alone can have effects; what was opened is checked again.
 */
export function withRegularFile<T>(path: string, task: (descriptor: number, size: number) => T): T {
  demandRegular(statSync(path), path);
  const descriptor = openSync(path, FLAGS);
  try {
    const opened = fstatSync(descriptor);
    demandRegular(opened, path);
    return task(descriptor, opened.size);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The text of a file without its byte order mark; null where it is longer than this many bytes. Rejects as the other
 * throws.
 */
export async function readRegularText(path: string, mostBytes: number): Promise<string | null> {
  demandRegular(await stat(path), path);
  const file = await open(path, FLAGS);
  try {
    const opened = await file.stat();
    demandRegular(opened, path);
    return opened.size > mostBytes ? null : (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}

function demandRegular(kind: FileKind, path: string): void {
  if (kind.isDirectory()) throw new Error(`${path} is a folder`);
  if (!kind.isFile()) throw new Error(`${path} is a pipe or a device, not a file`);
}
