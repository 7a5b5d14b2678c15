import type { Fresh, RandomTensor } from './randomTensor.ts';
import { factorsOfParts } from './traces.ts';

/** Tensors of one shape put together: `owner` says which of them has each cell. */
export function joined(
  parts: readonly RandomTensor[],
  owner: Int32Array,
  channels: number,
  last: number,
): RandomTensor {
  const numbers = (pick: (tensor: RandomTensor) => ArrayLike<number>): Float64Array =>
    Float64Array.from(owner, (k, i) => pick(parts[k])[i]);
  const [first] = parts;
  const activation = first.before?.activation;
  const areBent = activation !== undefined && parts.every(({ before }) => before?.activation === activation);
  const pick = (of: Fresh | null, key: 'slots' | 'origins', i: number) => of?.[key][i] ?? -1;
  return {
    values: numbers(({ values }) => values),
    tangents: numbers(({ tangents }) => tangents),
    channels,
    isNonNegative: Uint8Array.from(owner, (k, i) => parts[k].isNonNegative[i]),
    fresh: {
      slots: owner.map((k, i) => pick(parts[k].fresh, 'slots', i)),
      origins: owner.map((k, i) => pick(parts[k].fresh, 'origins', i)),
      mean: parts.some(({ fresh }) => fresh?.mean)
        ? {
            values: Float64Array.from(owner, (k, i) => parts[k].fresh?.mean?.values[i] ?? 0),
            tangents: Float64Array.from(owner, (k, i) => parts[k].fresh?.mean?.tangents[i] ?? 0),
          }
        : null,
    },
    last,
    before: areBent
      ? {
          activation,
          tensor: joined(
            parts.map(({ before }) => before!.tensor),
            owner,
            channels,
            last,
          ),
        }
      : null,
    greatest: null,
    trace: { factors: factorsOfParts(parts, owner, channels), innovation: null },
  };
}
