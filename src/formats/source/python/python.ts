import type { NetworkDefinition, Problem, Span } from '../../../network/definition.ts';
import { Names } from '../../names.ts';
import type { Format, ReadFile, ReadOptions, ReadResult } from '../../format.ts';
import { KerasSession } from '../library/keras/session.ts';
import type { KerasModel } from '../library/keras/session.ts';
import type { TensorValue } from '../../graph/writer.ts';
import type { Trace } from '../library/torch/trace.ts';
import { TorchSession } from '../library/torch/session.ts';
import { ProblemList, stopProblem } from '../evaluation/problemList.ts';
import { unknownPlaceProblem } from '../evaluation/unknownValue.ts';
import { Unknown } from '../evaluation/values.ts';
import { candidatesIn, followFile, rootsAmong } from './networks/entryPoints.ts';
import { Evaluator } from './evaluation/evaluator.ts';
import { forwardPass, namesOf, shapesAfter } from './networks/forward.ts';
import { importerFrom, sourceModule } from './evaluation/imports.ts';
import type { SourceModule } from './evaluation/scope.ts';
import { findInputs } from './networks/inputShapes.ts';
import type { FoundInput } from './networks/inputShapes.ts';
import type { Moves } from './syntax/moves.ts';
import { allOutputsOf, bodyOf, definitionOf, movedBody, placedAt, unknownOutput } from './networks/networks.ts';
import type { NetworkBody } from './networks/networks.ts';
import type { PassMemory } from './networks/passes.ts';
import type { Piece, Pieces } from './syntax/pieces.ts';
import { AskedFiles } from './networks/askedFiles.ts';
import type { KeptRoot, KeptUnits, RootReading } from './networks/keptUnits.ts';
import { LastReading } from './networks/lastReading.ts';
import { kerasRoots, readKeras } from './networks/kerasNetworks.ts';
import { isOnlyOfClass } from './networks/ownClass.ts';
import { Units } from './networks/units.ts';
import type { Candidate, Candidates } from './networks/units.ts';
import { looksLikeFlax, looksLikeKeras, looksLikePyTorch } from './sniff.ts';
import { Instance } from './evaluation/values.ts';

/** Networks of PyTorch in Python: the source is followed, never run. */
export const pytorch: Format = {
  id: 'pytorch',
  sniff: looksLikePyTorch,
  read: (text, fileName, options) => readPython('pytorch', text, fileName, options),
};

/** Networks of Keras in Python, likewise. */
export const kerasPython: Format = {
  id: 'keras-python',
  sniff: looksLikeKeras,
  read: (text, fileName, options) => readPython('keras-python', text, fileName, options),
};

/** Networks of Flax in Python, likewise. */
export const flaxPython: Format = {
  id: 'flax',
  sniff: looksLikeFlax,
  read: (text, fileName, options) => readPython('flax', text, fileName, options),
};

/** What of one version of a text need not be done again for the next one. */
class KeptParts {
  constructor(
    readonly pieces: Pieces | undefined,
    readonly passes: PassMemory,
    readonly last: LastReading | undefined,
    readonly units: KeptUnits,
  ) {}
}

/** Also of other files that hold Python; `format` is what they are. */
export function readPython(format: string, text: string, fileName: string, options: ReadOptions): ReadResult {
  const path = fileName.replace(/^.*[\\/]/, '');
  const earlier = options.kept instanceof KeptParts ? options.kept : undefined;
  const main = sourceModule(path, text, false, earlier?.pieces);
  const readFile = options.files?.text;
  const last = earlier?.last?.at(main, format, readFile);
  if (earlier && last)
    return { ...last.found, kept: new KeptParts(main.file.pieces, earlier.passes, last, earlier.units) };
  const { parts } = main.file.pieces;
  const changing = new Set(parts.map(({ piece }) => piece).filter((piece) => earlier?.units.changing.has(piece)));
  const reading = { format, main, readFile, passes: earlier?.passes, changing };
  const units = earlier?.units?.standIn(main, readFile) ? earlier.units : undefined;
  return follow(reading, units) ?? follow(reading, undefined)!;
}

interface FileReading {
  readonly format: string;
  readonly main: SourceModule;
  readonly readFile: ReadFile | undefined;
  readonly passes: PassMemory | undefined;
  /** Definitions of what is changed elsewhere, as far as they are known. */
  readonly changing: Set<Piece>;
}

/** Undefined where what is known of the version before does not stand. */
function follow(
  { format, main, readFile, passes, changing }: FileReading,
  known: KeptUnits | undefined,
): ReadResult | undefined {
  const files = new AskedFiles(known?.files);
  const torch = new TorchSession();
  const importer = importerFrom(files.through(readFile));
  const e = new Evaluator(main, importer, torch, new KerasSession(), passes);
  torch.runForward = (object, shapes) => shapesAfter(e, object, shapes);
  const units = new Units(e, changing, format === 'pytorch', known);
  followFile(e, units);
  const names = new Names();
  let candidates: Candidates<Instance | KeptRoot> = { free: [], held: [] };
  let keras: readonly KerasModel[] = [];
  e.guarded({ start: 0, end: main.text.length }, () => {
    candidates = candidatesIn(e, units);
    keras = kerasRoots(e);
  });
  if (!units.stand) return undefined;
  const read = [...readTorch(e, units, rootsAmong(candidates), names), ...readKerasModels(e, keras, names)];
  if (!units.stand) return undefined;
  const problems = new ProblemList();
  for (const network of read) problems.add(network.problems);
  problems.add(e.notes);
  problems.add(e.stops.map(stopProblem));
  const { hasSyntaxErrors, pieces } = main.file;
  const networks = read.map(({ network }) => network);
  const result = { format, networks, problems: problems.list, hasSyntaxErrors };
  const last = LastReading.of(e, files, result);
  return { ...result, kept: new KeptParts(pieces, e.passes.finish(), last, units.finish(candidates, files)) };
}

interface ReadNetwork {
  readonly network: NetworkDefinition;
  readonly problems: readonly Problem[];
}

function readTorch(
  e: Evaluator,
  units: Units,
  found: readonly Candidate<Instance | KeptRoot>[],
  names: Names,
): ReadNetwork[] {
  const roots = found.map(({ root }) => root);
  return found.flatMap((candidate) => {
    const { root } = candidate;
    const reading = units.read(candidate, (object) => readRoot(e, object));
    if (!reading?.network) return [];
    const { network, problems, classSpan } = reading;
    const place = classSpan && isOnlyOfClass(root, roots) ? classSpan : network.nameSpan;
    return [{ network: placedAt(place, { ...network, name: names.unique(network.name) }), problems }];
  });
}

function readKerasModels(e: Evaluator, roots: readonly KerasModel[], names: Names): ReadNetwork[] {
  const networks: ReadNetwork[] = [];
  for (const root of roots) {
    e.guarded(root instanceof Instance ? root.site.span : root.span, () => {
      const read = readKeras(e, root, names, roots);
      if (read) networks.push(read);
    });
  }
  return networks;
}

/** Undefined where reading gives up. */
function readRoot(e: Evaluator, root: Instance): RootReading | undefined {
  let reading: RootReading | undefined;
  e.guarded(root.site.span, () => {
    reading = readNetwork(e, root);
  });
  return reading;
}

function readNetwork(e: Evaluator, root: Instance): RootReading {
  const inputs = findInputs(e, root);
  const { name, span } = nameOf(root);
  const notes = inputs.map((input) => ({ source: input.source, span: input.span ?? span }));
  const isKnown = inputs.every(({ shape }) => shape !== undefined);
  const { body, shapeProblems, problems, lacksOutput } = readBody(e, root, inputs);
  const classSpan = root.cls?.nameSpan;
  // Of what stands where nothing is known of shapes, nothing is missed.
  if (!body) return { network: undefined, problems: [], classSpan };
  const said = isKnown ? [...shapeProblems, ...problems] : [...problems, missingShape(inputs, span)];
  if (lacksOutput) said.push(lacksOutput);
  return { network: definitionOf(body, notes, name, span), problems: said, classSpan };
}

/** What the forward pass of a network gives, wherever its name stands. */
interface Reading {
  /** Undefined for one without layers. */
  readonly body: NetworkBody | undefined;
  readonly shapeProblems: readonly Problem[];
  readonly problems: readonly Problem[];
  readonly lacksOutput: Problem | undefined;
}

function readBody(e: Evaluator, root: Instance, inputs: readonly FoundInput[]): Reading {
  const options = { name: `network ${namesOf(inputs)}`, moved: movedReading, isDuringEvaluation: false };
  let open: Reading | undefined;
  const key = e.passes.keyOf(root, true);
  const known = e.passes.of<Reading | undefined>(key, options, () => {
    const { trace, value } = forwardPass(e, key, root, inputs, { isProbing: false, isLast: true });
    const outputs = allOutputsOf(value);
    const said = { shapeProblems: trace.writer.problems, problems: trace.problems };
    if (trace.writer.drafts.length === 0) return { body: undefined, ...said, lacksOutput: undefined };
    const part = unknownOutput(value);
    if (outputs.length > 0 && !part) return { body: bodyOf(trace, outputs), ...said, lacksOutput: undefined };
    // What is said of it stands at the network's name.
    const { span } = nameOf(root);
    const body = bodyOf(trace, [...outputs, e.torch.tensor(e, openEnd(trace, span))]);
    const what = outputs.length > 0 ? 'A part of what this network gives back' : 'What this network gives back';
    open = { body, ...said, lacksOutput: outputProblem(what, part, span) };
    return undefined;
  });
  return known ?? open!;
}

function movedReading({ body, shapeProblems, problems, lacksOutput }: Reading, moves: Moves): Reading | undefined {
  const moved = body && movedBody(body, moves);
  const [first, second] = [moves.problems(shapeProblems), moves.problems(problems)];
  return first && second && (moved || !body)
    ? { body: moved, shapeProblems: first, problems: second, lacksOutput }
    : undefined;
}

/** What comes out is not known: the layers that were seen are not the whole network. */
function openEnd(trace: Trace, span: Span): TensorValue {
  const { drafts } = trace.writer;
  const read = new Set(drafts.flatMap(({ sources }) => sources.map((source) => 'layer' in source && source.layer)));
  const ends = drafts
    .filter((draft) => !read.has(draft))
    .map((layer): TensorValue => ({ ...trace.input(0), source: { layer }, shape: undefined }));
  return trace.unknown(trace.node('output', 'unknown', span, span), ends, 'What comes out is not known.');
}

/** A network is named after the variable of the module that holds it, the function that makes it, or its class. */
function nameOf(root: Instance): { name: string; span: Span } {
  const global = root.bindings.find(({ isGlobal }) => isGlobal);
  const binding = global ?? root.maker ?? root.bindings[0];
  const name = binding?.name ?? root.cls?.name ?? 'model';
  return { name, span: binding?.span ?? root.site.calleeSpan };
}

function missingShape(inputs: readonly FoundInput[], span: Span): Problem {
  const open = inputs.find(({ shape }) => shape === undefined);
  const several = inputs.length > 1;
  const supplied = several && open ? open.name : 'input';
  const which = several && open ? `the input ${open.name}` : 'the input';
  const message = `The shape of ${which} is not known here: regions can be bounded only for given sizes. A comment supplies it: # @region-lens ${supplied} = (3, 32, 32)`;
  return { code: 'missing-input-shape', severity: 'information', message, span, supplied };
}

function outputProblem(what: string, part: Unknown | undefined, span: Span): Problem {
  return unknownPlaceProblem(what, part ?? new Unknown('the result of forward', span, true), span, '#');
}
