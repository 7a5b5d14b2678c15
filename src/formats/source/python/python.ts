import type { NetworkDefinition, Problem, Span } from '../../../network/definition.ts';
import { Names } from '../../names.ts';
import type { Format, ReadOptions, ReadResult } from '../../format.ts';
import { KerasSession } from '../library/keras/session.ts';
import type { KerasModel } from '../library/keras/session.ts';
import type { TensorValue } from '../../graph/writer.ts';
import type { Trace } from '../library/torch/trace.ts';
import { TorchSession } from '../library/torch/session.ts';
import { ProblemList, stopProblem } from '../evaluation/problemList.ts';
import { unknownPlaceProblem } from '../evaluation/unknownValue.ts';
import { Unknown } from '../evaluation/values.ts';
import { followFile, rootsOf } from './networks/entryPoints.ts';
import { Evaluator } from './evaluation/evaluator.ts';
import { namesOf, runForward, shapesAfter } from './networks/forward.ts';
import { importerFrom, sourceModule } from './evaluation/imports.ts';
import { findInputs } from './networks/inputShapes.ts';
import type { FoundInput } from './networks/inputShapes.ts';
import type { Moves } from './syntax/moves.ts';
import { allOutputsOf, bodyOf, definitionOf, movedBody, unknownOutput } from './networks/networks.ts';
import type { NetworkBody } from './networks/networks.ts';
import type { PassMemory } from './networks/passes.ts';
import type { Pieces } from './syntax/pieces.ts';
import { AskedFiles, LastReading } from './networks/lastReading.ts';
import { kerasRoots, readKeras } from './networks/kerasNetworks.ts';
import { ownClassSpan } from './networks/ownClass.ts';
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
  ) {}
}

/** Also of other files that hold Python; `format` is what they are. */
export function readPython(format: string, text: string, fileName: string, options: ReadOptions): ReadResult {
  const path = fileName.replace(/^.*[\\/]/, '');
  const earlier = options.kept instanceof KeptParts ? options.kept : undefined;
  const main = sourceModule(path, text, false, earlier?.pieces);
  const readFile = options.files?.text;
  const last = earlier?.last?.at(main, format, readFile);
  if (earlier && last) return { ...last.found, kept: new KeptParts(main.file.pieces, earlier.passes, last) };
  const files = new AskedFiles();
  const torch = new TorchSession();
  const importer = importerFrom(files.through(readFile));
  const e = new Evaluator(main, importer, torch, new KerasSession(), earlier?.passes);
  torch.runForward = (object, shapes) => shapesAfter(e, object, shapes);
  followFile(e);
  const networks: NetworkDefinition[] = [];
  const problems = new ProblemList();
  const names = new Names();
  let roots: readonly Instance[] = [];
  let keras: readonly KerasModel[] = [];
  e.guarded({ start: 0, end: text.length }, () => {
    roots = rootsOf(e);
    keras = kerasRoots(e);
  });
  for (const root of roots) {
    e.guarded(root.site.span, () => {
      const read = readNetwork(e, root, names, roots);
      if (!read) return;
      networks.push(read.network);
      problems.add(read.problems);
    });
  }
  for (const root of keras) {
    e.guarded(root instanceof Instance ? root.site.span : root.span, () => {
      const read = readKeras(e, root, names, keras);
      if (!read) return;
      networks.push(read.network);
      problems.add(read.problems);
    });
  }
  problems.add(e.notes);
  problems.add(e.stops.map(stopProblem));
  const { hasSyntaxErrors, pieces } = main.file;
  const result = { format, networks, problems: problems.list, hasSyntaxErrors };
  return { ...result, kept: new KeptParts(pieces, e.passes.finish(), LastReading.of(e, files, result)) };
}

function readNetwork(
  e: Evaluator,
  root: Instance,
  names: Names,
  roots: readonly Instance[],
): { network: NetworkDefinition; problems: Problem[] } | undefined {
  const inputs = findInputs(e, root);
  const { name, span } = nameOf(root);
  const notes = inputs.map((input) => ({ source: input.source, span: input.span ?? span }));
  const isKnown = inputs.every(({ shape }) => shape !== undefined);
  const { body, shapeProblems, problems, lacksOutput } = readBody(e, root, inputs);
  // Of what stands where nothing is known of shapes, nothing is missed.
  if (!body) return undefined;
  const said = isKnown ? [...shapeProblems, ...problems] : [...problems, missingShape(inputs, span)];
  if (lacksOutput) said.push(lacksOutput);
  const place = ownClassSpan(root, roots) ?? span;
  return { network: definitionOf(body, notes, names.unique(name), place), problems: said };
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
  const known = e.passes.of<Reading | undefined>(e.passes.keyOf(root, true), options, () => {
    const { trace, value } = runForward(e, root, inputs, { isProbing: false });
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
