import type { Importer, Source } from './moduleLoader.ts';
import { parseSource } from './parse.ts';
import type { ReadFile } from '../../format.ts';

const endings = ['', '.ts', '.tsx', '.js', '.mjs', '.jsx', '/index.ts', '/index.js'];

/** Finds imported files as bundlers do, by their path with or without an ending. */
export function importerFrom(readFile: ReadFile | undefined): Importer {
  const sources = new Map<string, Source | undefined>();
  return (specifier, from) => {
    if (!readFile) return undefined;
    const path = resolve(from, specifier);
    if (!sources.has(path)) sources.set(path, find(path, readFile));
    return sources.get(path);
  };
}

function find(path: string, readFile: ReadFile): Source | undefined {
  for (const candidate of [...endings.map((ending) => path + ending), path.replace(/\.js$/, '.ts')]) {
    const text = readFile(candidate);
    const file = text === undefined ? undefined : parseSource(text, candidate)?.file;
    if (text !== undefined && file) return { text, fileName: candidate, file };
  }
  return undefined;
}

/** `specifier`, written in the file `from`, as a path from where `from` is counted from. */
function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
