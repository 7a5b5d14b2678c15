import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly contributes: { readonly commands: readonly Command[] };
}

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
}

const extensionId = 'region-lens.region-lens';
const everything = new vscode.Range(0, 0, 100_000, 0);

function theExtension(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension, `${extensionId} is not installed`);
  return extension;
}

async function open(name: string): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  const uri = vscode.Uri.file(path.join(folder.uri.fsPath, name));
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(folder.uri.with({ path: uri.path })));
  return folder.uri.with({ path: uri.path });
}

/** Asks until the answer is not empty. */
async function eventually<T>(ask: () => Thenable<T[] | undefined>, what: string): Promise<T[]> {
  for (const limit = Date.now() + 15_000; Date.now() < limit; await sleep(50)) {
    const answer = await ask();
    if (answer && answer.length > 0) return answer;
  }
  assert.fail(`no ${what} came`);
}

const inlayHints = (uri: vscode.Uri) =>
  vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', uri, everything);

const codeLenses = (uri: vscode.Uri) =>
  vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);

const textOf = (hint: vscode.InlayHint) =>
  typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join('');

describe('Region Lens', () => {
  it('is installed, with its commands in the palette under one name', () => {
    const { contributes } = theExtension().packageJSON as Manifest;
    const titles = contributes.commands.map(({ category, title }) => `${category}: ${title}`);
    for (const title of [
      'Show Analysis as Text',
      'Show Plot',
      'Count Regions',
      'Copy Analysis as JSON',
      'Open as Normalized Network',
      'Open Example',
    ])
      assert.ok(titles.includes(`Region Lens: ${title}`), `no command "Region Lens: ${title}" in ${titles.join(', ')}`);
  });

  it('registers every command that it contributes', async () => {
    await theExtension().activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const { command } of (theExtension().packageJSON as Manifest).contributes.commands)
      assert.ok(registered.has(command), `${command} is not registered`);
  });

  it("shows each layer's factor, and one lens for the network", async () => {
    const uri = await open('deep-mlp.network.json');
    const labels = (await eventually(() => inlayHints(uri), 'inlay hints')).map(textOf);
    assert.ok(
      labels.every((label) => /^\s*≤×/.test(label)),
      labels.join(', '),
    );
    const lenses = await eventually(() => codeLenses(uri), 'code lens');
    assert.match(lenses[0].command?.title ?? '', /^[\w-]+: ≤ .* regions/);
  });

  it('copies the analysis as JSON', async () => {
    const uri = await open('deep-mlp.network.json');
    await eventually(() => inlayHints(uri), 'inlay hints');
    await vscode.commands.executeCommand('regionLens.copyAnalysis');
    const copied = JSON.parse(await vscode.env.clipboard.readText()) as {
      schemaVersion: number;
      networks: { name: string }[];
    };
    assert.equal(copied.schemaVersion, 1);
    assert.deepEqual(
      copied.networks.map(({ name }) => name),
      ['deep-mlp'],
    );
  });

  it('opens the analysis as a text that follows the source', async () => {
    const uri = await open('deep-mlp.network.json');
    await eventually(() => inlayHints(uri), 'inlay hints');
    await vscode.commands.executeCommand('regionLens.analyzeNetwork');
    const reports = () => vscode.workspace.textDocuments.filter(({ uri: { scheme } }) => scheme === 'region-lens');
    const [report] = await eventually(() => Promise.resolve(reports()), 'report');
    assert.match(report.getText(), /dense_1 +dense +24 +24/);
    const edit = new vscode.WorkspaceEdit();
    const source = await vscode.workspace.openTextDocument(uri);
    const at = source.getText().indexOf('24');
    edit.replace(uri, new vscode.Range(source.positionAt(at), source.positionAt(at + 2)), '25');
    await vscode.workspace.applyEdit(edit);
    const followed = () => Promise.resolve(/dense_1 +dense +25 +25/.test(report.getText()) ? [report] : []);
    await eventually(followed, 'new report');
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('leads from the name of a layer to the layer', async () => {
    const uri = await open('residual-mlp.network.json');
    await eventually(() => inlayHints(uri), 'inlay hints');
    const document = await vscode.workspace.openTextDocument(uri);
    const text = document.getText();
    const inputs = /"inputs": \["(\w+)"/.exec(text);
    assert.ok(inputs, 'the example names no inputs');
    const at = document.positionAt(inputs.index + inputs[0].length - 1);
    const places = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeDefinitionProvider', uri, at);
    assert.deepEqual(
      places.map(({ range }) => document.getText(range)),
      [inputs[1]],
    );
    assert.match(document.lineAt(places[0].range.start.line).text, new RegExp(`"name": "${inputs[1]}"`));
  });

  it('answers language models, from the editor where a file is not saved', async () => {
    const uri = await open('lenet.network.json');
    const invoke = async (name: string, input: object): Promise<string> => {
      const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
      return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
    };
    const names = ['analyze_network', 'fit_network', 'count_regions'];
    for (const name of names)
      assert.ok(
        vscode.lm.tools.some((tool) => tool.name === name),
        `${name} is not offered`,
      );
    const input = { file_path: uri.fsPath };
    assert.match(await invoke('analyze_network', input), /61,706 parameters[^]*- dense_3: dense 84 → 10/);
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('"units": 10 ') + '"units": '.length);
    edit.replace(uri, new vscode.Range(at, at.translate(0, 2)), '12');
    await vscode.workspace.applyEdit(edit);
    assert.match(await invoke('analyze_network', input), /- dense_3: dense 84 → 12/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    const definition = { input: [1], layers: [{ type: 'dense', units: 1, activation: 'relu' }] };
    assert.match(await invoke('count_regions', { definition, domain: [-100, 100] }), /exactly 2/);
    await assert.rejects(invoke('analyze_network', { file_path: 'net.json' }), /absolute path/);
  });

  it('logs the messages of the language server when the setting asks for it', async () => {
    const uri = await open('deep-mlp.network.json');
    const settings = vscode.workspace.getConfiguration('regionLens');
    await vscode.commands.executeCommand(`workbench.action.output.show.${extensionId}.Region Lens`);
    const outputs = () => vscode.workspace.textDocuments.filter(({ uri: { scheme } }) => scheme === 'output');
    const log = () =>
      outputs()
        .map((document) => document.getText())
        .join('\n');
    await eventually(() => Promise.resolve(outputs()), 'log');
    await inlayHints(uri);
    assert.doesNotMatch(log(), /textDocument\/inlayHint/);
    await settings.update('trace.server', 'messages', vscode.ConfigurationTarget.Global);
    try {
      await eventually(async () => {
        await inlayHints(uri);
        return log().match(/Sending request 'textDocument\/inlayHint/) ?? undefined;
      }, 'message in the log');
    } finally {
      await settings.update('trace.server', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('leaves files alone that hold no network', async () => {
    await inlayHints(await open('deep-mlp.network.json'));
    for (const name of ['other.json', 'other.ts']) {
      const uri = await open(name);
      const titles = ((await codeLenses(uri)) ?? []).map((lens) => lens.command?.title);
      assert.deepEqual(await inlayHints(uri), [], `${name} has inlay hints`);
      assert.ok(!titles.some((title) => title?.includes('regions')), `${name} has the lens ${titles.join(', ')}`);
      assert.deepEqual(
        vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === 'Region Lens'),
        [],
        `${name} has diagnostics`,
      );
    }
  });
});
