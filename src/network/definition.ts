import type { KernelInitializer } from '../common/kernelInitializers.ts';
import type { Activation } from './activation.ts';
import type { LayerWeights, Operation } from './operation.ts';
import type { Shape } from './shape.ts';

/** Character offsets in the source text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The place of what has none in a text: what a binary file defines, and what holds for a file as a whole. Reports say
 * line 1, column 1.
 */
export const NOWHERE: Span = { start: 0, end: 0 };

/** One layer as a file defines it: no shapes inferred, nothing checked against its neighbors. */
export interface LayerDefinition {
  readonly name: string;
  /** The native format's type: dense, conv2d, max_pooling2d, ... or, for what is unknown, the name as written. */
  readonly type: string;
  readonly operation: Operation;
  readonly activation: Activation;
  /** Names of input tensors or other layers; order matters for concatenate and subtract. */
  readonly inputs: readonly string[];
  readonly weights?: LayerWeights;
  /** By weight, the name under which another file has it in the same layout. */
  readonly storedAs?: Readonly<Record<string, string>>;
  /**
   * Of a flatten: in the vector as files know it the positions of each channel follow one another, here the channels of
   * each position.
   */
  readonly isChannelByChannel?: boolean;
  /** The framework writes the channels of what comes out before its positions. */
  readonly channelsFirst?: boolean;
  /** For one more application of a shared layer: the name of its first application, which owns the parameters. */
  readonly sharedWith?: string;
  /** The whole definition, and single fields by their native names (units, filters, kernel_size, activation, ...). */
  readonly span: Span;
  readonly fields: Readonly<Record<string, Span>>;
}

/** The name under which `LayerDefinition.fields` has the place of a layer's i-th input, where each has one. */
export function inputField(i: number): string {
  return `inputs[${i}]`;
}

export interface InputDefinition {
  readonly name: string;
  readonly shape: Shape;
  /** The framework writes channels before positions. */
  readonly channelsFirst?: boolean;
  /** Where the shape was found, if the file does not state it as that of the input: "from `torch.randn` in line 43". */
  readonly source?: string;
  readonly span: Span;
}

/** How weights are drawn where a file gives none, and what the means are for. */
export interface Initialization {
  readonly kernel: KernelInitializer;
  readonly kernelStddev?: number;
  readonly biasStddev: number;
  readonly seed: number;
}

export const defaultInitialization: Initialization = { kernel: 'he_normal', biasStddev: 0.1, seed: 1 };

/** A network as a file defines it. Definitions may be in any order; inputs refer by name. */
export interface NetworkDefinition {
  readonly name: string;
  readonly inputs: readonly InputDefinition[];
  readonly layers: readonly LayerDefinition[];
  /** Names of the output tensors; when empty, every tensor that nothing reads. */
  readonly outputs: readonly string[];
  readonly initialization: Initialization;
  /** Where snapshots of its training are: a folder, or a pattern of files, from the folder of the definition. */
  readonly run?: string;
  /** Written for tensors whose channels come first, by Keras 1 or a later one: so are the weights in files. */
  readonly channelsFirst?: 'keras1' | 'keras';
  /** Bounds hold, but a step was approximated: weights of a file would make another network of it. */
  readonly isInexact?: boolean;
  /** How many weights the file lists, and where: the layers have to have as many. */
  readonly statedWeights?: { readonly count: number; readonly span: Span };
  readonly span: Span;
  /** Where the name, or its substitute, is written: the lens goes here. */
  readonly nameSpan: Span;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A message for the author, at a place in the text. `code` is stable: shape-mismatch, unknown-layer, ... */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** What is not known here by the name under which a comment can supply it: `// @region-lens units = 64`. */
  readonly supplied?: string;
  /** The expression whose value is not known: `options.width`. */
  readonly unknown?: string;
  /** The word that was most likely meant; it replaces the text at `span`. */
  readonly replacement?: string;
}
