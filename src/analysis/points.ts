/**
 * Points of the input space from a data file: JSON (an array of points, numbers nested as deep as an image is; or an
 * object with such an array in it) or lines of numbers. Errors: RangeError, as a sentence, for a file that holds no
 * such points.
 */
export function parsePoints(text: string, inputs: number): number[][] {
  const rows = /^\s*[[{]/.test(text) ? fromJson(text) : fromLines(text);
  const points = rows.filter((row) => row.length === inputs);
  if (points.length > 0) return points;
  const found = rows.length === 0 ? 'none' : `points of ${rows[0].length}`;
  throw new RangeError(`the file holds no points of ${inputs} numbers, one for each input; it holds ${found}`);
}

function fromJson(text: string): number[][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('the file is no JSON that can be read');
  }
  const list = Array.isArray(value) ? value : Object.values(value as object).find((entry) => Array.isArray(entry));
  if (!Array.isArray(list)) return [];
  if (list.every((item) => typeof item === 'number')) return [list];
  return list.map((item) => numbersIn(item));
}

function numbersIn(value: unknown): number[] {
  const flat: unknown[] = Array.isArray(value) ? value.flat(Infinity) : Object.values(Object(value) as object);
  return flat.filter((item): item is number => typeof item === 'number' && Number.isFinite(item));
}

/** Separated by commas, semicolons or spaces; lines with words in them, such as a header, are passed over. */
function fromLines(text: string): number[][] {
  return text
    .split(/\r?\n/)
    .map((line) =>
      line
        .split(/[,;\s]+/)
        .filter((cell) => cell !== '')
        .map(Number),
    )
    .filter((row) => row.length > 0 && row.every(Number.isFinite));
}
