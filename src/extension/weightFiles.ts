import * as vscode from 'vscode';
import { hashOf } from '../common/hash.ts';
import { manifestOf } from '../formats/json/weightsManifest.ts';
import type { WeightsPlace } from '../protocol/pool.ts';
import type { WorkerFiles } from './host.ts';
import { modelFileOf } from './modelEditor/modelDocuments.ts';
import { nameOf } from './networkFiles.ts';

const ENDINGS = ['.weights.h5', '.h5', '.keras', '.safetensors', '.pt', '.pth', '.pt2', '.npz'];
const WEIGHTS = '*.{h5,keras,safetensors,pt,pth,pt2,npz,npy,bin,onnx,tflite}';
const CHOSEN = 'regionLens.weights';

/** The weights beside a network. */
export interface WeightsBeside {
  readonly place: WeightsPlace;
  /** The file, without folders; that of the model where it names its shards. */
  readonly name: string;
  /** Changes with the files. */
  readonly stamp: string;
}

/** Where the weights of a network are: a file the user chose, or one beside the network in the workspace. */
export class WeightFiles implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Fires with the network whose weights are other ones now: chosen, or changed on the disk. */
  readonly onDidChange = this.changed.event;
  /** By folder, the networks whose weights are, or would be, there. */
  private readonly watched = new Map<string, { readonly watcher: vscode.Disposable; readonly sources: Set<string> }>();

  constructor(
    private readonly memory: vscode.Memento,
    private readonly workerFiles: WorkerFiles,
  ) {}

  /** Null where there are none. Only looks whether files are there; the counting worker reads them. */
  async of(document: vscode.TextDocument): Promise<WeightsBeside | null> {
    const { uri } = document;
    const model = modelFileOf(uri);
    if (model) return this.ofModel(model, uri);
    if (!this.workerFiles.canRead(uri)) return null;
    const folder = vscode.Uri.joinPath(uri, '..');
    // Outside of the workspace only what the user named is read.
    const isNear = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    const near = isNear ? folder : undefined;
    const chosen = this.chosenFor(uri);
    if (chosen) this.watch(vscode.Uri.joinPath(chosen, '..'), uri);
    const taken = chosen && (await this.ofFile(chosen, near));
    if (taken || !isNear) return taken ?? null;
    this.watch(folder, uri);
    const shards = manifestOf(document.getText())?.flatMap(({ paths }) => paths) ?? [];
    const files = shards.map((shard) => vscode.Uri.joinPath(folder, shard));
    const place = async () => this.inFolder(folder, shards);
    const named = files.length > 0 && (await besides(place, files, nameOf(uri)));
    if (named) return named;
    const stem = nameOf(uri).replace(/(\.network)?\.[a-z]+$/i, '');
    for (const ending of ENDINGS) {
      const found = await this.ofFile(vscode.Uri.joinPath(folder, stem + ending), near);
      if (found) return found;
    }
    return null;
  }

  /** `near` holds other files that the network may name. */
  private ofFile(file: vscode.Uri, near?: vscode.Uri): Promise<WeightsBeside | null> {
    const place = async () => ({
      file: this.workerFiles.nameOf(await this.workerFiles.readable(file)),
      ...(near && (await this.inFolder(near, []))),
    });
    return besides(place, [file], nameOf(file));
  }

  private async inFolder(folder: vscode.Uri, paths: readonly string[]): Promise<WeightsPlace> {
    return { folder: this.workerFiles.nameOf(await this.workerFiles.readableFolder(folder, paths)) };
  }

  /** A text that shows the model in a file is counted with the weights in that file. */
  private async ofModel(model: vscode.Uri, uri: vscode.Uri): Promise<WeightsBeside | null> {
    if (this.workerFiles.canRead(model)) this.watch(vscode.Uri.joinPath(model, '..'), uri);
    const found = await this.ofFile(model);
    return found && { ...found, place: { ...found.place, isModel: true } };
  }

  private watch(folder: vscode.Uri, source: vscode.Uri): void {
    const known = this.watched.get(folder.toString());
    if (known) return void known.sources.add(source.toString());
    const sources = new Set([source.toString()]);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, WEIGHTS));
    const report = () => sources.forEach((each) => this.changed.fire(vscode.Uri.parse(each)));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) event(report);
    this.watched.set(folder.toString(), { watcher, sources });
  }

  /** Asks for a file of weights for this network, or for none. */
  async choose(source: vscode.Uri): Promise<void> {
    if (!this.workerFiles.canRead(source)) {
      return void vscode.window.showInformationMessage(
        vscode.l10n.t('Save the network first: weights are kept with its file.'),
      );
    }
    const key = source.toString();
    const found = {
      label: vscode.l10n.t('Find them automatically'),
      description: vscode.l10n.t('the model’s own shards, or a file of the same name'),
      file: undefined,
    };
    const choose = { label: vscode.l10n.t('Choose a file…'), description: ENDINGS.join(', '), file: undefined };
    const known = this.chosen()[key];
    const picked =
      known === undefined
        ? choose
        : await vscode.window.showQuickPick([choose, found], {
            title: vscode.l10n.t('Choose Weights File'),
            placeHolder: known,
          });
    if (!picked) return;
    let file: vscode.Uri | undefined;
    if (picked === choose) {
      const filters = {
        [vscode.l10n.t('Weights')]: ['h5', 'keras', 'safetensors', 'pt', 'pth', 'pt2', 'bin', 'ckpt', 'npz', 'npy'],
      };
      [file] =
        (await vscode.window.showOpenDialog({
          title: vscode.l10n.t('Choose Weights File'),
          defaultUri: vscode.Uri.joinPath(source, '..'),
          filters,
        })) ?? [];
      if (!file) return;
    }
    await this.memory.update(CHOSEN, { ...this.chosen(), [key]: file && this.workerFiles.nameOf(file) });
    this.changed.fire(source);
    await offerCount(source, file);
  }

  private chosenFor(source: vscode.Uri): vscode.Uri | undefined {
    const name = this.chosen()[source.toString()];
    return name === undefined ? undefined : this.workerFiles.fileOf(name);
  }

  private chosen(): Readonly<Record<string, string | undefined>> {
    return this.memory.get<Record<string, string>>(CHOSEN, {});
  }

  dispose(): void {
    for (const { watcher } of this.watched.values()) watcher.dispose();
    this.changed.dispose();
  }
}

/** Says what was chosen, also where no panel is there to show it. */
async function offerCount(source: vscode.Uri, file: vscode.Uri | undefined): Promise<void> {
  const network = nameOf(source);
  const message =
    file === undefined
      ? vscode.l10n.t('Weights of {0} are found automatically.', network)
      : vscode.l10n.t('Weights of {0} are taken from {1}.', network, nameOf(file));
  const count = vscode.l10n.t('Count Regions');
  if ((await vscode.window.showInformationMessage(message, count)) === count) {
    await vscode.commands.executeCommand('regionLens.countRegions', source);
  }
}

/** Null unless all the files are there. Where they cannot be read, the place says why. */
async function besides(
  placeOf: () => Promise<WeightsPlace>,
  files: readonly vscode.Uri[],
  name: string,
): Promise<WeightsBeside | null> {
  const stamps = await Promise.all(files.map(stampOf));
  if (!stamps.every((stamp) => stamp !== null)) return null;
  const place = await placeOf().catch((error: unknown) => ({ fault: sentenceOf(error, name) }));
  return { place, name, stamp: hashOf(stamps.join('\n')) };
}

function sentenceOf(error: unknown, name: string): string {
  const why = error instanceof Error ? error.message : String(error);
  return why.includes(name) ? why : vscode.l10n.t('{0} cannot be read: {1}', name, why);
}

/** Of a file's place, size and time of change; null where there is no such file. */
async function stampOf(file: vscode.Uri): Promise<string | null> {
  try {
    const { type, size, mtime } = await vscode.workspace.fs.stat(file);
    return (type & vscode.FileType.File) === 0 ? null : [file.toString(), size, mtime].join(' ');
  } catch {
    return null;
  }
}
