import { URI, Utils } from 'vscode-uri';
import { bytesSource, type ByteSource } from '../../formats/weights/weightsFile.ts';
import type { Files } from '../files.ts';
import { fileInside } from './addresses.ts';
import type { FoundFile, WantedFile } from './threadMessages.ts';

type Known = FoundFile & { /** It was asked for in this task, and is as it is now. */ isCurrent: boolean };

/**
 * Files by their addresses, as a thread in a browser sees them. Reading never waits: what is not there yet cannot be
 * opened, and `bring` gets it from the other side. What the last task used is kept, in case the next needs it too.
 */
export class ThreadFiles implements Files {
  private readonly known = new Map<string, Known>();
  private readonly wanted = new Set<string>();
  private found: ((files: readonly FoundFile[]) => void) | undefined;

  constructor(private readonly want: (files: readonly WantedFile[]) => void) {}

  open(address: string): ByteSource {
    const file = this.current(address);
    if ('fault' in file) throw new Error(file.fault);
    return bytesSource(Utils.basename(URI.parse(address)), file.bytes!);
  }

  folderOf(address: string): string {
    return Utils.dirname(URI.parse(address)).toString();
  }

  within(folder: string, path: string): string {
    const file = fileInside(URI.parse(folder), path);
    if (!file) throw new Error(`${path} lies outside of the model's folder and is not read`);
    return file.toString();
  }

  stampOf(addresses: readonly string[]): string {
    return addresses.map((address) => [address, this.stampOfOne(address)].join(' ')).join('\n');
  }

  private stampOfOne(address: string): string {
    const file = this.current(address);
    return 'fault' in file ? file.fault : file.stamp;
  }

  private current(address: string): Known {
    const file = this.known.get(address);
    if (file?.isCurrent) return file;
    this.wanted.add(address);
    throw new Error(`${address} is not read yet`);
  }

  async bring(): Promise<boolean> {
    if (this.wanted.size === 0) {
      this.endTask();
      return false;
    }
    const files = await new Promise<readonly FoundFile[]>((resolve) => {
      this.found = resolve;
      this.want([...this.wanted].map((address) => ({ address, stamp: this.knownStamp(address) })));
    });
    this.wanted.clear();
    for (const file of files) this.keep(file);
    return true;
  }

  /** What `want` asked for has come. */
  receive(files: readonly FoundFile[]): void {
    this.found?.(files);
    this.found = undefined;
  }

  private knownStamp(address: string): string | undefined {
    const file = this.known.get(address);
    return file && 'stamp' in file ? file.stamp : undefined;
  }

  private keep(file: FoundFile): void {
    const known = this.known.get(file.address);
    const isUnchanged = 'stamp' in file && file.bytes === undefined && known;
    this.known.set(file.address, { ...(isUnchanged ? known : file), isCurrent: true });
  }

  /** The next task asks whether what it needs has changed. */
  private endTask(): void {
    for (const [address, file] of this.known) {
      if (file.isCurrent) file.isCurrent = false;
      else this.known.delete(address);
    }
  }
}
