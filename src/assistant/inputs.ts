import { z } from 'zod';
import { OBJECTIVES } from '../analysis/designs/fit.ts';

/** A count lasts at most this long. */
const MAX_SECONDS = 60;
const DEFAULT_SECONDS = 20;
const MAX_SEEDS = 100;
const MAX_NUMBER = 1e100;
const MAX_COUNT = 1e15;

const FILE_PATH = `Absolute path of the file that defines the network: *.network.json, Keras or TensorFlow.js JSON, TypeScript, JavaScript, Python (PyTorch, Keras, Flax), .ipynb, .onnx, .tflite, .keras, .h5, .pt, .pt2. Nothing in it is run.`;
const DEFINITION = `In place of file_path: the network in the native JSON format, for trying a change without writing it. For example {"input": [2], "layers": [{"type": "dense", "units": 16, "activation": "relu"}, {"type": "dense", "units": 1}]}; shapes have no batch and channels last.`;

const source = {
  file_path: z.string().min(1).optional().describe(FILE_PATH),
  definition: z
    .union([z.record(z.string(), z.unknown()), z.string()])
    .optional()
    .describe(DEFINITION),
  network: z
    .string()
    .optional()
    .describe('Name of the network, where the file defines several. By default the first, or a list of all.'),
};
const format = z
  .enum(['summary', 'json'])
  .default('summary')
  .describe('summary: a text below 2 KB. json: everything, 10 KB and more; only when the summary lacks something.');
const vector = z.array(z.number().min(-MAX_NUMBER).max(MAX_NUMBER)).min(1).optional();
const count = (most: number) => z.number().int().min(1).max(most).optional();
const seconds = z
  .number()
  .min(1)
  .max(MAX_SECONDS)
  .default(DEFAULT_SECONDS)
  .describe('Time limit. What was found by then comes back, labeled as partial.');

const analyzeInput = z.strictObject({ ...source, format });

const fitInput = z.strictObject({
  ...source,
  max_parameters: count(MAX_COUNT).describe('Budget of parameters. This or max_macs is needed.'),
  max_macs: count(MAX_COUNT).describe('Budget of multiply-adds for one input.'),
  layers: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Names of the layers whose width may change. By default all but the outputs.'),
  objective: z
    .enum(OBJECTIVES.map(underscored))
    .optional()
    .describe(
      'What to make large: regions that random networks have on a plane or a line through the inputs, the proven upper bound, or what some weights reach. By default the first that applies.',
    ),
  depth: z
    .strictObject({ from: z.number().int().min(1).max(100), to: z.number().int().min(1).max(100) })
    .optional()
    .describe('Also try this many copies in a row of the last layer that can be repeated.'),
  min_width: count(100_000).describe(
    'No width becomes less. By default 8 for expected_*, where formulas are for wide layers, else 1.',
  ),
  seconds,
  format,
});

const countInput = z.strictObject({
  ...source,
  method: z
    .enum(['auto', 'line', 'plane', 'cells', 'sample'])
    .default('auto')
    .describe(
      'line, plane, and cells (all inputs) count exactly; sample finds a lower bound; auto takes what fits the number of inputs.',
    ),
  domain: z
    .union([
      z.tuple([z.number().min(-MAX_NUMBER).max(MAX_NUMBER), z.number().min(-MAX_NUMBER).max(MAX_NUMBER)]),
      z.literal('all'),
    ])
    .optional()
    .describe('[low, high] of a box, the same for every input, by default [-1, 1]; "all" for all of R^n (cells only).'),
  from: vector.describe('Start of a segment, a number for each input. Goes with to.'),
  to: vector,
  origin: vector.describe('Corner of a parallelogram, a number for each input. Goes with u and v.'),
  u: vector,
  v: vector,
  weights: z
    .string()
    .optional()
    .describe(
      'Absolute path of a file of trained weights: .h5, .keras, .safetensors, .npz, .pt. By default those in file_path, else random ones.',
    ),
  seeds: z
    .number()
    .int()
    .min(1)
    .max(MAX_SEEDS)
    .default(1)
    .describe('Random networks to count, where weights are drawn.'),
  first_seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 52)
    .optional(),
  samples: z.number().int().min(1).max(10_000_000).optional().describe('Points for method sample, by default 10,000.'),
  seconds,
  format,
});

export type AnalyzeInput = z.infer<typeof analyzeInput>;
export type FitInput = z.infer<typeof fitInput>;
export type CountInput = z.infer<typeof countInput>;

/** The tools by name, with all that a model reads of them. */
export const TOOLS = {
  analyze_network: {
    title: 'Analyze a neural network',
    description:
      'Reads a neural network statically and returns, for the whole and by layer: shapes, parameters, multiply-adds (MACs), how many linear regions a ReLU or other piecewise-linear network has at most, how many some weights reach, how many random weights have on average, which layer caps it, and what is wrong with the definition, with lines. Use it after writing or changing a model definition. It does not train, run, or time anything, and says nothing about accuracy.',
    schema: analyzeInput,
  },
  fit_network: {
    title: 'Fit a network to a budget',
    description:
      'Finds the layer widths (and optionally the depth) with the most linear regions within a budget of parameters or MACs, and returns up to five designs as edits beside the network as it is. Use it when someone asks how to spend a budget, or to shrink a model. The ranking is by expressivity, which is not accuracy. It changes no file: apply an edit yourself, then call analyze_network.',
    schema: fitInput,
  },
  count_regions: {
    title: 'Count linear regions',
    description:
      'Counts exactly the linear regions that a network has with given or random weights, on a line, in a plane, or in a box of all inputs. Use it for a number where analyze_network gives only bounds. A result is labeled exact, partial (time limit), or a lower bound (sample); do not report the latter two as the count. Takes up to `seconds`; large networks: count on a line or a plane.',
    schema: countInput,
  },
} as const satisfies Record<string, { title: string; description: string; schema: z.ZodType }>;

export type ToolName = keyof typeof TOOLS;

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

/** The schema of a tool's input, as JSON Schema. */
export function inputSchema(name: ToolName): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(TOOLS[name].schema, { io: 'input', target: 'draft-7' });
}

/** `expected-plane` as an identifier. */
function underscored<T extends string>(name: T): Underscored<T> {
  return name.replaceAll('-', '_') as Underscored<T>;
}

type Underscored<T extends string> = T extends `${infer A}-${infer B}` ? `${A}_${Underscored<B>}` : T;
