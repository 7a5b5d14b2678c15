import type { NetworkAnalysis } from '../analysis/analyze.ts';
import { drawnFigure, WORK_IN_BACKGROUND } from '../analysis/expectation/drawnMean.ts';
import type { Network } from '../network/network.ts';
import type { MeanOutcome, MeanTask } from '../protocol/pool.ts';
import type { AnalyzedDocument } from './documentAnalysis.ts';

export type DrawMean = (task: MeanTask, signal: AbortSignal) => Promise<MeanOutcome>;

interface Running {
  readonly analysis: NetworkAnalysis;
  readonly end: AbortController;
}

/** A draw begins when its network has stayed the same for this long: while someone types, all would be given up. */
const PAUSE_MS = 600;

/**
 * Has means drawn for networks that no formula gives one, one at a time for each document. A draw ends when its network
 * is no longer in the document; what was drawn stays with the network.
 */
export class DrawnMeans {
  private readonly running = new Map<string, Running>();

  /** `drawn` is called with a document when there is more to show of it. */
  constructor(
    private readonly draw: DrawMean,
    private readonly drawn: (uri: string) => void,
    private readonly pause = () => new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS)),
  ) {}

  /** Takes the document as it is now. */
  update(uri: string, document: AnalyzedDocument, imports: Readonly<Record<string, string>>): void {
    const { analysis, text, source } = document;
    const running = this.running.get(uri);
    if (running && analysis.networks.some((network) => network.sharesTheory(running.analysis))) return;
    this.forget(uri);
    const index = analysis.hasErrors ? -1 : analysis.networks.findIndex((network) => network.lacksMean);
    if (index < 0) return;
    const task: MeanTask = {
      kind: 'mean',
      text,
      fileName: source.fileName,
      imports,
      network: index,
      choice: { work: WORK_IN_BACKGROUND },
      isLarge: isLarge(analysis.networks[index].network),
    };
    void this.start(uri, analysis.networks[index], task);
  }

  /** The document was closed. */
  forget(uri: string): void {
    this.running.get(uri)?.end.abort();
    this.running.delete(uri);
  }

  private async start(uri: string, analysis: NetworkAnalysis, task: MeanTask): Promise<void> {
    const running: Running = { analysis, end: new AbortController() };
    this.running.set(uri, running);
    await this.pause();
    if (running.end.signal.aborted) return;
    const figure = await this.draw(task, running.end.signal).then(
      (outcome) => outcome.figure,
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        return drawnFigure(analysis.network, { reason }, {});
      },
    );
    if (running.end.signal.aborted) return;
    this.running.delete(uri);
    analysis.keepDrawn(figure);
    this.drawn(uri);
  }
}

/** Neurons from which threads share the draws: each of them has to read the text and to get warm. */
const MANY = 20_000;

function isLarge({ inputSize, layers }: Network): boolean {
  return inputSize > 2 && layers.reduce((sum, { neurons }) => sum + neurons, 0) >= MANY;
}
