import * as path from 'node:path';
import * as vscode from 'vscode';
import { manifestOf } from '../formats/weightsManifest.ts';
import type { WeightsPlace } from '../protocol/pool.ts';

const ENDINGS = ['.weights.h5', '.h5', '.keras', '.safetensors', '.npz'];
const CHOSEN = 'regionLens.weights';

/** Where the weights of a network are: a file the user chose, or one beside the network in the workspace. */
export class WeightFiles implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Fires with the network whose weights the user has chosen. */
  readonly onDidChoose = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  /** Null where there are none. Only looks whether files are there; the counting worker reads them. */
  async of(document: vscode.TextDocument): Promise<WeightsPlace | null> {
    const { uri } = document;
    if (uri.scheme !== 'file') return null;
    // Outside of the workspace only what the user named is read.
    const near = vscode.workspace.getWorkspaceFolder(uri) && { folder: path.dirname(uri.fsPath) };
    const chosen = this.chosen()[uri.toString()];
    if (chosen !== undefined && (await isThere(chosen))) return { file: chosen, ...near };
    if (!near) return null;
    const { folder } = near;
    const shards = manifestOf(document.getText())?.flatMap(({ paths }) => paths);
    if (shards && (await all(shards.map((shard) => path.join(folder, shard))))) return near;
    const stem = path.basename(uri.fsPath).replace(/(\.network)?\.[a-z]+$/i, '');
    for (const ending of ENDINGS) {
      const file = path.join(folder, stem + ending);
      if (await isThere(file)) return { file, folder };
    }
    return null;
  }

  /** Asks for a file of weights for this network, or for none. */
  async choose(source: vscode.Uri): Promise<void> {
    if (source.scheme !== 'file') {
      return void vscode.window.showInformationMessage('Region Lens: save the network first; weights are kept with its file.'); // prettier-ignore
    }
    const key = source.toString();
    const found = { label: 'Find them automatically', description: 'the model’s own shards, or a file of the same name', file: undefined }; // prettier-ignore
    const choose = { label: 'Choose a file…', description: ENDINGS.join(', '), file: undefined };
    const known = this.chosen()[key];
    const picked = known === undefined ? choose : await vscode.window.showQuickPick([choose, found], { title: 'Region Lens: Choose Weights', placeHolder: known }); // prettier-ignore
    if (!picked) return;
    let file: string | undefined;
    if (picked === choose) {
      const filters = { Weights: ['h5', 'keras', 'safetensors', 'npz', 'npy'] };
      const [opened] = (await vscode.window.showOpenDialog({ title: 'Choose Weights', defaultUri: vscode.Uri.joinPath(source, '..'), filters })) ?? []; // prettier-ignore
      if (!opened) return;
      file = opened.fsPath;
    }
    await this.memory.update(CHOSEN, { ...this.chosen(), [key]: file });
    this.changed.fire(source);
  }

  private chosen(): Readonly<Record<string, string | undefined>> {
    return this.memory.get<Record<string, string>>(CHOSEN, {});
  }

  dispose(): void {
    this.changed.dispose();
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(vscode.Uri.file(file))).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}

async function all(files: readonly string[]): Promise<boolean> {
  return (await Promise.all(files.map(isThere))).every(Boolean);
}
