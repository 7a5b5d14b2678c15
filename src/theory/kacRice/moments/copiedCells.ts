import type { Layer } from '../../../network/network.ts';
import { windowGeometry } from '../../../network/window.ts';
import { rowsAndColumns } from './cells.ts';

/**
 * Which cell of its input each cell (`position * groups + group`) of a layer's output is a copy of, or -1 for a zero:
 * padding, up-sampling, and max pooling over windows of one position.
 */
export function copiedCells(layer: Layer, groups: number): (cell: number) => number {
  const { operation } = layer;
  const [inH, inW] = rowsAndColumns(layer.inputShapes[0]);
  const [, outW] = rowsAndColumns(layer.outputShape);
  const at = (row: (y: number) => number, column: (x: number) => number) => (cell: number) => {
    const [position, group] = [Math.floor(cell / groups), cell % groups];
    const [y, x] = [row(Math.floor(position / outW)), column(position % outW)];
    return y < 0 || y >= inH || x < 0 || x >= inW ? -1 : (y * inW + x) * groups + group;
  };
  if (operation.kind === 'zeroPadding') {
    const [[top], [left]] = operation.padding;
    return at(
      (y) => y - top,
      (x) => x - left,
    );
  }
  if (operation.kind === 'upSampling') {
    const [down, across] = operation.factors;
    return at(
      (y) => Math.floor(y / down),
      (x) => Math.floor(x / across),
    );
  }
  const geometry = windowGeometry(layer);
  if (!geometry) return (cell) => cell;
  const { strides, padTop, padLeft } = geometry;
  return at(
    (y) => y * strides[0] - padTop,
    (x) => x * strides[1] - padLeft,
  );
}
