/** Writes TensorFlow Lite models: tables of FlatBuffers, from the outermost to the innermost. */

type Scalar = { readonly int: number } | { readonly byte: number } | { readonly float: number };
type Items =
  { readonly ints: readonly number[] } | { readonly floats: readonly number[] } | { readonly longs: readonly number[] };
type Value =
  Scalar | Items | { readonly bytes: Uint8Array } | { readonly tables: readonly Table[] } | { readonly table: Table };
type Table = readonly (Value | undefined)[];

class Writer {
  private data = new Uint8Array(64);
  private size = 0;

  private allocate(bytes: number): number {
    const start = (this.size = 8 * Math.ceil(this.size / 8));
    this.size += bytes;
    if (this.size > this.data.length) {
      const larger = new Uint8Array(2 * this.size);
      larger.set(this.data);
      this.data = larger;
    }
    return start;
  }

  private get view(): DataView {
    return new DataView(this.data.buffer);
  }

  file(root: Table): Uint8Array {
    const start = this.allocate(8);
    this.data.set(new TextEncoder().encode('TFL3'), 4);
    // Its place first: the bytes may move while the tables are written.
    const place = this.table(root);
    this.view.setUint32(start, place, true);
    return this.data.slice(0, this.size);
  }

  private table(fields: Table): number {
    const layout = this.allocate(4 + 2 * fields.length);
    this.view.setUint16(layout, 4 + 2 * fields.length, true);
    const start = this.allocate(8 + 8 * fields.length);
    this.view.setInt32(start, start - layout, true);
    fields.forEach((value, k) => {
      if (!value) return;
      const at = start + 8 + 8 * k;
      this.view.setUint16(layout + 4 + 2 * k, at - start, true);
      if ('int' in value) this.view.setInt32(at, value.int, true);
      else if ('byte' in value) this.view.setInt8(at, value.byte);
      else if ('float' in value) this.view.setFloat32(at, value.float, true);
      else {
        const target = this.reference(value);
        this.view.setUint32(at, target - at, true);
      }
    });
    return start;
  }

  private reference(value: Exclude<Value, Scalar>): number {
    if ('table' in value) return this.table(value.table);
    if ('tables' in value) {
      const start = this.list(value.tables.length, 4);
      value.tables.forEach((table, k) => {
        const at = start + 4 + 4 * k;
        const target = this.table(table);
        this.view.setUint32(at, target - at, true);
      });
      return start;
    }
    if ('bytes' in value) {
      const start = this.list(value.bytes.length, 1);
      this.data.set(value.bytes, start + 4);
      return start;
    }
    const [items, bytes] = 'ints' in value ? [value.ints, 4] : 'floats' in value ? [value.floats, 4] : [value.longs, 8];
    const start = this.list(items.length, bytes);
    items.forEach((item, k) => {
      const at = start + 4 + bytes * k;
      if ('ints' in value) this.view.setInt32(at, item, true);
      else if ('floats' in value) this.view.setFloat32(at, item, true);
      else this.view.setBigInt64(at, BigInt(item), true);
    });
    return start;
  }

  private list(length: number, bytes: number): number {
    const start = this.allocate(4 + length * bytes);
    this.view.setUint32(start, length, true);
    return start;
  }
}

export interface LiteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its numbers, if it is a constant; of float32 unless `type` says otherwise. */
  readonly data?: ArrayBufferView;
  readonly type?: number;
  readonly scales?: readonly number[];
  readonly zeros?: readonly number[];
  readonly axis?: number;
}

export interface LiteOperator {
  readonly code: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly options?: Table;
}

/** A model of these tensors and operations; names of tensors that are not there stand for left out inputs. */
export function liteFile(
  tensors: readonly LiteTensor[],
  operators: readonly LiteOperator[],
  inputs: readonly string[],
  outputs: readonly string[],
): Uint8Array {
  const places = (names: readonly string[]) => ({
    ints: names.map((name) => tensors.findIndex((t) => t.name === name)),
  });
  const codes = [...new Set(operators.map(({ code }) => code))];
  const constants = tensors.filter(({ data }) => data);
  const text = (value: string) => ({ bytes: new TextEncoder().encode(value) });
  const tensorTables = tensors.map(({ name, shape, data, type = 0, scales, zeros = [], axis = 0 }, k): Table => [
    { ints: shape },
    { byte: type },
    { int: data ? 1 + constants.indexOf(tensors[k]) : 0 },
    text(name),
    scales && {
      table: [undefined, undefined, { floats: scales }, { longs: zeros }, undefined, undefined, { int: axis }],
    },
  ]);
  const operatorTables = operators.map(({ code, inputs: from, outputs: to, options }): Table => [
    { int: codes.indexOf(code) },
    places(from),
    places(to),
    undefined,
    options && { table: options },
  ]);
  const graph: Table = [{ tables: tensorTables }, places(inputs), places(outputs), { tables: operatorTables }];
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const buffers: Table[] = [[], ...constants.map(({ data }): Table => [{ bytes: bytesOf(data!) }])];
  return new Writer().file([
    { int: 3 },
    { tables: codes.map((code): Table => [{ byte: Math.min(code, 127) }, undefined, undefined, { int: code }]) },
    { tables: [graph] },
    text('made for tests'),
    { tables: buffers },
  ]);
}
