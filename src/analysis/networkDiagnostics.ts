import { formatFactor } from '../common/formatFigures.ts';
import type { Problem } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import type { Bottleneck } from '../theory/explain/explanation.ts';
import type { NetworkAnalysis } from './analyze.ts';

/** What the theory has to say about a sound network, at the place it is about: where it ends, and what caps it. */
export function networkDiagnostics(analysis: NetworkAnalysis): Problem[] {
  const { definition, network, explanations } = analysis;
  const main = analysis.bottleneck;
  const end = endOfTheory(network);
  const remarks: Problem[] = [];
  for (const layer of network.layers) {
    const written = definition.layers[layer.definition];
    const smooth = end.find((one) => one.layer === layer);
    if (smooth) {
      const span = written.fields[layer.scope === 'boundary' ? 'activation' : 'type'] ?? written.span;
      const message = `'${smooth.what}' is not piecewise linear. Figures cover the layers before it only.`;
      remarks.push({ code: 'not-piecewise-linear', severity: 'information', message, span });
    }
    const bottleneck = explanations[layer.index]?.bottleneck;
    if (bottleneck) {
      const span = written.fields.units ?? written.fields.filters ?? written.span;
      remarks.push({
        code: 'bottleneck',
        // Every classifier narrows towards its end: advice, not a fault.
        severity: 'hint',
        message: describeBottleneck(layer.name, bottleneck, layer.index === main),
        span,
      });
    }
  }
  return remarks;
}

/** What a layer caps, for the one that loses most also what one more unit is worth. */
export function describeBottleneck(name: string, { from, to, oneMore }: Bottleneck, isMain: boolean): string {
  const passage = `'${name}' reduces ${dimensions(from)} to ${to}.`;
  if (!isMain || oneMore === null) return passage;
  return `${passage} One more unit would raise the network's upper bound ${formatFactor(oneMore)}-fold.`;
}

function dimensions(count: number): string {
  return count === 1 ? '1 dimension' : `${count} dimensions`;
}

/** A layer at which the piecewise-linear part of a network ends before its outputs, and what in it is not linear. */
export interface EndOfTheory {
  readonly layer: Layer;
  readonly what: string;
}

/**
 * Where the piecewise-linear part ends in the middle of the network: all figures are of the part before it. A softmax
 * behind the last layer ends nothing.
 */
export function endOfTheory(network: Network): EndOfTheory[] {
  const consumed = new Set(network.layers.flatMap((layer) => layer.inputs));
  return network.layers.flatMap((layer): EndOfTheory[] => {
    if (layer.scope === 'boundary') {
      const isEnd = consumed.has(layer.index) && layer.activation.kind === 'smooth';
      return isEnd ? [{ layer, what: layer.activation.name }] : [];
    }
    if (layer.operation.kind !== 'notPiecewiseLinear') return [];
    const isFirst = layer.inputs.every((tensor) => tensor < 0 || network.layers[tensor].scope === 'piecewiseLinear');
    return isFirst ? [{ layer, what: layer.operation.what }] : [];
  });
}
