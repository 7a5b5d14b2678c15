import * as vscode from 'vscode';
import { isPlan, PLAN_FILE, type Plan } from '../../analysis/counts/partsPlan.ts';
import { DEFAULT_BOX } from '../../common/place.ts';
import { drawnWeights, fileWeights, type WeightsSource } from '../../common/weightsSource.ts';
import { usualSettings } from '../../protocol/usualSettings.ts';
import type { CountSettings } from '../../protocol/runs.ts';
import { isCountSettings } from '../../protocol/validate.ts';
import { nameOf } from '../networkFiles.ts';
import type { CommandLine } from '../../host/commandLine.ts';
import type { RunListener } from './countRunner.ts';

/** A count that others make in parts: on a cluster, or by processes on this machine. */
export interface CountInParts {
  readonly folder: vscode.Uri;
  readonly plan: Plan;
  /** The file with the network. */
  readonly network: vscode.Uri;
}

/** Asks for the plan of a count in parts; undefined where the user leaves the dialog. Errors: Error, as a sentence. */
export async function askForParts(): Promise<CountInParts | undefined> {
  const { t } = vscode.l10n;
  const title = t('Show Count in Parts: {0} in the folder of the parts', PLAN_FILE);
  const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
  const filters = { [t('Plan of a count')]: ['json'] };
  const [file] = (await vscode.window.showOpenDialog({ title, defaultUri, filters, openLabel: t('Show') })) ?? [];
  if (!file) return undefined;
  const plan = planIn(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  if (plan === null || file.scheme !== 'file' || !isCountSettings(settingsOf(plan, false)))
    throw new Error(t('{0} is not the plan of a count in parts that can be shown here.', nameOf(file)));
  const folder = vscode.Uri.joinPath(file, '..');
  return { folder, plan, network: vscode.Uri.joinPath(folder, plan.files.network) };
}

function planIn(text: string): Plan | null {
  try {
    const plan: unknown = JSON.parse(text);
    return isPlan(plan) ? plan : null;
  } catch {
    return null;
  }
}

/** Why the parts are not of the weights that the panel has, as a sentence; null where they are. `shown`: of a file. */
export function whyOtherWeights({ files: { weights } }: Plan, shown: string | null): string | null {
  const { t } = vscode.l10n;
  if (weights === undefined)
    return shown === null ? null : t('These parts are not counted with the weights of {0}.', shown);
  const name = weights.split(/[\\/]/).at(-1)!;
  return shown === name ? null : t('These parts are counted with the weights of {0}. Choose them first.', name);
}

/** What the plan says, as the form of the panel has it. */
export function settingsOf({ choice, repeat }: Plan, hasWeights: boolean): CountSettings {
  const { method, place = DEFAULT_BOX, source, initialization = {}, samples } = choice;
  const usual = usualSettings(repeat, hasWeights);
  return {
    ...usual,
    method,
    place,
    firstSeed: source.seed,
    samples: samples ?? usual.samples,
    kernel: initialization.kernel ?? null,
    biasStddev: initialization.biasStddev ?? null,
  };
}

/** What `region-lens status --json` says of a folder. */
interface Status {
  readonly parts: number;
  readonly done: number;
  readonly regions: number;
  readonly running: readonly { readonly fraction: number }[];
  readonly missing: readonly number[];
  readonly unusable: readonly { readonly file: string; readonly why: string }[];
}

/** One line of what `region-lens merge --json` prints. */
type Merged = Parameters<RunListener['counted']>[0]['result'] & { readonly seed: number };

/** Where no event comes, as from a file system of other machines, the folder's time is looked at this often. */
const PAUSE_MS = 5000;

/**
 * Reports the parts as they land and, when all are there, the whole count. Nothing is read in this process. Resolves
 * then; rejects when the signal is aborted, and with a sentence where the parts are not of this network.
 */
export async function followParts(
  commandLine: CommandLine,
  { folder, plan }: CountInParts,
  isDrawn: boolean,
  listener: RunListener,
  signal: AbortSignal,
): Promise<void> {
  const warned = new Set<string>();
  const landing = new Landing(folder, signal);
  try {
    for (;;) {
      const status = await statusOf(commandLine, folder, signal);
      const { parts, done, regions, running, missing, unusable } = status;
      const share = Math.min(1, running.reduce((sum, { fraction }) => sum + fraction, done) / parts);
      const progress = { done: 0, of: plan.repeat, regions, share, secondsLeft: null, parts: { done, of: parts } };
      listener.progress(progress);
      for (const { file, why } of unusable) warnOnce(warned, `${file} ${why}.`);
      if (missing.length === 0 && running.length === 0) break;
      await landing.next();
    }
  } finally {
    landing.dispose();
  }
  const { out, err } = await commandLine(['merge', folder.fsPath, '--json'], signal);
  if (out === '') throw new Error(err.trim());
  for (const line of out.trim().split('\n')) listener.counted(countedIn(line, isDrawn));
}

function warnOnce(warned: Set<string>, message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  void vscode.window.showWarningMessage(message);
}

async function statusOf(commandLine: CommandLine, folder: vscode.Uri, signal: AbortSignal): Promise<Status> {
  const { code, out, err } = await commandLine(['status', folder.fsPath, '--json'], signal);
  if (code !== 0) throw new Error(err.trim());
  return JSON.parse(out) as Status;
}

function countedIn(line: string, isDrawn: boolean): Parameters<RunListener['counted']>[0] {
  const { seed, exact, activationRegions, perLayer, seconds } = JSON.parse(line) as Merged;
  const source: WeightsSource = isDrawn ? drawnWeights(seed) : fileWeights(seed);
  return { source, result: { exact, activationRegions, perLayer, seconds } };
}

/** Waits until something in a folder changes: parts and reports of their progress are renamed into it. */
class Landing {
  private readonly watcher: vscode.FileSystemWatcher;
  private hasChanged = false;
  private wake = () => {};
  private time = 0;

  constructor(
    private readonly folder: vscode.Uri,
    private readonly signal: AbortSignal,
  ) {
    this.watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
    const changed = () => {
      this.hasChanged = true;
      this.wake();
    };
    this.watcher.onDidCreate(changed);
    this.watcher.onDidChange(changed);
    this.watcher.onDidDelete(changed);
    signal.addEventListener('abort', changed, { once: true });
  }

  /** Rejects with the signal's reason. */
  async next(): Promise<void> {
    while (!this.hasChanged) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, PAUSE_MS);
      });
      const { mtime } = await vscode.workspace.fs.stat(this.folder);
      if (mtime !== this.time) this.hasChanged = true;
      this.time = mtime;
    }
    this.hasChanged = false;
    this.signal.throwIfAborted();
  }

  dispose(): void {
    this.watcher.dispose();
  }
}
