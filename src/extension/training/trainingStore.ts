import { snapshotWeights } from '../../common/weightsSource.ts';
import * as vscode from 'vscode';
import type { SnapshotResult } from '../../analysis/training/snapshotFigures.ts';
import { snapshotKey } from '../../analysis/training/figuresCache.ts';
import { DEFAULT_LINES, DEFAULT_POINTS, type TrainingChoice } from '../../analysis/training/trainingPlaces.ts';
import { boxOf, WHOLE } from '../../common/place.ts';
import type { CountSettings, PanelPicture, RunTheory } from '../../protocol/runs.ts';
import type { RunOutcome } from '../../protocol/pool.ts';
import { runTheoryRequest } from '../../protocol/server.ts';
import type { PanelFile, PanelTraining, SourcesChange } from '../../protocol/training.ts';
import type { WorkerFiles } from '../host.ts';
import type { CountRunner } from '../panel/countRunner.ts';
import { pictureOf } from '../panel/drawings.ts';
import type { NetworkSource } from '../panel/panelSession.ts';
import type { Server } from '../server.ts';
import { findData, readData, type RunData } from './runData.ts';
import { RunFollower, type RunSource } from './runFollower.ts';
import { SnapshotCache } from './snapshotCache.ts';

/** What a user has chosen for one network. */
interface Sources {
  /** Addresses of folders and patterns. */
  readonly runs: readonly string[];
  readonly data: string | null;
  readonly testData?: string | null;
  readonly isStopped?: boolean;
}

const STORED = 'trainingRuns';
const NOTHING: Sources = { runs: [], data: null };
const SEED = 1;
/** Through three samples of the data. */
const PLANES = 1;
/** Runs that no panel has asked about for so long are not followed any more. */
const UNWATCHED_MS = 10 * 60_000;

/** The runs of each network, for all panels at once: what they are, and what is known of their snapshots. */
export class TrainingStore implements vscode.Disposable {
  private readonly following = new Map<string, Following>();
  private readonly changed = new vscode.EventEmitter<void>();
  private revision = 0;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly folder: vscode.Uri | undefined,
    private readonly workerFiles: WorkerFiles,
    private readonly runner: CountRunner,
    private readonly server: Server,
  ) {}

  /** Answers as soon as there is something new. */
  async news(
    source: NetworkSource,
    { since, settings }: { readonly since: number; readonly settings: CountSettings },
    signal: AbortSignal,
  ): Promise<PanelTraining> {
    for (;;) {
      const following = await this.followingOf(source, settings);
      if (following.revision > since || signal.aborted) return following.news(since);
      following.asked();
      await this.nextChange(signal);
    }
  }

  /** False where the user leaves the dialog. */
  async change(source: NetworkSource, { change, run }: SourcesChange): Promise<boolean> {
    const before = this.sourcesOf(source);
    switch (change) {
      case 'addRun': {
        const chosen = await askForRun(source);
        return chosen !== undefined && this.addRun(source, chosen);
      }
      case 'removeRun': {
        const named = namedRun(source) ? 1 : 0;
        return this.setSources(source, { ...before, runs: before.runs.filter((_, i) => i !== run - named) });
      }
      case 'chooseData': {
        const title = vscode.l10n.t('Data: {0} numbers and a class in each row', source.inputs);
        const data = await askForData(source, title);
        return data !== null && this.setSources(source, { ...before, data });
      }
      case 'chooseTestData': {
        const title = vscode.l10n.t('Test data: {0} numbers and a class in each row', source.inputs);
        const testData = await askForData(source, title);
        return testData !== null && this.setSources(source, { ...before, testData });
      }
      case 'removeData':
        return this.setSources(source, { ...before, data: null });
      case 'removeTestData':
        return this.setSources(source, { ...before, testData: null });
      case 'stop':
        return this.setSources(source, { ...before, isStopped: true });
      case 'resume':
        return this.setSources(source, { ...before, isStopped: false });
    }
  }

  async addRun(source: Pick<NetworkSource, 'uri' | 'position'>, run: vscode.Uri): Promise<boolean> {
    const { runs, ...others } = this.sourcesOf(source);
    const all = [...runs.filter((known) => known !== run.toString()), run.toString()];
    return this.setSources(source, { ...others, runs: all, isStopped: false });
  }

  async picture(
    { uri, position, text }: NetworkSource,
    { file, level, settings }: { readonly file: string; readonly level: number; readonly settings: CountSettings },
    signal: AbortSignal,
  ): Promise<PanelPicture> {
    const follower = this.following.get(keyOf({ uri, position }))?.runs.find((run) => run.has(file));
    if (!follower) throw new Error(vscode.l10n.t('The snapshot is not there any more.'));
    const readable = await this.workerFiles.readable(follower.source.uri.with({ path: file }));
    const network = { ...text, weights: { file: this.workerFiles.nameOf(readable) } };
    const inPlane = { ...settings, method: 'plane' } as const;
    const source = snapshotWeights(file, SEED);
    return pictureOf(await this.runner.draw(network, inPlane, source, WHOLE, signal, level), WHOLE, null);
  }

  /** The data of a network: those that were chosen, else those beside its first run. */
  async dataOf(source: NetworkSource): Promise<RunData | null> {
    const { data } = this.sourcesOf(source);
    return data === null ? this.dataBeside(source, 'training') : chosenData(data, source);
  }

  private async testDataOf(source: NetworkSource): Promise<RunData | null> {
    const { testData = null } = this.sourcesOf(source);
    return testData === null ? this.dataBeside(source, 'test') : chosenData(testData, source);
  }

  private async dataBeside(source: NetworkSource, kind: 'training' | 'test'): Promise<RunData | null> {
    for (const { uri } of this.runsOf(source)) {
      const isPattern = /[*?.]/.test(uri.path.slice(uri.path.lastIndexOf('/')));
      const found = await findData(isPattern ? vscode.Uri.joinPath(uri, '..') : uri, source.inputs, kind);
      if (found) return found;
    }
    return null;
  }

  private async followingOf(source: NetworkSource, settings: CountSettings): Promise<Following> {
    const { uri, position, text } = source;
    const sources = this.sourcesOf(source);
    const { method, place, kernel, biasStddev } = settings;
    const wanted = JSON.stringify([source.run, text, sources, method, place, kernel, biasStddev]);
    const key = keyOf(source);
    const known = this.following.get(key);
    if (known?.wanted === wanted && !known.isOver) return known;
    known?.dispose();
    const publish = () => {
      this.changed.fire();
      return ++this.revision;
    };
    const following = new Following(wanted, publish);
    this.following.set(key, following);
    const asked = { ...settings, method: method === 'sample' ? 'auto' : method, seeds: 1, fileWeights: false } as const;
    const theory = await this.server.ask(runTheoryRequest, { uri, network: position, settings: asked });
    const [data, test] = await Promise.all([this.dataOf(source), this.testDataOf(source)]);
    void following.start(this.runsOf(source), { data, test }, theory, sources.isStopped === true, {
      choices: { settings: asked, training: trainingChoice(asked, data, test) },
      source,
      runner: this.runner,
      workerFiles: this.workerFiles,
      cache: await SnapshotCache.open(this.folder, key),
    });
    return following;
  }

  private runsOf(source: NetworkSource): RunSource[] {
    const named = namedRun(source);
    const chosen = this.sourcesOf(source).runs.map((run) => ({ uri: vscode.Uri.parse(run), isNamed: false }));
    return [...(named ? [{ uri: named, isNamed: true }] : []), ...chosen];
  }

  private sourcesOf(source: Pick<NetworkSource, 'uri' | 'position'>): Sources {
    return this.memory.get<Record<string, Sources>>(STORED, {})[keyOf(source)] ?? NOTHING;
  }

  private async setSources(source: Pick<NetworkSource, 'uri' | 'position'>, sources: Sources): Promise<boolean> {
    const all = this.memory.get<Record<string, Sources>>(STORED, {});
    await this.memory.update(STORED, { ...all, [keyOf(source)]: sources });
    this.changed.fire();
    return true;
  }

  private nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        changed.dispose();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const changed = this.changed.event(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  dispose(): void {
    for (const each of this.following.values()) each.dispose();
    this.changed.dispose();
  }
}

/** What counting the snapshots of a network needs. */
interface CountingParts {
  readonly choices: { readonly settings: CountSettings; readonly training: TrainingChoice };
  readonly source: NetworkSource;
  readonly runner: CountRunner;
  readonly workerFiles: WorkerFiles;
  readonly cache: SnapshotCache;
}

/** The runs of one network, followed with one choice of how snapshots are counted. */
class Following implements vscode.Disposable {
  runs: readonly RunFollower[] = [];
  revision = 0;
  /** Who knows less than this needs everything. */
  private base: number;
  private readonly control = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private cache: SnapshotCache | undefined;
  private data: RunData | null = null;
  private testData: PanelFile | null = null;
  private theory: RunTheory | null = null;
  private facts: RunOutcome | null = null;
  private isStopped = false;

  constructor(
    readonly wanted: string,
    private readonly publish: () => number,
  ) {
    this.base = publish();
  }

  async start(
    sources: readonly RunSource[],
    { data, test }: { readonly data: RunData | null; readonly test: RunData | null },
    theory: RunTheory | null,
    isStopped: boolean,
    parts: CountingParts,
  ): Promise<void> {
    [this.data, this.theory, this.isStopped, this.cache] = [data, theory, isStopped, parts.cache];
    this.testData = test && { label: test.panel.label, isChosen: test.panel.isChosen };
    const changed = (isWhole: boolean) => {
      this.revision = this.publish();
      if (isWhole) this.base = this.revision;
      return this.revision;
    };
    this.runs = sources.map(
      (source, i) => new RunFollower(source, i, (file, stop) => countOne(parts, file, stop), changed),
    );
    changed(true);
    if (isStopped || sources.length === 0) return;
    const { signal } = this.control;
    void this.findExpected(parts, changed);
    await Promise.all(this.runs.map((run) => run.follow(signal)));
  }

  private async findExpected({ runner, source, choices }: CountingParts, changed: (isWhole: boolean) => number) {
    const { signal } = this.control;
    this.facts = await runner.runFacts(source.text, choices.training, signal).catch(() => null);
    if (this.facts) changed(false);
  }

  /** Nothing is followed any more. */
  get isOver(): boolean {
    return this.control.signal.aborted;
  }

  asked(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dispose(), UNWATCHED_MS);
  }

  news(since: number): PanelTraining {
    const isWhole = since < this.base;
    const { theory, data } = this;
    return {
      revision: this.revision,
      isWhole,
      runs: this.runs.map(({ run }) => run),
      status: this.isStopped ? 'stopped' : this.runs.some(({ isCounting }) => isCounting) ? 'counting' : 'watching',
      data: data?.panel ?? null,
      testData: this.testData,
      method: theory?.method ?? null,
      why: theory?.why ?? null,
      domain: theory?.domain ?? '',
      expected: theory?.expected ?? null,
      noMean: theory?.noMean ?? null,
      ...expectedOf(this.facts),
      initialization: theory?.initialization ?? '',
      snapshots: this.runs.flatMap((run) => run.since(isWhole ? -1 : since)),
    };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.control.abort();
    this.cache?.dispose();
  }
}

/** Means at initialization, as far as they are known. */
function expectedOf(
  facts: RunOutcome | null,
): Pick<PanelTraining, 'expectedPerNeuron' | 'expectedNear' | 'expectedInPlanes'> {
  const onLines = facts?.expectedPerNeuron ?? {};
  const { data = null, uniform = null } = facts?.expected.breakpointsPerLength ?? {};
  return {
    expectedPerNeuron: 'reason' in onLines ? null : (onLines.through ?? onLines.chords ?? null),
    expectedNear: { data, uniform },
    expectedInPlanes: facts?.expected.inPlanes ?? null,
  };
}

async function countOne(
  { choices, source, runner, workerFiles, cache }: CountingParts,
  file: vscode.Uri,
  stop: AbortSignal,
): Promise<SnapshotResult> {
  const { settings, training } = choices;
  const { method, place } = settings;
  const read = async (path: string) => vscode.workspace.fs.readFile(file.with({ path }));
  const { weights: _, ...network } = source.text;
  const key = await snapshotKey(file.path, read, [network, training, method, place]);
  const known = cache.get(key);
  if (known) return known;
  const weights = { file: workerFiles.nameOf(await workerFiles.readable(file)) };
  const found = await runner.snapshot(
    { ...network, weights },
    settings,
    snapshotWeights(file.path, training.seed),
    training,
    stop,
  );
  if (found.count.stoppedBy === null && found.figures.complete) cache.keep(key, found);
  return found;
}

function trainingChoice({ place }: CountSettings, data: RunData | null, test: RunData | null): TrainingChoice {
  return {
    data: data?.points ?? null,
    ...(test && { test: test.points }),
    lines: DEFAULT_LINES,
    planes: PLANES,
    points: DEFAULT_POINTS,
    box: boxOf(place),
    seed: SEED,
  };
}

function keyOf({ uri, position }: Pick<NetworkSource, 'uri' | 'position'>): string {
  return `${uri}#${position}`;
}

/** The run that the definition names, if it lies in the folder of the definition, or in that of its workspace. */
function namedRun({ uri, run }: NetworkSource): vscode.Uri | null {
  if (run === null) return null;
  const document = vscode.Uri.parse(uri);
  const found = vscode.Uri.joinPath(document, '..', run);
  const root = vscode.workspace.getWorkspaceFolder(document)?.uri ?? vscode.Uri.joinPath(document, '..');
  return found.path.startsWith(`${root.path.replace(/\/$/, '')}/`) ? found : null;
}

async function askForRun({ uri }: NetworkSource): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const folder = { label: t('Choose a folder…'), isFolder: true };
  const pattern = { label: t('Enter a pattern…'), description: 'runs/a/step-*.pt', isFolder: false };
  const title = t('Show Training Run');
  const picked = await vscode.window.showQuickPick([folder, pattern], { title });
  if (!picked) return undefined;
  const defaultUri = vscode.Uri.joinPath(vscode.Uri.parse(uri), '..');
  if (!picked.isFolder) {
    const prompt = t('From the folder of the network; * and ? stand for any characters of one name');
    const typed = await vscode.window.showInputBox({ title, prompt, value: 'runs/*/step-*.pt' });
    return typed ? vscode.Uri.joinPath(defaultUri, typed) : undefined;
  }
  const options = { title, defaultUri, canSelectFolders: true, canSelectFiles: false, openLabel: t('Show Run') };
  return (await vscode.window.showOpenDialog(options))?.[0];
}

/** What was chosen and has since gone is as if nothing were chosen. */
function chosenData(file: string, { inputs }: NetworkSource): Promise<RunData | null> {
  return readData(vscode.Uri.parse(file), inputs, true).catch(() => null);
}

/** The address of a file of data that fit; null where the user leaves the dialog. Errors: Error, as a sentence. */
async function askForData({ uri, inputs }: NetworkSource, title: string): Promise<string | null> {
  const { t } = vscode.l10n;
  const defaultUri = vscode.Uri.joinPath(vscode.Uri.parse(uri), '..');
  const filters = { [t('Points')]: ['csv', 'json', 'npy', 'txt', 'tsv'] };
  const chosen = await vscode.window.showOpenDialog({ title, defaultUri, filters, openLabel: t('Take Data') });
  if (!chosen) return null;
  // What does not fit is refused before it is kept.
  await readData(chosen[0], inputs, true);
  return chosen[0].toString();
}
