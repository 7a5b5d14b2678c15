/** Points of the input space with their classes, where the data say them. */
export interface DataPoints {
  readonly points: readonly (readonly number[])[];
  /** As many as points; null where the data have no classes. */
  readonly labels: readonly string[] | null;
}

const LABEL_NAME = /^(?:label|labels|class|classes|target|targets)$/i;

/**
 * Data from CSV (a number for each input, then the class, if there is one; or in the column that the header calls so)
 * or JSON (a list of such rows, of objects with a field for the class, or an object of a list of points and one of
 * classes). Numbers may be nested as deeply as an image is. Rows of other lengths are left out; where no row has just a
 * number for each input, the last number of a row is its class. Errors: RangeError, as a sentence, where no row fits.
 */
export function parseDataPoints(text: string, inputs: number): DataPoints {
  return pointsOfRows(/^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text, inputs), inputs);
}

/** The rows that are points, or points with a class behind. Errors: RangeError, as a sentence, where no row fits. */
export function pointsOfRows(rows: readonly Row[], inputs: number): DataPoints {
  const own = rows.filter(({ numbers }) => numbers.length === inputs);
  const withClass = rows.filter(({ numbers, label }) => numbers.length === inputs + 1 && label === null);
  const fitting =
    own.length > 0
      ? own.map(({ numbers, label }) => ({ point: numbers, label }))
      : withClass.map(({ numbers }) => ({ point: numbers.slice(0, inputs), label: String(numbers[inputs]) }));
  if (fitting.length === 0) {
    const found = rows.length === 0 ? 'none' : `rows of ${rows[0].numbers.length}`;
    throw new RangeError(`the file holds no points of ${inputs} numbers, one for each input; it holds ${found}`);
  }
  const isLabeled = fitting.every(({ label }) => label !== null);
  return {
    points: fitting.map(({ point }) => point),
    labels: isLabeled ? fitting.map(({ label }) => label!) : null,
  };
}

interface Row {
  readonly numbers: number[];
  readonly label: string | null;
}

function fromCsv(text: string, inputs: number): Row[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const head = cellsOf(lines[0] ?? '');
  const column = head.findIndex((name) => LABEL_NAME.test(name));
  return lines.flatMap((line): Row[] => {
    const cells = cellsOf(line);
    const at = column >= 0 ? column : cells.length === inputs + 1 ? inputs : -1;
    const numbers = cells.filter((_, k) => k !== at).map((cell) => (cell === '' ? NaN : Number(cell)));
    if (!numbers.every(Number.isFinite)) return [];
    return [{ numbers, label: at < 0 ? null : cells[at] }];
  });
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .split(/\s*[,;]\s*|\s+/)
    .map((cell) => cell.replace(/^"(.*)"$/, '$1'));
}

function fromJson(text: string): Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('the file is not JSON that can be read');
  }
  if (Array.isArray(value)) return rowsOf(value);
  const lists = Object.entries(Object(value) as object).filter(([, list]) => Array.isArray(list)) as [
    string,
    unknown[],
  ][];
  const labels = lists.find(([name]) => LABEL_NAME.test(name))?.[1];
  const points = lists.find(([name]) => !LABEL_NAME.test(name))?.[1] ?? [];
  return rowsOf(points).map((row, i) => {
    return labels && i < labels.length ? { ...row, label: String(labels[i]) } : row;
  });
}

/** A list of numbers alone is one row. */
function rowsOf(list: readonly unknown[]): Row[] {
  return list.length > 0 && list.every((item) => typeof item === 'number') ? [rowOf(list)] : list.map(rowOf);
}

function rowOf(item: unknown): Row {
  if (Array.isArray(item)) return { numbers: numbersIn(item), label: null };
  const fields = Object.entries(Object(item) as object);
  const label = fields.find(([name]) => LABEL_NAME.test(name))?.[1] as unknown;
  const others = fields.filter(([name]) => !LABEL_NAME.test(name)).map(([, field]) => field as unknown);
  const isName = typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean';
  return { numbers: numbersIn(others), label: isName ? String(label) : null };
}

function numbersIn(values: readonly unknown[]): number[] {
  const flat: unknown[] = values.flat(Infinity);
  return flat.filter((item): item is number => typeof item === 'number' && Number.isFinite(item));
}
