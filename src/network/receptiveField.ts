import { isInput, type Layer, type Network } from './network.ts';
import type { Selection } from './selection.ts';
import { windowGeometry } from './window.ts';

/** How much of the input one position of a tensor sees along an axis, and how far apart two neighbors' views are. */
interface View {
  readonly extent: number;
  readonly step: number;
}

type Views = readonly [View, View];

const OWN_POSITION: Views = [
  { extent: 1, step: 1 },
  { extent: 1, step: 1 },
];

/**
 * The receptive field of each layer by layer index: rows and columns of the input that one position of its output can
 * depend on, borders aside (Dumoulin and Visin 2016). Null for layers behind a flatten or another layer that mixes all
 * positions, and for networks whose inputs are not images or sequences.
 */
export function receptiveFields(network: Network): ([number, number] | null)[] {
  const [input] = network.inputs;
  const rank = (input?.shape.length ?? 0) - 1;
  if (network.inputs.length !== 1 || (rank !== 1 && rank !== 2)) return network.layers.map(() => null);
  const size: [number, number] = rank === 1 ? [1, input.shape[0]] : [input.shape[0], input.shape[1]];
  const views: (Views | null)[] = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((tensor) => (isInput(tensor) ? OWN_POSITION : views[tensor]));
    views.push(layer.outputShape.length === rank + 1 ? viewsAfter(layer, inputs) : null);
  }
  const within = (view: View, most: number) => Math.min(Math.ceil(view.extent), most);
  return views.map((view) => view && [within(view[0], size[0]), within(view[1], size[1])]);
}

function viewsAfter(layer: Layer, inputs: readonly (Views | null)[]): Views | null {
  let widest: Views | null = null;
  for (const view of inputs) {
    if (!view) return null;
    widest = widest ? [wider(widest[0], view[0]), wider(widest[1], view[1])] : view;
  }
  // Positions and channels change their parts.
  if (layer.operation.kind === 'select' && layer.operation.selection.by === 'axes') return null;
  return widest && [alongAxis(layer, 0, widest[0]), alongAxis(layer, 1, widest[1])];
}

function wider(a: View, b: View): View {
  return { extent: Math.max(a.extent, b.extent), step: a.step };
}

function alongAxis(layer: Layer, axis: 0 | 1, { extent, step }: View): View {
  const { operation } = layer;
  if (operation.kind === 'select') return selectedView(operation.selection, layer, axis, { extent, step });
  if (operation.kind === 'upSampling') {
    const factor = operation.factors[axis];
    return { extent: operation.bilinear && factor > 1 ? extent + step : extent, step: step / factor };
  }
  if (operation.kind === 'globalMaxPooling' || operation.kind === 'globalAveragePooling') {
    return { extent: Infinity, step };
  }
  const window = windowGeometry(layer);
  if (!window) return { extent, step };
  const reach = (window.kernel[axis] - 1) * window.dilation[axis];
  const stride = window.strides[axis];
  if (window.transposed) return { extent: extent + Math.ceil((reach + 1) / stride - 1) * step, step: step / stride };
  return { extent: extent + reach * step, step: step * stride };
}

/** Blocks become channels, which see all positions of theirs, or are made of them; places lie as far apart as named. */
function selectedView(selection: Selection, { inputShapes: [shape] }: Layer, axis: 0 | 1, view: View): View {
  const { extent, step } = view;
  if (selection.by === 'axes') return view;
  if (selection.by === 'blocks') {
    return selection.into === 'positions'
      ? { extent, step: step / selection.size }
      : { extent: extent + (selection.size - 1) * step, step: step * selection.size };
  }
  const selected = selection.axis < 0 ? shape.length + selection.axis : selection.axis;
  const [first, second] = selection.places;
  return selected === shape.length - 3 + axis && second > first && first >= 0
    ? { extent, step: step * (second - first) }
    : view;
}
