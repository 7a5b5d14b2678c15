import type { Layer } from '../../network/network.ts';
import { spatialExtents, windowGeometry } from '../../network/window.ts';

/**
 * Entries that the lists of receptive fields of one network may have together: half a second, some hundred megabytes.
 */
const MAX_ENTRIES = 1e7;

/** What a place costs beside the entries of its list. */
const ENTRIES_OF_PLACE = 32;

/** What the lists of a network's receptive fields may take, asked for run by run before any is made. */
export class FieldAllowance {
  private left = MAX_ENTRIES;

  /** Whether the fields of one more run of affine layers may be listed. */
  covers(run: readonly Layer[]): boolean {
    const entries = fieldEntries(run);
    if (entries > this.left) return false;
    this.left -= entries;
    return true;
  }
}

/** One axis of a layer: its extents, and how many cells one position sees at most. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly seen: number;
}

/** At least as many entries as the lists of the run's fields and taps have while they are composed. */
function fieldEntries(run: readonly Layer[]): number {
  let entries = 0;
  let reach: readonly [number, number] = [1, 1];
  for (const layer of run) {
    const axes = axesOf(layer);
    if (axes === null) continue;
    for (const [k, { input, output, seen }] of axes.entries())
      entries += input + output * (ENTRIES_OF_PLACE + seen * (1 + reach[k]));
    const [rows, columns] = axes;
    reach = [composedReach(reach[0], rows), composedReach(reach[1], columns)];
  }
  return entries;
}

/** At most this many cells of the run's input are seen by a position after one more layer. */
function composedReach(before: number, { seen }: Axis): number {
  return Math.min(before * seen, MAX_ENTRIES);
}

function axesOf(layer: Layer): [Axis, Axis] | null {
  const window = windowGeometry(layer);
  if (window) {
    const axis = (input: number, output: number, kernel: number, stride: number): Axis =>
      window.transposed
        ? { input: input * Math.min(kernel, output), output, seen: Math.min(Math.ceil(kernel / stride), input) }
        : { input, output, seen: Math.min(kernel, input) };
    return [
      axis(window.inH, window.outH, window.kernel[0], window.strides[0]),
      axis(window.inW, window.outW, window.kernel[1], window.strides[1]),
    ];
  }
  const { operation } = layer;
  if (operation.kind !== 'zeroPadding' && operation.kind !== 'upSampling') return null;
  const [inH, inW] = spatialExtents(layer.inputShapes[0], operation.rank);
  const [outH, outW] = spatialExtents(layer.outputShape, operation.rank);
  const seen = operation.kind === 'upSampling' && operation.bilinear ? 2 : 1;
  return [
    { input: inH, output: outH, seen },
    { input: inW, output: outW, seen },
  ];
}
