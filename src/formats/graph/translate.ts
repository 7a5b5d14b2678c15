import { defaultInitialization } from '../../network/definition.ts';
import type { NetworkDefinition, Problem, Span } from '../../network/definition.ts';
import type { ReadOptions } from '../format.ts';
import { finished, usesOfConstants } from './draft.ts';
import { sortNodes } from './node.ts';
import type { GraphNode } from './node.ts';
import { Refusal } from './refusal.ts';
import { GraphWriter } from './writer.ts';
import type { Value } from './writer.ts';

/**
 * What a kind of node gives: one value for all its outputs, or the first one's. Throws Refusal where it cannot tell.
 */
export type Operator = (writer: GraphWriter, node: GraphNode) => Value;

export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Names of the output tensors, if the file has them. */
  readonly outputs: readonly string[];
  readonly operators: Readonly<Record<string, Operator>>;
  /** Kinds that look at a tensor's shape only, so that it may still become a part of its layer. */
  readonly onlyLooks: ReadonlySet<string>;
  /** Defines inputs and constants. */
  begin(writer: GraphWriter, nodes: readonly GraphNode[]): void;
}

export interface Translation {
  readonly definition: Pick<NetworkDefinition, 'inputs' | 'layers' | 'outputs' | 'initialization'>;
  readonly problems: readonly Problem[];
  /** Constants that are not weights. */
  readonly notWeights: ReadonlySet<string>;
  /** By the name of a constant, how many layers have it among weights of their own. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Goes through a computation graph and recovers the layers of the network. Never throws. */
export function translate(graph: Graph, options: ReadOptions): Translation {
  const { nodes, cyclic } = sortNodes(graph.nodes);
  const writer = new GraphWriter(countUses(graph));
  for (const node of cyclic)
    writer.report('cycle', 'error', `${node.name || node.op} depends on its own output.`, node);
  graph.begin(writer, nodes);
  for (const node of nodes) {
    const value = valueOf(writer, node, graph);
    for (const output of node.outputs) if (writer.find(output) === undefined) writer.define(output, value);
  }
  const use = { decode: options.weights, usable: !writer.isInexact };
  const names = writer.inputs.map(({ name }) => name);
  const { layers, nameOf } = finished(writer.drafts, names, use, ({ node }, message) =>
    writer.report('bad-value', 'error', message, node),
  );
  const outputs = graph.outputs.flatMap((output) => {
    const value = writer.find(output);
    if (value && value.kind !== 'tensor') reportConstant(writer, output, nodes);
    return value?.kind === 'tensor' ? [nameOf(value.source)] : [];
  });
  return {
    definition: { inputs: writer.inputs, layers, outputs, initialization: defaultInitialization },
    problems: writer.problems,
    notWeights: writer.notWeights,
    uses: usesOfConstants(writer.drafts),
  };
}

function reportConstant(writer: GraphWriter, output: string, nodes: readonly GraphNode[]): void {
  const maker = nodes.find(({ outputs }) => outputs.includes(output));
  const message = `The output ${output} does not depend on the input, as far as this is read.`;
  if (maker) writer.report('unsupported', 'warning', message, maker);
}

function valueOf(writer: GraphWriter, node: GraphNode, { operators, onlyLooks }: Graph): Value {
  const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  try {
    const value = operator?.(writer, node);
    if (value && !isLost(writer, node, value, onlyLooks)) return value;
    return writer.refuse(node, `The operation ${node.op} is not analyzed.`) ?? { kind: 'opaque' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return writer.refuse(node, error.message, error.span) ?? { kind: 'opaque' };
  }
}

/** A tensor of the network goes in, and what comes out is taken for a constant. */
function isLost(writer: GraphWriter, node: GraphNode, value: Value, onlyLooks: ReadonlySet<string>): boolean {
  const isTensor = (each: Value | undefined) =>
    each?.kind === 'tensor' || each?.kind === 'rearranged' || each?.kind === 'condition';
  if (isTensor(value) || onlyLooks.has(node.op)) return false;
  return node.inputs.some((_, k) => isTensor(writer.value(node, k)));
}

/** How many nodes read a tensor, outputs of the graph included. */
function countUses({ nodes, outputs, onlyLooks }: Graph): Map<string, number> {
  const uses = new Map<string, number>();
  const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of nodes) if (!onlyLooks.has(node.op)) node.inputs.forEach(use);
  outputs.forEach(use);
  return uses;
}

/** An extent as a file states it: null where it is left open (0 or -1), NaN where it can be none. */
export function statedExtent(value: number): number | null {
  if (Number.isSafeInteger(value) && value > 0) return value;
  return value === 0 || value === -1 ? null : NaN;
}

/**
 * A problem for a graph without an input that can be used, or with an input whose size is open; null for a sound one.
 */
export function inputProblem(
  name: string,
  extents: readonly (number | string | null)[],
  span: Span,
  advice = 'Write it here.',
): Problem | null {
  if (extents.some(Number.isNaN)) {
    const message = `The shape of the input ${name} must be whole numbers above zero.`;
    return { code: 'bad-value', severity: 'error', message, span };
  }
  const open = extents.filter((extent) => typeof extent !== 'number');
  if (extents.length > 3) {
    const message = `The input ${name} has ${extents.length} axes; up to height, width and channels are analyzed.`;
    return { code: 'unknown-size', severity: 'error', message, span };
  }
  if (extents.length > 0 && open.length === 0) return null;
  const symbols = open.filter((extent) => typeof extent === 'string' && extent !== '');
  const which = symbols.length > 0 ? ` (${symbols.join(', ')})` : '';
  const message = `The size of the input ${name} is left open${which}: regions can be bounded only for given sizes. ${advice}`;
  return { code: 'unknown-size', severity: 'error', message, span };
}
