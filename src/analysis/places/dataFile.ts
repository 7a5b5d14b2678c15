import { isNpy, readNpy } from '../../formats/weights/numpy.ts';
import { bytesSource } from '../../formats/weights/weightsFile.ts';
import { parseDataPoints, pointsOfRows, type DataPoints } from './points.ts';

/** As doubles these take most of a gigabyte. */
const MAX_NUMBERS = 1e8;

/**
 * The points in a file: CSV or JSON, as `parseDataPoints` reads them, or an array of NumPy (.npy) with a row for each
 * point. Rows may be images of any shape; where a row has one number more than there are inputs, the last is its class.
 * Errors: Error, as a sentence, where no row fits or the file cannot be read.
 */
export function readDataPoints(bytes: Uint8Array, inputs: number): DataPoints {
  if (!isNpy(bytes)) return parseDataPoints(new TextDecoder().decode(bytes), inputs);
  const [{ shape, values }] = readNpy(bytesSource('the array', bytes)).tensors;
  const total = shape.reduce((product, extent) => product * extent, 1);
  if (total > MAX_NUMBERS) throw new RangeError(`the array holds more than ${MAX_NUMBERS / 1e6} million numbers`);
  const isOnePoint = total === inputs && shape[0] !== 1 && inputs > 1;
  const width = isOnePoint ? inputs : total / (shape[0] ?? 1);
  const numbers = values();
  const rows = Array.from({ length: Math.floor(total / width) || 0 }, (_, i) => {
    return { numbers: Array.from(numbers.subarray(i * width, (i + 1) * width)), label: null };
  });
  return pointsOfRows(
    rows.filter((row) => row.numbers.every(Number.isFinite)),
    inputs,
  );
}
