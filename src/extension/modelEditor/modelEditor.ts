import * as vscode from 'vscode';
import { showError } from '../failures.ts';
import type { ModelDocuments } from './modelDocuments.ts';

const VIEW_TYPE = 'regionLens.model';

/**
 * `Reopen Editor With… > Region Lens`: shows the network in a binary file as text. The editor of the file itself has
 * nothing to show, so it gives way to the text.
 */
class ModelEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly documents: ModelDocuments) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { viewColumn } = panel;
    await this.documents.show(uri, viewColumn);
    panel.dispose();
  }
}

export function registerModelEditor(documents: ModelDocuments): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.window.registerCustomEditorProvider(VIEW_TYPE, new ModelEditor(documents)),
    vscode.commands.registerCommand('regionLens.openModel', async (uri?: unknown) => {
      try {
        const file = uri instanceof vscode.Uri ? uri : fileOfActiveTab();
        if (file) await documents.show(file);
        else void vscode.window.showInformationMessage(vscode.l10n.t('Select a model file in the Explorer first.'));
      } catch (error) {
        showError(error);
      }
    }),
  );
}

/** The file of the active tab, which may be the editor's page for binary files. */
function fileOfActiveTab(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
}
