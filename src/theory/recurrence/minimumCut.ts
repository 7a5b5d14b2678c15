import { leastOf } from '../../network/extremes.ts';
import { isInput, type Layer } from '../../network/network.ts';
import type { DominatorNode } from './dominators.ts';

/** With more tensors than this between a layer and its dominator, the cut directly before the layer is used. */
const MAX_SUBGRAPH = 2000;

/**
 * Fewest scalars (tensor sizes) that meet every path from `source` to `layer`, by maximum flow with every tensor
 * split into an entry and an exit. Stops as soon as the cut is known to be at least the source's own dimension.
 */
export function minimumVertexCut(
  nodes: readonly (DominatorNode | null)[],
  inputs: readonly DominatorNode[],
  layer: Layer,
  source: DominatorNode,
): number {
  const nodeOf = (tensor: number): DominatorNode | null => (isInput(tensor) ? inputs[-1 - tensor] : nodes[tensor]);
  const predecessors = (node: DominatorNode): DominatorNode[] => {
    if (!node.layer) return node.parent ? [node.parent] : [];
    return node.layer.inputs.map(nodeOf).filter((before) => before !== null);
  };
  const adjacent = layer.inputs.map(nodeOf).filter((node) => node !== null);
  const between = new Set<DominatorNode>();
  const pending = [...adjacent];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node === source || between.has(node)) continue;
    between.add(node);
    for (const before of predecessors(node)) pending.push(before);
  }
  const simple = adjacent.reduce((total, node) => total + node.dimension, 0);
  if (between.size > MAX_SUBGRAPH) return simple;
  const flow = new FlowNetwork();
  const target = flow.vertex();
  const start = flow.vertex();
  const entry = new Map([...between].map((node) => [node, flow.vertex()]));
  const exit = new Map([...between].map((node) => [node, flow.vertex()]));
  for (const node of between) {
    flow.connect(entry.get(node)!, exit.get(node)!, node.size);
    for (const before of predecessors(node)) flow.connect(exit.get(before) ?? start, entry.get(node)!, Infinity);
  }
  for (const node of adjacent) flow.connect(exit.get(node) ?? start, target, Infinity);
  return flow.maximum(start, target, source.dimension);
}

/** Maximum flow by shortest augmenting paths. Edges lie in pairs: edge e and its reverse e ^ 1. */
class FlowNetwork {
  private readonly outgoing: number[][] = [];
  private readonly head: number[] = [];
  private readonly residual: number[] = [];

  vertex(): number {
    return this.outgoing.push([]) - 1;
  }

  connect(from: number, to: number, capacity: number): void {
    this.outgoing[from].push(this.head.push(to) - 1);
    this.residual.push(capacity);
    this.outgoing[to].push(this.head.push(from) - 1);
    this.residual.push(0);
  }

  /** The maximum flow, or some value of at least `enough` once that is certain. */
  maximum(source: number, target: number, enough: number): number {
    let total = 0;
    while (total < enough) {
      const path = this.shortestPath(source, target);
      if (!path) return total;
      const amount = leastOf(
        path.map((edge) => this.residual[edge]),
        enough,
      );
      for (const edge of path) {
        this.residual[edge] -= amount;
        this.residual[edge ^ 1] += amount;
      }
      total += amount;
    }
    return total;
  }

  private shortestPath(source: number, target: number): number[] | null {
    const via = new Map<number, number>([[source, -1]]);
    const queue = [source];
    for (let i = 0; i < queue.length && !via.has(target); i++) {
      for (const edge of this.outgoing[queue[i]]) {
        const next = this.head[edge];
        if (this.residual[edge] > 0 && !via.has(next)) {
          via.set(next, edge);
          queue.push(next);
        }
      }
    }
    if (!via.has(target)) return null;
    const path: number[] = [];
    for (let edge = via.get(target)!; edge >= 0; edge = via.get(this.head[edge ^ 1])!) path.push(edge);
    return path;
  }
}
