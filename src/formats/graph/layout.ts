import type { GraphNode } from './node.ts';

/**
 * Whether what a node reads, of `rank` axes besides the batch, has its channels first; undefined if the node does not
 * tell.
 */
export type LayoutAnswer = (node: GraphNode, rank: number) => boolean | undefined;

/** Kinds that work number by number, so that the question goes on to what follows. */
const passing = new Set([
  'Relu',
  'Relu6',
  'LeakyRelu',
  'PRelu',
  'Prelu',
  'Clip',
  'ClipByValue',
  'Add',
  'AddV2',
  'Sub',
  'Mul',
  'Div',
  'RealDiv',
  'Sigmoid',
  'Tanh',
  'Elu',
  'Identity',
  'Cast',
  'Dropout',
  'Pad',
  'PadV2',
  'Concat',
  'ConcatV2',
  'Sum',
  'AddN',
]);

/** Nodes looked at for one answer. */
const MAX_LAYOUT_DISTANCE = 200;

/** Which of a tensor's axes are its channels: a graph has no word for it, the operations that read it do. */
export class Layout {
  private readonly readers = new Map<string, GraphNode[]>();

  constructor(
    nodes: readonly GraphNode[],
    private readonly answerOf: LayoutAnswer,
    /** For tensors whose layout no operation determines. */
    private readonly isFirstByDefault: (rank: number) => boolean,
  ) {
    for (const node of nodes) {
      for (const name of node.inputs) {
        const found = this.readers.get(name);
        if (found) found.push(node);
        else this.readers.set(name, [node]);
      }
    }
  }

  isRead(name: string): boolean {
    return this.readers.has(name);
  }

  /** Whether a tensor with `rank` axes besides the batch has its channels first. */
  isChannelsFirst(name: string, rank: number): boolean {
    const seen = new Set([name]);
    const pending = [name];
    for (let next = pending.shift(); next !== undefined && seen.size < MAX_LAYOUT_DISTANCE; next = pending.shift()) {
      for (const node of this.readers.get(next) ?? []) {
        const answer = this.answerOf(node, rank);
        if (answer !== undefined) return answer;
        if (!passing.has(node.op)) continue;
        for (const output of node.outputs) {
          if (seen.has(output)) continue;
          seen.add(output);
          pending.push(output);
        }
      }
    }
    return this.isFirstByDefault(rank);
  }
}

/** The exchange itself says what there was before it. */
export function layoutBefore(permutation: readonly number[] | undefined, rank: number): boolean | undefined {
  if (permutation?.length !== rank + 1 || rank < 2) return undefined;
  if (permutation[1] === rank) return false;
  return permutation[rank] === 1 ? true : undefined;
}
