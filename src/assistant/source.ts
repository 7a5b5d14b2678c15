import { analyze, type Analysis } from '../analysis/analyze.ts';
import { LineIndex } from '../analysis/lineIndex.ts';
import { noDefinition, noNetworkProblem } from '../analysis/noNetwork.ts';
import type { Input } from '../host/input.ts';
import type { TheoryOptions } from '../theory/bound.ts';
import type { AssistantHost } from './host.ts';
import { ToolError } from './toolError.ts';

/** How a call names its network. */
interface SourceInput {
  readonly file_path?: string;
  readonly definition?: string | Readonly<Record<string, unknown>>;
  readonly network?: string;
}

export interface Source {
  /** A path, or the name by which a definition is reported. */
  readonly file: string;
  readonly input: Input;
  /** Null where the caller did not write the text, so that lines in it say nothing. */
  readonly lines: LineIndex | null;
  /** Of the network named, else of all. */
  readonly analysis: Analysis;
  /** Of the first of them among all networks of the file. */
  readonly position: number;
}

const DEFINITION = 'definition.network.json';
/** Elementary steps for the sums of two-dimensional convolutions: some tenths of a second each. */
const BUDGET = 4e8;
export const THEORY: TheoryOptions = { budget: BUDGET };

/** Reads and analyzes what a call names. Errors: ToolError. */
export async function readSource(call: SourceInput, host: AssistantHost): Promise<Source> {
  const { file, input } = await inputOf(call, host);
  const found = analyze(input.content, file, THEORY, null, input.imports);
  if (found === null) throw new ToolError(`${file}: ${noDefinition(input.text, file)}. ${READABLE}`);
  const isEmpty = found.networks.length === 0;
  const analysis = isEmpty ? found.saying(noNetworkProblem(input.text, file, found.problems)) : found;
  const lines = typeof call.definition === 'object' ? null : new LineIndex(input.text);
  if (isEmpty) throw new ToolError(emptySentence(file, analysis, lines));
  const chosen = named(analysis, call.network, file);
  return { file, input, lines, analysis: chosen, position: analysis.networks.indexOf(chosen.networks[0]) };
}

const READABLE =
  'Name the file that defines the layers, or pass definition: {"input": [2], "layers": [{"type": "dense", "units": 16, "activation": "relu"}, ...]}.';

async function inputOf(call: SourceInput, host: AssistantHost): Promise<Pick<Source, 'file' | 'input'>> {
  const { file_path: path, definition } = call;
  if (path !== undefined && definition !== undefined) throw new ToolError('Give file_path or definition, not both.');
  if (definition !== undefined) {
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
    return { file: DEFINITION, input: { content: text, text, imports: { texts: {} } } };
  }
  if (path === undefined) throw new ToolError('Give file_path, the absolute path of a file, or definition.');
  demandAbsolute('file_path', path, host);
  const input = await host.readInput(path);
  if ('fault' in input) throw new ToolError(`${path}: ${input.fault}. Check the path, or pass definition instead.`);
  return { file: path, input };
}

/** Errors: ToolError for a path whose meaning depends on a folder that the caller does not know. */
export function demandAbsolute(name: string, path: string, host: AssistantHost): void {
  if (host.isAbsolute(path)) return;
  throw new ToolError(`${name} must be an absolute path, which ${path} is not. Put the folder's path in front of it.`);
}

function emptySentence(file: string, { problems }: Analysis, lines: LineIndex | null): string {
  const sentences = problems.slice(0, 6).map(({ message, span }) => {
    const line = lines && span.end > 0 ? `line ${lines.positionAt(span.start).line + 1}: ` : '';
    return `${line}${message}`;
  });
  return `${file}: ${sentences.join('\n')}\nName the file that defines the layers, or correct these lines.`;
}

function named(analysis: Analysis, name: string | undefined, file: string): Analysis {
  if (name === undefined) return analysis;
  const found = analysis.networks.filter(({ network }) => network.name === name);
  // Two of one name cannot be told apart by it.
  if (found.length > 0) return analysis.only(found.slice(0, 1));
  throw new ToolError(`There is no network ${name} in ${file}. Pass as network one of: ${namesOf(analysis)}.`);
}

function namesOf({ networks }: Analysis): string {
  const names = networks.slice(0, 30).map(({ network }) => network.name);
  return [...names, ...(networks.length > names.length ? ['…'] : [])].join(', ');
}

/** The one network that a call is about. Errors: ToolError where it could be several, or has errors. */
export function onlyNetwork({ analysis, file, lines }: Source): Analysis['networks'][number] {
  const [network, ...others] = analysis.networks;
  if (others.length > 0)
    throw new ToolError(`${file} defines several networks. Pass as network one of: ${namesOf(analysis)}.`);
  const error = analysis.problems.find(({ severity }) => severity === 'error');
  if (!error) return network;
  const line = lines ? `, line ${lines.positionAt(error.span.start).line + 1}` : '';
  throw new ToolError(
    `${file}${line}: ${error.message} Correct it, then call again; analyze_network lists all errors.`,
  );
}
