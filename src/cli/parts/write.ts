import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, basename } from 'node:path';

/** Names that no other process uses, on whatever machine it shares the folder from. */
function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${hostname()}.${process.pid}.tmp`);
}

function writeAside(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  const aside = asideOf(path);
  const descriptor = openSync(aside, 'w');
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return aside;
}

/** Writes a file so that it is there as a whole or not at all. */
export function writeWhole(path: string, content: string): void {
  renameSync(writeAside(path, content), path);
}

/** Writes a file as a whole if there is none; of several processes that try at the same time, one succeeds. */
export function writeOnce(path: string, content: string): void {
  const aside = writeAside(path, content);
  try {
    if (!existsSync(path)) linkSync(aside, path);
  } catch {
    // Another process was faster, or the file system has no hard links.
    if (!existsSync(path)) renameSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}
