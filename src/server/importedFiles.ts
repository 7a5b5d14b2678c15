import type { NearbyFiles } from '../formats/format.ts';
import type { TextFiles } from '../host/files.ts';

/** Larger files are data or bundles, not the constants and helpers of a network. */
const MAX_IMPORT_BYTES = 1_000_000;
/** Files kept, and files one document may ask for. */
const MAX_KEPT = 400;
const MAX_REQUESTED = 200;

/** What the last reading of a document asked for. */
interface Asked {
  /** The folder beyond which nothing is read for this document. */
  readonly root: string;
  /** By address, the paths that name the files in the document. */
  readonly paths: Map<string, string>;
  /** Addresses whose texts are not known yet. */
  readonly wanted: Set<string>;
}

/**
 * The texts of files that sources import: open documents first, then the disk, inside the workspace only. Reading never
 * waits: what is not known yet is undefined and wanted, and `load` brings it.
 */
export class ImportedFiles {
  /** By address and root; null where there is no such file, or it must not be read for documents of that root. */
  private readonly texts = new Map<string, Map<string, string | null>>();
  /** By document. */
  private readonly asked = new Map<string, Asked>();
  /** This many times a file on the disk has changed. */
  private changes = 0;
  private roots: readonly string[] = [];

  constructor(
    private readonly files: TextFiles,
    private readonly openText: (address: string) => string | undefined,
  ) {}

  setFolders(uris: readonly string[]): void {
    this.roots = uris.map(addressOf).map((root) => (root.endsWith('/') ? root : `${root}/`));
  }

  /** For the analysis of one document: files by their paths from its folder. Bytes are of a workspace's files alone. */
  filesFor(uri: string): NearbyFiles {
    const address = addressOf(uri);
    const isWithin = this.roots.some((root) => address.startsWith(root));
    return { text: this.readerFor(uri), bytes: isWithin ? this.files.bytesBeside(address) : undefined };
  }

  private readerFor(uri: string): (path: string) => string | undefined {
    const asked: Asked = { root: this.rootOf(addressOf(uri)), paths: new Map(), wanted: new Set() };
    this.asked.set(uri, asked);
    return (path) => {
      const address = resolved(uri, path);
      if (address === null || !address.startsWith(asked.root)) return undefined;
      asked.paths.set(address, path);
      const known = this.known(address, asked.root);
      if (known === undefined && asked.wanted.size < MAX_REQUESTED) asked.wanted.add(address);
      return known ?? undefined;
    };
  }

  private known(address: string, root: string): string | null | undefined {
    return this.openText(address) ?? this.texts.get(address)?.get(root);
  }

  /** The folder that holds a document, beyond which nothing is read: the workspace's, or its own. */
  private rootOf(address: string): string {
    return this.roots.find((root) => address.startsWith(root)) ?? address.slice(0, address.lastIndexOf('/') + 1);
  }

  /** Documents whose analysis asked for this file, whether there was one or not. */
  dependentsOf(uri: string): string[] {
    const address = addressOf(uri);
    return [...this.asked].filter(([, { paths }]) => paths.has(address)).map(([document]) => document);
  }

  /** What a document imports, by the paths it was asked for. */
  textsFor(uri: string): Record<string, string> {
    const asked = this.asked.get(uri);
    const known = [...(asked?.paths ?? [])].map(([address, path]) => [path, this.known(address, asked!.root)]);
    return Object.fromEntries(known.filter(([, text]) => typeof text === 'string')) as Record<string, string>;
  }

  /** The file on the disk is another one now. */
  outdate(uri: string): void {
    this.texts.delete(addressOf(uri));
    this.files.forget(addressOf(uri));
    this.changes++;
  }

  forget(uri: string): void {
    this.asked.delete(uri);
    this.files.forget(addressOf(uri));
  }

  /** Nothing is wanted for this document. */
  isComplete(uri: string): boolean {
    return !this.asked.get(uri)?.wanted.size && !this.files.isWaiting(addressOf(uri));
  }

  /** Reads what was wanted for this document: others do not wait for it. */
  async load(uri: string): Promise<void> {
    await Promise.all([this.loadTexts(uri), this.files.bring(addressOf(uri))]);
  }

  private async loadTexts(uri: string): Promise<void> {
    const asked = this.asked.get(uri);
    if (!asked) return;
    const { root, wanted } = asked;
    const { changes } = this;
    const addresses = [...wanted];
    const texts = await Promise.all(addresses.map((address) => this.files.readText(address, root, MAX_IMPORT_BYTES)));
    // What was read while a file changed may be old: it is still wanted.
    if (changes !== this.changes) return;
    addresses.forEach((address, i) => {
      this.texts.set(address, new Map(this.texts.get(address)).set(root, texts[i]));
      wanted.delete(address);
    });
    for (const address of this.texts.keys()) {
      if (this.texts.size <= MAX_KEPT) break;
      this.texts.delete(address);
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
