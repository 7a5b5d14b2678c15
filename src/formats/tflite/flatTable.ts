import { partOf, WeightsError, type ByteSource } from '../weights/weightsFile.ts';

/** A list in a file: where its items stand, and how many there are. */
export interface FlatVector {
  readonly start: number;
  readonly length: number;
}

/** No model lists more; damaged files may point to one long list again and again. */
const MAX_ITEMS = 4_000_000;

/** The bytes that tables are read from, with a limit on how much is listed in all. */
export class FlatBuffer {
  private listed = 0;

  constructor(readonly source: ByteSource) {}

  root(): FlatTable {
    return new FlatTable(this, this.view(0, 4).getUint32(0, true));
  }

  view(start: number, length: number): DataView {
    const { buffer, byteOffset } = partOf(this.source, start, length);
    return new DataView(buffer, byteOffset, length);
  }

  /** Where the items of a list may be read, all of them inside the file. */
  itemsAt({ start, length }: FlatVector, bytes: number): DataView {
    this.listed += length;
    if (this.listed > MAX_ITEMS) throw new WeightsError(`${this.source.name} lists more than can be meant.`);
    return this.view(start, length * bytes);
  }
}

/**
 * A table of FlatBuffers (https://flatbuffers.dev/internals): its fields stand at offsets that another table lists, and
 * have defaults where they are left out. Throws a `WeightsError` where something lies outside of the file.
 */
export class FlatTable {
  private readonly fields: DataView;

  constructor(
    private readonly file: FlatBuffer,
    private readonly start: number,
  ) {
    const layout = start - file.view(start, 4).getInt32(0, true);
    this.fields = file.view(layout, file.view(layout, 2).getUint16(0, true));
  }

  int(field: number, fallback = 0): number {
    return this.scalar(field, 4)?.getInt32(0, true) ?? fallback;
  }

  float(field: number): number {
    return this.scalar(field, 4)?.getFloat32(0, true) ?? 0;
  }

  byte(field: number): number {
    return this.scalar(field, 1)?.getInt8(0) ?? 0;
  }

  /** A whole number of eight bytes. */
  long(field: number): number {
    return Number(this.scalar(field, 8)?.getBigUint64(0, true) ?? 0n);
  }

  table(field: number): FlatTable | undefined {
    const at = this.reference(field);
    return at === undefined ? undefined : new FlatTable(this.file, at);
  }

  vector(field: number): FlatVector | undefined {
    const at = this.reference(field);
    return at === undefined ? undefined : { start: at + 4, length: this.file.view(at, 4).getUint32(0, true) };
  }

  tables(field: number): FlatTable[] {
    return this.items(field, 4, (view, at, start) => new FlatTable(this.file, start + at + view.getUint32(at, true)));
  }

  ints(field: number): number[] {
    return this.items(field, 4, (view, at) => view.getInt32(at, true));
  }

  floats(field: number): number[] {
    return this.items(field, 4, (view, at) => view.getFloat32(at, true));
  }

  longs(field: number): number[] {
    return this.items(field, 8, (view, at) => Number(view.getBigInt64(at, true)));
  }

  text(field: number): string {
    const vector = this.vector(field);
    return vector ? new TextDecoder().decode(this.file.itemsAt(vector, 1)) : '';
  }

  private items<T>(field: number, bytes: number, read: (view: DataView, at: number, start: number) => T): T[] {
    const vector = this.vector(field);
    if (!vector) return [];
    const view = this.file.itemsAt(vector, bytes);
    return Array.from({ length: vector.length }, (_, k) => read(view, k * bytes, vector.start));
  }

  private reference(field: number): number | undefined {
    const at = this.placeOf(field);
    return at === undefined ? undefined : at + this.file.view(at, 4).getUint32(0, true);
  }

  private scalar(field: number, bytes: number): DataView | undefined {
    const at = this.placeOf(field);
    return at === undefined ? undefined : this.file.view(at, bytes);
  }

  private placeOf(field: number): number | undefined {
    const slot = 4 + 2 * field;
    const offset = slot + 2 <= this.fields.byteLength ? this.fields.getUint16(slot, true) : 0;
    return offset === 0 ? undefined : this.start + offset;
  }
}
