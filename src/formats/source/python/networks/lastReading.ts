import type { ReadFile, ReadResult } from '../../../format.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { SourceModule } from '../evaluation/scope.ts';
import { all } from '../syntax/moves.ts';
import { movesWithin } from '../syntax/sameProgram.ts';
import { sizeHints } from './inputShapes.ts';
import type { AskedFiles } from './askedFiles.ts';
import { hasOwnLines, movedNetwork } from './networks.ts';

type Result = Omit<ReadResult, 'kept'>;

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
    if (!result.networks.every((network) => hasOwnLines(network, module.file))) return undefined;
    const networks = all(result.networks, (network) => movedNetwork(network, moves, main.file));
    const problems = moves.problems(result.problems);
    return networks && problems && new LastReading(main, files, { ...result, networks, problems });
  }

  get found(): Result {
    return this.result;
  }
}
