import { readFileSync, statSync } from 'node:fs';
import type { CountPart } from '../../counting/countRegions.ts';
import { SCHEMA_VERSION } from '../../report/reportJson.ts';
import { digestOf } from './plan.ts';
import { writeWhole } from './write.ts';

/** What one part found: of the network of one seed, or of several networks. */
export interface PartFile {
  readonly schemaVersion: number;
  /** See `planDigest`. */
  readonly plan: string;
  /** From 1 to `of`. */
  readonly part: number;
  readonly of: number;
  readonly counts: readonly SeedPart[];
}

export interface SeedPart {
  readonly seed: number;
  readonly seconds: number;
  readonly found: CountPart;
}

/** A file that is not a part, and why. */
export interface Damaged {
  readonly damage: string;
}

/** The last member of each file: SHA-256 of all before it, closed with a brace. */
const DIGEST = /,"digest":"([0-9a-f]{64})"}\n$/;
const ARRAYS = { Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array };

/** Errors: RangeError where a part does not fit in one string; the file system's. */
export function writePart(path: string, part: PartFile): void {
  const body = JSON.stringify(part, packed);
  writeWhole(path, `${body.slice(0, -1)},"digest":"${digestOf(body)}"}\n`);
}

/** Null where there is no such file. */
export function readPart(path: string): PartFile | Damaged | null {
  try {
    if (!statSync(path).isFile()) return { damage: 'is not a file' };
    const text = readFileSync(path, 'utf8');
    const digest = DIGEST.exec(text.slice(-100))?.[1];
    if (digest === undefined) return { damage: 'is cut off or is not a part of a count' };
    const body = `${text.slice(0, text.lastIndexOf(',"digest":'))}}`;
    if (digestOf(body) !== digest) return { damage: 'is damaged: its digest does not fit' };
    const part = JSON.parse(body, unpacked) as PartFile;
    return part.schemaVersion === SCHEMA_VERSION ? part : { damage: 'was written by another version' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return { damage: `cannot be read: ${code ?? message}` };
  }
}

/** Typed arrays as base64: numbers come back to the last bit, in a third of the space. */
function packed(_: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const { buffer, byteOffset, byteLength } = value;
  return { array: value.constructor.name, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

function unpacked(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value && 'array' in value)) return value;
  const { array, base64 } = value as { array: keyof typeof ARRAYS; base64: string };
  const bytes = Buffer.from(base64, 'base64');
  return new ARRAYS[array](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
