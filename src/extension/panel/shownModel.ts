import * as vscode from 'vscode';
import type { PanelModel } from '../../protocol/panel.ts';
import { panelModelRequest } from '../../protocol/server.ts';
import type { NetworkSource, PanelServices } from './panelSession.ts';

type ModelServices = Pick<PanelServices, 'server' | 'weightFiles'>;

/** What a panel shows of this document: the server's model, and the file of weights beside it. */
export async function askForModel(services: ModelServices, source: vscode.Uri): Promise<PanelModel | null> {
  const document = await vscode.workspace.openTextDocument(source).then(
    (opened) => opened,
    () => null,
  );
  const uri = source.toString();
  const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document.uri.toString() === uri);
  const cursor = editor?.selection.active;
  const position = { line: cursor?.line, character: cursor?.character };
  const weights = document && (await services.weightFiles.of(document));
  const model = document && (await services.server.ask(panelModelRequest, { uri, ...position }));
  if (!model || !weights) return model;
  // Other weights beside the network make another network to count.
  const { name: weightsFile, stamp } = weights;
  const networks = model.networks.map((network) => ({
    ...network,
    hasWeights: true,
    weightsFile,
    fingerprint: network.fingerprint + stamp,
  }));
  return { ...model, networks };
}

/**
 * The model with remarks on the weights of a file, or the same object where there are none. Reading the file takes
 * time, so the panel shows the model without them first.
 */
export async function withWeightRemarks(
  { weightRemarks }: Pick<PanelServices, 'weightRemarks'>,
  model: PanelModel,
  sourceOf: (key: string) => Promise<NetworkSource | undefined>,
): Promise<PanelModel> {
  const found = await Promise.all(
    model.networks.map(async ({ key, weightsFile, fingerprint }) => {
      const source = weightsFile === null ? undefined : await sourceOf(key);
      return source ? weightRemarks.of(fingerprint, source.text) : [];
    }),
  );
  if (found.every((remarks) => remarks.length === 0)) return model;
  const networks = model.networks.map((network, i) => ({ ...network, remarks: [...network.remarks, ...found[i]] }));
  return { ...model, networks };
}
