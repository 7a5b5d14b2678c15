import { buildNetwork } from '../../../network/build.ts';
import type { NetworkDefinition, Problem, Span } from '../../../network/definition.ts';
import type { Format, ReadOptions, ReadResult } from '../../format.ts';
import { Evaluator } from './evaluator.ts';
import { importerFrom } from './importer.ts';
import { MAX_NETWORKS } from '../evaluation/modelLog.ts';
import { nativeNetworks, readNativeForm } from './nativeForm.ts';
import { asDefinition, describeModel, describeTensor } from '../evaluation/networks.ts';
import type { DescribedNetwork } from '../evaluation/networks.ts';
import { parseSource } from './parse.ts';
import { followUncalled } from './uncalled.ts';
import { MAX_TEXT_LENGTH, looksLikeNetworkSource } from './sniff.ts';
import { hull, ProblemList, stopProblem } from '../evaluation/problemList.ts';
import { distinct } from '../evaluation/sameNetworks.ts';
import type { Placed } from '../evaluation/sameNetworks.ts';
import type { Dictionary, ModelValue, TensorValue } from '../evaluation/values.ts';

/**
 * Networks in TypeScript and JavaScript, by the layers interface of TensorFlow.js or in the native form: the source
 * is followed, never run.
 */
export const typescript: Format = {
  id: 'typescript',
  sniff: looksLikeNetworkSource,
  read: readTypeScript,
};

export function readTypeScript(text: string, fileName: string, options: ReadOptions): ReadResult {
  const parsed = text.length > MAX_TEXT_LENGTH ? undefined : parseSource(text, fileName);
  if (!parsed) return { format: typescript.id, networks: [], problems: [] };
  const { file, hasSyntaxErrors } = parsed;
  const evaluator = new Evaluator({ text, fileName: '', file }, importerFrom(options.files?.text), inferShape);
  evaluator.runFile();
  followUncalled(evaluator, text);
  const networks: NetworkDefinition[] = [];
  const problems = new ProblemList();
  const described = describeAll([...evaluator.models]);
  const models = distinct(described.filter(isNetwork));
  for (const { model, network, name, span } of named(models)) {
    const spans = [span, model.span, ...network.layers.map((layer) => layer.span)];
    networks.push(asDefinition(network, name, hull(spans), span));
  }
  for (const { model, network } of described) if (isNetwork({ model, network })) problems.add(network.problems);
  const objects = firstOfEach(nativeNetworks(evaluator.dictionaries));
  const room = Math.max(0, MAX_NETWORKS - networks.length);
  for (const object of objects.slice(0, room)) {
    const read = readNativeForm(object, text, fileName, options);
    networks.push(read.network);
    problems.add(read.problems);
  }
  const unread = [
    ...omittedPlaces(evaluator, models),
    ...objects.slice(room, room + 1).flatMap(({ span }) => span ?? []),
  ];
  problems.add(unread.map(omissionProblem));
  problems.add([...evaluator.unknownMakers].map(([name, span]) => makerProblem(name, span)));
  problems.add(evaluator.stops.map(stopProblem));
  return { format: typescript.id, networks, problems: problems.list, hasSyntaxErrors };
}

/** Models that contain one another many times over could have more layers than anyone reads. */
const MAX_LAYERS = 25_000;

function describeAll(models: readonly ModelValue[]): (Described & Placed)[] {
  let room = MAX_LAYERS;
  return models.map((model) => {
    const network = describeModel(model, Math.max(1, room));
    room -= network.layers.length;
    return { model, network, madeAt: model.span };
  });
}

/** One object for each place that makes objects. */
function firstOfEach(objects: readonly Dictionary[]): Dictionary[] {
  return [...new Map([...objects].reverse().map((object) => [object.span?.start, object])).values()].reverse();
}

/** A part of another model that has no input of its own is not a network by itself. */
function isNetwork({ model, network }: { model: ModelValue; network: DescribedNetwork }): boolean {
  return !model.nested || !network.problems.some((problem) => problem.code === 'missing-input-shape');
}

function inferShape(tensor: TensorValue): { readonly shape: readonly number[] | undefined; readonly layers: number } {
  const at = tensor.span;
  const described = describeTensor(tensor);
  const { network } = buildNetwork(asDefinition(described, '', at, at));
  const last = described.outputs[0];
  const input = network.inputs.find(({ name }) => name === last);
  const shape = input?.shape ?? network.layers.find(({ name }) => name === last)?.outputShape;
  return { shape, layers: network.layers.length };
}

interface Described {
  readonly model: ModelValue;
  readonly network: DescribedNetwork;
}

/** A name for each model, its own if possible, and the place where it stands. */
function named(items: readonly Described[]): (Described & { readonly name: string; readonly span: Span })[] {
  const sharesPlace = repeated(items, ({ model }) => model.span.start);
  const sharesName = repeated(items, ({ model }) => firstName(model));
  const taken = new Set<string>();
  return items.map((item) => {
    const { model } = item;
    // Models that one function made more than once are told apart by who asked for them.
    const binding = sharesPlace(item) ? model.bindings.at(-1) : model.bindings[0];
    const maker = sharesName(item) && !sharesPlace(item) ? model.maker?.name : undefined;
    const wanted = model.givenName ?? maker ?? binding?.name ?? model.maker?.name ?? 'model';
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    const place = sharesPlace(item) ? binding?.span : (model.maker?.span ?? binding?.span);
    return { ...item, name, span: place ?? model.calleeSpan };
  });
}

/** Whether an item shares its key with another one. */
function repeated(items: readonly Described[], key: (item: Described) => unknown): (item: Described) => boolean {
  const counts = new Map<unknown, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return (item) => (counts.get(key(item)) ?? 0) > 1;
}

function firstName(model: ModelValue): string {
  return model.givenName ?? model.bindings[0]?.name ?? model.maker?.name ?? 'model';
}

/**
 * Places that make more networks than are read. Where all that are read are one and the same, so are the others, as far
 * as is known.
 */
function omittedPlaces(evaluator: Evaluator, read: readonly Placed[]): Span[] {
  return [...evaluator.omitted].flatMap(([start, span]) => {
    const networks = read.filter(({ madeAt }) => madeAt.start === start);
    return networks.length === 1 ? [] : [span];
  });
}

function omissionProblem({ start, end }: Span): Problem {
  const message = 'More networks are built here than are read: some of them are not shown.';
  return { code: 'too-complex', severity: 'information', message, span: { start, end: Math.min(end, start + 40) } };
}

function makerProblem(name: string, span: Span): Problem {
  const message = `\`${name}\` is not known here: a network that is built with it is not read.`;
  return { code: 'unknown-value', severity: 'information', message, span };
}
