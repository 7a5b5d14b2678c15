import { linear, relu } from '../../network/activation.ts';
import { buildNetwork } from '../../network/build.ts';
import { NOWHERE, type LayerDefinition, type NetworkDefinition } from '../../network/definition.ts';
import { analyzedLayers, shapeOfTensor, type Network } from '../../network/network.ts';
import { analyzedParameters } from '../../network/parameters.ts';
import { sizeOf } from '../../network/shape.ts';
import { formatCount } from '../../common/formatFigures.ts';
import { totalNeurons } from '../../network/network.ts';

/** `dense`: fully connected, as many parameters. `shallow`: one hidden layer, as many neurons. */
export type BaselineRole = 'dense-same-parameters' | 'shallow-same-neurons';

/** The network that another one is held against. Null where it cannot be built; `how` says what it is, or why not. */
export interface Baseline {
  readonly role: BaselineRole;
  readonly network: Network | null;
  readonly definition: NetworkDefinition | null;
  readonly how: string;
}

/** What a row of a comparison is about: the network itself, or the counterpart that is built for it. */
export function comparedDefinition(
  own: NetworkDefinition,
  network: Network,
  role: 'network' | BaselineRole,
): NetworkDefinition | null {
  if (role === 'network') return own;
  return baselinesOf(network).find((baseline) => baseline.role === role)?.definition ?? null;
}

/**
 * The fully connected networks of one hidden ReLU layer that a network of several layers, or of convolutions, is
 * compared
 * with: one that has as many parameters, and one that has as many neurons. They read the same inputs as one vector and
 * end in the same number of outputs when the network ends in an affine layer. None for a network that is itself of this
 * kind.
 */
export function baselinesOf(network: Network): Baseline[] {
  const layers = analyzedLayers(network);
  if (totalNeurons(layers) === 0 || isOneHiddenLayer(network)) return [];
  return [denseOfEqualParameters(network), shallowOfEqualNeurons(network)];
}

/**
 * One hidden layer of the largest width w whose parameters, (n_0 + 1) w + (w + 1) m for n_0 inputs and m outputs, are
 * no more than the network's: what it gains it does not gain by more parameters.
 */
function denseOfEqualParameters(network: Network): Baseline {
  const role = 'dense-same-parameters';
  const parameters = analyzedParameters(network);
  const outputs = readoutSize(network);
  const width = Math.floor((parameters - outputs) / (network.inputSize + 1 + outputs));
  const counted = formatCount(parameters);
  if (width < 1) {
    const how = `${counted} parameters are too few for a fully connected hidden neuron on ${network.inputSize} inputs`;
    return { role, network: null, definition: null, how };
  }
  return {
    role,
    ...oneHiddenLayer(network, width, outputs, 'same parameters'),
    how: `one hidden layer of ${formatCount(width)} neurons, the widest with at most ${counted} parameters`,
  };
}

function shallowOfEqualNeurons(network: Network): Baseline {
  const neurons = totalNeurons(analyzedLayers(network));
  return {
    role: 'shallow-same-neurons',
    ...oneHiddenLayer(network, neurons, readoutSize(network), 'same neurons'),
    how: `all ${formatCount(neurons)} neurons as ReLUs in one hidden layer`,
  };
}

function isOneHiddenLayer(network: Network): boolean {
  const layers = analyzedLayers(network);
  const [hidden, ...more] = layers.filter(({ neurons }) => neurons > 0);
  const [first] = layers.filter(({ parameters }) => parameters !== 0);
  const isChain = layers.every(({ index, inputs }) => inputs.length === 1 && inputs[0] === index - 1);
  const weightedBefore = layers.filter(({ index, parameters }) => index <= hidden.index && parameters !== 0);
  return (
    isChain &&
    more.length === 0 &&
    weightedBefore.length === 1 &&
    first.operation.kind === 'dense' &&
    hidden.pieceCount === 2
  );
}

/** Number of outputs of the affine part behind the last units; 0 where the network ends in units. */
function readoutSize(network: Network): number {
  const layers = analyzedLayers(network);
  const lastUnits = layers.findLast(({ neurons }) => neurons > 0)?.index ?? -1;
  const readouts = layers.filter(({ index, parameters }) => index > lastUnits && parameters !== 0);
  if (readouts.length === 0) return 0;
  const analyzed = new Set(layers.map(({ index }) => index));
  const outputs = network.outputs.filter((tensor) => analyzed.has(tensor));
  if (outputs.length === 0) return sizeOf(readouts[readouts.length - 1].outputShape);
  return outputs.reduce((sum, tensor) => sum + sizeOf(shapeOfTensor(network, tensor)), 0);
}

function oneHiddenLayer(
  like: Network,
  width: number,
  outputs: number,
  what: string,
): { network: Network; definition: NetworkDefinition } {
  const layer = (name: string, units: number, from: string): LayerDefinition => ({
    name,
    type: 'dense',
    operation: { kind: 'dense', units, useBias: true },
    activation: name === 'hidden' ? relu : linear,
    inputs: [from],
    span: NOWHERE,
    fields: {},
  });
  const definition: NetworkDefinition = {
    name: `${like.name}, ${what}`,
    inputs: [{ name: 'input', shape: [like.inputSize], span: NOWHERE }],
    layers: [layer('hidden', width, 'input'), ...(outputs > 0 ? [layer('outputs', outputs, 'hidden')] : [])],
    outputs: [],
    initialization: like.initialization,
    span: NOWHERE,
    nameSpan: NOWHERE,
  };
  return { network: buildNetwork(definition).network, definition };
}
