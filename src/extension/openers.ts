import * as vscode from 'vscode';
import { EXPLANATION } from '../common/documentation.ts';
import { pickItem, nameOf, networkFiles } from './networkFiles.ts';

/** Commands that bring a network or a page of help into the editor. */
export function registerOpeners(extension: vscode.ExtensionContext): vscode.Disposable[] {
  const { registerCommand } = vscode.commands;
  return [
    registerCommand('regionLens.openExample', () => openExample(extension)),
    registerCommand('regionLens.newNetwork', () => newNetwork()),
    registerCommand('regionLens.openNetwork', () => openNetwork()),
    registerCommand('regionLens.learnMore', () => vscode.env.openExternal(vscode.Uri.parse(EXPLANATION))),
  ];
}

const START = `{
  "input": [2],
  "layers": [
    { "type": "dense", "units": 16, "activation": "relu" },
    { "type": "dense", "units": 16, "activation": "relu" },
    { "type": "dense", "units": 1 }
  ]
}
`;

/** A small network under a name that has the schema; it is written when the user saves it. */
async function newNetwork(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = await freeName(folder);
  const uri = (folder ? vscode.Uri.joinPath(folder, name) : vscode.Uri.parse(name)).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.getText() === '') {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), START);
    await vscode.workspace.applyEdit(edit);
  }
  await vscode.window.showTextDocument(document);
}

async function freeName(folder: vscode.Uri | undefined): Promise<string> {
  for (let i = 1; ; i++) {
    const name = i === 1 ? 'new.network.json' : `new-${i}.network.json`;
    if (folder === undefined || !(await isThere(vscode.Uri.joinPath(folder, name)))) return name;
  }
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** Any network of the workspace, or a file from elsewhere. */
async function openNetwork(): Promise<void> {
  const browse = { label: vscode.l10n.t('Browse…'), description: '', uri: undefined };
  const items = networkFiles().then((files) => [...files.map(pickItem), browse]);
  const title = vscode.l10n.t('Open Network');
  const picked = await vscode.window.showQuickPick(items, { title });
  if (!picked) return;
  const uri = picked.uri ?? (await vscode.window.showOpenDialog({ title }))?.[0];
  if (uri) await vscode.window.showTextDocument(uri);
}

async function openExample(extension: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.Uri.joinPath(extension.extensionUri, 'examples');
  // Named here, since folders of an extension that comes from the web cannot be listed.
  const items = Object.entries(exampleDescriptions()).map(([label, description]) => ({ label, description }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Open Example'),
    placeHolder: vscode.l10n.t('Select an example'),
  });
  if (!picked) return;
  const copy = await exampleCopy(extension, vscode.Uri.joinPath(folder, picked.label));
  // A notebook opens as one.
  await vscode.commands.executeCommand('vscode.open', copy);
}

/** A copy that is the user's to change, and stays as the user left it: the installed file is neither. */
async function exampleCopy(extension: vscode.ExtensionContext, example: vscode.Uri): Promise<vscode.Uri> {
  const copy = vscode.Uri.joinPath(extension.globalStorageUri, 'examples', nameOf(example));
  if (!(await isThere(copy))) await vscode.workspace.fs.writeFile(copy, await vscode.workspace.fs.readFile(example));
  await copyRun(example, copy);
  return copy;
}

/** The snapshots of an example's training, where it has some. */
async function copyRun(example: vscode.Uri, copy: vscode.Uri): Promise<void> {
  const { fs } = vscode.workspace;
  const [from, to] = [example, copy].map((uri) => uri.with({ path: uri.path.replace(/\.network\.json$/, '-run') }));
  if (from.path === example.path || (await isThere(to))) return;
  const files = await fs.readDirectory(from).then(
    (entries) => entries.map(([name]) => name),
    () => [],
  );
  for (const name of files) {
    await fs.writeFile(vscode.Uri.joinPath(to, name), await fs.readFile(vscode.Uri.joinPath(from, name)));
  }
}

function exampleDescriptions(): Readonly<Record<string, string>> {
  const { t } = vscode.l10n;
  return {
    'lenet.network.json': t('LeNet-5, the classical convolutional network'),
    'digits.py': t('PyTorch in Python, read without running it'),
    'wide-or-deep.ipynb': t('A notebook: one wide network and one deep network of equal size'),
    'deep-mlp.network.json': t('Three layers of 24 on the plane: bounds, mean and counts'),
    'moons.network.json': t('A network with a training run: ten snapshots from random to trained'),
    'residual-mlp.network.json': t('Skip connections (chain bounds do not apply)'),
    'bottleneck.network.json': t('A narrow layer caps everything after it'),
    'maxout.network.json': t('Units of several pieces'),
    'tropical.network.json': t('Max-plus and min-plus units'),
    'cnn.ts': t('TensorFlow.js in TypeScript, read without running it'),
    'keras-cnn.json': t('A Keras model as saved by to_json()'),
  };
}
