import type { Connection } from 'vscode-languageserver';
import { Utils, type URI } from 'vscode-uri';
import { bytesSource, type ByteSource } from '../../formats/weights/weightsFile.ts';
import { readFileRequest } from '../../protocol/server.ts';
import type { TextFiles } from '../files.ts';
import { fileAt, fileInside } from './addresses.ts';

/** A shard of weights is read whole: larger ones are not read for the few numbers that an analysis needs of them. */
const MAX_SHARD_BYTES = 64_000_000;

/** Files that the editor reads for the server, whatever file system they are in. */
export class EditorFiles implements TextFiles {
  /** By document, and by the path from its folder; undefined where it is still to be read. */
  private readonly beside = new Map<string, Map<string, ByteSource | null | undefined>>();

  constructor(private readonly connection: Connection) {}

  async readText(address: string, _root: string, mostBytes: number): Promise<string | null> {
    const bytes = await this.read(fileAt(address), mostBytes);
    return bytes && new TextDecoder().decode(bytes);
  }

  bytesBeside(address: string): (path: string) => ByteSource | undefined {
    return (path) => {
      const files = this.beside.get(address) ?? new Map<string, ByteSource | null | undefined>();
      this.beside.set(address, files.has(path) ? files : files.set(path, undefined));
      return files.get(path) ?? undefined;
    };
  }

  isWaiting(address: string): boolean {
    return this.missing(address).length > 0;
  }

  async bring(address: string): Promise<void> {
    const folder = Utils.dirname(fileAt(address));
    const reading = this.missing(address).map(async (path) => {
      const file = fileInside(folder, path);
      const bytes = file && (await this.read(file, MAX_SHARD_BYTES));
      this.beside.get(address)?.set(path, bytes && bytesSource(path, bytes));
    });
    await Promise.all(reading);
  }

  forget(address: string): void {
    this.beside.delete(address);
  }

  private missing(address: string): string[] {
    return [...(this.beside.get(address) ?? [])].flatMap(([path, file]) => (file === undefined ? [path] : []));
  }

  private read(file: URI, maxBytes: number): Promise<Uint8Array | null> {
    return this.connection.sendRequest<Uint8Array | null>(readFileRequest.method, { uri: file.toString(), maxBytes });
  }
}
