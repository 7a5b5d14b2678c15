import { filtersOf, type Fresh, type RandomTensor, type Trace } from './randomTensor.ts';
import { settled } from './traces.ts';

/** How many cells of each tensor follow each other, in turn, until all are used up. */
type Chunks = readonly number[];

/** Tensors put together, chunk by chunk; `channels` are those of the result. */
export function joined(parts: readonly RandomTensor[], chunks: Chunks, channels: number, last: number): RandomTensor {
  const size = parts.reduce((sum, { values }) => sum + values.length, 0);
  const floats = (of: (part: RandomTensor) => Float64Array) => inTurn(parts.map(of), chunks, new Float64Array(size));
  const [first] = parts;
  const activation = first.before?.activation;
  const areBent = activation !== undefined && parts.every(({ before }) => before?.activation === activation);
  const inner = () => parts.map(({ before }) => before!.tensor);
  return {
    values: floats(({ values }) => values),
    tangents: floats(({ tangents }) => tangents),
    channels,
    isNonNegative: inTurn(
      parts.map((part) => part.isNonNegative),
      chunks,
      new Uint8Array(size),
    ),
    fresh: joinedFresh(parts, chunks, channels, floats),
    last,
    before: areBent ? { activation, tensor: joined(inner(), chunks, channels, last) } : null,
    greatest: null,
    trace: joinedTrace(parts, chunks, channels),
  };
}

function joinedFresh(
  parts: readonly RandomTensor[],
  chunks: Chunks,
  channels: number,
  floats: (of: (part: RandomTensor) => Float64Array) => Float64Array,
): Fresh {
  const size = parts.reduce((sum, { values }) => sum + values.length, 0);
  const numbers = (key: 'slots' | 'origins') => {
    const all = parts.map(({ fresh, values }) => fresh?.[key] ?? new Int32Array(values.length).fill(-1));
    return inTurn(all, chunks, new Int32Array(size));
  };
  const mean = (key: 'values' | 'tangents') =>
    floats(({ fresh, values }) => fresh?.mean?.[key] ?? new Float64Array(values.length));
  const hasMean = parts.some(({ fresh }) => fresh?.mean);
  const areInOrder = parts.every((part) => part.channels === channels && !part.fresh?.filters);
  return {
    filters: areInOrder ? undefined : inTurn(parts.map(filtersOf), chunks, new Int32Array(size)),
    slots: numbers('slots'),
    origins: numbers('origins'),
    mean: hasMean ? { values: mean('values'), tangents: mean('tangents') } : null,
  };
}

/** Rows that hold cells of several tensors have the mean of their factors. */
function joinedTrace(parts: readonly RandomTensor[], chunks: Chunks, channels: number): Trace {
  const all = parts.map(({ trace }) => settled(trace).factors);
  const areSideBySide = parts.some((part) => part.channels !== channels);
  const factors = areSideBySide
    ? all[0].map((_, row) => all.reduce((sum, each) => sum + each[row], 0) / all.length)
    : inTurn(
        all,
        chunks.map((chunk) => chunk / channels),
        new Float64Array(all.reduce((sum, each) => sum + each.length, 0)),
      );
  return { factors, innovation: null };
}

function inTurn<T extends Float64Array | Int32Array | Uint8Array>(all: readonly T[], chunks: Chunks, to: T): T {
  const from = all.map(() => 0);
  for (let at = 0; at < to.length;) {
    all.forEach((each, k) => {
      to.set(each.subarray(from[k], from[k] + chunks[k]), at);
      from[k] += chunks[k];
      at += chunks[k];
    });
  }
  return to;
}
