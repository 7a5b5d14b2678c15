import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NearbyFiles } from '../formats/format.ts';
import { filesIn } from '../worker/modelWeights.ts';

/** Larger files are data or bundles, not the constants and helpers of a network. */
const LARGEST_BYTES = 1_000_000;
/** Files kept, and files one document may ask for. */
const MOST_KEPT = 400;
const MOST_WANTED = 200;

/**
 * The texts of files that sources import: open documents first, then the disk, inside the workspace only. Reading never
 * waits: what is not known yet is undefined and wanted, and `load` brings it.
 */
export class ImportedFiles {
  /** By address; null where there is no such file, or it must not be read. */
  private readonly texts = new Map<string, string | null>();
  /** By document, the addresses asked for, with the paths that name them. */
  private readonly asked = new Map<string, Map<string, string>>();
  private readonly wanted = new Set<string>();
  /** So many times a file on the disk has changed. */
  private changes = 0;
  private roots: readonly string[] = [];

  constructor(private readonly openText: (address: string) => string | undefined) {}

  setFolders(uris: readonly string[]): void {
    this.roots = uris.map(addressOf).map((root) => (root.endsWith('/') ? root : `${root}/`));
  }

  /** For the analysis of one document: files by their paths from its folder. Bytes are of a workspace's files alone. */
  filesFor(uri: string): NearbyFiles {
    const address = addressOf(uri);
    const isWithin = address.startsWith('file:') && this.roots.some((root) => address.startsWith(root));
    return { text: this.readerFor(uri), bytes: isWithin ? filesIn(dirname(pathOf(address))) : undefined };
  }

  private readerFor(uri: string): (path: string) => string | undefined {
    const asked = new Map<string, string>();
    this.asked.set(uri, asked);
    return (path) => {
      const address = resolved(uri, path);
      if (address === null || !address.startsWith(this.rootOf(addressOf(uri)))) return undefined;
      asked.set(address, path);
      const known = this.openText(address) ?? this.texts.get(address);
      if (known === undefined && this.wanted.size < MOST_WANTED) this.wanted.add(address);
      return known ?? undefined;
    };
  }

  /** The folder that holds a document, beyond which nothing is read: the workspace's, or its own. */
  private rootOf(address: string): string {
    return this.roots.find((root) => address.startsWith(root)) ?? address.slice(0, address.lastIndexOf('/') + 1);
  }

  /** Documents whose analysis asked for this file, whether there was one or not. */
  dependentsOf(uri: string): string[] {
    const address = addressOf(uri);
    return [...this.asked].filter(([, asked]) => asked.has(address)).map(([document]) => document);
  }

  /** What a document imports, by the paths it was asked for. */
  textsFor(uri: string): Record<string, string> {
    const known = [...(this.asked.get(uri) ?? [])].map(([address, path]) => [path, this.openText(address) ?? this.texts.get(address)]); // prettier-ignore
    return Object.fromEntries(known.filter(([, text]) => typeof text === 'string')) as Record<string, string>;
  }

  /** The file on the disk is another one now. */
  outdate(uri: string): void {
    this.texts.delete(addressOf(uri));
    this.changes++;
  }

  forget(uri: string): void {
    this.asked.delete(uri);
  }

  get isComplete(): boolean {
    return this.wanted.size === 0;
  }

  /** Reads what was wanted. */
  async load(): Promise<void> {
    const addresses = [...this.wanted];
    const { changes } = this;
    const texts = await Promise.all(addresses.map((address) => this.read(address)));
    // What was read while a file changed may be old: it is still wanted.
    if (changes !== this.changes) return;
    addresses.forEach((address, i) => this.texts.set(address, texts[i]));
    for (const address of addresses) this.wanted.delete(address);
    for (const address of this.texts.keys()) {
      if (this.texts.size <= MOST_KEPT) break;
      this.texts.delete(address);
    }
  }

  private async read(address: string): Promise<string | null> {
    if (!address.startsWith('file:')) return null;
    try {
      const path = pathOf(address);
      // A link must not lead out of the folder.
      const real = addressOf(pathToFileURL(await realpath(path)).href);
      const root = addressOf(pathToFileURL(await realpath(pathOf(this.rootOf(address)))).href).replace(/\/?$/, '/');
      const { size } = await stat(path);
      if (!real.startsWith(root) || size > LARGEST_BYTES) return null;
      return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
    } catch {
      // Most of what is asked for are guesses at an ending: there is no such file.
      return null;
    }
  }
}

/** One way to write an address, whatever the editor escapes, and drives in lower case. */
export function addressOf(uri: string): string {
  try {
    const { protocol, host, pathname } = new URL(uri);
    const path = decodeURIComponent(pathname).replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
    return `${protocol}//${host}${path}`;
  } catch {
    return uri;
  }
}

function resolved(uri: string, path: string): string | null {
  try {
    return addressOf(new URL(path.split('/').map(encodeURIComponent).join('/'), uri).href);
  } catch {
    return null;
  }
}

function pathOf(address: string): string {
  return address.slice('file://'.length).replace(/^\/(?=[a-z]:)/, '');
}
