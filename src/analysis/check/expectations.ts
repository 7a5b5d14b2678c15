import { z } from 'zod';
import { isFigure } from './figure.ts';

const figure = z
  .union([z.number().min(0), z.string()])
  .refine((written) => isFigure(String(written)), 'is not a number; write 1200, "1,200", "10^7.5", or "2^20"')
  .describe('A number: 1200, "1,200", or as it is shown, "10^7.5" or "2^20".');

const quantity = z
  .union([
    figure,
    z
      .strictObject({ min: figure.optional(), max: figure.optional() })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs min, max, or both'),
  ])
  .describe('The exact value, or its limits: { "min": ..., "max": ... }.');

const patterns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const expectation = z.strictObject({
  files: patterns
    .optional()
    .describe(
      'Which files this is for, as glob patterns from the folder of this file. By default all that are checked.',
    ),
  network: z
    .string()
    .min(1)
    .optional()
    .describe('Which networks this is for, by name; * stands for any characters. By default all.'),
  atMost: quantity.optional().describe('The proven upper bound on activation regions.'),
  canReach: quantity.optional().describe('The proven lower bound on activation regions for some weights.'),
  expected: quantity.optional().describe('The mean for random weights, on the line or plane that the analysis shows.'),
  parameters: quantity.optional().describe('All weights, trainable or not.'),
  multiplyAdds: quantity.optional().describe('Multiply-adds (MACs) for one input.'),
  bottlenecks: quantity.optional().describe('How many layers cap the dimension of what follows.'),
  shapes: z
    .record(z.string(), z.array(z.number().int().min(1)))
    .optional()
    .describe('Output shapes by name of layer or input, without the batch, as the framework writes them.'),
});

const expectations = z
  .strictObject({
    $schema: z.string().optional(),
    files: patterns.optional().describe('What is checked if the command names no files, as glob patterns.'),
    expectations: z
      .array(expectation)
      .default([])
      .describe('What must hold. Each is checked in every network it is for.'),
    baseline: z
      .strictObject({
        file: z.string().min(1).describe('The figures of an earlier state, as --write-baseline writes them.'),
        tolerance: z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('The share by which the number of regions may fall: 0.05 lets 1,000 become 950.'),
      })
      .optional()
      .describe('Figures of regions must not fall below those of an earlier state.'),
  })
  .describe('What Region Lens checks in networks: region-lens check.');

/** A file of expectations. */
export type Expectations = z.infer<typeof expectations>;
export type Expectation = z.infer<typeof expectation>;
export type Quantity = z.infer<typeof quantity>;

/** Why a value is not a file of expectations: where in it, and a sentence. */
export interface ExpectationFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The expectations that a parsed file holds, or the first thing that stands against it. */
export function parseExpectations(value: unknown): Expectations | ExpectationFault {
  const result = expectations.safeParse(value);
  if (result.success) return result.data;
  return deepest(result.error.issues[0]);
}

/** Of several forms that a value could have, what stands against the one that it came closest to. */
function deepest({ path, message, ...issue }: z.core.$ZodIssue): ExpectationFault {
  const here = {
    path: path.filter((part) => typeof part !== 'symbol'),
    message: `${path.at(-1)?.toString() ?? 'this'}: ${message}`,
  };
  if (issue.code !== 'invalid_union') return here;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1)).filter(({ code }) => code !== 'invalid_type');
  if (inner.length === 0) return here;
  const found = deepest(inner[0]);
  return { path: [...here.path, ...found.path], message: found.message };
}

/** The JSON Schema that editors check the file by. */
export function expectationsSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(expectations, { io: 'input', target: 'draft-7' });
}
