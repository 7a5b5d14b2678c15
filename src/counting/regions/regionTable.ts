import type { RegionRecord, RegionTable } from '../count.ts';

/** The regions of a list, one after the other. */
export function* recordsOf(table: RegionTable): Generator<RegionRecord, void> {
  for (let at = 0; at < table.count; at++) yield recordOf(table, at);
}

function recordOf(table: RegionTable, at: number): RegionRecord {
  const { dimension, offsets, corners, faces, volumes } = table;
  const [from, to] = [offsets[at], offsets[at + 1]];
  const inside = rowsOf(table.inside, dimension, at, at + 1)[0];
  return {
    pattern: patternOf(table, at),
    corners: to > from ? rowsOf(corners, dimension, from, to) : null,
    faces: faces[at] < 0 ? null : faces[at],
    inside: Number.isNaN(inside[0]) ? null : inside,
    volume: Number.isNaN(volumes[at]) ? null : volumes[at],
    outputs: rowsOf(table.outputs, dimension + 1, at * table.outputCount, (at + 1) * table.outputCount),
  };
}

/** Rows `from` to `to` of numbers that have `width` in each. */
function rowsOf(numbers: Float64Array, width: number, from: number, to: number): number[][] {
  return Array.from({ length: to - from }, (_, k) =>
    Array.from(numbers.subarray((from + k) * width, (from + k + 1) * width)),
  );
}

function patternOf({ stages, pieces, count }: RegionTable, at: number): string {
  let from = at * (pieces.length / count);
  return stages.map((units) => Array.from(pieces.subarray(from, (from += units)), digit).join('')).join('|');
}

/** 0 to 9, then letters; a unit of more pieces in brackets. */
function digit(piece: number): string {
  return piece < 36 ? piece.toString(36) : `[${piece}]`;
}
