import type { Problem } from '../network/definition.ts';
import type { Layer, Network } from '../network/network.ts';
import { describeFactor, type Bottleneck } from '../theory/explain/explanation.ts';
import type { NetworkAnalysis } from './analyze.ts';

/** What the theory has to say about a sound network, at the place it is about: where it ends, and what caps it. */
export function networkDiagnostics(analysis: NetworkAnalysis): Problem[] {
  const { definition, network, explanations } = analysis;
  const main = analysis.bottleneck;
  const consumed = new Set(network.layers.flatMap((layer) => layer.inputs));
  const remarks: Problem[] = [];
  for (const layer of network.layers) {
    const written = definition.layers[layer.definition];
    const smooth = endOfTheory(network, layer, consumed);
    if (smooth !== null) {
      const span = written.fields[layer.scope === 'boundary' ? 'activation' : 'type'] ?? written.span;
      remarks.push({ code: 'not-piecewise-linear', severity: 'information', message: smooth, span });
    }
    const bottleneck = explanations[layer.index]?.bottleneck;
    if (bottleneck) {
      const span = written.fields.units ?? written.fields.filters ?? written.span;
      // Every classifier narrows towards its end; only a layer that loses most of what enters is worth a line.
      const severity = bottleneck.to * SEVERE <= bottleneck.from ? 'information' : 'hint';
      remarks.push({
        code: 'bottleneck',
        severity,
        message: describeBottleneck(layer.name, bottleneck, layer.index === main),
        span,
      });
    }
  }
  return remarks;
}

const SEVERE = 4;

/** What a layer caps, for the one that loses most also what one more unit is worth. */
export function describeBottleneck(name: string, { from, to, oneMore }: Bottleneck, isMain: boolean): string {
  const passage = `${dimensions(from)} enter ${name}, at most ${dimensions(to)} go on to the layers after it`;
  const worth =
    isMain && oneMore !== null ? `; one unit more would multiply the bound by ${describeFactor(oneMore)}` : '';
  return `${isMain ? 'the tightest bottleneck' : 'bottleneck'}: ${passage}${worth}`;
}

function dimensions(count: number): string {
  return count === 1 ? '1 dimension' : `${count} dimensions`;
}

/** A sentence where the piecewise-linear part ends in the middle; a softmax after the last layer is no news. */
function endOfTheory(network: Network, layer: Layer, consumed: ReadonlySet<number>): string | null {
  const ends = 'not piecewise linear: regions are counted up to here, nothing is said of the layers after it';
  if (layer.scope === 'boundary') {
    return consumed.has(layer.index) && layer.activation.kind === 'smooth'
      ? `${layer.activation.name} is ${ends}`
      : null;
  }
  if (layer.operation.kind !== 'notPiecewiseLinear') return null;
  const first = layer.inputs.every((tensor) => tensor < 0 || network.layers[tensor].scope === 'piecewiseLinear');
  return first ? `${layer.operation.what} is ${ends}` : null;
}
