import type { GraphNode } from '../graph/node.ts';

/** Kinds that have the channels before the positions. */
const channelsFirst = new Set(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool', 'BatchNormalization', 'InstanceNormalization', 'GroupNormalization', 'LRN', 'Resize', 'Upsample', 'DepthToSpace', 'SpaceToDepth']); // prettier-ignore

/** Kinds that work along the last axis. */
const channelsLast = new Set(['MatMul', 'LayerNormalization', 'Attention']);

/** Kinds that work number by number, so that the question goes on to what follows. */
const passing = new Set(['Relu', 'LeakyRelu', 'PRelu', 'Clip', 'Add', 'Sub', 'Mul', 'Div', 'Sigmoid', 'Tanh', 'Elu', 'Identity', 'Cast', 'Dropout', 'Pad', 'Concat', 'Sum']); // prettier-ignore

/** Nodes looked at for one answer. */
const farthest = 200;

/** Which of a tensor's axes are its channels: the format has no word for it, the operations that read it do. */
export class Layout {
  private readonly readers = new Map<string, GraphNode[]>();

  constructor(nodes: readonly GraphNode[]) {
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
    for (let next = pending.shift(); next !== undefined && seen.size < farthest; next = pending.shift()) {
      for (const node of this.readers.get(next) ?? []) {
        const answer = answerOf(node, rank);
        if (answer !== undefined) return answer;
        if (!passing.has(node.op)) continue;
        for (const output of node.outputs) {
          if (seen.has(output)) continue;
          seen.add(output);
          pending.push(output);
        }
      }
    }
    return rank === 3;
  }
}

function answerOf({ op, attributes }: GraphNode, rank: number): boolean | undefined {
  if (channelsFirst.has(op)) return true;
  if (channelsLast.has(op)) return false;
  // The exchange itself says what there was before it.
  const permutation = op === 'Transpose' ? attributes.numbers('perm') : undefined;
  if (permutation?.length !== rank + 1 || rank < 2) return undefined;
  if (permutation[1] === rank) return false;
  return permutation[rank] === 1 ? true : undefined;
}
