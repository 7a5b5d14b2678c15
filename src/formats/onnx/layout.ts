import { Layout, layoutBefore } from '../graph/layout.ts';
import type { GraphNode } from '../graph/node.ts';

/** Kinds that have the channels before the positions. */
const channelsFirst = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'AdaptiveAveragePool',
  'AdaptiveMaxPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
  'Resize',
  'Upsample',
  'DepthToSpace',
  'SpaceToDepth',
]);

/** Kinds that work along the last axis. */
const channelsLast = new Set(['MatMul', 'LayerNormalization', 'Attention']);

export function layoutOf(nodes: readonly GraphNode[]): Layout {
  return new Layout(nodes, answerOf, (rank) => rank === 3);
}

function answerOf({ op, attributes }: GraphNode, rank: number): boolean | undefined {
  if (channelsFirst.has(op)) return true;
  if (channelsLast.has(op)) return false;
  return op === 'Transpose' ? layoutBefore(attributes.numbers('perm'), rank) : undefined;
}
