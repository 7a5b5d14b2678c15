import type { InputDefinition, LayerDefinition, NetworkDefinition } from '../../../../network/definition.ts';
import type { ReadFile, ReadResult } from '../../../format.ts';
import { hull } from '../../evaluation/problemList.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { SourceModule } from '../evaluation/scope.ts';
import { all } from '../syntax/moves.ts';
import type { Moves } from '../syntax/moves.ts';
import { movesWithin } from '../syntax/sameProgram.ts';
import { sizeHints } from './inputShapes.ts';
import { movedLayers } from './networks.ts';

type Result = Omit<ReadResult, 'kept'>;

/** Files that a source asks for. */
export class AskedFiles {
  private readonly missing = new Set<string>();
  private hasFound = false;

  /** Reads files and remembers which. */
  through(readFile: ReadFile | undefined): ReadFile {
    return (path) => {
      const text = readFile?.(path);
      if (text === undefined) this.missing.add(path);
      else this.hasFound = true;
      return text;
    };
  }

  /** Whether there were none, and still are none. */
  areMissing(readFile: ReadFile | undefined): boolean {
    return !this.hasFound && [...this.missing].every((path) => readFile?.(path) === undefined);
  }
}

/** What a version of a text gave, for the next one, if that is the same program at other places. */
export class LastReading {
  private constructor(
    private readonly module: SourceModule,
    private readonly files: AskedFiles,
    private readonly result: Result,
  ) {}

  /** Undefined for a text in which comments or lines matter. */
  static of({ main, keras }: Evaluator, files: AskedFiles, result: Result): LastReading | undefined {
    // The place of a shape in Keras does not tell its line.
    const hasLines = keras.models.length > 0 || keras.shapes.size > 0;
    return main.directives.isEmpty && !hasLines ? new LastReading(main, files, result) : undefined;
  }

  /** What this version gives; undefined where that has to be found out by following it. */
  at(main: SourceModule, format: string, readFile: ReadFile | undefined): LastReading | undefined {
    const { module, files, result } = this;
    if (format !== result.format || main.path !== module.path || !main.directives.isEmpty) return undefined;
    const moves = movesWithin(module, main);
    if (!moves || sizeHints(main.text) !== sizeHints(module.text) || !files.areMissing(readFile)) return undefined;
    const networks = all(result.networks, (network) => this.moved(network, moves, main));
    const problems = moves.problems(result.problems);
    return networks && problems && new LastReading(main, files, { ...result, networks, problems });
  }

  get found(): Result {
    return this.result;
  }

  private moved(network: NetworkDefinition, moves: Moves, main: SourceModule): NetworkDefinition | undefined {
    const nameSpan = moves.span(network.nameSpan);
    const inputs = all(network.inputs, (input) => this.movedInput(input, moves, main));
    const layers: readonly LayerDefinition[] | undefined = movedLayers(network.layers, moves);
    if (!nameSpan || !inputs || !layers) return undefined;
    return { ...network, inputs, layers, nameSpan, span: hull([nameSpan, ...layers.map(({ span }) => span)]) };
  }

  private movedInput(input: InputDefinition, moves: Moves, main: SourceModule): InputDefinition | undefined {
    const span = moves.span(input.span);
    const [, before, line] = /^(.* in line )(\d+)$/s.exec(input.source ?? '') ?? [];
    if (!span || line === undefined) return span && { ...input, span };
    const isOwn = Number(line) === this.module.file.lineOf(input.span.start);
    return isOwn ? { ...input, span, source: `${before}${main.file.lineOf(span.start)}` } : undefined;
  }
}
