import { createHash } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { manifestOf } from '../formats/json/weightsManifest.ts';
import { localCopyOf, modelFileOf } from './modelEditor/modelDocuments.ts';
import type { WeightsPlace } from '../protocol/pool.ts';

const ENDINGS = ['.weights.h5', '.h5', '.keras', '.safetensors', '.pt', '.pth', '.npz'];
const WEIGHTS = '*.{h5,keras,safetensors,pt,pth,npz,npy,bin,onnx,tflite}';
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
    private readonly copies: vscode.Uri,
  ) {}

  /** Null where there are none. Only looks whether files are there; the counting worker reads them. */
  async of(document: vscode.TextDocument): Promise<WeightsBeside | null> {
    const { uri } = document;
    const model = modelFileOf(uri);
    if (model) return this.ofModel(model, uri);
    if (uri.scheme !== 'file') return null;
    // Outside of the workspace only what the user named is read.
    const near = vscode.workspace.getWorkspaceFolder(uri) && { folder: path.dirname(uri.fsPath) };
    const chosen = this.chosen()[uri.toString()];
    if (chosen !== undefined) this.watch(path.dirname(chosen), uri);
    if (chosen !== undefined && (await stampOf(chosen))) return besides({ file: chosen, ...near }, [chosen]);
    if (!near) return null;
    const { folder } = near;
    this.watch(folder, uri);
    const shards = manifestOf(document.getText())?.flatMap(({ paths }) => paths) ?? [];
    const named =
      shards.length > 0 &&
      (await besides(
        near,
        shards.map((shard) => path.join(folder, shard)),
        path.basename(uri.fsPath),
      ));
    if (named) return named;
    const stem = path.basename(uri.fsPath).replace(/(\.network)?\.[a-z]+$/i, '');
    for (const ending of ENDINGS) {
      const file = path.join(folder, stem + ending);
      const found = await besides({ file, folder }, [file]);
      if (found) return found;
    }
    return null;
  }

  /** A text that shows the model in a file is counted with the weights in that file. */
  private async ofModel(model: vscode.Uri, uri: vscode.Uri): Promise<WeightsBeside | null> {
    if (model.scheme === 'file') this.watch(path.dirname(model.fsPath), uri);
    const { fsPath } = await localCopyOf(model, this.copies);
    return besides({ file: fsPath, isModel: true }, [fsPath], path.posix.basename(model.path));
  }

  private watch(folder: string, source: vscode.Uri): void {
    const known = this.watched.get(folder);
    if (known) return void known.sources.add(source.toString());
    const sources = new Set([source.toString()]);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), WEIGHTS),
    );
    const tell = () => sources.forEach((each) => this.changed.fire(vscode.Uri.parse(each)));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) event(tell);
    this.watched.set(folder, { watcher, sources });
  }

  /** Asks for a file of weights for this network, or for none. */
  async choose(source: vscode.Uri): Promise<void> {
    if (source.scheme !== 'file') {
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
    let file: string | undefined;
    if (picked === choose) {
      const filters = {
        [vscode.l10n.t('Weights')]: ['h5', 'keras', 'safetensors', 'pt', 'pth', 'bin', 'ckpt', 'npz', 'npy'],
      };
      const [opened] =
        (await vscode.window.showOpenDialog({
          title: vscode.l10n.t('Choose Weights File'),
          defaultUri: vscode.Uri.joinPath(source, '..'),
          filters,
        })) ?? [];
      if (!opened) return;
      file = opened.fsPath;
    }
    await this.memory.update(CHOSEN, { ...this.chosen(), [key]: file });
    this.changed.fire(source);
    await offerCount(source, file);
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
async function offerCount(source: vscode.Uri, file: string | undefined): Promise<void> {
  const network = path.basename(source.fsPath);
  const message =
    file === undefined
      ? vscode.l10n.t('Weights of {0} are found automatically.', network)
      : vscode.l10n.t('{0} is counted with the weights in {1}.', network, path.basename(file));
  const count = vscode.l10n.t('Count Regions');
  if ((await vscode.window.showInformationMessage(message, count)) === count) {
    await vscode.commands.executeCommand('regionLens.countRegions', source);
  }
}

/** Null unless all the files are there. */
async function besides(place: WeightsPlace, files: readonly string[], name?: string): Promise<WeightsBeside | null> {
  const stamps = await Promise.all(files.map(stampOf));
  if (!stamps.every((stamp) => stamp !== null)) return null;
  const stamp = createHash('sha256').update(stamps.join('\n')).digest('base64');
  return { place, name: name ?? path.basename(files[0]), stamp };
}

/** Of a file's place, size and time of change; null where there is no such file. */
async function stampOf(file: string): Promise<string | null> {
  try {
    const { type, size, mtime } = await vscode.workspace.fs.stat(vscode.Uri.file(file));
    return (type & vscode.FileType.File) === 0 ? null : [file, size, mtime].join(' ');
  } catch {
    return null;
  }
}
