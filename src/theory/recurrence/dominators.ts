import { throwIfCancelled } from '../cancellation.ts';
import type { TheoryContext } from '../context.ts';
import { isInput, type Layer } from '../../network/network.ts';
import { sizeOf } from '../../network/shape.ts';
import { minimumVertexCut } from './minimumCut.ts';

/** A tensor in the dominator tree: every path from the input to it passes through its parent. */
export interface DominatorNode {
  /** Null for the joint input (the root) and for single input tensors. */
  readonly layer: Layer | null;
  readonly parent: DominatorNode | null;
  /** In topological order. */
  readonly children: DominatorNode[];
  /** Number of scalars in the tensor. */
  readonly size: number;
  /** Smallest number of scalars that separates the parent from this layer's input; Infinity for a direct connection. */
  readonly cut: number;
  /** Largest dimension that can enter the layer, given the whole network before it. */
  readonly dimensionIn: number;
  /** Largest dimension the tensor itself can have. */
  readonly dimension: number;
  readonly depth: number;
  /** Largest layer index in the subtree; -1 when it holds no layer. The smallest is the node's own. */
  last: number;
}

export interface DominatorTree {
  readonly root: DominatorNode;
  /** By layer index; null beyond the piecewise-linear part. */
  readonly nodes: readonly (DominatorNode | null)[];
}

/** The input's dimension: all its scalars, or the slice's dimension; at least 1. */
export function inputDimension({ network, options }: TheoryContext): number {
  return Math.max(1, Math.min(network.inputSize, Math.floor(options.sliceDimension ?? Infinity)));
}

/**
 * Dominator tree of the network's tensors from the joint input. In a directed acyclic graph the immediate dominator
 * is the lowest common ancestor, in the tree so far, of everything the layer reads.
 */
export function dominatorTree(theory: TheoryContext): DominatorTree {
  return theory.once(buildTree);
}

function buildTree(theory: TheoryContext): DominatorTree {
  const { network } = theory;
  const dimension = inputDimension(theory);
  const root: DominatorNode = {
    layer: null,
    parent: null,
    children: [],
    size: network.inputSize,
    cut: Infinity,
    dimensionIn: dimension,
    dimension,
    depth: 0,
    last: -1,
  };
  const inputs =
    network.inputs.length === 1
      ? [root]
      : network.inputs.map((input) => attach(root, null, sizeOf(input.shape), Infinity));
  const nodes: (DominatorNode | null)[] = [];
  for (const layer of network.layers) {
    throwIfCancelled(theory.options);
    if (layer.scope === 'beyond') {
      nodes.push(null);
      continue;
    }
    const nodeOf = (tensor: number) => (isInput(tensor) ? inputs[-1 - tensor] : nodes[tensor]);
    const [single] = layer.inputs;
    const sources = layer.inputs.length === 1 ? [nodeOf(single)] : [...new Set(layer.inputs)].map(nodeOf);
    const known = sources.filter((node) => node !== null);
    const parent = known.length === 1 ? known[0] : known.reduce(commonAncestor);
    const direct = known.includes(parent);
    const cut = direct ? Infinity : minimumVertexCut(nodes, inputs, layer, parent);
    nodes.push(attach(parent, layer, sizeOf(layer.outputShape), cut));
  }
  for (const node of [...nodes].reverse()) raiseLast(node);
  for (const node of inputs) raiseLast(node);
  return { root, nodes };
}

function attach(parent: DominatorNode, layer: Layer | null, size: number, cut: number): DominatorNode {
  const dimensionIn = Math.min(parent.dimension, cut);
  const dimension = Math.min(dimensionIn, size);
  const node = {
    layer,
    parent,
    children: [],
    size,
    cut,
    dimensionIn,
    dimension,
    depth: parent.depth + 1,
    last: layer?.index ?? -1,
  };
  parent.children.push(node);
  return node;
}

function raiseLast(node: DominatorNode | null): void {
  if (node?.parent) node.parent.last = Math.max(node.parent.last, node.last);
}

function commonAncestor(a: DominatorNode, b: DominatorNode): DominatorNode {
  let [x, y] = [a, b];
  while (x !== y) {
    if (x.depth >= y.depth && x.parent) x = x.parent;
    else if (y.parent) y = y.parent;
  }
  return x;
}
