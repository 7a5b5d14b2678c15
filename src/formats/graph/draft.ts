import type { Activation } from '../../network/activation.ts';
import type { LayerDefinition, Span } from '../../network/definition.ts';
import type { LayerWeights, Operation, Tensor } from '../../network/operation.ts';
import { Names } from '../names.ts';
import type { GraphNode } from './node.ts';

/** What a layer reads: an input of the network (by its number) or another layer. */
export type Source = { readonly input: number } | { readonly layer: LayerDraft };

/** A weight that is read when it is asked for. */
export interface LazyWeight {
  /** The constant of the file that it is made of. */
  readonly constant: string;
  /** How it is made: weights of one constant and one form are the same. */
  readonly form: string;
  /** The numbers; a sentence why not; undefined if they are not in the file. */
  readonly read: () => Tensor | string | undefined;
}

export type LazyWeights = Readonly<Record<string, LazyWeight>>;

/** A layer in the making: nodes that follow may still give it a bias and an activation. */
export interface LayerDraft {
  node: GraphNode;
  /** The name of the node that says best what it is. */
  label: string;
  type: string;
  operation: Operation;
  activation: Activation;
  sources: readonly Source[];
  weights: LazyWeights;
  /** By weight, the constant that is used as it is. */
  storedAs: Record<string, string>;
  fields: Record<string, Span>;
  isChannelByChannel?: boolean;
  /** What comes out has its channels before its positions, as the file writes it. */
  channelsFirst?: boolean;
  /** For one more use of the same weights: the first one. */
  sharedWith?: LayerDraft;
}

/**
 * What is to be done with weights: `decode` those in the file, and whether they can be used at all, wherever they are.
 */
export interface WeightsUse {
  readonly decode: boolean;
  readonly usable: boolean;
}

/** The layers with their names. Calls `fault` for weights in the file that cannot be read. */
export function finished(
  drafts: readonly LayerDraft[],
  inputNames: readonly string[],
  { decode, usable }: WeightsUse,
  fault: (draft: LayerDraft, message: string) => void,
): { layers: LayerDefinition[]; nameOf: (source: Source) => string } {
  const names = new Names();
  for (const name of inputNames) names.reserve(name);
  const given = new Map(drafts.map((draft) => [draft, names.unique(tidy(draft))]));
  const nameOf = (source: Source) =>
    'input' in source ? inputNames[source.input] : (given.get(source.layer) ?? source.layer.label);
  const layers = drafts.map((draft): LayerDefinition => ({
    name: given.get(draft) ?? draft.label,
    type: draft.type,
    operation: draft.operation,
    activation: draft.activation,
    inputs: draft.sources.map(nameOf),
    weights: decode && usable ? decoded(draft, (message) => fault(draft, message)) : undefined,
    // Empty where none are to be taken, rather than found by shape.
    storedAs: usable ? draft.storedAs : {},
    isChannelByChannel: draft.isChannelByChannel,
    sharedWith: draft.sharedWith && isSame(draft, draft.sharedWith) ? given.get(draft.sharedWith) : undefined,
    span: { start: draft.node.start, end: draft.node.end },
    fields: { type: draft.node.opSpan, ...draft.fields },
  }));
  return { layers, nameOf };
}

/** Whether two layers have all their weights in common, rather than a kernel alone. */
function isSame(a: LayerDraft, b: LayerDraft): boolean {
  const keys = ({ weights }: LayerDraft) =>
    Object.entries(weights).map(([name, { constant, form }]) => JSON.stringify([name, constant, form]));
  return keys(a).sort().join() === keys(b).sort().join();
}

/** By the name of a constant, how many layers have it among weights of their own. */
export function usesOfConstants(drafts: readonly LayerDraft[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const draft of drafts) {
    if (draft.sharedWith && isSame(draft, draft.sharedWith)) continue;
    for (const { constant } of Object.values(draft.weights)) uses.set(constant, (uses.get(constant) ?? 0) + 1);
  }
  return uses;
}

function decoded({ weights }: LayerDraft, fault: (message: string) => void): LayerWeights | undefined {
  const found: Record<string, Tensor> = {};
  for (const [name, { read }] of Object.entries(weights)) {
    const tensor = read();
    if (typeof tensor === 'string') fault(`${name}: ${tensor}.`);
    else if (tensor) found[name] = tensor;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Words that tools append to the name a person gave: `model/dense/MatMul` is `model/dense`. */
const appended =
  /^(?:matmul|gemm|conv(?:2d|1d|transpose|2d_transpose)?|depthwise(?:conv2d(?:native)?)?|biasadd|relu6?|leakyrelu|prelu|clip|(?:max|avg|average)pool|globalaveragepool|add(?:v2)?|concat(?:v2)?|reshape|flatten|mean|fusedbatchnormv3|batchnormalization|softmax|sigmoid|tanh|tensordot|mul|pad)(?:_\d+)?$/i;

/** A name that says no more than what kind of node it is. */
export function isGeneric({ name, op }: GraphNode): boolean {
  const last = name.split('/').at(-1) ?? '';
  return name === '' || last.replace(/_\d+$/, '').toLowerCase() === op.toLowerCase() || appended.test(last);
}

function tidy({ label, type }: LayerDraft): string {
  const parts = label
    .split('/')
    .filter((part) => part !== '' && !/^(?:StatefulPartitionedCall|PartitionedCall)(?:_\d+)?$/.test(part));
  if (parts.length > 1 && appended.test(parts[parts.length - 1])) parts.pop();
  return parts.join('/') || type;
}
