import type { Network } from '../../network/network.ts';

/**
 * The weights of a network as a safetensors file, in Keras's names and layouts (`dense_1/kernel`), as 32-bit floats. A
 * shared layer has its weights once.
 */
export function writeSafetensors({ layers }: Network): Uint8Array {
  const tensors = layers
    .filter(({ sharedWith }) => sharedWith === undefined)
    .flatMap(({ name, weights }) =>
      Object.entries(weights ?? {}).map(([part, { shape, data }]) => ({ name: `${name}/${part}`, shape, data })),
    );
  let end = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const start = end;
    end += 4 * data.length;
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = new Uint8Array(8 + header.length + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}
