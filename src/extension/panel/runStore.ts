import { bySeed } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import type { HostMessage } from '../../protocol/messages.ts';
import { isRun } from '../../protocol/runGuards.ts';
import type { CountSettings, PanelCount, PanelRun, RunTheory } from '../../protocol/runs.ts';
import type { RunListener } from './countRunner.ts';

/** Which network a run is for. */
export interface RunSubject {
  readonly key: string;
  readonly fingerprint: string;
}

/** Counts, and reports. Resolves when all is counted or the signal is aborted; rejects with a sentence for people. */
export type Counting = (listener: RunListener, signal: AbortSignal) => Promise<void>;

const STORED = 'runs';
const MAX_KEPT = 40;
/** Counts of single layers that are remembered, over all runs: some megabytes of text. */
const MAX_NUMBERS = 200_000;

/** The last run of each network, for all panels at once; finished ones survive a reload of the window. */
export class RunStore implements vscode.Disposable {
  private readonly runs = new Map<string, PanelRun>();
  private readonly active = new Map<string, AbortController>();
  private readonly changed = new vscode.EventEmitter<HostMessage & { readonly key: string }>();
  /** Fires with the messages for the panels that show the network. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {
    for (const [key, run] of memory.get<[string, unknown][]>(STORED, [])) if (isRun(run)) this.runs.set(key, run);
  }

  of(key: string): PanelRun | null {
    return this.runs.get(key) ?? null;
  }

  cancel(key: string): void {
    this.active.get(key)?.abort();
  }

  /** Begins a run; one of the same network that is under way ends. */
  async start(
    { key, fingerprint }: RunSubject,
    settings: CountSettings,
    theory: RunTheory,
    count: Counting,
  ): Promise<void> {
    this.cancel(key);
    const control = new AbortController();
    this.active.set(key, control);
    this.set(key, { settings, theory, fingerprint, counts: [], status: 'running', message: null });
    // A run that another one has replaced says nothing any more.
    const isCurrent = () => this.active.get(key) === control;
    const listener: RunListener = {
      counted: ({ result, source, atMost = null }) => {
        const { exact, activationRegions, perLayer, seconds, sampling = null } = result;
        if (isCurrent()) this.add(key, { source, exact, activationRegions, perLayer, seconds, sampling, atMost });
      },
      progress: (progress) => {
        if (isCurrent()) this.changed.fire({ type: 'countProgress', key, progress });
      },
    };
    try {
      await count(listener, control.signal);
      if (isCurrent()) this.end(key, control.signal.aborted ? 'cancelled' : 'done', null);
    } catch (error) {
      if (!isCurrent()) return;
      if (control.signal.aborted) this.end(key, 'cancelled', null);
      else this.end(key, 'failed', error instanceof Error ? error.message : String(error));
    }
  }

  private add(key: string, count: PanelCount): void {
    const run = this.runs.get(key);
    if (!run) return;
    const counts = [...run.counts, count].sort(bySeed);
    this.runs.set(key, { ...run, counts });
    this.changed.fire({ type: 'counted', key, count });
  }

  private end(key: string, status: PanelRun['status'], message: string | null): void {
    this.active.delete(key);
    const run = this.runs.get(key);
    if (run) this.set(key, { ...run, status, message });
    void this.memory.update(STORED, this.kept());
  }

  /** The last ones, as many as there is room for. */
  private kept(): [string, PanelRun][] {
    let numbers = 0;
    const finished = [...this.runs].filter(([, { status, counts }]) => status !== 'running' && counts.length > 0);
    const last = finished.slice(-MAX_KEPT).reverse();
    const fitting = last.filter(
      ([, { counts }]) => (numbers += counts.length * (counts[0]?.perLayer.length ?? 0)) <= MAX_NUMBERS,
    );
    return fitting.reverse();
  }

  private set(key: string, run: PanelRun): void {
    // The last one comes last.
    this.runs.delete(key);
    this.runs.set(key, run);
    this.changed.fire({ type: 'run', key, run });
  }

  dispose(): void {
    for (const control of this.active.values()) control.abort();
    this.changed.dispose();
  }
}
