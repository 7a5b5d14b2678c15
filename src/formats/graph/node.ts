import type { Span } from '../../network/definition.ts';
import type { Tensor } from '../../network/operation.ts';
import type { Shape } from '../../network/shape.ts';
import type { Attributes } from './attributes.ts';

/** One operation of a computation graph as a file has it. */
export interface GraphNode extends Span {
  readonly name: string;
  readonly op: string;
  /** Names of tensors; empty for an optional one that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Where its kind is written. */
  readonly opSpan: Span;
}

/** A tensor that stands in the file, or of which the file says at least the shape. */
export interface Constant extends Span {
  readonly name: string;
  /** The constant of the file that it was made of, under another name. */
  readonly origin?: string;
  /** All axes, in the order of the file. */
  readonly shape: Shape;
  /** The numbers of a small one (shapes, paddings, factors); undefined if they are not in the file. */
  few(): readonly number[] | undefined;
  /** All numbers; a sentence why not; undefined if they are not in the file. */
  tensor(): Tensor | string | undefined;
}

/** Larger graphs are not read: nobody looks at them layer by layer. */
const MAX_NODES = 60_000;

export interface SortedNodes {
  /** Each after those it reads from. */
  readonly nodes: readonly GraphNode[];
  /** Nodes that wait for their own output. */
  readonly cyclic: readonly GraphNode[];
}

/** Depth-first, without recursion: the order of the file where that is sound. */
export function sortNodes(written: readonly GraphNode[]): SortedNodes {
  const nodes = written.slice(0, MAX_NODES);
  const makers = new Map<string, number>();
  nodes.forEach((node, i) => node.outputs.forEach((output) => makers.set(output, i)));
  const state = new Uint8Array(nodes.length); // 0 new, 1 open, 2 done
  const sorted: GraphNode[] = [];
  const cyclic = new Set<GraphNode>();
  for (let root = 0; root < nodes.length; root++) {
    const stack = state[root] === 0 ? [root] : [];
    while (stack.length > 0) {
      const i = stack[stack.length - 1];
      if (state[i] === 0) {
        state[i] = 1;
        const sources = nodes[i].inputs.map((name) => makers.get(name)).filter((j) => j !== undefined);
        if (sources.some((j) => state[j] === 1)) cyclic.add(nodes[i]);
        for (const j of sources.reverse()) if (state[j] === 0) stack.push(j);
      } else {
        stack.pop();
        if (state[i] === 1) sorted.push(nodes[i]);
        state[i] = 2;
      }
    }
  }
  return { nodes: sorted, cyclic: [...cyclic] };
}
