import type { z } from 'zod';
import { analyzeNetwork } from './analyzeNetwork.ts';
import { countRegions } from './countRegions.ts';
import { fitNetwork } from './fitNetwork.ts';
import type { AssistantHost } from './host.ts';
import { isToolName, TOOLS, type ToolName } from './inputs.ts';
import { ToolError } from './toolError.ts';

/** A call as it arrives; the input is not trusted. */
export interface ToolCall {
  readonly name: string;
  readonly input: unknown;
  /** Texts that differ from those on the disk, by absolute path: what someone is editing. */
  readonly texts?: Readonly<Record<string, string>>;
}

export interface ToolAnswer {
  readonly text: string;
  /** The text says what is wrong with the call and what to do next. */
  readonly isError: boolean;
}

/** An answer of more is of no use to a model. */
const MAX_CHARACTERS = 200_000;

/** Answers one call. Never rejects for anything that the caller wrote. */
export async function callTool(call: ToolCall, host: AssistantHost): Promise<ToolAnswer> {
  try {
    const text = await perform(call, host);
    if (text.length <= MAX_CHARACTERS) return { text, isError: false };
    throw new ToolError(
      `The JSON has ${text.length} characters, more than an answer may have. Take format "summary", or name one network.`,
    );
  } catch (error) {
    if (error instanceof ToolError) return { text: error.message, isError: true };
    throw error;
  }
}

async function perform({ name, input }: ToolCall, host: AssistantHost): Promise<string> {
  if (!isToolName(name)) throw new ToolError(`There is no tool ${name}. There are ${Object.keys(TOOLS).join(', ')}.`);
  switch (name) {
    case 'analyze_network':
      return analyzeNetwork(parsed(name, TOOLS[name].schema, input), host);
    case 'fit_network':
      return fitNetwork(parsed(name, TOOLS[name].schema, input), host);
    case 'count_regions':
      return countRegions(parsed(name, TOOLS[name].schema, input), host);
  }
}

function parsed<T extends z.ZodType>(name: ToolName, schema: T, input: unknown): z.infer<T> {
  const result = schema.safeParse(withoutNulls(input));
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
  );
  const fields = 'shape' in schema ? Object.keys(schema.shape as object).join(', ') : '';
  throw new ToolError(`The input of ${name} is not understood. ${faults.join('. ')}. It takes: ${fields}.`);
}

/** Some models write null for what they leave out. */
function withoutNulls(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input ?? {};
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}
