import { Layout, layoutBefore } from '../graph/layout.ts';
import type { GraphNode } from '../graph/node.ts';
import { Refusal } from '../graph/refusal.ts';
import type { GraphWriter, TensorValue } from '../graph/writer.ts';

/** Kinds that say by `data_format` where the channels of their input are; last, unless they say something else. */
const stating =
  /^(_?Fused)?(Conv2D|DepthwiseConv2d(Native)?|MaxPool|AvgPool|BatchNorm(V2|V3)?)$|^Conv2DBackpropInput$|^BiasAdd$/;

/** Where channels stand in the tensors of a graph. `permutationOf` gives the order that a node brings axes into. */
export function layoutOf(
  nodes: readonly GraphNode[],
  permutationOf: (node: GraphNode) => readonly number[] | undefined,
): Layout {
  const answerOf = (node: GraphNode, rank: number): boolean | undefined => {
    if (stating.test(node.op)) return statesChannelsFirst(node);
    if (node.op.includes('MatMul')) return false;
    return node.op === 'Transpose' ? layoutBefore(permutationOf(node), rank) : undefined;
  };
  return new Layout(nodes, answerOf, () => false);
}

export function statesChannelsFirst({ attributes }: GraphNode): boolean {
  return attributes.text('data_format') === 'NCHW';
}

/** The input of a node that says where its channels are: they have to be there. */
export function spatialTensor(writer: GraphWriter, node: GraphNode, index = 0): TensorValue {
  const x = writer.tensor(node, index);
  const isVector = x.shape !== undefined && x.shape.length < 2;
  if (isVector || x.channelsFirst === statesChannelsFirst(node)) return x;
  throw new Refusal(`${node.op} reads channels where this tensor has positions.`);
}
